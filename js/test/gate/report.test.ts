import { CreditGateError } from "../../errors.js";
import { describe, expect, test } from "vitest";
import type { UsageEvent } from "../../types.js";
import { eur, failure, flush, harness, lagoWallet, MINUTE, money, NOW, providerError, SECOND, usd } from "./harness.js";

/** Keys without the customer, who makes them unique at the provider. */
const keys = (batches: readonly (readonly UsageEvent[])[]) => batches.map((batch) => batch.map(({ key }) => key.replace(/^cus_1:/, "")));

describe('report: "provider"', () => {
  test("sends each debit once, with what the provider needs", async () => {
    const { gate, run, provider, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    const usage = { ...usd("4"), event: { code: "llm.tokens", subscription: "sub_1", properties: { tokens: 12 } } };
    await run(gate.spend(usage, { key: "k", waitUntil }));
    await Promise.all(kept);
    expect(provider.batches).toEqual([[{ key: "cus_1:k", customer: "cus_1", at: NOW, code: "llm.tokens", subscription: "sub_1", properties: { tokens: 12 } }]]);
    await run(gate.spend(usage, { key: "k", waitUntil }));
    await Promise.all(kept);
    expect(provider.batches).toHaveLength(1);
    expect(gate.stats()).toMatchObject({ reports: { queued: 0, sent: 1, failed: 0 }, ledger: { unreported: 0 } });
  });

  test("the event's code is the metric unless said, and its key is made where none is given", async () => {
    const { gate, run, provider } = harness({ wallets: money("10"), report: "provider" });
    await (await run(gate.spend(usd("1")))).pending;
    await (await run(gate.spend(usd("1")))).pending;
    expect(provider.batches.flat().map(({ code }) => code)).toEqual(["tokens", "tokens"]);
    expect(new Set(provider.batches.flat().map(({ key }) => key)).size).toBe(2);
  });

  test("what is refused, checked or held sends nothing; what is captured does, at its capture", async () => {
    const { gate, run, provider, clock } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    await run(gate.spend(usd("100")));
    const hold = await run(gate.authorize(usd("5"), { key: "job" }));
    await (await run(gate.authorize(usd("1")))).release();
    await flush();
    expect(provider.batches).toEqual([]);
    await clock.advance(SECOND);
    await hold.capture("2");
    await flush();
    expect(keys(provider.batches)).toEqual([["job"]]);
    expect(provider.batches[0]?.[0]?.at).toBe(NOW + SECOND);
  });

  test("what is spent while a send is under way goes together in the next", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.sendLatency = 100;
    for (const key of ["a", "b", "c"]) gate.spendCached(usd("1"), { key, waitUntil });
    await clock.run(Promise.all(kept));
    expect(keys(provider.batches)).toEqual([["a"], ["b", "c"]]);
  });

  test("a send takes a hundred events at most", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("1000"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.sendLatency = 100;
    for (let i = 0; i < 251; i++) gate.spendCached(usd("1"), { waitUntil });
    await clock.run(Promise.all(kept));
    expect(provider.batches.map((batch) => batch.length)).toEqual([1, 100, 100, 50]);
    expect(gate.stats().reports).toEqual({ queued: 0, sent: 251, failed: 0 });
  });

  test("a send that fails is tried again after a pause", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.refuse = (_, attempt) => (attempt < 3 ? providerError("provider_unavailable") : undefined);
    gate.spendCached(usd("1"), { key: "k", waitUntil });
    await clock.run(Promise.all(kept));
    expect(provider.batches).toHaveLength(3);
    expect(clock.now()).toBe(NOW + 1_200);
    expect(gate.stats()).toMatchObject({ reports: { queued: 0, sent: 1 }, ledger: { unreported: 0 } });
  });

  test("what could not be sent stays queued, its debit stays, telemetry and stats show it, and the next call sends it", async () => {
    const { gate, run, provider, clock, kept, waitUntil, telemetry } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.refuse = () => providerError("provider_unavailable");
    gate.spendCached(usd("4"), { key: "k", waitUntil });
    await clock.run(Promise.all(kept));
    expect(gate.stats()).toMatchObject({ reports: { queued: 1, sent: 0 }, ledger: { entries: 1, unreported: 1 } });
    expect(telemetry).toContainEqual(expect.objectContaining({ type: "report_failed", events: 1 }));
    await clock.advance(60 * MINUTE);
    await run(gate.refresh("cus_1"));
    expect(gate.checkCached(usd("1"), { waitUntil })).toMatchObject({ available: "6" });
    provider.refuse = () => undefined;
    await clock.run(Promise.all(kept));
    await gate.checkCached(usd("1")).pending;
    expect(gate.stats()).toMatchObject({ reports: { queued: 0, sent: 1 }, ledger: { entries: 1, unreported: 0 } });
    await clock.advance(7 * MINUTE);
    await run(gate.refresh("cus_1"));
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("the debit is reconciled from when the provider accepted, not from when it was spent", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.sendLatency = 5_000;
    gate.spendCached(usd("4"), { key: "k", waitUntil });
    await clock.run(Promise.all(kept));
    await clock.advance(7 * MINUTE - 1);
    await run(gate.refresh("cus_1"));
    expect(gate.stats().ledger.entries).toBe(1);
    await clock.advance(1);
    await run(gate.refresh("cus_1"));
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("an event the provider refuses is dropped alone, and its debit never lapses", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.sendLatency = 10;
    provider.refuse = (events) => (events.some(({ key }) => key === "cus_1:bad") ? providerError("provider_rejected") : undefined);
    for (const key of ["first", "a", "bad", "b"]) gate.spendCached(usd("1"), { key, waitUntil });
    await clock.run(Promise.all(kept));
    expect(gate.stats()).toMatchObject({ reports: { queued: 0, sent: 3, failed: 1 }, ledger: { entries: 4, unreported: 1 } });
    await clock.advance(60 * MINUTE);
    await run(gate.refresh("cus_1"));
    expect(gate.stats().ledger).toMatchObject({ entries: 1, unreported: 1 });
    expect(gate.checkCached(usd("1"))).toMatchObject({ available: "9" });
  });

  test("what was sent alone after a refusal is not sent again when the provider fails half way", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    let down = true;
    provider.sendLatency = 10;
    provider.refuse = (events) => {
      if (events.length > 1) return providerError("provider_rejected");
      return down && events[0]?.key === "cus_1:b" ? providerError("provider_unavailable") : undefined;
    };
    for (const key of ["first", "a", "b", "c"]) gate.spendCached(usd("1"), { key, waitUntil });
    await clock.run(Promise.all(kept));
    expect(gate.stats().reports).toMatchObject({ queued: 2, sent: 2 });
    down = false;
    await clock.advance(SECOND);
    await clock.run(gate.checkCached(usd("1")).pending ?? Promise.resolve());
    expect(gate.stats().reports).toMatchObject({ queued: 0, sent: 4, failed: 0 });
    expect(provider.batches.flat().filter(({ key }) => key === "cus_1:a")).toHaveLength(2);
  });

  test("close sends what is left, waiting for a send that is under way", async () => {
    const { gate, run, provider, clock } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.sendLatency = 500;
    for (const key of ["a", "b"]) gate.spendCached(usd("1"), { key });
    await flush();
    await clock.run(gate.close());
    expect(keys(provider.batches)).toEqual([["a"], ["b"]]);
    expect(gate.stats().reports).toEqual({ queued: 0, sent: 2, failed: 0 });
  });

  test("usage that cannot be reported is refused before anything is spent", async () => {
    const { gate, run } = harness({ wallets: money("10"), report: "provider" });
    const usage = { customer: "cus_1", amount: 1, currency: "USD" };
    for (const call of [() => run(gate.spend(usage)), () => gate.spendCached(usage), () => run(gate.authorize(usage)), () => gate.meter({ unitPrice: 1, currency: "USD" }).spend("cus_1", 1)]) {
      const error = await failure(call);
      expect([error.code, error.path]).toEqual(["invalid_input", "usage.metric"]);
    }
    expect(gate.stats().ledger.entries).toBe(0);
    expect((await run(gate.check(usage))).outcome).toBe("covered");
  });

  test("Lago needs the subscription", async () => {
    const { gate, run, provider } = harness({ profile: "lago", wallets: [lagoWallet({ cents: 1000 })], report: "provider" });
    const error = await failure(() => run(gate.spend(eur("1"))));
    expect([error.code, error.path]).toEqual(["invalid_input", "usage.event.subscription"]);
    await (await run(gate.spend(eur("1", { event: { subscription: "sub_1", properties: {} } })))).pending;
    expect(provider.batches.flat()).toHaveLength(1);
  });
});

