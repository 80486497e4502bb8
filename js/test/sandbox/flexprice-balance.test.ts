import { describe, expect, it } from "vitest";
import { MINUTE, useSandbox } from "./harness.js";

const harness = useSandbox();
const REAL_TIME = "/customers/wallets?lookup_key=acme&include_real_time_balance=true";

function metric(code = "tokens", unitPrice = "0.001"): void {
  harness.sandbox.control.metrics({ provider: "flexprice", code, currency: "USD", unit_price: unitPrice, property: "units" });
}

function wallet(balance = "10"): string {
  return harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance }).id;
}

async function event(id: string, units: string | number, code = "tokens", customer = "acme"): Promise<number> {
  const body = { event_name: code, external_customer_id: customer, event_id: id, properties: { units } };
  return (await harness.flexprice.post("/events", body)).status;
}

describe("Flexprice: events become pending usage", () => {
  it("counts an event once its lag has passed, and not before", async () => {
    metric();
    const id = wallet();
    expect(await harness.flexprice.post("/events", { event_name: "tokens", external_customer_id: "acme", event_id: "e1", properties: { units: 2500 } })).toMatchObject({
      status: 202,
      body: { message: "Event accepted for processing", event_id: "e1" },
    });
    harness.sandbox.control.clock({ advance: 2 * MINUTE - 1 });
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time`)).body).toMatchObject({ real_time_balance: "10", current_period_usage: "0" });
    harness.sandbox.control.clock({ advance: 1 });
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({
      id,
      balance: "10",
      real_time_balance: "7.5",
      real_time_credit_balance: "7.5",
      current_period_usage: "2.5",
      unpaid_invoices_amount: "0",
      is_cached_fallback: false,
    });
  });

  it("rounds each metric's line to the currency and then adds them (rule 6)", async () => {
    metric("a", "0.004");
    metric("b", "0.004");
    wallet();
    await event("1", 1, "a");
    await event("2", 1, "b");
    await event("3", 1, "a");
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    // a: 0.008 -> 0.01; b: 0.004 -> 0.
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ current_period_usage: "0.01" });
  });

  it("counts an event id once", async () => {
    metric();
    wallet();
    expect(await event("same", 1000)).toBe(202);
    expect(await event("same", 1000)).toBe(202);
    const again = { event_name: "tokens", external_customer_id: "acme", event_id: "same", properties: { units: 1000 } };
    const bulk = await harness.flexprice.post("/events/bulk", { events: [again, { ...again, event_id: "other" }, { ...again, event_id: "other" }] });
    expect(bulk).toMatchObject({ status: 202, body: { message: "Events accepted for processing" } });
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ current_period_usage: "2" });
    expect(harness.sandbox.control.requests().flexprice).toMatchObject({ events: 3, events_accepted: 2 });
  });

  it("accepts an unknown name, which costs nothing, and a customer who comes later", async () => {
    metric();
    expect(await event("1", 5, "unheard_of")).toBe(202);
    expect(await event("2", 3000)).toBe(202);
    wallet();
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ current_period_usage: "3" });
  });

  it("counts events for a metric without a property, and nothing for an unreadable one", async () => {
    metric();
    harness.sandbox.control.metrics({ provider: "flexprice", code: "calls", currency: "USD", unit_price: "0.5", property: null });
    wallet();
    await event("1", 999, "calls");
    await event("2", 999, "calls");
    await event("3", "many");
    await event("4", "1500.5");
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    // 2 x 0.5 + 1.5005 -> 1.5
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ current_period_usage: "2.5" });
  });

  it("goes negative without a floor, and each wallet of the currency subtracts the whole (rules 1, 11)", async () => {
    metric();
    wallet("1");
    wallet("4");
    await event("1", 3000);
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    expect((await harness.flexprice.get(REAL_TIME)).list.map((item) => item["real_time_balance"])).toEqual(["-2", "1"]);
  });

  it.each([{}, { event_name: "tokens" }, { external_customer_id: "acme" }])("refuses %j", async (body) => {
    expect(await harness.flexprice.post("/events", body)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });

  it("refuses an empty and an oversized bulk, and one bad event refuses all", async () => {
    const good = { event_name: "tokens", external_customer_id: "acme" };
    for (const events of [[], Array.from({ length: 1001 }, () => good), [good, {}]]) {
      expect((await harness.flexprice.post("/events/bulk", { events })).status).toBe(400);
    }
    expect(harness.sandbox.control.requests().flexprice).toMatchObject({ events: 3, events_accepted: 0 });
  });
});

describe("Flexprice: kinds of wallet", () => {
  it("reads 0 for a wallet that is not active", async () => {
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "9", wallet_status: "frozen" });
    const { body } = await harness.flexprice.get(`/wallets/${id}/balance/real-time`);
    expect(body).toMatchObject({ balance: "9", wallet_status: "frozen", real_time_balance: "0", real_time_credit_balance: "0", current_period_usage: "0" });
    expect(body).not.toHaveProperty("unpaid_invoices_amount");
  });

  it("leaves a POST_PAID wallet's balance alone", async () => {
    metric();
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "9", wallet_type: "POST_PAID", conversion_rate: "0.5" });
    await event("1", 1000);
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time`)).body).toMatchObject({ real_time_balance: "9", real_time_credit_balance: "18", current_period_usage: "0" });
  });

  it("lets the invoice of a pending purchase lower an ALL wallet, not a USAGE one (rule 10)", async () => {
    const all = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "9", allowed_price_types: ["ALL"] }).id;
    const usage = wallet("9");
    await harness.flexprice.post(`/wallets/${usage}/top-up`, { credits_to_add: "5", transaction_reason: "PURCHASED_CREDIT_INVOICED" });
    expect((await harness.flexprice.get(`/wallets/${all}/balance/real-time`)).body).toMatchObject({ real_time_balance: "4" });
    expect((await harness.flexprice.get(`/wallets/${usage}/balance/real-time`)).body).toMatchObject({ real_time_balance: "9" });
  });
});

