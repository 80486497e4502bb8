import { describe, expect, it } from "vitest";
import { startSandbox } from "../../sandbox/index.js";
import { at, HOUR, MINUTE, START, useSandbox } from "./harness.js";

const harness = useSandbox();

describe("control: the clock", () => {
  it("advances and is set, forward only", async () => {
    expect((await harness.control.post("/clock", { advance: 1500 })).body).toEqual({ now: START + 1500 });
    expect((await harness.control.post("/clock", { set: "2026-09-01T13:00:00Z" })).body).toEqual({ now: START + HOUR });
    expect(await harness.control.post("/clock", { set: START })).toMatchObject({ status: 400, body: { code: "invalid_input", path: "set" } });
    expect(await harness.control.post("/clock", {})).toMatchObject({ status: 400, body: { message: 'the body needs either "advance" or "set"' } });
  });

  it("goes on from the time it is given", async () => {
    let now = START;
    const sandbox = await startSandbox({ now: () => now });
    try {
      sandbox.control.clock({ advance: MINUTE });
      now += 1000;
      expect(sandbox.control.clock({ advance: 0 })).toEqual({ now: START + MINUTE + 1000 });
      expect(sandbox.control.reset()).toEqual({ now: START + 1000 });
    } finally {
      await sandbox.close();
    }
  });
});

describe("control: reset", () => {
  it("forgets everything and may start at any time", async () => {
    harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR" });
    harness.sandbox.control.faults({ status: 500 });
    expect((await harness.lago.get("/wallets")).status).toBe(500);
    expect((await harness.control.post("/reset", { now: "2020-01-01T00:00:00Z" })).body).toEqual({ now: Date.parse("2020-01-01T00:00:00Z") });
    expect((await harness.lago.get("/wallets")).body).toMatchObject({ meta: { total_count: 0 } });
    expect(harness.sandbox.control.requests().lago.wallets).toBe(1);
    expect((await harness.control.post("/reset")).body).toEqual({ now: START });
  });
});

describe("control: requests", () => {
  it("counts by provider, class and key", async () => {
    harness.sandbox.control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "1" });
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD" });
    await harness.flexprice.get("/customers/wallets?lookup_key=acme");
    await harness.flexprice.get(`/wallets/${id}/balance/real-time`);
    await harness.flexprice.get(`/wallets/${id}/transactions`);
    const one = { event_name: "tokens", external_customer_id: "acme" };
    await harness.flexprice.post("/events/bulk", { events: [one, one] }, { "x-api-key": `${harness.sandbox.flexprice.apiKey}+gate-2` });
    await harness.flexprice.get("/customers/cust_1", { "x-api-key": "wrong" });
    await harness.lago.get("/wallets");
    const none = { wallets: 0, transactions: 0, events: 0, events_accepted: 0, other: 0 };
    expect((await harness.control.get("/requests")).body).toEqual({
      flexprice: {
        wallets: 2,
        transactions: 1,
        events: 1,
        events_accepted: 2,
        other: 1,
        by_key: {
          default: { ...none, wallets: 2, transactions: 1 },
          "gate-2": { ...none, events: 1, events_accepted: 2 },
          unauthorized: { ...none, other: 1 },
        },
      },
      lago: { ...none, wallets: 1, by_key: { default: { ...none, wallets: 1 } } },
    });
  });
});

describe("control: wallets", () => {
  it("sets up a Flexprice wallet in any state", async () => {
    const { body } = await harness.control.post("/wallets", {
      provider: "flexprice",
      customer: "acme",
      currency: "usd",
      wallet_type: "POST_PAID",
      wallet_status: "frozen",
      conversion_rate: "0.5",
      topup_conversion_rate: "2",
      allowed_price_types: [],
      created_at: "2025-01-01T00:00:00Z",
      grants: [
        { credits: "10", priority: 0, expiry_date: START - HOUR, reason: "FREE_CREDIT_GRANT" },
        { credits: "4", created_at: START - HOUR },
      ],
    });
    expect(at(body, "wallet")).toMatchObject({ id: body["id"], wallet_status: "frozen", wallet_type: "POST_PAID", config: {}, balance: "7", credit_balance: "14", created_at: "2025-01-01T00:00:00.000Z" });
    // Rule 23: a balance that its credits do not bear out.
    const drifted = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "1000", grants: [] });
    expect(drifted.wallet).toMatchObject({ balance: "1000", credit_balance: "1000" });
    expect((await harness.flexprice.get(`/wallets/${drifted.id}/transactions`)).body).toMatchObject({ items: [] });
  });

  it("sets up a Lago wallet in any state", async () => {
    const { wallet } = harness.sandbox.control.wallets({
      provider: "lago",
      customer: "acme",
      currency: "kwd",
      rate_amount: "3",
      balance: "1.001",
      priority: 3,
      code: "special",
      name: "Special",
      expiration_at: START - HOUR,
      created_at: START - 2 * HOUR,
      applies_to: { fee_types: ["charge"], billable_metric_codes: ["anything"] },
      recurring_transaction_rules: [{ trigger: "threshold" }],
    });
    expect(wallet).toMatchObject({
      currency: "KWD",
      balance_cents: 1001,
      ongoing_balance_cents: 1001,
      credits_balance: "0.33367",
      priority: 3,
      status: "active",
      expiration_at: "2026-09-01T11:00:00Z",
      created_at: "2026-09-01T10:00:00Z",
      applies_to: { fee_types: ["charge"], billable_metric_codes: ["anything"] },
    });
  });
});

