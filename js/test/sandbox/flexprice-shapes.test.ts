/** Every answer has the keys, nulls and kinds of the payload that was recorded for it. */
import { describe, expect, it } from "vitest";
import { type Json, START, useSandbox } from "./harness.js";
import { expectShape, payload } from "./payloads.js";

const harness = useSandbox();
const ALERTS = {
  alert_enabled: true,
  critical: { threshold: "0", condition: "below" },
  warning: { threshold: "20", condition: "below" },
  info: { threshold: "50", condition: "below" },
};
const FULL = {
  external_customer_id: "acme",
  currency: "usd",
  conversion_rate: "0.5",
  alert_settings: ALERTS,
  auto_topup: { enabled: false, threshold: "20", amount: "200", invoicing: true, cooldown: { value: 1, unit: "hour" } },
  metadata: { plan: "pro" },
};

async function wallet(fields: Json = {}): Promise<string> {
  await harness.flexprice.post("/customers", { external_id: "acme" });
  const { body } = await harness.flexprice.post("/wallets", { ...FULL, initial_credits_to_load: "251", ...fields });
  return String(body["id"]);
}

const topUp = (id: string, fields: Json) => harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "200", description: "Purchase", metadata: { order: "1" }, ...fields });

describe("Flexprice's answers have the recorded shapes: reads", () => {
  it("a wallet", async () => {
    const id = await wallet();
    expectShape((await harness.flexprice.get(`/wallets/${id}`)).body, "flexprice/wallet.json");
    const { body } = await harness.flexprice.post("/wallets", { ...FULL, currency: "eur", wallet_type: "POST_PAID", alert_settings: undefined, auto_topup: undefined });
    expectShape(body, "flexprice/wallet_postpaid.json");
  });

  it("lists of wallets", async () => {
    await wallet();
    await harness.flexprice.post("/wallets", { ...FULL, currency: "eur" });
    const id = String((await harness.flexprice.get("/customers/external/acme")).body["id"]);
    expectShape((await harness.flexprice.get(`/customers/${id}/wallets`)).list, "flexprice/customer_wallets_by_id.json");
    expectShape((await harness.flexprice.get("/customers/wallets?lookup_key=acme&include_real_time_balance=true")).list, "flexprice/customer_wallets_query.json");
    expectShape((await harness.flexprice.get("/customers/wallets?lookup_key=acme")).list, "flexprice/customer_wallets_query_plain.json");
    expectShape((await harness.flexprice.get("/wallets")).body, "flexprice/wallets_list.json");
    expectShape((await harness.flexprice.post("/wallets/search", { limit: 50 })).body, "flexprice/wallets_list.json");
  });

  it("balances: computed, cached, inactive, postpaid", async () => {
    const id = await wallet();
    expectShape((await harness.flexprice.get(`/wallets/${id}/balance/real-time?expand=credits_available_breakdown`)).body, "flexprice/wallet_balance_fresh.json");
    expectShape((await harness.flexprice.get(`/wallets/${id}/balance/real-time-cached`)).body, "flexprice/wallet_balance_cached.json");
    await harness.flexprice.post(`/wallets/${id}/debit`, { credits: "300", transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "d" });
    expectShape((await harness.flexprice.get(`/wallets/${id}/balance/real-time`)).body, "flexprice/wallet_balance_negative.json");
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    expectShape((await harness.flexprice.get(`/wallets/${id}/balance/real-time`)).body, "flexprice/wallet_balance_inactive.json");
    const postpaid = await wallet({ wallet_type: "POST_PAID" });
    expectShape((await harness.flexprice.get(`/wallets/${postpaid}/balance/real-time`)).body, "flexprice/wallet_balance_postpaid.json");
  });

  it("a frozen wallet and a bare one", async () => {
    const frozen = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", wallet_status: "frozen" });
    const { name: _, ...bare } = (await harness.flexprice.get(`/wallets/${frozen.id}`)).body;
    expectShape(bare, "flexprice/wallet_minimal.json");
    await harness.flexprice.put(`/wallets/${frozen.id}`, { alert_settings: ALERTS, auto_topup: FULL.auto_topup, metadata: { a: "b" } });
    expectShape((await harness.flexprice.get(`/wallets/${frozen.id}`)).body, "flexprice/wallet_frozen.json");
  });

  it("transactions", async () => {
    const id = await wallet();
    await harness.flexprice.post(`/wallets/${id}/debit`, { credits: "1", transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "d" });
    expectShape((await harness.flexprice.get(`/wallets/${id}/transactions`)).body, "flexprice/transactions_list.json");
    const { body } = await harness.flexprice.post("/wallets/transactions/search", { ...(payload("flexprice/transactions_search_request.json") as Json), id, expand: "", type: "debit", credits_available_gt: undefined });
    expectShape(body, "flexprice/transactions_list.json");
  });
});

