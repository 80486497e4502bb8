import { describe, expect, test } from "vitest";
import { memoryStore } from "../../store/memory.js";
import { failure, flexpriceWallet, harness, memory, MINUTE, money, NOW, providerError, SECOND, usd, type Harness } from "./harness.js";

/** Two gates over one store, one clock and one provider. */
function pair(options: Parameters<typeof harness>[0] = {}): [Harness, Harness] {
  const store = memory();
  const first = harness({ store, ...options });
  return [first, harness({ store, ...options, beside: first })];
}

test("a second gate takes what the first has stored, without asking the provider", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await first.run(first.gate.check(usd("1")));
  await first.clock.advance(MINUTE);
  expect(await second.run(second.gate.check(usd("1")))).toMatchObject({ outcome: "covered", available: "10", snapshot: { fetchedAt: NOW, asOf: NOW, age: MINUTE } });
  expect(first.provider.calls).toHaveLength(1);
  expect(second.telemetry).toContainEqual(expect.objectContaining({ type: "refresh", from: "store" }));
});

test("customers who do not exist are shared too", async () => {
  const [first, second] = pair();
  await first.run(first.gate.check(usd("1")));
  expect((await second.run(second.gate.check(usd("1")))).reason).toBe("customer_not_found");
  expect(first.provider.calls).toHaveLength(1);
});

test("debits of the second gate lie over the snapshot of the first", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await second.run(second.gate.spend(usd("4"), { key: "k" }));
  await first.run(first.gate.refresh("cus_1"));
  await second.clock.advance(30 * SECOND);
  await second.gate.checkCached(usd("1")).pending;
  expect(second.gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
});

test("a copy in memory is compared with the store again after memoryFor", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await first.run(first.gate.check(usd("1")));
  await second.run(second.gate.check(usd("1")));
  await first.clock.advance(10 * SECOND);
  first.provider.answers.set("cus_1", money("50"));
  await first.run(first.gate.refresh("cus_1"));
  await first.clock.advance(20 * SECOND - 1);
  expect(second.gate.checkCached(usd("1")).pending).toBeUndefined();
  await first.clock.advance(1);
  const decision = second.gate.checkCached(usd("1"));
  expect(decision).toMatchObject({ available: "10" });
  await decision.pending;
  expect(second.gate.checkCached(usd("1"))).toMatchObject({ available: "50" });
  expect(first.provider.calls).toHaveLength(2);
});

test("an invalidation is seen by the other gate, which then asks the provider", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await first.run(first.gate.check(usd("1")));
  await second.run(second.gate.check(usd("1")));
  await first.clock.advance(30 * SECOND);
  first.provider.answers.set("cus_1", money("50"));
  await first.gate.invalidate("cus_1");
  await second.gate.checkCached(usd("1")).pending;
  expect(second.gate.checkCached(usd("1"))).toMatchObject({ available: "50" });
  expect(first.provider.calls).toHaveLength(2);
});

test("what was stored before an invalidation is no answer for a gate that never saw it", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await first.run(first.gate.check(usd("1")));
  await first.clock.advance(SECOND);
  await first.gate.invalidate("cus_1");
  first.provider.answers.set("cus_1", money("50"));
  expect(await second.run(second.gate.check(usd("20")))).toMatchObject({ outcome: "covered" });
});

test("an invalidation by a clock that is ahead does not make every call fetch", async () => {
  const [first, second] = pair({ wallets: money("10") });
  const store = memory();
  await store.set("probe", "", { expiresIn: 1 });
  await first.run(first.gate.check(usd("1")));
  const ahead = harness({ store: { get: async () => undefined, set: async (key, value) => void ([...[key]].forEach((k) => shared.set(k, value))) }, now: () => NOW + 60 * MINUTE });
  const shared = new Map<string, string>();
  await ahead.gate.invalidate("cus_1");
  const [epoch] = shared.values();
  expect(Number(epoch)).toBe(NOW + 60 * MINUTE);
  const [key] = shared.keys();
  const other = harness({ wallets: money("10"), store: { get: async (asked) => (asked === key ? epoch : undefined), set: async () => {} } });
  for (let i = 0; i < 10; i++) {
    await other.run(other.gate.check(usd("1")));
    await other.clock.advance(SECOND);
  }
  expect(other.provider.calls.length).toBeLessThanOrEqual(2);
  await second.gate.close();
});

test("a stored snapshot older than freshFor is not taken", async () => {
  const [first, second] = pair({ wallets: money("10") });
  await first.run(first.gate.check(usd("1")));
  await first.clock.advance(5 * MINUTE);
  await second.run(second.gate.check(usd("1")));
  expect(first.provider.calls).toHaveLength(2);
});