describe("a function as report", () => {
  test("is given the events, and its resolving is their acceptance", async () => {
    const sent: UsageEvent[] = [];
    const h = harness({ wallets: money("10"), report: async (events) => void sent.push(...events) });
    await (await h.run(h.gate.spend(usd("1"), { key: "k" }))).pending;
    expect(sent).toMatchObject([{ key: "cus_1:k", code: "tokens", properties: {} }]);
    expect(h.provider.batches).toEqual([]);
    expect(h.gate.stats().ledger.unreported).toBe(0);
  });

  test("that throws at once is a failed report, not a failed spend", async () => {
    const h = harness({ wallets: money("10"), report: () => { throw new Error("queue full"); } });
    const decision = await h.run(h.gate.spend(usd("1"), { key: "k" }));
    await h.run(decision.pending ?? Promise.resolve());
    expect(decision.allowed).toBe(true);
    expect(h.gate.stats()).toMatchObject({ reports: { queued: 1 }, ledger: { unreported: 1 } });
  });

  test("that never resolves neither loses events nor keeps others from being sent", async () => {
    const sent: string[] = [];
    let release: () => void = () => {};
    let first = true;
    const report = async (events: readonly UsageEvent[]) => {
      if (first) {
        first = false;
        await new Promise<void>((resolve) => (release = resolve));
      }
      sent.push(...events.map(({ key }) => key.replace(/^cus_1:/, "")));
    };
    const h = harness({ wallets: money("10"), report });
    await h.run(h.gate.check(usd("1")));
    h.gate.spendCached(usd("1"), { key: "a" });
    await h.clock.advance(30 * SECOND);
    h.gate.spendCached(usd("1"), { key: "b" });
    await flush();
    release();
    await h.clock.advance(SECOND);
    for (const key of ["c", "d"]) h.gate.spendCached(usd("1"), { key });
    await h.clock.advance(SECOND);
    await h.run(h.gate.close());
    expect(new Set(sent)).toEqual(new Set(["a", "b", "c", "d"]));
    expect(h.gate.stats()).toMatchObject({ reports: { queued: 0 }, ledger: { unreported: 0 } });
  });
});

