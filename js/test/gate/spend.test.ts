import { CreditGateError } from "../../errors.js";
import { describe, expect, test } from "vitest";
import { flexpriceWallet, harness, lagoWallet, eur, failure, MINUTE, money, NOW, providerError, said, usd } from "./harness.js";

describe("Flexprice", () => {
  test("a spend within the balance is covered, shows its numbers and debits", async () => {
    const { gate, run } = harness({ wallets: money("10") });
    const decision = await run(gate.spend(usd("4")));
    expect(decision).toEqual({
      outcome: "covered",
      reason: "sufficient",
      allowed: true,
      customer: "cus_1",
      currency: "USD",
      required: "4",
      available: "10",
      precision: "exact",
      notes: ["expiry_unknown"],
      snapshot: { fetchedAt: NOW, asOf: NOW, age: 0, freshness: "computed" },
      nextChangeAt: NOW + 5 * MINUTE,
    });
    expect(gate.checkCached(usd("6"))).toMatchObject({ outcome: "covered", available: "6" });
    expect(gate.checkCached(usd("6.01"))).toMatchObject({ outcome: "short", available: "6", shortfall: "0.01", required: "6.01" });
  });

  test("a check records nothing", async () => {
    const { gate, run } = harness({ wallets: money("10") });
    for (let i = 0; i < 5; i++) expect(said(await run(gate.check(usd("10"))))).toBe("covered: sufficient");
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("a spend that is short shows what is missing and debits nothing", async () => {
    const { gate, run } = harness({ wallets: money("10", "2.5") });
    const decision = await run(gate.spend(usd("3")));
    expect(decision).toMatchObject({
      outcome: "short", reason: "insufficient_balance", allowed: false, required: "3", available: "2.5", shortfall: "0.5",
    });
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("two wallets count once for the customer's pending usage", async () => {
    const wallets = [
      flexpriceWallet({ id: "a", balance: "10", realTime: "7" }),
      flexpriceWallet({ id: "b", balance: "5", realTime: "2" }),
    ];
    const { gate, run } = harness({ wallets });
    expect((await run(gate.check(usd("12")))).outcome).toBe("covered");
    expect(await run(gate.check(usd("12.01")))).toMatchObject({ outcome: "short", available: "12" });
  });

  test("credits are priced by the wallets' rate", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "10", rate: "0.5" })] });
    const credits = (n: string) => ({ customer: "cus_1", currency: "USD", credits: n });
    expect(await run(gate.spend(credits("20")))).toMatchObject({ outcome: "covered", required: "10", available: "10" });
    expect(await run(gate.spend(credits("1")))).toMatchObject({ outcome: "short", required: "0.5", available: "0" });
  });

  test("units are multiplied by their price, exactly", async () => {
    const { gate, run } = harness({ wallets: money("10") });
    const usage = { customer: "cus_1", currency: "usd", units: 1500, unitPrice: "0.000003" };
    expect(await run(gate.spend(usage))).toMatchObject({ outcome: "covered", required: "0.0045" });
    expect(gate.checkCached(usd("1"))).toMatchObject({ available: "9.9955" });
  });
});

describe("Lago", () => {
  test("a spend within the ongoing balance is covered, tax included", async () => {
    const { gate, run } = harness({ profile: "lago", taxRate: "20", wallets: [lagoWallet({ cents: 1200, ongoingCents: 600 })] });
    const decision = await run(gate.spend(eur("4")));
    expect(decision).toMatchObject({
      outcome: "covered", required: "4.8", available: "6", precision: "exact", notes: [],
      snapshot: { fetchedAt: NOW, asOf: NOW - 5 * MINUTE, age: 5 * MINUTE, freshness: "undated" },
    });
    expect(gate.checkCached(eur("1"))).toMatchObject({ outcome: "covered", required: "1.2", available: "1.2" });
    expect(gate.checkCached(eur("1.01"))).toMatchObject({ outcome: "short", required: "1.212", shortfall: "0.012" });
  });

  test("a metric pays from the wallets that admit it only", async () => {
    const wallets = [
      lagoWallet({ id: "all", cents: 100, metrics: ["tokens"] }),
      lagoWallet({ id: "images", cents: 900, metrics: ["images"] }),
    ];
    const { gate, run } = harness({ profile: "lago", wallets });
    expect(await run(gate.check(eur("2")))).toMatchObject({ outcome: "short", available: "1" });
    expect(await run(gate.check(eur("9", { metric: "images" })))).toMatchObject({ outcome: "covered", available: "9" });
  });

  test("overlapping scopes make an estimate, which may be refused", async () => {
    const wallets = [lagoWallet({ id: "any", cents: 100 }), lagoWallet({ id: "tokens", cents: 100, metrics: ["tokens"] })];
    const estimate = harness({ profile: "lago", wallets });
    expect(await estimate.run(estimate.gate.check(eur("1")))).toMatchObject({ outcome: "covered", precision: "estimate", notes: ["scopes_overlap"] });
    const strict = harness({ profile: "lago", wallets, whenScopesOverlap: "unknown" });
    expect(said(await strict.run(strict.gate.check(eur("1"))))).toBe("unknown: scopes_overlap");
  });

  test("a wallet's expiry is when the answer changes, and then it does", async () => {
    const at = NOW + 2 * MINUTE;
    const { gate, run, clock } = harness({ profile: "lago", wallets: [lagoWallet({ cents: 100, expiresAt: new Date(at).toISOString() })] });
    expect(await run(gate.check(eur("1")))).toMatchObject({ outcome: "covered", nextChangeAt: at });
    await clock.advance(2 * MINUTE);
    expect(gate.checkCached(eur("1"))).toMatchObject({ outcome: "short", reason: "credits_expired", available: "0" });
  });
});

