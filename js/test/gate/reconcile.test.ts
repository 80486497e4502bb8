import { describe, expect, test } from "vitest";
import { eur, harness, lagoWallet, MINUTE, money, SECOND, usd, type Harness } from "./harness.js";

const refreshAfter = async (h: Harness, ms: number) => {
  await h.clock.advance(ms);
  await h.run(h.gate.refresh("cus_1"));
  return h.gate.stats().ledger.entries;
};

describe("a debit stays until figures must contain it", () => {
  test("Flexprice, reported elsewhere: one minute to report and seven to be reflected", async () => {
    const h = harness({ wallets: money("10") });
    await h.run(h.gate.spend(usd("4"), { key: "k" }));
    expect(await refreshAfter(h, 8 * MINUTE - 1)).toBe(1);
    expect(h.gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
    expect(await refreshAfter(h, 1)).toBe(0);
    expect(h.gate.checkCached(usd("1"))).toMatchObject({ available: "10" });
  });

  test("Lago: one minute to report, one to be reflected, and the five that figures may be old", async () => {
    const h = harness({ profile: "lago", wallets: [lagoWallet({ cents: 1000 })] });
    await h.run(h.gate.spend(eur("4"), { key: "k" }));
    expect(await refreshAfter(h, 7 * MINUTE - 1)).toBe(1);
    expect(await refreshAfter(h, 1)).toBe(0);
  });

  test("both times are options", async () => {
    const h = harness({ wallets: money("10"), reportWithin: 2 * SECOND, reflectWithin: 3 * SECOND });
    await h.run(h.gate.spend(usd("4"), { key: "k" }));
    expect(await refreshAfter(h, 5 * SECOND - 1)).toBe(1);
    expect(await refreshAfter(h, 1)).toBe(0);
  });

  test("figures from the provider's cache contain it thirty minutes later only", async () => {
    const h = harness({ wallets: [{ ...(money("10")[0] as object), is_cached_fallback: true }] });
    await h.run(h.gate.spend(usd("4"), { key: "k" }));
    expect(await refreshAfter(h, 38 * MINUTE - 1)).toBe(1);
    expect(await refreshAfter(h, 1)).toBe(0);
  });

  test("a captured hold counts from its capture", async () => {
    const h = harness({ wallets: money("10") });
    const hold = await h.run(h.gate.authorize(usd("4"), { holdFor: 10 * MINUTE }));
    await h.clock.advance(5 * MINUTE);
    await hold.capture();
    expect(await refreshAfter(h, 8 * MINUTE - 1)).toBe(1);
    expect(await refreshAfter(h, 1)).toBe(0);
  });

  test("debits of one second without a key go together, with the last of them", async () => {
    const h = harness({ wallets: money("10") });
    await h.run(h.gate.check(usd("1")));
    h.gate.spendCached(usd("1"));
    await h.clock.advance(999);
    h.gate.spendCached(usd("1"));
    expect(await refreshAfter(h, 8 * MINUTE - 1)).toBe(1);
    expect(h.gate.checkCached(usd("1"))).toMatchObject({ available: "8" });
    expect(await refreshAfter(h, 1)).toBe(0);
  });
});

test("the overlay over-counts while the provider counts the usage too, and explain says by how much", async () => {
  const h = harness({ wallets: money("10") });
  await h.run(h.gate.spend(usd("4"), { key: "k" }));
  h.provider.answers.set("cus_1", money("10", "6"));
  await refreshAfter(h, MINUTE);
  const decision = h.gate.checkCached(usd("1"));
  expect(decision).toMatchObject({ available: "2" });
  expect(decision.explain()).toMatchObject({ overlay: "4", pendingUsage: "4" });
  await refreshAfter(h, 7 * MINUTE);
  expect(h.gate.checkCached(usd("1")).explain()).toMatchObject({ overlay: "0", pendingUsage: "4" });
  expect(h.gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
});

test("the overlay includes tax, by currency", async () => {
  const h = harness({ profile: "lago", taxRate: "10", wallets: [lagoWallet({ cents: 10_000 }), lagoWallet({ id: "usd", currency: "USD", cents: 10_000 })] });
  await h.run(h.gate.spend(eur("10")));
  expect(h.gate.checkCached(eur("1")).explain()).toMatchObject({ overlay: "11" });
  expect(h.gate.checkCached(usd("1")).explain()).toMatchObject({ overlay: "0" });
  expect(h.gate.checkCached(usd("1"))).toMatchObject({ available: "100" });
});

test("a debit falls on the wallets that may pay it, and on those that share their money", async () => {
  const wallets = [lagoWallet({ id: "tokens", cents: 500, metrics: ["tokens"], priority: 1 }), lagoWallet({ id: "images", cents: 700, metrics: ["images"], priority: 2 })];
  const h = harness({ profile: "lago", wallets });
  await h.run(h.gate.spend(eur("3")));
  expect(h.gate.checkCached(eur("1"))).toMatchObject({ available: "2" });
  expect(h.gate.checkCached(eur("1", { metric: "images" }))).toMatchObject({ available: "7" });
  const shared = harness({ profile: "lago", wallets: [lagoWallet({ cents: 500, metrics: ["tokens", "images"] })] });
  await shared.run(shared.gate.spend(eur("3")));
  expect(shared.gate.checkCached(eur("3", { metric: "images" }))).toMatchObject({ outcome: "short", available: "2" });
});
