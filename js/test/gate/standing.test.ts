/** Answers from figures that stand: everything that ends them, each seen by a check that was quick before. */
import { describe, expect, test } from "vitest";
import type { Decision } from "../../types.js";
import { eur, failure, flexpriceWallet, harness, lagoWallet, memory, MINUTE, money, NOW, providerError, SECOND, said, usd } from "./harness.js";

const leftOf = (decision: Decision) => (decision.outcome === "unknown" ? undefined : decision.available);
const PRICE = { unitPrice: "1", currency: "USD" };

test("a clock that is set back", async () => {
  let now = NOW;
  const wallets = [lagoWallet({ cents: 500 }), lagoWallet({ id: "w2", cents: 500, expiresAt: new Date(NOW + SECOND).toISOString() })];
  const { gate, run } = harness({ profile: "lago", wallets, now: () => now });
  await run(gate.account("cus_1"));
  const available = () => [1, 2].map(() => leftOf(gate.checkCached(eur("1"))));
  expect(available()).toEqual(["10", "10"]);
  now = NOW + 2 * SECOND;
  expect(available()).toEqual(["5", "5"]);
  now = NOW;
  expect(available()).toEqual(["10", "10"]);
});

test("a refresh that is due", async () => {
  const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10") });
  const meter = gate.meter(PRICE);
  await run(gate.account("cus_1"));
  expect([meter.covers("cus_1", 1), meter.covers("cus_1", 1)]).toEqual([true, true]);
  provider.answers.set("cus_1", money("0.5"));
  await clock.advance(5 * MINUTE);
  expect(meter.covers("cus_1", 1, { waitUntil })).toBe(true);
  await Promise.all(kept);
  expect(provider.calls).toHaveLength(2);
  expect(meter.covers("cus_1", 1)).toBe(false);
});

test("a store that another instance may have written to", async () => {
  const store = memory();
  const { gate, run, clock, provider, ...rest } = harness({ wallets: money("10"), store });
  const meter = gate.meter(PRICE);
  await run(gate.account("cus_1"));
  expect([meter.covers("cus_1", 1), meter.covers("cus_1", 1)]).toEqual([true, true]);
  await clock.advance(SECOND);
  const beside = harness({ beside: { gate, run, clock, provider, ...rest }, store });
  await beside.gate.invalidate("cus_1");
  provider.answers.set("cus_1", money("0.5"));
  await clock.advance(31 * SECOND);
  expect(meter.covers("cus_1", 1)).toBe(true);
  await clock.advance(0);
  expect(meter.covers("cus_1", 1)).toBe(false);
});

test("the age of figures, where the provider's newer answers are older figures", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("10"), freshFor: MINUTE, usableFor: 3 * MINUTE });
  await run(gate.account("cus_1"));
  const meter = gate.meter(PRICE);
  provider.answers.set("cus_1", [flexpriceWallet({ balance: "10", cached: true })]);
  // What is asked for a moment before the figures are too old puts the next refresh off, and they stay.
  for (let minute = 0; minute < 2; minute += 1) {
    await clock.advance(MINUTE);
    await gate.refresh("cus_1");
    expect([meter.covers("cus_1", 1), meter.covers("cus_1", 1)]).toEqual([true, true]);
  }
  await clock.advance(30 * SECOND);
  await gate.refresh("cus_1");
  expect([gate.checkCached(usd("1")), gate.checkCached(usd("1"))].map(({ snapshot }) => snapshot?.age)).toEqual([150 * SECOND, 150 * SECOND]);
  await clock.advance(30 * SECOND);
  expect(meter.covers("cus_1", 1)).toBeUndefined();
  expect(gate.checkCached(usd("1")).outcome).toBe("unknown");
});

test("a hold that expires", async () => {
  const { gate, run, clock } = harness({ wallets: money("10"), freshForFloor: 5 * MINUTE });
  await run(gate.authorize(usd("4"), { holdFor: 60 * SECOND }));
  const available = () => [1, 2].map(() => leftOf(gate.checkCached(usd("1"))));
  expect(available()).toEqual(["6", "6"]);
  await clock.advance(60 * SECOND);
  expect(available()).toEqual(["10", "10"]);
});

