import { describe, expect, it } from "vitest";
import { type Answer, at, listAt, MINUTE, useSandbox } from "./harness.js";

const harness = useSandbox();

function seed(taxRate = "0"): string {
  const { control } = harness.sandbox;
  control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "0.01", property: "units" });
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: taxRate, subscription: "sub-1" });
  return control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "100" }).id;
}

async function event(id: string, fields: Record<string, unknown> = {}): Promise<Answer> {
  const body = { transaction_id: id, external_subscription_id: "sub-1", code: "tokens", timestamp: 1_788_264_000, properties: { units: "1000" }, ...fields };
  return harness.lago.post("/events", { event: body });
}

async function ongoing(id: string): Promise<Record<string, unknown>> {
  return at((await harness.lago.get(`/wallets/${id}`)).body, "wallet");
}

function advance(ms: number): void {
  harness.sandbox.control.clock({ advance: ms });
}

describe("Lago: the refresh clock", () => {
  it("moves the ongoing balance only when it ticks", async () => {
    const id = seed();
    expect(await ongoing(id)).toMatchObject({ balance_cents: 10000, ongoing_balance_cents: 10000 });
    expect(await event("t1")).toMatchObject({ status: 200, body: { event: { transaction_id: "t1", code: "tokens", timestamp: "2026-09-01T12:00:00.000Z" } } });
    advance(5 * MINUTE - 1);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 10000 });
    advance(1);
    expect(await ongoing(id)).toMatchObject({
      balance_cents: 10000,
      ongoing_balance_cents: 9000,
      ongoing_usage_balance_cents: 1000,
      credits_ongoing_balance: "90.0",
      credits_ongoing_usage_balance: "10.0",
    });
    await event("t2");
    advance(4 * MINUTE);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
    advance(MINUTE);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 8000 });
  });

  it("leaves out what came after the tick, however late somebody looks", async () => {
    const id = seed();
    await event("before");
    advance(5 * MINUTE);
    await event("after");
    advance(MINUTE);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
  });

  it("runs at once after a settled change of any of the customer's wallets (R-ONG-14)", async () => {
    const id = seed();
    const other = harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", code: "other" }).id;
    await event("t1");
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 10000 });
    await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: other, granted_credits: "1" } });
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
  });

  it("ticks when told to", async () => {
    const id = seed();
    await event("t1");
    expect((await harness.control.post("/refresh")).status).toBe(200);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
  });

  it("spreads usage over the wallets in order, tax included, the last one going negative", async () => {
    seed("20");
    const { control } = harness.sandbox;
    const first = control.wallets({ provider: "lago", customer: "acme", currency: "EUR", code: "first", balance: "5", priority: 1, applies_to: { billable_metric_codes: ["tokens"] } }).id;
    await event("t1", { properties: { units: 12_000 } });
    control.refresh();
    // 120.00 + 20 % = 144.00: 5 from the first, 139 from the catch-all, which holds 100.
    expect(await ongoing(first)).toMatchObject({ ongoing_balance_cents: 0, ongoing_usage_balance_cents: 500 });
    const wallets = listAt((await harness.lago.get("/wallets?external_customer_id=acme&currency=EUR")).body, "wallets");
    expect(wallets.find((wallet) => wallet["code"] === "default")).toMatchObject({ ongoing_balance_cents: -3900, credits_ongoing_balance: "-39.0" });
  });

  it("does not touch terminated wallets, and refreshes the others at the next tick", async () => {
    const id = seed();
    const first = harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", code: "first", balance: "50", priority: 1 }).id;
    await event("t1");
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 10000 });
    await harness.lago.delete(`/wallets/${first}`);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 10000 });
    advance(5 * MINUTE);
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
    expect(await ongoing(first)).toMatchObject({ status: "terminated", ongoing_balance_cents: 4000 });
  });
});

