import { describe, expect, it } from "vitest";
import { at, type Json, listAt, MINUTE, START, useSandbox } from "./harness.js";
import { payload } from "./payloads.js";

const harness = useSandbox();

async function wallet(fields: Json = {}): Promise<string> {
  await harness.flexprice.post("/customers", { external_id: "acme" });
  const { body } = await harness.flexprice.post("/wallets", { external_customer_id: "acme", currency: "USD", ...fields });
  return String(body["id"]);
}

const debit = (id: string, fields: Json) =>
  harness.flexprice.post(`/wallets/${id}/debit`, { credits: "1", transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "adj-1", ...fields });

describe("Flexprice: customers by external id", () => {
  it("finds them on today's path and on the documented one", async () => {
    const { body } = await harness.flexprice.post("/customers", { external_id: "acme", name: "Acme", email: "a@acme.test", metadata: { tier: "1" } });
    expect(body).toMatchObject({ external_id: "acme", email: "a@acme.test", metadata: { tier: "1" } });
    for (const path of ["external", "lookup"]) {
      expect((await harness.flexprice.get(`/customers/${path}/acme`)).body).toEqual(body);
      expect(await harness.flexprice.get(`/customers/${path}/nobody`)).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
  });
});

describe("Flexprice: the documented create", () => {
  it("refuses PROMOTIONAL, and does not read name, config and the flat auto_topup fields", async () => {
    const customer = await harness.flexprice.post("/customers", { external_id: "acme" });
    const documented = { ...(payload("flexprice/create_request_documented.json") as Json), customer_id: customer.body["id"] };
    expect(await harness.flexprice.post("/wallets", documented)).toMatchObject({ status: 400, body: { code: "validation_error" } });
    const { status, body } = await harness.flexprice.post("/wallets", { ...documented, wallet_type: "PRE_PAID" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: "Prepaid Wallet - USD", config: { allowed_price_types: ["USAGE"] }, credit_balance: "500", description: "Launch credits" });
    expect(body).not.toHaveProperty("auto_topup");
    const { body: list } = await harness.flexprice.get(`/wallets/${String(body["id"])}/transactions`);
    expect(listAt(list, "items")[0]).toMatchObject({ transaction_reason: "FREE_CREDIT_GRANT", expiry_date: "2026-12-31T00:00:00.000Z" });
  });

  it.each([
    { auto_topup: { enabled: true, threshold: "5" } },
    { auto_topup: { threshold: "5", amount: "0", invoicing: true } },
    { auto_topup: { threshold: "5", amount: "1", invoicing: true, cooldown: { value: 1, unit: "Hour" } } },
    { alert_settings: { alert_enabled: true } },
    { alert_settings: { alert_enabled: true, warning: { threshold: "1", condition: "below" } } },
    { alert_settings: { critical: { threshold: "1", condition: "sideways" } } },
    { metadata: "plan" },
  ])("refuses %j", async (fields) => {
    await harness.flexprice.post("/customers", { external_id: "acme" });
    const body = { external_customer_id: "acme", currency: "USD", ...fields };
    expect(await harness.flexprice.post("/wallets", body)).toMatchObject({ status: 400, body: { code: "validation_error" } });
    expect((await harness.flexprice.get("/wallets")).body).toMatchObject({ items: [] });
  });
});

describe("Flexprice: the documented top-up", () => {
  it("takes expiry_date as a day (rule 42)", async () => {
    const id = await wallet();
    const body = { credits_to_add: 5, transaction_reason: "FREE_CREDIT_GRANT", expiry_date: 20261231 };
    const answer = await harness.flexprice.post(`/wallets/${id}/top-up`, body);
    expect(at(answer.body, "wallet_transaction")).toMatchObject({ credit_amount: "5", expiry_date: "2026-12-31T00:00:00.000Z" });
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, { ...body, expiry_date: 20260901 })).status).toBe(400);
  });
});

