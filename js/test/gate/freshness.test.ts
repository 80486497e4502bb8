import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../errors.js";
import type { Reason } from "../../types.js";
import { failure, flexpriceWallet, flush, harness, MINUTE, money, NOW, providerError, said, SECOND, usd } from "./harness.js";

describe("a miss", () => {
  test("fetches once and answers", async () => {
    const { gate, run, provider } = harness({ wallets: money("1") });
    provider.latency = 300;
    expect(said(await run(gate.check(usd("1"))))).toBe("covered: sufficient");
    await run(gate.check(usd("1")));
    expect(provider.calls).toHaveLength(1);
  });

  test("shares one fetch among all who ask at the same time", async () => {
    const { gate, run, provider } = harness({ wallets: money("10") });
    provider.latency = 300;
    const decisions = await run(Promise.all(Array.from({ length: 25 }, () => gate.spend(usd("1")))));
    expect(provider.calls).toHaveLength(1);
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  test("gives up after two seconds, whatever the provider does with its signal", async () => {
    for (const ignoresSignal of [false, true]) {
      const { gate, clock, provider } = harness({ wallets: money("1") });
      provider.latency = 10_000;
      provider.ignoresSignal = ignoresSignal;
      const asked = gate.check(usd("1"));
      await clock.advance(1_999);
      let answered = false;
      void asked.then(() => (answered = true));
      await flush();
      expect(answered).toBe(false);
      await clock.advance(1);
      expect(said(await asked)).toBe("unknown: provider_timeout");
      await clock.advance(MINUTE);
      expect(clock.sleeping).toBe(0);
      expect(said(gate.checkCached(usd("1")))).toBe("unknown: provider_timeout");
    }
  });

  test("waits its own deadline only, also where a slower refresh is under way already", async () => {
    const { gate, clock, provider } = harness({ wallets: money("1") });
    provider.latency = 8_000;
    const behind = gate.checkCached(usd("1")).pending;
    const asked = gate.check(usd("1"));
    await clock.advance(2_000);
    expect(said(await asked)).toBe("unknown: provider_timeout");
    await clock.advance(6_000);
    await behind;
    expect(said(gate.checkCached(usd("1")))).toBe("covered: sufficient");
    expect(gate.checkCached(usd("1")).notes).toEqual(["expiry_unknown"]);
    expect(provider.calls).toHaveLength(1);
  });

  const REASONS: Partial<Record<ErrorCode, Reason>> = {
    provider_unauthorized: "provider_unauthorized",
    provider_forbidden: "provider_unauthorized",
    provider_not_found: "provider_rejected",
    provider_rejected: "provider_rejected",
    provider_throttled: "provider_throttled",
    provider_unavailable: "provider_unavailable",
    provider_timeout: "provider_timeout",
    invalid_response: "invalid_response",
    decimal_out_of_range: "decimal_out_of_range",
    throttled: "throttled",
    engine_fault: "engine_fault",
  };
  for (const [code, reason] of Object.entries(REASONS)) {
    test(`that fails with ${code} is unknown: ${reason}, with its error`, async () => {
      const { gate, run, provider } = harness();
      const error = providerError(code as ErrorCode);
      provider.byDefault = error;
      expect(await run(gate.spend(usd("1")))).toMatchObject({ outcome: "unknown", reason, allowed: false, error });
    });
  }

  test("that fails with an error of somebody else's is unknown: provider_unavailable", async () => {
    const { gate, run, provider } = harness();
    provider.byDefault = new TypeError("fetch failed");
    const decision = await run(gate.spend(usd("1")));
    expect(said(decision)).toBe("unknown: provider_unavailable");
    expect(decision).toMatchObject({ error: { code: "provider_unavailable", cause: provider.byDefault } });
  });

  const BAD: Record<string, [unknown, string]> = {
    "no object": ["wallet", "invalid_response"],
    "no balance": [{ id: "w", currency: "usd" }, "invalid_response"],
    "a balance that is none": [flexpriceWallet({ balance: "abc" }), "invalid_response"],
    "a currency that is none": [flexpriceWallet({ balance: "1", currency: "dollar" }), "invalid_response"],
    "a balance of 40 digits": [flexpriceWallet({ balance: "1".repeat(40) }), "decimal_out_of_range"],
    null: [null, "invalid_response"],
  };
  for (const [name, [wallet, reason]] of Object.entries(BAD)) {
    test(`answered with a wallet of ${name} is unknown: ${reason}`, async () => {
      const { gate, run } = harness({ wallets: [wallet] });
      expect(said(await run(gate.check(usd("1"))))).toBe(`unknown: ${reason}`);
    });
  }

  test("that failed is not repeated before it has backed off, and then again after longer", async () => {
    const { gate, run, provider, clock } = harness();
    provider.byDefault = providerError("provider_unavailable");
    const asks = async (advance: number) => {
      await clock.advance(advance);
      await run(gate.check(usd("1")));
      return provider.calls.length;
    };
    expect(await asks(0)).toBe(1);
    expect(await asks(999)).toBe(1);
    expect(await asks(1)).toBe(2);
    expect(await asks(1_999)).toBe(2);
    expect(await asks(1)).toBe(3);
    expect(await asks(3_999)).toBe(3);
    provider.byDefault = money("1");
    await clock.advance(1);
    expect(said(await run(gate.check(usd("1"))))).toBe("covered: sufficient");
  });

  test("that the provider asked to put off is put off as long as it said", async () => {
    const { gate, run, provider, clock } = harness();
    provider.byDefault = providerError("provider_throttled", { retryAfter: 20_000 });
    await run(gate.check(usd("1")));
    await clock.advance(19_999);
    await run(gate.check(usd("1")));
    expect(provider.calls).toHaveLength(1);
    await clock.advance(1);
    await run(gate.check(usd("1")));
    expect(provider.calls).toHaveLength(2);
  });
});

describe("a snapshot older than freshFor", () => {
  test("answers, and is refreshed behind the answer, which waitUntil keeps alive", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("1") });
    await run(gate.check(usd("1"), { waitUntil }));
    await clock.advance(5 * MINUTE - 1);
    await run(gate.check(usd("1"), { waitUntil }));
    expect([provider.calls.length, kept.length]).toEqual([1, 0]);
    await clock.advance(1);
    provider.answers.set("cus_1", money("2"));
    provider.latency = 500;
    const decision = gate.checkCached(usd("1"), { waitUntil });
    expect(decision).toMatchObject({ outcome: "covered", available: "1", snapshot: { age: 5 * MINUTE } });
    expect(decision.pending).toBeUndefined();
    expect(kept).toHaveLength(1);
    await clock.run(Promise.all(kept));
    expect(gate.checkCached(usd("1"))).toMatchObject({ available: "2", snapshot: { asOf: NOW + 5 * MINUTE } });
  });

  test("without waitUntil leaves the refresh to whoever holds the decision", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(5 * MINUTE);
    const first = gate.checkCached(usd("1"));
    const second = gate.checkCached(usd("1"));
    expect(first.pending).toBeInstanceOf(Promise);
    expect(second.pending).toBeUndefined();
    expect(await first.pending).toBeUndefined();
    expect(provider.calls).toHaveLength(2);
  });

  test("leaves the refresh to the decision when waitUntil throws, as it does outside a request", async () => {
    const { gate } = harness({ wallets: money("1") });
    const decision = gate.checkCached(usd("1"), { waitUntil: () => { throw new Error("no request"); } });
    await decision.pending;
    expect(said(gate.checkCached(usd("1")))).toBe("covered: sufficient");
  });

  test("is due up to a tenth earlier, by chance", async () => {
    for (const [chance, dueAfter] of [[0, 300_000], [0.5, 285_000], [0.999, 270_030]] as const) {
      const { gate, run } = harness({ wallets: money("1"), random: () => chance });
      expect((await run(gate.check(usd("1")))).nextChangeAt).toBe(NOW + dueAfter);
    }
  });

  test("is refreshed once, however many ask", async () => {
    const { gate, run, clock, provider, kept, waitUntil } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(5 * MINUTE);
    provider.latency = 100;
    for (let i = 0; i < 50; i++) gate.checkCached(usd("1"), { waitUntil });
    await clock.run(Promise.all(kept));
    expect(provider.calls).toHaveLength(2);
  });
});

