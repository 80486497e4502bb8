/** Alerts and automatic top-ups, after wallet operations and after usage. */
import { describe, expect, it } from "vitest";
import { type Json, listAt, MINUTE, useSandbox } from "./harness.js";

const harness = useSandbox();
const EVALUATION = 5.5 * MINUTE;
const below = (threshold: string) => ({ threshold, condition: "below" });

async function wallet(fields: Json = {}): Promise<string> {
  await harness.flexprice.post("/customers", { external_id: "acme" });
  const { body } = await harness.flexprice.post("/wallets", { external_customer_id: "acme", currency: "USD", ...fields });
  return String(body["id"]);
}

const debit = (id: string, credits: string, key = `d-${credits}`) =>
  harness.flexprice.post(`/wallets/${id}/debit`, { credits, transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: key });
const topUp = (id: string, credits: string) =>
  harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: credits, transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: `t-${credits}` });
const stateOf = async (id: string) => (await harness.flexprice.get(`/wallets/${id}`)).body["alert_state"];
const creditsOf = async (id: string) => (await harness.flexprice.get(`/wallets/${id}`)).body["credit_balance"];

async function logs(filter: Json = {}): Promise<readonly unknown[][]> {
  const { body } = await harness.flexprice.post("/alerts/search", filter);
  return listAt(body, "items").map((log) => [log["alert_type"], log["alert_status"]]);
}

function spend(units: number, id = `e-${units}`) {
  harness.sandbox.control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "1" });
  return harness.flexprice.post("/events", { event_name: "tokens", external_customer_id: "acme", event_id: id, properties: { units } });
}