describe("Lago: events", () => {
  it("counts a transaction id once per subscription, and says so", async () => {
    const id = seed();
    await event("t1");
    expect(await event("t1")).toMatchObject({ status: 422, body: { code: "validation_errors", error_details: { transaction_id: ["value_already_exist"] } } });
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", subscription: "sub-2" });
    expect((await event("t1", { external_subscription_id: "sub-2" })).status).toBe(200);
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 8000 });
    expect(harness.sandbox.control.requests().lago).toMatchObject({ events: 3, events_accepted: 2 });
  });

  it("takes a batch whole or not at all, with errors by index", async () => {
    const id = seed();
    await event("t1");
    const one = (transaction_id: string) => ({ transaction_id, external_subscription_id: "sub-1", code: "tokens", properties: { units: 100 } });
    expect(await harness.lago.post("/events/batch", { events: [one("t2"), one("t1"), one("t2")] })).toMatchObject({
      status: 422,
      body: { error_details: { "1": { transaction_id: ["value_already_exist"] }, "2": { transaction_id: ["value_already_exist"] } } },
    });
    const { status, body } = await harness.lago.post("/events/batch", { events: [one("t2"), one("t3")] });
    expect(status).toBe(200);
    expect(listAt(body, "events").map((item) => item["transaction_id"])).toEqual(["t2", "t3"]);
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_usage_balance_cents: 1200 });
  });

  it("refuses an empty and an oversized batch, and incomplete events", async () => {
    expect((await harness.lago.post("/events/batch", { events: [] })).body).toMatchObject({ error_details: { events: ["no_events"] } });
    const events = Array.from({ length: 101 }, (_, index) => ({ transaction_id: String(index) }));
    expect((await harness.lago.post("/events/batch", { events })).body).toMatchObject({ error_details: { events: ["too_many_events"] } });
    expect((await harness.lago.post("/events", { event: { code: "tokens", timestamp: "soon" } })).body).toMatchObject({
      error_details: { transaction_id: ["value_is_mandatory"], external_subscription_id: ["value_is_mandatory"], timestamp: ["invalid_format"] },
    });
  });

  it("accepts an unknown code, which costs nothing, and a subscription that comes later", async () => {
    const id = seed();
    expect((await event("t1", { code: "unheard_of" })).status).toBe(200);
    expect((await event("t2", { external_subscription_id: "later" })).status).toBe(200);
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 10000 });
    await harness.lago.post("/subscriptions", { subscription: { external_customer_id: "acme", external_id: "later", plan_code: "pro" } });
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_balance_cents: 9000 });
  });

  it("takes the cost that an event names instead of the price", async () => {
    const id = seed();
    await event("t1", { precise_total_amount_cents: "12.4" });
    await event("t2", { precise_total_amount_cents: "12.4" });
    harness.sandbox.control.refresh();
    expect(await ongoing(id)).toMatchObject({ ongoing_usage_balance_cents: 25 });
    expect((await event("t3", { precise_total_amount_cents: "lots" })).status).toBe(422);
  });
});

describe("Lago: current usage", () => {
  it("shows charges without tax and the tax in the total, at once", async () => {
    seed("20");
    harness.sandbox.control.metrics({ provider: "lago", code: "calls", currency: "EUR", unit_price: "0.00125", property: null });
    await event("t1", { properties: { units: 1234.5 } });
    await event("t2", { code: "calls", properties: {} });
    const { status, body } = await harness.lago.get("/customers/acme/current_usage?external_subscription_id=sub-1");
    expect(status).toBe(200);
    const usage = at(body, "customer_usage");
    // 12.345 -> 12.35, tax 2.47; 0.00125 -> 0.
    expect(usage).toMatchObject({
      from_datetime: "2026-09-01T00:00:00Z",
      to_datetime: "2026-09-30T23:59:59Z",
      issuing_date: "2026-10-01",
      currency: "EUR",
      amount_cents: 1235,
      taxes_amount_cents: 247,
      total_amount_cents: 1482,
    });
    expect(listAt(usage, "charges_usage")).toMatchObject([
      { units: "1234.5", events_count: 1, amount_cents: 1235, billable_metric: { code: "tokens", aggregation_type: "sum_agg" } },
      { units: "1.0", events_count: 1, amount_cents: 0, billable_metric: { code: "calls", aggregation_type: "count_agg" } },
    ]);
  });

  it("does not find a stranger or another customer's subscription", async () => {
    seed();
    harness.sandbox.control.customers({ provider: "lago", external_id: "globex" });
    const code = async (path: string) => (await harness.lago.get(`/customers/${path}`)).body["code"];
    expect(await code("nobody/current_usage?external_subscription_id=sub-1")).toBe("customer_not_found");
    expect(await code("globex/current_usage?external_subscription_id=sub-1")).toBe("subscription_not_found");
    expect(await code("acme/current_usage")).toBe("subscription_not_found");
  });
});