describe("a snapshot older than usableFor", () => {
  test("answers nothing at once, and is looked up again where that can wait", async () => {
    const { gate, run, clock } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(15 * MINUTE - 1);
    expect(said(gate.checkCached(usd("1"), { waitUntil: () => {} }))).toBe("covered: sufficient");
    const other = harness({ wallets: money("1") });
    await other.run(other.gate.check(usd("1")));
    await other.clock.advance(15 * MINUTE);
    expect(said(other.gate.checkCached(usd("1")))).toBe("unknown: stale");
    expect(said(await other.run(other.gate.check(usd("1"))))).toBe("covered: sufficient");
  });

  test("whose look-up fails is unknown for the reason of the failure", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(15 * MINUTE);
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    expect(said(await run(gate.check(usd("1"))))).toBe("unknown: provider_unavailable");
  });
});

describe("a refresh that fails", () => {
  test("leaves the answer to the older snapshot, with a note, backs off and recovers", async () => {
    const { gate, run, clock, provider, telemetry } = harness({ wallets: money("5") });
    await run(gate.check(usd("1")));
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    await clock.advance(5 * MINUTE);
    await gate.checkCached(usd("1")).pending;
    expect(provider.calls).toHaveLength(2);
    const decision = gate.checkCached(usd("1"));
    expect(decision).toMatchObject({ outcome: "covered", notes: ["expiry_unknown", "refresh_failed"] });
    expect(decision.pending).toBeUndefined();
    await clock.advance(999);
    expect(gate.checkCached(usd("1")).pending).toBeUndefined();
    await clock.advance(1);
    await gate.checkCached(usd("1")).pending;
    expect(provider.calls).toHaveLength(3);
    provider.answers.set("cus_1", money("7"));
    await clock.advance(2 * SECOND);
    await gate.checkCached(usd("1")).pending;
    expect(gate.checkCached(usd("1"))).toMatchObject({ available: "7", notes: ["expiry_unknown"] });
    expect(telemetry.filter(({ type }) => type === "refresh_failed")).toHaveLength(2);
  });

  test("backs off up to thirty seconds", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("5"), usableFor: 60 * MINUTE });
    await run(gate.check(usd("1")));
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    await clock.advance(5 * MINUTE);
    const at: number[] = [];
    for (let second = 0; second < 200; second++) {
      const { pending } = gate.checkCached(usd("1"));
      if (pending !== undefined) at.push(second);
      await clock.advance(SECOND);
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181]);
  });
});