describe("Flexprice: alerts after wallet operations", () => {
  const settings = { alert_enabled: true, critical: below("0"), warning: below("20"), info: below("50") };

  it("log each transition of both balances, and no first ok (rules 57, 59)", async () => {
    const id = await wallet({ alert_settings: settings, initial_credits_to_load: "100" });
    expect([await stateOf(id), await logs()]).toEqual(["ok", []]);
    for (const [credits, state] of [["50", "info"], ["30", "warning"], ["20", "in_alarm"]] as const) {
      await debit(id, credits);
      expect(await stateOf(id)).toBe(state);
    }
    await topUp(id, "500");
    const states = ["ok", "in_alarm", "warning", "info"];
    expect(await stateOf(id)).toBe("ok");
    expect(await logs()).toEqual(states.flatMap((state) => [["low_credit_balance", state], ["low_ongoing_balance", state]]));
    expect(await logs({ alert_type: "low_credit_balance", alert_status: "in_alarm", entity_id: id })).toEqual([["low_credit_balance", "in_alarm"]]);
    expect(await logs({ customer_id: "cust_unknown" })).toEqual([]);
    const { body } = await harness.flexprice.post("/alerts/search", { limit: 2, offset: 6 });
    expect(body["pagination"]).toEqual({ total: 8, limit: 2, offset: 6 });
    expect(listAt(body, "items")[0]).toMatchObject({ entity_type: "wallet", entity_id: id, alert_status: "info", alert_info: { value_at_time: "50", alert_settings: settings } });
  });

  it("go by the environment's settings where the wallet has none (rule 56)", async () => {
    const id = await wallet({ initial_credits_to_load: "5" });
    await debit(id, "6");
    expect(await stateOf(id)).toBe("ok");
    await harness.flexprice.put("/settings/wallet_balance_alert_config", { value: { alert_enabled: true } });
    await debit(id, "1");
    expect(await stateOf(id)).toBe("in_alarm");
  });

  it("reset to ok when they are switched off (rule 60)", async () => {
    const id = await wallet({ alert_settings: settings });
    await debit(id, "1");
    expect(await stateOf(id)).toBe("in_alarm");
    await harness.flexprice.put(`/wallets/${id}`, { alert_settings: { ...settings, alert_enabled: false } });
    expect(await stateOf(id)).toBe("ok");
    await debit(id, "2");
    expect([await stateOf(id), await logs({ alert_status: "in_alarm" })]).toEqual(["ok", [["low_credit_balance", "in_alarm"], ["low_ongoing_balance", "in_alarm"]]]);
  });

  it("refresh the cached balance, which they are computed from (rule 16)", async () => {
    const id = await wallet({ alert_settings: settings });
    await topUp(id, "100");
    await topUp(id, "7");
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time-cached`)).body).toMatchObject({ real_time_balance: "107", is_cached_fallback: true });
  });

  it("hear of credits that expired", async () => {
    const id = await wallet({ alert_settings: settings, initial_credits_to_load: "100", initial_credits_expiry_date_utc: "2026-09-01T13:00:00Z" });
    harness.sandbox.control.clock({ advance: 7 * 60 * MINUTE });
    expect(await stateOf(id)).toBe("ok");
    harness.sandbox.control.sweep();
    expect(await stateOf(id)).toBe("in_alarm");
  });
});

describe("Flexprice: alerts after usage (rule 61)", () => {
  it("come minutes late, of the ongoing balance only", async () => {
    const id = await wallet({ alert_settings: { alert_enabled: true, critical: below("5") }, initial_credits_to_load: "10" });
    await spend(6);
    harness.sandbox.control.clock({ advance: EVALUATION - 1 });
    expect(await stateOf(id)).toBe("ok");
    harness.sandbox.control.clock({ advance: 1 });
    expect([await stateOf(id), await logs()]).toEqual(["in_alarm", [["low_ongoing_balance", "in_alarm"]]]);
  });

  it("miss no usage that came while one was due", async () => {
    const id = await wallet({ alert_settings: { alert_enabled: true, critical: below("5") }, initial_credits_to_load: "10" });
    await spend(1);
    harness.sandbox.control.clock({ advance: 5 * MINUTE });
    await spend(8);
    harness.sandbox.control.clock({ advance: MINUTE / 2 });
    expect(await stateOf(id)).toBe("ok");
    harness.sandbox.control.clock({ advance: 5 * MINUTE });
    expect(await stateOf(id)).toBe("in_alarm");
  });
});

describe("Flexprice: automatic top-ups", () => {
  const auto = (fields: Json) => ({ auto_topup: { enabled: true, threshold: "50", amount: "10", invoicing: false, ...fields } });

  it("repeat directly until above the threshold, with alerts off (rules 54, 55)", async () => {
    const id = await wallet({ ...auto({}), initial_credits_to_load: "5" });
    expect(await creditsOf(id)).toBe("55");
    const { body } = await harness.flexprice.get(`/wallets/${id}/transactions`);
    expect(listAt(body, "items")).toHaveLength(6);
    expect(listAt(body, "items")[0]).toMatchObject({ transaction_reason: "PURCHASED_CREDIT_DIRECT", transaction_status: "completed", credit_amount: "10" });
  });

  it("make one with a cooldown, and the next when it is over (rule 53)", async () => {
    const id = await wallet({ ...auto({ cooldown: { value: 2, unit: "hour" } }), initial_credits_to_load: "5" });
    expect(await creditsOf(id)).toBe("15");
    harness.sandbox.control.clock({ advance: 120 * MINUTE - 1 });
    await debit(id, "1");
    expect(await creditsOf(id)).toBe("14");
    harness.sandbox.control.clock({ advance: 1 });
    await debit(id, "2");
    expect(await creditsOf(id)).toBe("22");
  });

  it("by invoice wait for the payment, for the whole customer (rules 52, 53)", async () => {
    const id = await wallet({ ...auto({ invoicing: true, threshold: "20", amount: "100" }), initial_credits_to_load: "20" });
    const other = await wallet({ ...auto({ invoicing: true, threshold: "20" }), currency: "eur", initial_credits_to_load: "1" });
    const pending = async (wallet: string) => listAt((await harness.flexprice.get(`/wallets/${wallet}/transactions?transaction_status=pending`)).body, "items");
    await debit(id, "1");
    const [first] = await pending(id);
    expect([await pending(id), await pending(other)]).toMatchObject([[{ transaction_reason: "PURCHASED_CREDIT_INVOICED", credit_amount: "100" }], []]);
    harness.sandbox.control.pay({ provider: "flexprice", id: String(first?.["id"]) });
    expect(await creditsOf(id)).toBe("119");
    await debit(other, "2");
    expect(await pending(other)).toHaveLength(1);
  });

  it("fire on pending usage too, and get their bonus", async () => {
    const bonus = { enabled: true, slabs: [{ threshold: "10", operator: "gte", bonus: { type: "flat", value: "1" } }] };
    await harness.flexprice.put("/settings/bonus_credits_topup_config", { value: bonus });
    const id = await wallet({ ...auto({ threshold: "0" }), initial_credits_to_load: "5" });
    await spend(5);
    harness.sandbox.control.clock({ advance: EVALUATION });
    expect(await creditsOf(id)).toBe("16");
  });

  it("do nothing while they are off", async () => {
    const id = await wallet({ ...auto({ enabled: false }), initial_credits_to_load: "5" });
    await debit(id, "1");
    expect(await creditsOf(id)).toBe("4");
    await harness.flexprice.put(`/wallets/${id}`, { auto_topup: { enabled: true } });
    await debit(id, "2");
    expect(await creditsOf(id)).toBe("52");
  });
});
