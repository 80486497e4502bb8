import { describe, expect, it } from "vitest";
import { at, HOUR, type Json, listAt, useSandbox } from "./harness.js";

const harness = useSandbox();
const SLABS = [
  { threshold: "400", operator: "gte", bonus: { type: "percentage", value: "5" } },
  { threshold: "2000", operator: "gte", bonus: { type: "flat", value: "300" } },
];

const wallet = (balance = "0") => harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance }).id;

const topUp = (id: string, fields: Json) => harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "100", transaction_reason: "PURCHASED_CREDIT_DIRECT", ...fields });

const setting = (key: string, value: Json) => harness.flexprice.put(`/settings/${key}`, { value });

async function rows(id: string): Promise<readonly Json[]> {
  return listAt((await harness.flexprice.get(`/wallets/${id}/transactions?order=asc`)).body, "items");
}

describe("Flexprice: bonus credits (rule 51)", () => {
  it("come as a row of their own, after the purchase", async () => {
    const id = wallet();
    const { body } = await topUp(id, { bonus_credits_to_add: "10", bonus_credits_expiry_date_utc: "2027-01-01T00:00:00Z", idempotency_key: "k" });
    expect(at(body, "wallet_transaction")).toMatchObject({ credit_amount: "100", credit_balance_after: "100" });
    expect(at(body, "wallet")).toMatchObject({ credit_balance: "110" });
    const [purchase, bonus] = await rows(id);
    expect(bonus).toMatchObject({
      transaction_reason: "PURCHASED_CREDIT_BONUS",
      parent_transaction_id: purchase?.["id"],
      credit_amount: "10",
      credit_balance_before: "100",
      expiry_date: "2027-01-01T00:00:00.000Z",
      reference_type: "",
      reference_id: "",
      idempotency_key: "",
      metadata: null,
      priority: null,
    });
  });

  it("follow the slabs, only where they are switched on, and only for purchases", async () => {
    const id = wallet();
    const bonusOf = async (fields: Json): Promise<unknown> => {
      const before = (await rows(id)).length;
      await topUp(id, { idempotency_key: `k-${before}`, ...fields });
      return (await rows(id)).slice(before).find((row) => row["transaction_reason"] === "PURCHASED_CREDIT_BONUS")?.["credit_amount"];
    };
    await setting("bonus_credits_topup_config", { enabled: false, slabs: SLABS });
    expect(await bonusOf({ credits_to_add: "600" })).toBeUndefined();
    await setting("bonus_credits_topup_config", { enabled: true });
    expect(await bonusOf({ credits_to_add: "600" })).toBe("30");
    expect(await bonusOf({ credits_to_add: "2000" })).toBe("300");
    expect(await bonusOf({ credits_to_add: "399" })).toBeUndefined();
    expect(await bonusOf({ credits_to_add: "600", bonus_credits_to_add: "1" })).toBe("1");
    expect(await bonusOf({ credits_to_add: "600", transaction_reason: "FREE_CREDIT_GRANT" })).toBeUndefined();
  });

  it("refuse 0, and leave nothing behind", async () => {
    const id = wallet();
    expect(await topUp(id, { bonus_credits_to_add: "0" })).toMatchObject({ status: 400, body: { code: "validation_error" } });
    expect(await rows(id)).toEqual([]);
  });
});