describe("of several refreshes", () => {
  test("the one begun last counts, not the one that arrives last", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(5 * MINUTE);
    provider.latency = (number) => (number === 2 ? 3_000 : 100);
    provider.answers.set("cus_1", ({ number }) => money(number === 2 ? "1" : "50"));
    const slow = gate.checkCached(usd("1")).pending;
    await clock.advance(50);
    await gate.invalidate("cus_1");
    const decision = clock.run(gate.check(usd("50")));
    expect(await decision).toMatchObject({ outcome: "covered", available: "50" });
    await clock.advance(5_000);
    await slow;
    expect(gate.checkCached(usd("50"))).toMatchObject({ outcome: "covered", available: "50" });
    expect(provider.calls).toHaveLength(3);
  });

  test("one begun before an invalidation does not count, even when it arrives first", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await clock.advance(5 * MINUTE);
    provider.latency = (number) => (number === 2 ? 100 : 300);
    provider.answers.set("cus_1", ({ number }) => money(number === 2 ? "1" : "50"));
    void gate.checkCached(usd("1"));
    await clock.advance(50);
    await gate.invalidate("cus_1");
    expect(await clock.run(gate.spend(usd("50")))).toMatchObject({ outcome: "covered" });
  });

  test("an older one that comes late is not what a shared store keeps", async () => {
    const values = new Map<string, string>();
    const store = { get: async (key: string) => values.get(key), set: async (key: string, value: string) => void values.set(key, value) };
    const { gate, run, clock, provider } = harness({ wallets: money("1"), store });
    await run(gate.check(usd("1")));
    await clock.advance(5 * MINUTE);
    provider.latency = (number) => (number === 2 ? 3_000 : 100);
    provider.answers.set("cus_1", ({ number }) => money(number === 2 ? "1" : "50"));
    void gate.checkCached(usd("1"));
    await clock.advance(50);
    await gate.invalidate("cus_1");
    await clock.run(gate.check(usd("50")));
    await clock.advance(5_000);
    expect([...values].find(([key]) => key.includes("wallets"))?.[1]).toContain('"50"');
  });
});

describe("an invalidation", () => {
  test("makes the next call fetch before it answers, and the synchronous ones answer what they have", async () => {
    const { gate, run, provider } = harness({ wallets: money("1") });
    await run(gate.check(usd("1")));
    await gate.invalidate("cus_1");
    provider.answers.set("cus_1", money("9"));
    expect(await run(gate.check(usd("5")))).toMatchObject({ outcome: "covered", available: "9" });
    expect(provider.calls).toHaveLength(2);
    await run(gate.check(usd("5")));
    expect(provider.calls).toHaveLength(2);
  });

  test("whose fetch fails leaves no answer: outdated figures may be those before a termination", async () => {
    const { gate, run, provider } = harness({ wallets: money("3") });
    await run(gate.check(usd("1")));
    await gate.invalidate("cus_1");
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    expect(gate.checkCached(usd("1"))).toMatchObject({ outcome: "unknown", reason: "stale" });
    expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "unknown", reason: "provider_unavailable" });
  });
});