describe("Flexprice: update", () => {
  const stored = { enabled: true, threshold: "0", amount: "200", invoicing: true, cooldown: { value: 30, unit: "minute" } };

  it("merges auto_topup field by field, and clears a cooldown by 0", async () => {
    const id = await wallet({ auto_topup: { ...stored, enabled: false } });
    const put = async (auto_topup: Json) => (await harness.flexprice.put(`/wallets/${id}`, { auto_topup })).body["auto_topup"];
    expect(await put({ amount: 50 })).toEqual({ ...stored, enabled: false, amount: "50" });
    expect(await put({ cooldown: { value: 4, unit: "hour" } })).toMatchObject({ amount: "50", cooldown: { value: 4, unit: "hour" } });
    expect(await put({ cooldown: { value: 0, unit: "second" } })).toEqual({ enabled: false, threshold: "0", amount: "50", invoicing: true });
    const other = await wallet({ currency: "eur" });
    expect((await harness.flexprice.put(`/wallets/${other}`, { auto_topup: { amount: "5" } })).status).toBe(400);
  });

  it("changes name, description, metadata and price types, and leaves the rest", async () => {
    const id = await wallet({ metadata: { plan: "pro" }, initial_credits_to_load: "3" });
    harness.sandbox.control.clock({ advance: MINUTE });
    const { body } = await harness.flexprice.put(`/wallets/${id}`, { name: "API credits", config: { allowed_price_types: ["ALL"] } });
    expect(body).toMatchObject({
      name: "API credits",
      config: { allowed_price_types: ["ALL"] },
      metadata: { plan: "pro" },
      balance: "3",
      created_at: "2026-09-01T12:00:00.000Z",
      updated_at: "2026-09-01T12:01:00.000Z",
    });
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toEqual(body);
    expect(await harness.flexprice.put(`/wallets/${id}`, { config: { allowed_price_types: ["SOME"] } })).toMatchObject({ status: 400 });
    expect(await harness.flexprice.put("/wallets/wallet_unknown", {})).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  it("validates alerts whole, and shows none without a threshold (rule 58, 1.1)", async () => {
    const id = await wallet();
    const below = (threshold: string) => ({ threshold, condition: "below" });
    const put = (alert_settings: Json) => harness.flexprice.put(`/wallets/${id}`, { alert_settings });
    expect((await put({ alert_enabled: true, critical: below("10"), warning: below("5") })).status).toBe(400);
    expect((await put({ alert_enabled: true, critical: below("10"), warning: below("10") })).body["alert_settings"]).toEqual({
      alert_enabled: true,
      critical: below("10"),
      warning: below("10"),
      info: null,
    });
    expect((await put({ alert_enabled: false })).body).not.toHaveProperty("alert_settings");
  });
});

describe("Flexprice: lists of wallets", () => {
  it("ignores paging and filters by status and id", async () => {
    const first = await wallet();
    const second = await wallet({ currency: "eur" });
    await harness.flexprice.post(`/wallets/${first}/terminate`);
    const ids = ({ body }: { body: Json }) => listAt(body, "items").map((item) => item["id"]);
    expect(ids(await harness.flexprice.get("/wallets?limit=1&offset=1"))).toEqual([second, first]);
    expect((await harness.flexprice.get("/wallets?limit=1")).body["pagination"]).toEqual({ total: 2, limit: 50, offset: 0 });
    expect(ids(await harness.flexprice.get("/wallets?status=closed"))).toEqual([first]);
    expect(ids(await harness.flexprice.get(`/wallets?wallet_ids=${first},wallet_x`))).toEqual([first]);
    expect(ids(await harness.flexprice.get(`/wallets?wallet_ids=${first}&wallet_ids=${second}`))).toEqual([second, first]);
    expect(ids(await harness.flexprice.post("/wallets/search", { wallet_ids: [second], status: "active", limit: 1 }))).toEqual([second]);
    const expanded = await harness.flexprice.post("/wallets/search", { expand: "credits_available_breakdown", limit: 1 });
    expect(listAt(expanded.body, "items")[0]).toMatchObject({ credits_available_breakdown: { purchased: "0", free: "0" } });
  });

  it("panics without any paging field: 500 and no JSON", async () => {
    for (const body of [{}, { status: "active" }, { limit: null }]) {
      const response = await fetch(`${harness.sandbox.flexprice.baseUrl}/wallets/search`, {
        method: "POST",
        headers: { "x-api-key": harness.sandbox.flexprice.apiKey },
        body: JSON.stringify(body),
      });
      expect([response.status, await response.text()]).toEqual([500, ""]);
    }
    expect((await harness.flexprice.post("/wallets/search", { offset: 0 })).status).toBe(200);
  });
});

describe("Flexprice: manual debits", () => {
  it("takes credits in the provider's order and says which (rules 20, 1.5)", async () => {
    const grants = [{ credits: "10" }, { credits: "5", expiry_date: START + MINUTE }, { credits: "7", priority: 3 }, { credits: "9", expiry_date: START - 1 }] as const;
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", grants });
    expect((await debit(id, { credits: "8", metadata: { ticket: "77" } })).body).toMatchObject({ credit_balance: "23", balance: "23" });
    const items = listAt((await harness.flexprice.get(`/wallets/${id}/transactions?order=asc`)).body, "items");
    const [plain, expiring, prior, expired, taken] = items;
    expect([plain, expiring, prior, expired].map((item) => item?.["credits_available"])).toEqual(["10", "4", "0", "9"]);
    expect(taken).toMatchObject({
      type: "debit",
      transaction_reason: "MANUAL_BALANCE_DEBIT",
      credit_balance_before: "31",
      credit_balance_after: "23",
      conversion_rate: "1",
      idempotency_key: "adj-1",
      metadata: { ticket: "77", consumed_credit_tx_ids: `${String(prior?.["id"])},${String(expiring?.["id"])}` },
    });
  });

  it("overdraws, once per key, and only an active wallet", async () => {
    const id = await wallet({ conversion_rate: "0.5", initial_credits_to_load: "25" });
    expect((await debit(id, { credits: "30" })).body).toMatchObject({ credit_balance: "-5", balance: "-2.5" });
    expect(await debit(id, { credits: "30" })).toMatchObject({ status: 409, body: { code: "already_exists", details: { type: "debit", amount: "30", idempotency_key: "adj-1" } } });
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ credit_balance: "-5" });
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    expect(await debit(id, { idempotency_key: "adj-2" })).toMatchObject({ status: 400, body: { code: "invalid_operation" } });
    // Rule 48: a top-up does not look at the status.
    const body = { credits_to_add: "9", transaction_reason: "FREE_CREDIT_GRANT" };
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, body)).status).toBe(200);
  });

  it.each([{ credits: "0" }, { credits: undefined }, { transaction_reason: "INVOICE_PAYMENT" }, { idempotency_key: undefined }])("refuses %j", async (fields) => {
    expect(await debit(await wallet(), fields)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });
});

