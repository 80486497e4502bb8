/** `gate.watch`, on timers that only fire when time is told to move. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CreditGate } from "../../gate/gate.js";
import type { WatchUpdate } from "../../gate/watch.js";
import type { GateOptions } from "../../types.js";
import { Clock, FakeProvider, failure, flush, memory, MINUTE, money, NOW, providerError, SECOND, usd } from "./harness.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

function setUp(options: Partial<GateOptions> = {}) {
  const provider = new FakeProvider("flexprice", new Clock());
  provider.answers.set("cus_1", money("10"));
  const gate = new CreditGate({ provider, fetch: async () => new Response(null), random: () => 0.5, ...options });
  const updates: WatchUpdate[] = [];
  const listen = (update: WatchUpdate) => void updates.push(update);
  return { provider, gate, updates, listen };
}

async function advance(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await flush();
}

test("fetches what is not cached, tells it, and again every five minutes; closed, it leaves no timer", async () => {
  const { provider, gate, updates, listen } = setUp();
  const watch = gate.watch("cus_1", listen);
  expect(updates).toEqual([]);
  await advance(0);
  expect(updates).toEqual([
    { customer: "cus_1", snapshot: { fetchedAt: NOW, asOf: NOW, age: 0, freshness: "computed" }, stale: false, error: undefined },
  ]);
  await advance(15 * MINUTE);
  expect(provider.calls.map(({ at }) => at - NOW)).toEqual([0, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE]);
  expect(updates.length).toBe(4);
  watch.close();
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
  await advance(60 * MINUTE);
  expect(updates.length).toBe(4);
});

test("tells at once what is cached, and asks again when that is old enough", async () => {
  const { provider, gate, updates, listen } = setUp();
  await gate.check(usd("1"));
  await advance(MINUTE);
  gate.watch("cus_1", listen);
  expect(updates).toMatchObject([{ snapshot: { fetchedAt: NOW, age: MINUTE }, stale: false }]);
  await advance(4 * MINUTE - 1);
  expect(provider.calls.length).toBe(1);
  await advance(1);
  expect(provider.calls.length).toBe(2);
  await gate.close();
});

test("the listener may ask the gate, and sees the new figures", async () => {
  const { provider, gate } = setUp();
  const seen: unknown[] = [];
  gate.watch("cus_1", () => seen.push(gate.checkCached(usd("0"))), { refreshEvery: 10 * SECOND });
  await advance(0);
  provider.answers.set("cus_1", money("60"));
  await advance(10 * SECOND);
  expect(seen).toMatchObject([{ available: "10", notes: ["expiry_unknown"] }, { available: "60", notes: ["expiry_unknown"] }]);
  await gate.close();
});

test("a failure is told, keeps the figures, marks them stale, and is retried ever later", async () => {
  const { provider, gate, updates, listen } = setUp();
  gate.watch("cus_1", listen);
  await advance(0);
  provider.answers.set("cus_1", providerError("provider_unavailable"));
  await advance(5 * MINUTE);
  expect(updates.at(-1)).toMatchObject({ snapshot: { fetchedAt: NOW }, stale: true, error: { code: "provider_unavailable" } });
  await advance(15 * SECOND);
  expect(provider.calls.map(({ at }) => at - NOW)).toEqual([0, 300_000, 305_000, 315_000]);
  provider.answers.set("cus_1", money("20"));
  await advance(20 * SECOND);
  expect(updates.at(-1)).toMatchObject({ snapshot: { age: 0 }, stale: false, error: undefined });
  await gate.close();
});

test("figures that may no longer answer are not told", async () => {
  const { provider, gate, updates, listen } = setUp();
  gate.watch("cus_1", listen);
  await advance(0);
  provider.answers.set("cus_1", providerError("provider_unavailable"));
  await advance(21 * MINUTE);
  expect(updates.at(-1)).toMatchObject({ snapshot: undefined, stale: true });
  await gate.close();
});

test("a refresh that somebody else has caused is told, and puts the next off", async () => {
  const { provider, gate, updates, listen } = setUp();
  gate.watch("cus_1", listen);
  await advance(4 * MINUTE);
  await gate.refresh("cus_1");
  expect(updates.length).toBe(2);
  await advance(4 * MINUTE);
  expect(provider.calls.length).toBe(2);
  await advance(MINUTE);
  expect(provider.calls.length).toBe(3);
  await gate.close();
});

test("an invalidation is followed by a refresh at once", async () => {
  const { provider, gate, updates, listen } = setUp({ store: memory() });
  gate.watch("cus_1", listen);
  await advance(MINUTE);
  provider.answers.set("cus_1", money("60"));
  await gate.invalidate("cus_1");
  await advance(0);
  expect(updates.at(-1)).toMatchObject({ snapshot: { fetchedAt: NOW + MINUTE }, stale: false });
  expect(provider.calls.length).toBe(2);
  await gate.close();
});

test("two that watch one customer share its refreshes; others hear nothing of it", async () => {
  const { provider, gate, updates, listen } = setUp();
  const others: WatchUpdate[] = [];
  gate.watch("cus_1", listen);
  gate.watch("cus_1", listen);
  provider.answers.set("cus_2", money("1"));
  gate.watch("cus_2", (update) => others.push(update), { refreshEvery: 60 * MINUTE });
  await advance(0);
  expect(provider.calls.map(({ customer }) => customer)).toEqual(["cus_1", "cus_2"]);
  expect(updates.length).toBe(2);
  await advance(5 * MINUTE);
  expect(provider.calls.length).toBe(3);
  expect(updates.length).toBe(4);
  expect(others.length).toBe(1);
  await gate.close();
});

test("a customer who was evicted from the cache is watched on", async () => {
  const { provider, gate, updates, listen } = setUp({ maxSnapshots: 1 });
  gate.watch("cus_1", listen);
  await advance(0);
  await gate.check({ ...usd("1"), customer: "cus_2" });
  await gate.check({ ...usd("1"), customer: "cus_3" });
  await advance(5 * MINUTE);
  expect(updates.at(-1)).toMatchObject({ snapshot: { fetchedAt: NOW + 5 * MINUTE }, stale: false });
  expect(provider.calls.filter(({ customer }) => customer === "cus_1").length).toBe(2);
  await gate.close();
});

test("what the listener throws ends nothing, and another listener hears all the same", async () => {
  const { provider, gate, updates, listen } = setUp();
  gate.watch("cus_1", () => {
    throw new Error("a listener of the app");
  });
  gate.watch("cus_1", listen);
  await advance(5 * MINUTE);
  expect(provider.calls.length).toBe(2);
  expect(updates.map(({ stale }) => stale)).toEqual([false, false]);
  expect((await gate.check(usd("1"))).notes).toEqual(["expiry_unknown"]);
  await gate.close();
});

test("a listener may end its own watch", async () => {
  const { provider, gate } = setUp();
  let told = 0;
  const watch = gate.watch("cus_1", () => {
    told += 1;
    watch.close();
  });
  await advance(60 * MINUTE);
  expect({ told, calls: provider.calls.length, timers: vi.getTimerCount() }).toEqual({ told: 1, calls: 1, timers: 0 });
});

test("closing the gate ends all, also in the midst of a refresh", async () => {
  const { provider, gate, updates, listen } = setUp();
  for (let index = 0; index < 100; index += 1) gate.watch("cus_1", listen);
  await advance(0);
  expect(vi.getTimerCount()).toBe(100);
  provider.answers.set("cus_1", () => {
    void gate.close();
    return money("1");
  });
  await advance(5 * MINUTE);
  await advance(60 * MINUTE);
  expect(vi.getTimerCount()).toBe(0);
  expect(updates.length).toBe(100);
  expect((await failure(() => gate.watch("cus_1", listen))).code).toBe("closed");
});

test("`using` ends it", async () => {
  const { provider, gate, listen } = setUp();
  {
    using watch = gate.watch("cus_1", listen);
    expect(watch).toBeDefined();
    await advance(0);
  }
  await advance(60 * MINUTE);
  expect(provider.calls.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ["customer", "", () => {}, {}],
  ["listener", "cus_1", "no function", {}],
  ["options.refreshEvery", "cus_1", () => {}, { refreshEvery: 999 }],
  ["options.refreshEvery", "cus_1", () => {}, { refreshEvery: Number.NaN }],
  ["options.every", "cus_1", () => {}, { every: 5_000 }],
  ["options", "cus_1", () => {}, null],
])("refuses a bad %s", async (path, customer, listener, options) => {
  const { gate } = setUp();
  expect(await failure(() => gate.watch(customer, listener as () => void, options as object))).toMatchObject({ code: "invalid_input", path });
  expect(vi.getTimerCount()).toBe(0);
});

test("where there may be no timers it is refused with what to do", async () => {
  const { gate, listen } = setUp();
  const forbidden = new Error("Disallowed operation called within global scope");
  vi.spyOn(globalThis, "setTimeout").mockImplementation(() => {
    throw forbidden;
  });
  const error = await failure(() => gate.watch("cus_1", listen));
  expect(error).toMatchObject({ code: "invalid_input", cause: forbidden });
  expect(error.message).toContain("global scope of a Worker");
  vi.mocked(globalThis.setTimeout).mockRestore();
});