test("reports that wait: a check sends them", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("10"), report: "provider", freshForFloor: 5 * MINUTE });
  await run(gate.account("cus_1"));
  const meter = gate.meter(PRICE);
  provider.refuse = () => providerError("provider_unavailable");
  gate.spendCached(usd("1"), { key: "k" });
  await clock.advance(2 * MINUTE);
  expect([meter.covers("cus_1", 1), gate.stats().reports.queued]).toEqual([true, 1]);
  await clock.advance(2 * MINUTE);
  provider.refuse = () => undefined;
  expect(meter.covers("cus_1", 1)).toBe(true);
  await clock.advance(0);
  expect(gate.stats().reports).toMatchObject({ queued: 0, sent: 1 });
});

test("closing, from the moment on", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const meter = gate.meter(PRICE);
  await run(gate.account("cus_1"));
  expect([meter.covers("cus_1", 1), meter.covers("cus_1", 1)]).toEqual([true, true]);
  const closing = gate.close();
  expect((await failure(() => meter.covers("cus_1", 1))).code).toBe("closed");
  await closing;
});

describe("figures of money", () => {
  test("are none of credits", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "10", rate: "2" })] });
    await run(gate.account("cus_1"));
    expect([usd("6"), usd("6"), usd("6", { amount: undefined, credits: "6" })].map((usage) => said(gate.checkCached(usage)))).toEqual([
      "covered: sufficient", "covered: sufficient", "short: insufficient_balance",
    ]);
  });

  test("are none of another fee key", async () => {
    const wallets = [lagoWallet({ cents: 1_000, metrics: ["tokens"] }), lagoWallet({ id: "w2", cents: 100, metrics: ["images"] })];
    const { gate, run } = harness({ profile: "lago", wallets });
    await run(gate.account("cus_1"));
    const said2 = (metric: string) => [1, 2].map(() => said(gate.checkCached(eur("5", { metric }))));
    expect(said2("images")).toEqual(["short: insufficient_balance", "short: insufficient_balance"]);
    expect(said2("tokens")).toEqual(["covered: sufficient", "covered: sufficient"]);
    expect(said2("images")).toEqual(["short: insufficient_balance", "short: insufficient_balance"]);
  });
});

describe("debits of one second", () => {
  test("are kept apart by unit", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "10", rate: "2" })] });
    await run(gate.account("cus_1"));
    for (const usage of [usd("1"), usd("1", { amount: undefined, credits: "1" }), usd("1")]) expect(gate.spendCached(usage).allowed).toBe(true);
    expect(leftOf(gate.checkCached(usd("0")))).toBe("6");
    expect(gate.stats().ledger.entries).toBe(2);
  });

  test("are kept apart by fee key", async () => {
    const wallets = [lagoWallet({ cents: 1_000, metrics: ["tokens"] }), lagoWallet({ id: "w2", cents: 1_000, metrics: ["images"] })];
    const { gate, run } = harness({ profile: "lago", wallets });
    await run(gate.account("cus_1"));
    for (const metric of ["tokens", "images", "images", "tokens", "tokens"]) gate.spendCached(eur("1", { metric }));
    expect(["tokens", "images"].map((metric) => leftOf(gate.checkCached(eur("0", { metric }))))).toEqual(["7", "8"]);
    expect(gate.stats().ledger.entries).toBe(2);
  });
});

test("a replay asks nobody, also where what is cached is too old", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("10"), freshFor: MINUTE, usableFor: 2 * MINUTE });
  await run(gate.spend(usd("1"), { key: "k" }));
  await clock.advance(2 * MINUTE);
  provider.latency = SECOND;
  const { outcome, reason, pending } = await gate.spend(usd("1"), { key: "k" });
  expect([outcome, reason, clock.now()]).toEqual(["covered", "replayed", NOW + 2 * MINUTE]);
  await run(pending ?? Promise.resolve());
});