describe("Flexprice: prepaid to postpaid", () => {
  const modify = (id: string, type = "prepaid_to_postpaid") => harness.flexprice.post(`/wallets/${id}/modify`, { modification_type: type });

  it("moves the balance as a grant, whose expiry is lost (rule 49)", async () => {
    const id = await wallet({ conversion_rate: "0.5", initial_credits_to_load: "251", initial_credits_expiry_date_utc: "2027-01-01T00:00:00Z" });
    const { status, body } = await modify(id);
    expect(status).toBe(200);
    expect(at(body, "original_wallet")).toMatchObject({ id, wallet_status: "closed", balance: "0" });
    const made = at(body, "new_wallet");
    expect(made).toMatchObject({ wallet_type: "POST_PAID", balance: "125.5", credit_balance: "251", config: { allowed_price_types: ["ALL"] }, name: "Postpaid Wallet - USD" });
    const { body: list } = await harness.flexprice.get(`/wallets/${String(made["id"])}/transactions`);
    expect(listAt(list, "items")).toMatchObject([{ transaction_reason: "FREE_CREDIT_GRANT", expiry_date: null, credit_amount: "251" }]);
    expect(await modify(id)).toMatchObject({ status: 400, body: { code: "invalid_operation" } });
  });

  it("refuses another modification, and a customer who has a postpaid wallet", async () => {
    const id = await wallet();
    expect(await modify(id, "postpaid_to_prepaid")).toMatchObject({ status: 400, body: { code: "validation_error" } });
    await wallet({ wallet_type: "POST_PAID" });
    expect(await modify(id)).toMatchObject({ status: 409, body: { code: "already_exists" } });
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ wallet_status: "active" });
  });
});

describe("Flexprice: transactions over all wallets", () => {
  it("searches with every filter, real pages and expansions", async () => {
    const usd = await wallet({ initial_credits_to_load: "5" });
    const eur = await wallet({ currency: "eur", initial_credits_to_load: "7", initial_credits_expiry_date_utc: "2027-01-01T00:00:00Z" });
    harness.sandbox.control.clock({ advance: MINUTE });
    await harness.flexprice.post(`/wallets/${usd}/top-up`, { credits_to_add: "11", transaction_reason: "PURCHASED_CREDIT_DIRECT", priority: 0, idempotency_key: "k" });
    const amounts = async (body: Json) => listAt((await harness.flexprice.post("/wallets/transactions/search", body)).body, "items").map((item) => item["credit_amount"]);
    expect(await amounts({})).toEqual(["11", "7", "5"]);
    expect(await amounts({ order: "asc", limit: 2 })).toEqual(["5", "7"]);
    expect(await amounts({ id: eur })).toEqual(["7"]);
    expect(await amounts({ priority: 0 })).toEqual(["11"]);
    expect(await amounts({ reference_type: "EXTERNAL", reference_id: "k" })).toEqual(["11"]);
    expect(await amounts({ expiry_date_after: "2026-12-01T00:00:00Z", expiry_date_before: "2027-02-01T00:00:00Z" })).toEqual(["7"]);
    expect(await amounts({ expiry_date_before: "2026-12-01T00:00:00Z" })).toEqual([]);
    expect(await amounts({ start_time: "2026-09-01T12:00:30Z" })).toEqual(["11"]);
    expect(await amounts({ end_time: "2026-09-01T12:00:30Z" })).toEqual(["7", "5"]);
    expect(await amounts({ created_by: "somebody" })).toEqual([]);
    expect((await harness.flexprice.post("/wallets/transactions/search", { reference_type: "EXTERNAL" })).status).toBe(400);
    const { body } = await harness.flexprice.post("/wallets/transactions/search", { limit: 1, offset: 1, expand: "customer,created_by_user,wallet" });
    expect(body["pagination"]).toEqual({ total: 3, limit: 1, offset: 2 });
    expect(listAt(body, "items")[0]).toMatchObject({ customer: { external_id: "acme" }, wallet: { id: eur }, created_by_user: { id: "user_SANDBOX" } });
  });
});