test("revalidation asks the provider, whatever the store has", async () => {
  const [first, second] = pair({ wallets: money("1") });
  await first.run(first.gate.check(usd("1")));
  await first.clock.advance(10 * SECOND);
  first.provider.answers.set("cus_1", money("50"));
  expect((await second.run(second.gate.spend(usd("20")))).allowed).toBe(true);
});

test("gates of other billing APIs do not share", async () => {
  const store = memory();
  const first = harness({ store, wallets: money("10") });
  const second = harness({ store, beside: first, provider: (fake) => ({ profile: "flexprice", id: "elsewhere", staleness: fake.staleness, reflectWithin: 0, fetchWallets: async () => ({ found: true, wallets: money("3"), sentAt: first.clock.now() }) }) });
  await first.run(first.gate.check(usd("1")));
  expect(await second.run(second.gate.check(usd("1")))).toMatchObject({ available: "3" });
});

describe("a store that", () => {
  test("throws, at once or later, is as none, and counted", async () => {
    for (const fail of [async () => { throw new Error("down"); }, () => { throw new Error("down at once"); }]) {
      const { gate, run, telemetry } = harness({ wallets: money("1"), store: { get: fail, set: fail } });
      expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "covered", notes: ["expiry_unknown"] });
      expect(await failure(() => gate.invalidate("cus_1"))).toMatchObject({ code: "store_unavailable" });
      expect(gate.checkCached(usd("1")).outcome).toBe("unknown");
      expect(gate.stats().storeFailures).toBe(3);
      expect(telemetry.filter(({ type }) => type === "store_failed")).toHaveLength(3);
    }
  });

  const texts: Record<string, unknown> = {
    "no JSON": "garbage{", "another version": JSON.stringify({ version: 99, fetchedAt: NOW, found: true, wallets: [], sentAt: NOW }),
    "no wallets": JSON.stringify({ version: 1, fetchedAt: NOW, found: true, sentAt: NOW }), "no object": "null", "a number": "7",
    "a wallet that is none": JSON.stringify({ version: 1, fetchedAt: NOW, found: true, wallets: [{ nonsense: 1 }], sentAt: NOW }),
    "a wallet of too many digits": JSON.stringify({ version: 1, fetchedAt: NOW, found: true, wallets: [flexpriceWallet({ balance: "1".repeat(40) })], sentAt: NOW }),
    "no text": 42,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`holds ${name} is asked past`, async () => {
      const { gate, run, provider } = harness({ wallets: money("1"), store: { get: async () => text as string, set: async () => {} } });
      expect((await run(gate.check(usd("1")))).outcome).toBe("covered");
      expect(provider.calls).toHaveLength(1);
    });
  }

  test("is full of a failed provider's silence leaves the reason of the failure", async () => {
    const { gate, run } = harness({ wallets: [], store: memory() });
    const other = harness({ store: memory() });
    other.provider.byDefault = providerError("provider_unavailable");
    expect((await other.run(other.gate.check(usd("1")))).reason).toBe("provider_unavailable");
    expect((await run(gate.check(usd("1")))).reason).toBe("no_wallet");
  });

  test("lacks a method is an invalid option", async () => {
    for (const store of [{}, null, { get: async () => undefined }, "redis"]) {
      expect((await failure(() => harness({ store: store as never }))).path).toBe("store");
    }
  });
});

test("the package's own memory store serves two gates", async () => {
  const first = harness({ wallets: money("1") });
  const store = memoryStore({ now: first.clock.now });
  const [a, b] = [harness({ store, beside: first }), harness({ store, beside: first })];
  await a.run(a.gate.check(usd("1")));
  await b.run(b.gate.check(usd("1")));
  expect(first.provider.calls).toHaveLength(1);
});

describe("a store that hangs", () => {
  test("costs a look-up half a second, not its deadline", async () => {
    const store = { get: () => new Promise<undefined>(() => {}), set: () => new Promise<void>(() => {}) };
    const { gate, run, clock } = harness({ wallets: money("10"), store });
    const started = clock.now();
    expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "covered" });
    expect(clock.now() - started).toBe(1_000); // once to read, once to write
    expect(gate.stats().storeFailures).toBe(2);
  });
});

test("figures by a clock ahead of this one count as absent: they would pass for containing what is spent until then", async () => {
  const store = memory();
  const ahead = harness({ store, wallets: money("1") });
  await ahead.clock.advance(10 * MINUTE);
  await ahead.run(ahead.gate.check(usd("1")));
  const here = harness({ store, wallets: money("1") });
  await here.run(here.gate.spend(usd("0.5")));
  expect(here.provider.calls).toHaveLength(1);
  expect(here.gate.stats().ledger.entries).toBe(1);
});