describe("an event of its own", () => {
  test("the same key of two customers is two events at the provider", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    provider.byDefault = money("10");
    for (const customer of ["cus_1", "cus_2"]) await run(gate.spend({ ...usd("1"), customer }, { key: "k", waitUntil }));
    await clock.run(Promise.all(kept));
    expect(provider.batches.flat().map(({ key }) => key)).toEqual(["cus_1:k", "cus_2:k"]);
  });

  test("a capture says what the work really used", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    const hold = await run(gate.authorize({ ...usd("5"), event: { code: "llm.tokens", properties: { tokens: 5000 } } }, { key: "k", waitUntil }));
    await run(hold.capture("3", { properties: { tokens: 3000 } }));
    await clock.run(Promise.all(kept));
    expect(provider.batches.flat()).toMatchObject([{ code: "llm.tokens", properties: { tokens: 3000 } }]);
  });
});

describe("what an event must say", () => {
  test("an event without what its metric sums up would be usage of zero: it is refused before anything is spent", async () => {
    const { gate, run } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    const error = await failure(() => gate.spendCached(usd("1", { event: undefined })));
    expect([error.code, error.path]).toEqual(["invalid_input", "usage.event.properties"]);
    expect(gate.stats().ledger.entries).toBe(0);
  });

  test("a meter puts its units into the property it is told", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.account("cus_1"));
    const meter = gate.meter({ unitPrice: "0.001", currency: "USD", metric: "tokens", unitsProperty: "tokens" });
    expect(meter.spend("cus_1", 1500, { waitUntil })).toBe(true);
    await clock.run(Promise.all(kept));
    expect(provider.batches.flat()).toMatchObject([{ code: "tokens", properties: { tokens: "1500" } }]);
  });

  test("customers and keys never run into one another", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    provider.byDefault = money("10");
    await run(gate.spend(usd("1", { customer: "a:b" }), { key: "c", waitUntil }));
    await run(gate.spend(usd("1", { customer: "a" }), { key: "b:c", waitUntil }));
    await clock.run(Promise.all(kept));
    expect(new Set(provider.batches.flat().map(({ key }) => key)).size).toBe(2);
  });
});

describe("a provider that asks for patience", () => {
  test("is not asked again before it said", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("10"), report: "provider" });
    await run(gate.check(usd("1")));
    provider.refuse = () => new CreditGateError("provider_throttled", "slow down", { retryAfter: 60_000 });
    for (let index = 0; index < 5; index += 1) {
      gate.spendCached(usd("1"), { waitUntil });
      await clock.run(Promise.all(kept));
    }
    expect(provider.batches).toHaveLength(1);
    provider.refuse = () => undefined;
    await clock.advance(60_000);
    gate.checkCached(usd("1"), { waitUntil });
    await clock.run(Promise.all(kept));
    expect(gate.stats().reports).toMatchObject({ queued: 0, sent: 5 });
  });
});

describe("who reports elsewhere", () => {
  test("may say when the provider accepted, and the debit leaves by that", async () => {
    const { gate, run, clock } = harness({ wallets: money("10"), reportWithin: 3_600_000 });
    await run(gate.spend(usd("4"), { key: "k" }));
    expect(gate.reported("cus_1", "k")).toBe(true);
    expect(gate.reported("cus_1", "another")).toBe(false);
    await clock.advance(420_000);
    await run(gate.refresh("cus_1"));
    expect(gate.stats().ledger.entries).toBe(0);
  });
});