describe("figures from the provider's cache", () => {
  const cached = (balance: string) => [flexpriceWallet({ balance, cached: true })];

  test("do not replace newer computed ones, and are not asked for again at every call", async () => {
    const { gate, run, clock, provider, kept, waitUntil } = harness({ wallets: money("10") });
    await run(gate.check(usd("1")));
    provider.answers.set("cus_1", cached("99"));
    await clock.advance(5 * MINUTE);
    for (let i = 0; i < 20; i++) {
      expect(gate.checkCached(usd("1"), { waitUntil })).toMatchObject({ available: "10", snapshot: { freshness: "computed" } });
      await clock.advance(SECOND);
    }
    await Promise.all(kept);
    expect(provider.calls).toHaveLength(2);
  });

  test("do not make refreshes follow one another where spending is heavy", async () => {
    const { gate, run, clock, provider, waitUntil } = harness({ wallets: money("1000") });
    await run(gate.check(usd("1")));
    provider.answers.set("cus_1", cached("1000"));
    await clock.advance(5 * MINUTE);
    const before = provider.calls.length;
    for (let i = 0; i < 100; i++) {
      gate.spendCached(usd("9"), { waitUntil });
      await clock.advance(100);
    }
    expect(provider.calls.length - before).toBeLessThanOrEqual(3);
  });

  test("answer once the computed ones are too old to", async () => {
    const { gate, run, clock, provider } = harness({ wallets: money("10") });
    await run(gate.check(usd("1")));
    provider.answers.set("cus_1", cached("8"));
    await clock.advance(15 * MINUTE);
    expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "covered", available: "8", snapshot: { freshness: "cached_fallback" } });
  });
});

describe("a customer without wallets", () => {
  for (const [name, answer, reason] of [["unknown to the billing API", null, "customer_not_found"], ["who has none", [], "no_wallet"]] as const) {
    test(`${name} is remembered for a minute, is not checked again for it, and is looked up anew after it`, async () => {
      const { gate, run, clock, provider } = harness();
      provider.answers.set("cus_1", answer);
      expect(await run(gate.check(usd("1")))).toMatchObject({ outcome: "short", reason, available: "0", shortfall: "1", nextChangeAt: NOW + MINUTE });
      await clock.advance(30 * SECOND);
      await run(gate.check(usd("1")));
      await clock.advance(30 * SECOND - 1);
      await run(gate.check(usd("1")));
      expect(provider.calls).toHaveLength(1);
      await clock.advance(1);
      provider.answers.set("cus_1", money("5"));
      expect(said(await run(gate.check(usd("1"))))).toBe("covered: sufficient");
      expect(provider.calls).toHaveLength(2);
    });
  }
});

describe("freshFor adapts to risk", () => {
  test("heavy spending against small headroom brings the refresh forward, never below the floor", async () => {
    const { gate, run, clock } = harness({ wallets: money("100") });
    await run(gate.check(usd("1")));
    let dueAt = NOW + 5 * MINUTE;
    for (let i = 0; i < 9; i++) {
      await clock.advance(200);
      const { nextChangeAt = 0 } = gate.spendCached(usd("10"));
      expect(nextChangeAt).toBeLessThanOrEqual(dueAt);
      dueAt = nextChangeAt;
    }
    expect(gate.checkCached(usd("1")).nextChangeAt).toBe(NOW + 5 * SECOND);
  });

  test("the floor is an option", async () => {
    const { gate, run } = harness({ wallets: money("100"), freshForFloor: 30_000 });
    await run(gate.check(usd("1")));
    for (let i = 0; i < 9; i++) gate.spendCached(usd("10"));
    expect(gate.checkCached(usd("1")).nextChangeAt).toBe(NOW + 30 * SECOND);
  });

  test("light spending leaves it alone", async () => {
    const { gate, run, clock } = harness({ wallets: money("100") });
    await run(gate.check(usd("1")));
    for (let i = 0; i < 120; i++) {
      gate.spendCached(usd("0.001"));
      await clock.advance(SECOND);
    }
    expect(gate.checkCached(usd("1")).nextChangeAt).toBe(NOW + 5 * MINUTE);
  });
});

test("a failed look-up of a bad id reaches nobody", async () => {
  const { gate, provider } = harness();
  expect((await failure(() => gate.invalidate(""))).code).toBe("invalid_input");
  expect((await failure(() => gate.refresh("\ud800"))).path).toBe("customer");
  expect(provider.calls).toHaveLength(0);
});