describe("Flexprice: the cache", () => {
  async function spendTwo(): Promise<void> {
    await event("spent", 2000);
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
  }

  it("answers from_cache with the newest computed value, whose other figures are empty (rule 15)", async () => {
    metric();
    const id = wallet();
    expect((await harness.flexprice.get(`${REAL_TIME}&from_cache=true`)).list[0]).toMatchObject({ is_cached_fallback: false });
    await spendTwo();
    const [cached] = (await harness.flexprice.get(`${REAL_TIME}&from_cache=true`)).list;
    expect(cached).toMatchObject({ real_time_balance: "10", real_time_credit_balance: "10", current_period_usage: "0", is_cached_fallback: true });
    expect(cached).not.toHaveProperty("unpaid_invoices_amount");
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ real_time_balance: "8", is_cached_fallback: false });
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time-cached`)).body).toMatchObject({ real_time_balance: "8", is_cached_fallback: true });
  });

  it("does not let a top-up into the cached value (rule 16)", async () => {
    const id = wallet();
    await harness.flexprice.get(REAL_TIME);
    await harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "5", transaction_reason: "PURCHASED_CREDIT_DIRECT" });
    expect((await harness.flexprice.get(`${REAL_TIME}&from_cache=true`)).list[0]).toMatchObject({ balance: "15", real_time_balance: "10", is_cached_fallback: true });
  });

  it("honours x-max-live, except with from_cache on the plain path", async () => {
    metric();
    const id = wallet();
    await harness.flexprice.get(REAL_TIME);
    await spendTwo();
    const seconds = (n: number) => ({ "x-max-live": String(n) });
    const cachedPath = `/wallets/${id}/balance/real-time-cached`;
    expect((await harness.flexprice.get(cachedPath, seconds(120))).body).toMatchObject({ is_cached_fallback: true });
    expect((await harness.flexprice.get(`/wallets/${id}/balance/real-time?from_cache=true`, seconds(1))).body).toMatchObject({ is_cached_fallback: true });
    expect((await harness.flexprice.get(`${REAL_TIME}&from_cache=true`, seconds(119))).list[0]).toMatchObject({ real_time_balance: "8", is_cached_fallback: false });
  });

  it("serves the cached value to every read while computing fails, up to 30 minutes (rules 13, 14)", async () => {
    metric();
    const id = wallet();
    harness.sandbox.control.faults({ provider: "flexprice", stale: true });
    // Nothing cached yet: computed after all.
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ is_cached_fallback: false });
    await spendTwo();
    for (const path of [`/wallets/${id}/balance/real-time`, `/wallets/${id}/balance/real-time-cached`]) {
      expect((await harness.flexprice.get(path, { "x-max-live": "1" })).body).toMatchObject({ real_time_balance: "10", current_period_usage: "0", is_cached_fallback: true });
    }
    harness.sandbox.control.clock({ advance: 28 * MINUTE });
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ real_time_balance: "8", is_cached_fallback: false });
    await harness.control.delete("/faults");
    expect((await harness.flexprice.get(REAL_TIME)).list[0]).toMatchObject({ is_cached_fallback: false });
  });
});
