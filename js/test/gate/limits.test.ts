import { expect, test } from "vitest";
import { type FakeProvider, flexpriceWallet, harness, MINUTE, money, NOW, said, SECOND, usd } from "./harness.js";

const of = (customer: string, amount = "1") => usd(amount, { customer });

test("no more calls are under way at once than allowed; the others wait their turn", async () => {
  const { gate, run, provider } = harness();
  provider.byDefault = money("1");
  provider.latency = 100;
  const all = Array.from({ length: 30 }, (_, i) => gate.check(of(`c${i}`)));
  const decisions = await run(Promise.all(all));
  expect(provider.mostAtOnce).toBe(8);
  expect(decisions.map(said)).toEqual(decisions.map(() => "covered: sufficient"));
});

test("a call whose turn does not come within its deadline is unknown: provider_timeout", async () => {
  const { gate, run, provider } = harness({ maxRefreshes: 1 });
  provider.byDefault = money("1");
  provider.latency = 1_500;
  const decisions = await run(Promise.all(["a", "b", "c"].map((id) => gate.check(of(id)))));
  expect(decisions.map(said)).toEqual(["covered: sufficient", "unknown: provider_timeout", "unknown: provider_timeout"]);
});

test("beyond the bucket of tokens the answer is throttled without a call and without a pause afterwards", async () => {
  const { gate, run, clock, provider } = harness({ rateLimit: { perSecond: 1, burst: 2 } });
  provider.byDefault = money("1");
  const answers: string[] = [];
  for (const id of ["a", "b", "c"]) answers.push(said(await run(gate.check(of(id)))));
  expect(answers).toEqual(["covered: sufficient", "covered: sufficient", "unknown: throttled"]);
  expect(provider.calls).toHaveLength(2);
  await clock.advance(SECOND);
  expect(said(await run(gate.check(of("c"))))).toBe("covered: sufficient");
  expect(gate.stats().billingCalls).toBe(3);
});

test("a customer whose refresh needs more requests than there are is tried ever later, not at every call", async () => {
  const greedy = (provider: FakeProvider) => {
    const { fetchWallets } = provider;
    provider.fetchWallets = async (customer, context) => {
      if (customer === "greedy") for (let i = 0; i < 10; i++) await context.fetch("https://billing.test/usage");
      return fetchWallets.call(provider, customer, context);
    };
    return provider;
  };
  const { gate, run, clock, provider } = harness({ rateLimit: { perSecond: 1, burst: 4 }, provider: greedy });
  provider.byDefault = money("1");
  expect(said(await run(gate.check(of("greedy"))))).toBe("unknown: throttled");
  await clock.advance(SECOND - 1);
  expect(said(await run(gate.check(of("greedy"))))).toBe("unknown: throttled");
  expect(gate.stats().billingCalls).toBe(4);
  await clock.advance(1);
  await run(gate.check(of("greedy")));
  expect(gate.stats().billingCalls).toBe(5);
  await clock.advance(SECOND);
  await run(gate.check(of("greedy")));
  expect(gate.stats().billingCalls).toBe(5);
  expect(said(await run(gate.check(of("modest"))))).toBe("covered: sufficient");
});

test("ten thousand random customers in a row cost the billing API no more than the bucket, and bounded memory", async () => {
  const { gate, clock, provider } = harness({ maxSnapshots: 500, maxDebits: 300, whenUnknown: "allow" });
  provider.byDefault = money("1");
  const started = clock.now();
  for (let i = 0; i < 10_000; i++) {
    await gate.spend(of(`r${i}`, "0.01"), { key: "k" });
    if (i % 100 === 99) await clock.advance(100);
  }
  const seconds = (clock.now() - started) / SECOND;
  const { snapshots, ledger, billingCalls } = gate.stats();
  expect(provider.calls.length).toBe(billingCalls);
  expect(billingCalls).toBeLessThanOrEqual(40 + 20 * seconds);
  expect(billingCalls).toBeGreaterThan(40);
  expect(snapshots).toBeLessThanOrEqual(500);
  expect(ledger.entries).toBeLessThanOrEqual(300);
});

test("the least recently used snapshot goes first", async () => {
  const { gate, run } = harness({ maxSnapshots: 3, wallets: money("1") });
  for (const id of ["cus_1", "a", "b"]) await run(gate.check(of(id)));
  for (const id of ["c", "d", "e", "f"]) {
    expect(said(gate.checkCached(of("cus_1")))).toBe("covered: sufficient");
    await run(gate.check(of(id)));
  }
  expect(gate.stats().snapshots).toBe(3);
});

test("a debit survives the eviction of its customer's snapshot", async () => {
  const { gate, run, provider } = harness({ maxSnapshots: 2 });
  provider.byDefault = money("10");
  await run(gate.spend(of("cus_1", "7")));
  for (const id of ["a", "b", "c", "d"]) await run(gate.check(of(id)));
  expect(said(gate.checkCached(of("cus_1")))).toBe("unknown: not_cached");
  expect(await run(gate.spend(of("cus_1", "4")))).toMatchObject({ outcome: "short", available: "3" });
});