describe("Flexprice: invoiced purchases (rule 50)", () => {
  it("wait with their bonus until they are paid, once", async () => {
    const id = wallet("40");
    const { body } = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", credits_to_add: "60", bonus_credits_to_add: "6" });
    expect((await rows(id)).slice(1)).toMatchObject([{ transaction_status: "pending" }, { transaction_status: "pending", transaction_reason: "PURCHASED_CREDIT_BONUS" }]);
    expect(at(body, "wallet")).toMatchObject({ credit_balance: "40" });
    for (const paid of [String(body["invoice_id"]), String(at(body, "wallet_transaction")["id"])]) {
      harness.sandbox.control.pay({ provider: "flexprice", id: paid });
      expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ credit_balance: "106" });
    }
  });

  it("complete at once by the setting, at the top-up rate, and empty the cache", async () => {
    await setting("invoice_config", { auto_complete_purchased_credit_transaction: true });
    await harness.flexprice.post("/customers", { external_id: "acme" });
    const made = await harness.flexprice.post("/wallets", { external_customer_id: "acme", currency: "USD", conversion_rate: "1", topup_conversion_rate: "2" });
    const id = String(made.body["id"]);
    await harness.flexprice.get(`/wallets/${id}/balance/real-time`);
    const { body } = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", credits_to_add: "10" });
    expect(at(body, "wallet_transaction")).toMatchObject({ transaction_status: "completed" });
    expect(at(body, "wallet")).toMatchObject({ balance: "20", credit_balance: "10" });
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time-cached`)).body).toMatchObject({ real_time_balance: "20", is_cached_fallback: false });
  });
});

describe("Flexprice: pay first", () => {
  const checkout = { transaction_reason: "PURCHASED_CREDIT_INVOICED", checkout: { payment_provider: "razorpay" } };

  it("has one pending session per wallet, for an hour, and stays pending whatever the setting", async () => {
    await setting("invoice_config", { auto_complete_purchased_credit_transaction: true });
    const id = wallet();
    const { body } = await topUp(id, { ...checkout, idempotency_key: "1" });
    const session = at(body, "checkout_session");
    expect(session).toMatchObject({ action: "wallet_topup", checkout_status: "pending", payment_provider: "razorpay", checkout_invoice_id: body["invoice_id"], expires_at: "2026-09-01T13:00:00.000Z" });
    expect(at(body, "wallet_transaction")).toMatchObject({ transaction_status: "pending" });
    expect(await topUp(id, { ...checkout, idempotency_key: "2" })).toMatchObject({ status: 409, body: { code: "already_exists", details: { checkout_session_id: session["id"] } } });
    harness.sandbox.control.clock({ advance: HOUR });
    const second = await topUp(id, { ...checkout, idempotency_key: "3" });
    expect(second.status).toBe(200);
    harness.sandbox.control.pay({ provider: "flexprice", id: String(second.body["invoice_id"]) });
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ credit_balance: "100" });
    expect((await topUp(id, { ...checkout, idempotency_key: "4" })).status).toBe(200);
  });

  it.each([{ ...checkout, transaction_reason: "PURCHASED_CREDIT_DIRECT" }, { ...checkout, checkout: {} }])("refuses %j", async (fields) => {
    expect(await topUp(wallet(), fields)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });
});

describe("Flexprice: settings", () => {
  it("have defaults, merge, and are validated", async () => {
    expect((await harness.flexprice.get("/settings/wallet_balance_alert_config")).body).toEqual({
      key: "wallet_balance_alert_config",
      value: { alert_enabled: false, critical: { threshold: "0", condition: "below" }, warning: null, info: null },
    });
    const merged = await setting("wallet_balance_alert_config", { alert_enabled: true });
    expect(merged.body["value"]).toMatchObject({ alert_enabled: true, critical: { threshold: "0" } });
    expect((await harness.flexprice.get("/settings/invoice_config")).body["value"]).toEqual({ auto_complete_purchased_credit_transaction: false });
    for (const [key, value] of [
      ["wallet_balance_alert_config", { critical: null }],
      ["bonus_credits_topup_config", { slabs: [{ threshold: "1" }] }],
      ["invoice_config", { auto_complete_purchased_credit_transaction: "yes" }],
      ["tenant_config", {}],
    ] as const) {
      expect(await setting(key, value)).toMatchObject({ status: 400, body: { code: "validation_error" } });
    }
    expect((await harness.flexprice.put("/settings/invoice_config", {})).status).toBe(400);
  });
});