describe("a decision", () => {
  test("that is unknown is allowed only where the gate or the call says so", async () => {
    const deny = harness();
    deny.provider.byDefault = providerError("provider_unavailable");
    expect(await deny.run(deny.gate.spend(usd("1")))).toMatchObject({ outcome: "unknown", allowed: false });
    expect(await deny.run(deny.gate.spend(usd("1"), { whenUnknown: "allow" }))).toMatchObject({ outcome: "unknown", allowed: true });
    const allow = harness({ whenUnknown: "allow" });
    allow.provider.byDefault = providerError("provider_unavailable");
    expect(await allow.run(allow.gate.spend(usd("1")))).toMatchObject({ outcome: "unknown", reason: "provider_unavailable", allowed: true });
    expect(await allow.run(allow.gate.spend(usd("1"), { whenUnknown: "deny" }))).toMatchObject({ allowed: false });
  });

  test("that is short is never allowed, whatever is said of unknown ones", async () => {
    const { gate, run } = harness({ wallets: money("1"), whenUnknown: "allow" });
    expect(await run(gate.spend(usd("2")))).toMatchObject({ outcome: "short", allowed: false });
  });

  test("allowed while unknown is debited all the same", async () => {
    const { gate, run, provider, clock } = harness({ whenUnknown: "allow" });
    provider.byDefault = providerError("provider_unavailable");
    await run(gate.spend(usd("4"), { key: "k" }));
    provider.byDefault = money("10");
    await clock.advance(MINUTE);
    expect(await run(gate.check(usd("1")))).toMatchObject({ available: "6" });
  });

  test("of ours at fault is never allowed, not even where unknown ones are", async () => {
    const { gate, run, provider } = harness({ whenUnknown: "allow" });
    provider.byDefault = providerError("engine_fault");
    expect(await run(gate.spend(usd("1")))).toMatchObject({ outcome: "unknown", reason: "engine_fault", allowed: false });
    provider.answers.set("cus_2", [flexpriceWallet({ balance: "1".repeat(40) })]);
    expect(await run(gate.spend(usd("1", { customer: "cus_2" })))).toMatchObject({ reason: "decimal_out_of_range", allowed: false });
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("that is short answers 402 with its numbers, not to be stored", async () => {
    const { gate, run } = harness({ wallets: money("1") });
    const response = (await run(gate.spend(usd("3")))).toResponse();
    expect(response.status).toBe(402);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.has("retry-after")).toBe(false);
    expect(await response.json()).toMatchObject({
      title: "Payment Required", status: 402, reason: "insufficient_balance", currency: "USD", required: "3", available: "1", shortfall: "2",
    });
  });

  test("that is unknown says how long the billing API asked to be left alone", async () => {
    const { gate, run, provider } = harness();
    provider.byDefault = new CreditGateError("provider_throttled", "slow down", { retryAfter: 42_000 });
    const response = (await run(gate.spend(usd("3")))).toResponse();
    expect(response.headers.get("retry-after")).toBe("42");
  });

  test("that is unknown answers 503 and says when to try again", async () => {
    const { gate, run, provider } = harness();
    provider.byDefault = providerError("provider_timeout");
    const response = (await run(gate.spend(usd("3")))).toResponse();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ title: "Service Unavailable", status: 503, reason: "provider_timeout" });
  });

  test("gives a new response each time, and none when it allows", async () => {
    const { gate, run } = harness({ wallets: money("1") });
    const short = await run(gate.check(usd("3")));
    await short.toResponse().text();
    expect(await short.toResponse().text()).not.toBe("");
    const covered = await run(gate.check(usd("1")));
    expect((await failure(() => covered.toResponse())).code).toBe("invalid_input");
    const allowed = await run(gate.check(usd("1", { customer: "x" }), { whenUnknown: "allow" }));
    expect(allowed).toMatchObject({ outcome: "short", reason: "customer_not_found", available: "0" });
  });

  test("serializes to JSON without its functions", async () => {
    const { gate, run } = harness({ wallets: money("1") });
    const decision = await run(gate.check(usd("3")));
    expect(Object.keys(JSON.parse(JSON.stringify(decision))).sort()).toEqual(
      ["allowed", "available", "currency", "customer", "nextChangeAt", "notes", "outcome", "precision", "reason", "required", "shortfall", "snapshot"],
    );
    expect(structuredClone({ ...decision })).toEqual({ ...decision });
  });

  test("explains each wallet, what is subtracted, and what is pending", async () => {
    const wallets = [
      flexpriceWallet({ id: "paid", balance: "10", realTime: "7" }),
      flexpriceWallet({ id: "frozen", balance: "99", realTime: "0", status: "frozen" }),
      flexpriceWallet({ id: "euro", balance: "99", currency: "eur" }),
      flexpriceWallet({ id: "post", balance: "99", type: "POST_PAID" }),
    ];
    const { gate, run } = harness({ wallets });
    const decision = await run(gate.spend(usd("2")));
    const explained = decision.explain();
    expect(explained).toMatchObject({ overlay: "2", pendingUsage: "3", precision: "exact" });
    expect(Object.fromEntries(explained?.wallets.map(({ id, verdict, available }) => [id, `${verdict} ${available}`]) ?? [])).toEqual({
      paid: "eligible 5", frozen: "inactive 0", euro: "currency_mismatch 0", post: "postpaid 0",
    });
  });

  test("without a snapshot explains nothing", () => {
    const { gate } = harness({ wallets: money("1") });
    const decision = gate.checkCached(usd("1"));
    expect(said(decision)).toBe("unknown: not_cached");
    expect(decision.explain()).toBeUndefined();
    expect(decision.snapshot).toBeUndefined();
  });
});