test("figures older than those a debit was dropped by cannot bring its money back", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("10") });
  await run(gate.spend(usd("8"), { key: "k" }));
  await clock.advance(9 * MINUTE);
  provider.answers.set("cus_1", money("10", "2"));
  await run(gate.refresh("cus_1"));
  expect(gate.stats().ledger.entries).toBe(0);
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "2" });
  // The provider falls back to what it computed before the debit.
  provider.answers.set("cus_1", [flexpriceWallet({ balance: "10", realTime: "10", cached: true })]);
  await gate.invalidate("cus_1");
  expect(await run(gate.spend(usd("5")))).toMatchObject({ allowed: false });
  await clock.advance(20 * MINUTE);
  expect(await run(gate.spend(usd("5")))).toMatchObject({ outcome: "unknown", reason: "provider_unavailable" });
  // Thirty minutes on, even the oldest fallback contains the debit.
  await clock.advance(10 * MINUTE);
  expect(await run(gate.spend(usd("5")))).toMatchObject({ outcome: "covered" });
});

test("beyond the debits that are kept the answer is capacity, and allowed only where unknown ones are", async () => {
  const { gate, run } = harness({ maxDebits: 2, wallets: money("10") });
  await run(gate.spend(usd("1"), { key: "a" }));
  const hold = await run(gate.authorize(usd("1"), { key: "b" }));
  expect(await run(gate.spend(usd("1"), { key: "c" }))).toMatchObject({ outcome: "unknown", reason: "capacity", allowed: false });
  expect(await run(gate.spend(usd("1"), { key: "a" }))).toMatchObject({ reason: "replayed" });
  await hold.release();
  expect(await run(gate.spend(usd("1"), { key: "c" }))).toMatchObject({ outcome: "covered" });
});

test("debits of customers who never came back make room once no usable snapshot can lack them", async () => {
  const { gate, run, clock, provider } = harness({ maxDebits: 3 });
  provider.byDefault = money("10");
  for (const id of ["a", "b", "c"]) await run(gate.spend(of(id), { key: "k" }));
  expect(said(await run(gate.spend(of("d"), { key: "k" })))).toBe("unknown: capacity");
  // One to report, seven to reflect, fifteen of use, thirty of the provider's own cache.
  await clock.advance(53 * MINUTE - SECOND);
  expect(said(await run(gate.spend(of("d"), { key: "k" })))).toBe("unknown: capacity");
  await clock.advance(SECOND);
  expect(said(await run(gate.spend(of("d"), { key: "k" })))).toBe("covered: sufficient");
  expect(gate.stats().ledger.entries).toBe(1);
});

test("what cannot be recorded is never allowed, not even where unknown answers are", async () => {
  const { gate, run } = harness({ maxDebits: 1, whenUnknown: "allow", wallets: money("10") });
  await run(gate.spend(usd("1"), { key: "a" }));
  expect(await run(gate.spend(usd("1"), { key: "b" }))).toMatchObject({ reason: "capacity", allowed: false });
  const hold = await run(gate.authorize(usd("1")));
  expect(hold.allowed).toBe(false);
});

test("expired holds of customers who never came back make room", async () => {
  const { gate, run, clock, provider } = harness({ maxDebits: 1 });
  provider.byDefault = money("10");
  await run(gate.authorize(of("a")));
  expect(said((await run(gate.authorize(of("b")))).decision)).toBe("unknown: capacity");
  await clock.advance(MINUTE);
  expect(said((await run(gate.authorize(of("b")))).decision)).toBe("covered: sufficient");
});

test("debits without a key take one entry a second, however many", async () => {
  const { gate, run, clock } = harness({ wallets: money("10000") });
  await run(gate.check(usd("1")));
  for (let i = 0; i < 1_000; i++) gate.spendCached(usd("0.25"));
  expect(gate.stats().ledger.entries).toBe(1);
  await clock.advance(SECOND);
  gate.spendCached(usd("0.25"));
  gate.spendCached({ customer: "cus_1", currency: "USD", credits: 1 });
  expect(gate.stats().ledger.entries).toBe(3);
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "9748.75" });
});

test("figures the engine's decimals cannot hold together refuse the spend and leave the customer as before", async () => {
  // 17 digits before the point, and the 12 that a debit is rounded up to after it.
  const { gate, run } = harness({ wallets: money("99999999999999999") });
  const third = "0.333333333333";
  expect(await run(gate.spend(usd(third)))).toMatchObject({ outcome: "unknown", reason: "decimal_out_of_range", allowed: false });
  expect(await run(gate.spend(usd(third), { key: "k" }))).toMatchObject({ reason: "decimal_out_of_range" });
  expect(await run(gate.authorize(usd(third)))).toMatchObject({ allowed: false });
  expect(gate.stats().ledger.entries).toBe(0);
  expect(await run(gate.spend(usd("1000")))).toMatchObject({ outcome: "covered", available: "99999999999999999" });
});

test("a debit of many decimals is counted rounded up, and does not shut a richer customer out", async () => {
  const { gate, run } = harness({ wallets: money("1000") });
  expect(await run(gate.spend(usd("0.3333333333333333333333333333")))).toMatchObject({ outcome: "covered" });
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "999.666666666666" });
});

test("spending nothing from nothing does not stop the refreshes", async () => {
  const { gate, run } = harness({ wallets: money("0") });
  await run(gate.check(usd("0")));
  expect(gate.spendCached(usd("0"))).toMatchObject({ outcome: "covered" });
  expect(gate.checkCached(usd("0")).nextChangeAt).toBe(NOW + 5 * MINUTE);
});
