/** Invoice previews and the customer portal. */
import { describe, expect, it } from "vitest";
import type { SubscriptionRequest } from "../../sandbox/index.js";
import { HOUR, type Json, listAt, MINUTE, useSandbox } from "./harness.js";

const harness = useSandbox();

const subscribe = (fields: Partial<SubscriptionRequest> = {}) =>
  harness.sandbox.control.subscriptions({ provider: "flexprice", customer: "acme", currency: "USD", ...fields }).id;
const preview = (id: string, fields: Json = {}) => harness.flexprice.post("/invoices/preview", { subscription_id: id, ...fields });

async function use(code: string, unitPrice: string, units: string): Promise<void> {
  harness.sandbox.control.metrics({ provider: "flexprice", code, currency: "USD", unit_price: unitPrice });
  await harness.flexprice.post("/events", { event_name: code, external_customer_id: "acme", properties: { units } });
  harness.sandbox.control.clock({ advance: 2 * MINUTE });
}

describe("Flexprice: invoice preview", () => {
  it("has usage and fixed lines, coupons and tax, and no credits (rules 33..36)", async () => {
    harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "50" });
    const id = subscribe({ fixed: [{ name: "Platform fee", amount: "30" }], coupons: [{ type: "percentage", value: "10" }], tax_rates: ["10"] });
    await use("tokens", "0.0001", "1000000");
    const { status, body } = await preview(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subscription_id: id,
      subtotal: "130",
      total_discount: "13",
      total_tax: "11.7",
      total: "128.7",
      amount_due: "128.7",
      amount_remaining: "128.7",
      total_prepaid_credits_applied: "0",
      period_start: "2026-09-01T00:00:00.000Z",
      period_end: "2026-10-01T00:00:00.000Z",
    });
    expect(listAt(body, "line_items")).toMatchObject([
      { display_name: "Platform fee", price_type: "FIXED", amount: "30", quantity: "1", invoice_level_discount: "3" },
      { display_name: "tokens", price_type: "USAGE", amount: "100", quantity: "1000000", invoice_level_discount: "10", prepaid_credits_applied: "0" },
    ]);
  });

  it("rounds each line to the currency, and hides zeros when asked", async () => {
    const id = subscribe();
    await use("tokens", "0.001", "2.5");
    await use("calls", "1", "1.005");
    expect(listAt((await preview(id)).body, "line_items").map((line) => line["amount"])).toEqual(["0", "1.01"]);
    const { body } = await preview(id, { hide_zero_charges_line_items: true, period_start: "2026-08-01T00:00:00Z" });
    expect(listAt(body, "line_items").map((line) => line["amount"])).toEqual(["1.01"]);
    expect(body).toMatchObject({ total: "1.01", period_start: "2026-08-01T00:00:00.000Z" });
  });

  it("knows no other subscription, and needs one", async () => {
    expect(await preview("subs_unknown")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await preview("")).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });

  it.each<[Json, string]>([
    [{ provider: "lago", customer: "acme", currency: "EUR" }, "provider"],
    [{ provider: "flexprice", customer: "acme", currency: "EUR", fixed: [{ name: "Fee", amount: -1 }] }, "fixed[0].amount"],
    [{ provider: "flexprice", customer: "acme", currency: "EUR", coupons: [{ type: "free", value: "1" }] }, "coupons[0].type"],
    [{ provider: "flexprice", customer: "acme", currency: "EUR", period_start: 2, period_end: 1 }, "period_end"],
    [{ provider: "flexprice", customer: "acme", currency: "EUR", plan: "pro" }, "plan"],
  ])("the control API refuses %j", async (request, path) => {
    expect(await harness.control.post("/subscriptions", request)).toMatchObject({ status: 400, body: { code: "invalid_input", path } });
  });
});

describe("Flexprice: the customer portal", () => {
  async function session(customer = "acme") {
    const { status, body } = await harness.flexprice.get(`/customers/portal/${customer}`);
    const headers = { "x-session-token": String(body["token"]), "x-api-key": "" };
    return { status, body, get: (path: string) => harness.flexprice.get(`/customer/portal${path}`, headers), post: (path: string) => harness.flexprice.post(`/customer/portal${path}`, {}, headers) };
  }

  it("shows one customer's wallets by a session token, without an API key", async () => {
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "5" });
    const other = harness.sandbox.control.wallets({ provider: "flexprice", customer: "globex", currency: "USD", balance: "7" });
    const portal = await session();
    expect(portal.body).toMatchObject({ expires_at: "2026-09-01T13:00:00.000Z" });
    expect(String(portal.body["url"])).toContain(String(portal.body["token"]));
    expect((await portal.get("/info")).body).toMatchObject({ external_id: "acme" });
    expect((await portal.post("/wallets")).list).toMatchObject([{ id, real_time_balance: "5", is_cached_fallback: false }]);
    expect((await portal.get(`/wallets/${id}`)).body).toMatchObject({ id, balance: "5" });
    expect((await portal.get(`/wallets/${id}/transactions`)).body).toMatchObject({ pagination: { total: 1 } });
    expect(await portal.get(`/wallets/${other.id}`)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(harness.sandbox.control.requests().flexprice.by_key["portal"]).toMatchObject({ wallets: 3, transactions: 1, other: 1 });
  });

  it("ends after an hour, and takes nothing but a token", async () => {
    harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD" });
    const portal = await session();
    harness.sandbox.control.clock({ advance: HOUR - 1 });
    expect((await portal.post("/wallets")).status).toBe(200);
    harness.sandbox.control.clock({ advance: 1 });
    expect(await portal.post("/wallets")).toMatchObject({ status: 401, body: { error: "Unauthorized" } });
    expect((await harness.flexprice.post("/customer/portal/wallets")).status).toBe(401);
    // The token is no API key.
    expect((await harness.flexprice.get("/wallets", { "x-session-token": String(portal.body["token"]), "x-api-key": "" })).status).toBe(401);
    expect((await session("nobody")).status).toBe(404);
  });
});