describe("freshness of a snapshot", () => {
  test("from Flexprice's cache is 30 minutes older than the request, and noted", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "10", cached: true })] });
    expect(await run(gate.check(usd("1")))).toMatchObject({
      outcome: "covered",
      notes: ["expiry_unknown", "cached_fallback"],
      snapshot: { fetchedAt: NOW, asOf: NOW - 30 * MINUTE, age: 30 * MINUTE, freshness: "cached_fallback" },
    });
  });

  test("absence of the cache's flag reads as cached", async () => {
    const { is_cached_fallback: _, ...wallet } = flexpriceWallet({ balance: "10" });
    const { gate, run } = harness({ wallets: [wallet] });
    expect((await run(gate.check(usd("1")))).snapshot?.freshness).toBe("cached_fallback");
  });

  test("figures from the cache answer nothing where they are not accepted", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "10", cached: true })], acceptFallback: false });
    expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "unknown", reason: "cached_fallback", allowed: false });
  });

  test("runs from when the request was sent, not from when the answer came", async () => {
    const { gate, run, provider } = harness({ wallets: money("1") });
    provider.latency = 800;
    expect((await run(gate.check(usd("1")))).snapshot).toEqual({ fetchedAt: NOW + 800, asOf: NOW, age: 800, freshness: "computed" });
  });

  test("grants that were fetched leave no note, and an expired one does not count", async () => {
    const wallets = money("10");
    const h = harness({ wallets });
    const grant = (credits: string, expiry: string | null) => ({ type: "credit", transaction_status: "completed", credits_available: credits, expiry_date: expiry });
    h.provider.grants = { w1: [grant("4", new Date(NOW + MINUTE).toISOString()), grant("5", null)] };
    expect(await h.run(h.gate.check(usd("9")))).toMatchObject({ outcome: "covered", available: "9", notes: [], nextChangeAt: NOW + MINUTE + 1 });
    await h.clock.advance(MINUTE + 1);
    expect(h.gate.checkCached(usd("5.5"))).toMatchObject({ outcome: "short", available: "5" });
  });
});

test("an account answers at once for its customer and sees newer snapshots and debits", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("10") });
  const account = await run(gate.account("cus_1"));
  expect(account.snapshot).toEqual({ fetchedAt: NOW, asOf: NOW, age: 0, freshness: "computed" });
  expect(account.check({ amount: "10", currency: "usd" }).outcome).toBe("covered");
  expect(account.spend({ amount: "4", currency: "usd" }).allowed).toBe(true);
  gate.spendCached(usd("1"));
  expect(account.available({ currency: "USD" })).toBe("5");
  expect(account.explain({ currency: "USD" })?.overlay).toBe("5");
  await clock.advance(10 * MINUTE);
  provider.answers.set("cus_1", money("30"));
  await run(gate.refresh("cus_1"));
  expect(account.available({ currency: "USD" })).toBe("30");
});

test("an account of a customer who cannot be looked up answers unknown", async () => {
  const { gate, run, provider } = harness();
  provider.byDefault = providerError("provider_unauthorized");
  const account = await run(gate.account("cus_1"));
  expect(account.snapshot).toBeUndefined();
  expect(account.available({ currency: "USD" })).toBeUndefined();
  expect(said(account.check({ amount: 1, currency: "USD" }))).toBe("unknown: provider_unauthorized");
});

test("a refresh fetches now and throws what it failed with", async () => {
  const { gate, run, provider } = harness({ wallets: money("1") });
  expect(await run(gate.refresh("cus_1"))).toEqual({ fetchedAt: NOW, asOf: NOW, age: 0, freshness: "computed" });
  provider.answers.set("cus_1", providerError("provider_forbidden"));
  expect((await failure(() => run(gate.refresh("cus_1")))).code).toBe("provider_forbidden");
});