describe("Flexprice's answers have the recorded shapes: writes", () => {
  it("top-ups: direct, pending, by checkout", async () => {
    const id = await wallet();
    const expiry = { expiry_date_utc: "2027-08-01T00:00:00Z", priority: 1 };
    const direct = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "1", ...expiry });
    expectShape(direct.body, "flexprice/topup_response_direct.json");
    const pending = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", idempotency_key: "2" });
    expectShape(pending.body, "flexprice/topup_response_invoiced_pending.json");
    const checkout = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", checkout: { payment_provider: "razorpay" }, ...expiry });
    expectShape(checkout.body, "flexprice/topup_response_checkout.json");
  });

  it("the recorded requests are taken: create, top-up, debit, update, modify, terminate", async () => {
    await harness.flexprice.post("/customers", { external_id: "acme" });
    const created = await harness.flexprice.post("/wallets", payload("flexprice/create_request.json"));
    const id = String(created.body["id"]);
    await harness.flexprice.put(`/wallets/${id}`, { alert_settings: ALERTS, auto_topup: { cooldown: { value: 1, unit: "hour" } } });
    expectShape((await harness.flexprice.post(`/wallets/${id}/top-up`, payload("flexprice/topup_request_direct.json"))).body, "flexprice/topup_response_direct.json");
    expectShape((await harness.flexprice.post(`/wallets/${id}/top-up`, payload("flexprice/topup_request_invoiced.json"))).body, "flexprice/topup_response_invoiced_pending.json");
    expectShape((await harness.flexprice.post(`/wallets/${id}/debit`, payload("flexprice/debit_request.json"))).body, "flexprice/debit_response.json");
    expectShape((await harness.flexprice.post(`/wallets/${id}/modify`, payload("flexprice/modify_request.json"))).body, "flexprice/modify_response.json");
    expectShape((await harness.flexprice.post(`/wallets/${await wallet()}/terminate`)).body, "flexprice/terminate_response.json");
  });

  it("the recorded update and search are taken, and mean what they say", async () => {
    const id = await wallet();
    const { body } = await harness.flexprice.put(`/wallets/${id}`, payload("flexprice/update_request.json"));
    const { cooldown: _, ...auto_topup } = FULL.auto_topup;
    expect(body).toMatchObject({ name: "API credits", config: { allowed_price_types: ["ALL"] }, alert_settings: { alert_enabled: false, warning: null, info: null } });
    expect(body["auto_topup"]).toEqual(auto_topup);
    const search = { ...(payload("flexprice/wallets_search_request.json") as Json), wallet_ids: [id] };
    expect((await harness.flexprice.post("/wallets/search", search)).body).toMatchObject({ items: [{ id }], pagination: { total: 1, limit: 50, offset: 0 } });
  });

  it("events", async () => {
    expectShape((await harness.flexprice.post("/events", payload("flexprice/event_request.json"))).body, "flexprice/event_response.json");
    expectShape((await harness.flexprice.post("/events/bulk", payload("flexprice/events_bulk_request.json"))).body, "flexprice/events_bulk_response.json");
  });

  it("an invoice preview", async () => {
    const { control } = harness.sandbox;
    const { id } = control.subscriptions({ provider: "flexprice", customer: "acme", currency: "USD", fixed: [{ name: "Platform fee", amount: "30" }] });
    const request = { ...(payload("flexprice/invoice_preview_request.json") as Json), subscription_id: id };
    expectShape((await harness.flexprice.post("/invoices/preview", request)).body, "flexprice/invoice_preview_response.json");
  });

  it("the dashboard, off and on", async () => {
    expectShape((await harness.flexprice.get("/webhooks/dashboard")).body, "flexprice/webhooks_dashboard_off.json");
    harness.sandbox.control.webhooks({ provider: "flexprice", url: "http://127.0.0.1:9/" });
    expectShape((await harness.flexprice.get("/webhooks/dashboard")).body, "flexprice/webhooks_dashboard.json");
  });
});

describe("Flexprice's errors have the recorded shapes", () => {
  it("conflict, idempotency, not found, validation, insufficient, authentication", async () => {
    const id = await wallet();
    expectShape((await harness.flexprice.post("/wallets", FULL)).body, "flexprice/create_conflict_409.json");
    await topUp(id, { transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "1" });
    expectShape((await topUp(id, { transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "1" })).body, "flexprice/error_409_idempotency.json");
    expectShape((await harness.flexprice.get("/wallets/wallet_missing")).body, "flexprice/error_404.json");
    expectShape((await harness.flexprice.get("/customers/wallets")).body, "flexprice/error_400_validation.json");
    expectShape((await harness.flexprice.get("/wallets", { "x-api-key": "wrong" })).body, "flexprice/error_401.json");
    const expired = harness.sandbox.control.wallets({ provider: "flexprice", customer: "globex", currency: "USD", grants: [{ credits: "1", expiry_date: START - 1 }] });
    expectShape((await harness.flexprice.post(`/wallets/${expired.id}/terminate`)).body, "flexprice/error_400_insufficient.json");
    for (const [status, name] of [[429, "error_429"], [500, "error_500"]] as const) {
      harness.sandbox.control.faults({ status, times: 1 });
      expectShape((await harness.flexprice.get("/wallets")).body, `flexprice/${name}.json`);
    }
  });
});