describe("control: bad requests", () => {
  it.each([
    ["/wallets", { provider: "stripe" }, "provider must be one of flexprice, lago", "provider"],
    ["/wallets", { provider: "lago", customer: "acme" }, "currency is required", "currency"],
    ["/wallets", { provider: "lago", customer: "acme", currency: "EUR", balance: 5 }, 'balance must be a decimal string, as in "12.5"', "balance"],
    ["/wallets", { provider: "lago", customer: "acme", currency: "EUR", balance: "0.001" }, "balance has more than the 2 decimals of EUR", "balance"],
    ["/wallets", { provider: "lago", customer: "acme", currency: "EUR", applies_to: { fee_types: ["fees"] } }, undefined, "applies_to.fee_types[0]"],
    ["/wallets", { provider: "flexprice", customer: "acme", currency: "USD", grants: [{ credits: "1", expires: 1 }] }, undefined, "grants[0].expires"],
    ["/wallets", { provider: "flexprice", customer: "acme", currency: "USD", priority: 1 }, undefined, "priority"],
    ["/metrics", { provider: "lago", code: "tokens", currency: "EUR", unit_price: "-1" }, "unit_price must not be negative", "unit_price"],
    ["/customers", { provider: "flexprice", external_id: "acme", tax_rate: "20" }, "tax_rate is not known here; known are provider, external_id", "tax_rate"],
    ["/faults", { latency: -1 }, undefined, "latency"],
    ["/faults", { malfromed: true }, undefined, "malfromed"],
    ["/faults", { status: 200 }, "status must be a whole number from 400 to 599", "status"],
    ["/faults", { retryAfter: 3 }, 'retryAfter needs a "status"', "retryAfter"],
    ["/faults", { provider: "lago", stale: true }, undefined, "stale"],
    ["/pay", { provider: "lago", id: "nothing" }, "id names no transaction and no invoice", "id"],
    ["/pay", { provider: "flexprice", id: "nothing" }, "id names no transaction and no invoice", "id"],
    ["/pay", { provider: "flexprice", id: "nothing", outcome: "failed" }, undefined, "outcome"],
    ["/plans", { provider: "flexprice", code: "pro" }, "provider must be one of lago", "provider"],
    ["/plans", { provider: "lago", code: "pro", charges: [{ metric: "unheard_of" }] }, "charges[0].metric names no metric; set it up first", "charges[0].metric"],
    ["/invoices", { provider: "lago", customer: "nobody", fees: [] }, "customer is not known", "customer"],
    ["/finalize", { provider: "lago", invoice: "nothing" }, "invoice is not known", "invoice"],
    ["/clock", { advance: 1.5 }, undefined, "advance"],
  ])("%s refuses %j", async (path, request, message, field) => {
    const { status, body } = await harness.control.post(path, request);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "invalid_input", path: field, ...(message === undefined ? {} : { message }) });
  });

  it("refuses a fee of no type", async () => {
    await harness.control.post("/customers", { provider: "lago", external_id: "acme" });
    const fees = [{ item_type: "fee", item_code: "tokens", amount_cents: 1 }];
    expect(await harness.control.post("/invoices", { provider: "lago", customer: "acme", fees })).toMatchObject({ status: 400, body: { path: "fees[0].item_type" } });
  });

  it("refuses a body that is no object, and knows no other verb", async () => {
    expect(await harness.control.post("/metrics", [])).toMatchObject({ status: 400, body: { message: "the body must be an object" } });
    expect(await harness.control.post("/explode")).toMatchObject({ status: 404, body: { code: "unknown_verb" } });
  });

  it("leaves nothing behind when it refuses", async () => {
    await harness.control.post("/wallets", { provider: "lago", customer: "acme", currency: "EUR", unknown: 1 });
    expect((await harness.lago.get("/wallets")).body).toMatchObject({ meta: { total_count: 0 } });
  });
});

describe("startSandbox", () => {
  it("takes other keys", async () => {
    const sandbox = await startSandbox({ keys: { lago: "mine" } });
    try {
      expect(sandbox.lago.apiKey).toBe("mine");
      expect((await fetch(`${sandbox.lago.baseUrl}/wallets`, { headers: { authorization: "Bearer mine" } })).status).toBe(200);
    } finally {
      await sandbox.close();
    }
  });

  it.each([{ port: 70_000 }, { port: -1 }, { lagoRefreshInterval: 0 }, { flexpriceEventLag: 0.5 }])("refuses %j", async (options) => {
    await expect(startSandbox(options)).rejects.toMatchObject({ code: "invalid_option", path: Object.keys(options)[0] });
  });

  it("says when its port is taken", async () => {
    const port = Number(new URL(harness.sandbox.control.baseUrl).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
