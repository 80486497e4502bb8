import { describe, expect, test } from "vitest";
import { previewInvoice } from "../../engine/index.js";
import { failure, harness, flexpriceWallet, lagoWallet, MINUTE, money, NOW, providerError, usd } from "./harness.js";

const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }, { id: "seat", amount: "10", priceType: "FIXED" }], taxRates: ["20"] };

describe("preview", () => {
  test("pays from the settled balance, whatever is pending, debited or held", async () => {
    const { gate, run } = harness({ wallets: money("30", "12") });
    const before = await run(gate.preview("cus_1", draft));
    expect(before).toMatchObject({
      subtotal: "50", credits: "30", tax: "10", totalBefore: "60", total: "30",
      wallets: [{ id: "w1", balance: "30", ongoingBalance: "12", used: "30", balanceAfter: "0" }],
      snapshot: { fetchedAt: NOW, asOf: NOW, age: 0, freshness: "computed" },
    });
    await run(gate.spend(usd("5")));
    await run(gate.authorize(usd("5")));
    expect(await run(gate.preview("cus_1", draft))).toEqual(before);
    expect(gate.stats().billingCalls).toBe(1);
  });

  test("is what the engine makes of the redacted snapshot, byte for byte", async () => {
    const wallets = [
      lagoWallet({ id: "tokens", cents: 1_234, ongoingCents: -5, metrics: ["tokens"], priority: 1 }), lagoWallet({ id: "any", cents: 50_000, rate: "0.37" }),
      lagoWallet({ id: "gone", cents: 700, status: "terminated" }), lagoWallet({ id: "untold", cents: 900, scopeUntold: true }),
    ];
    const { gate, run, clock } = harness({ profile: "lago", wallets });
    const invoice = { currency: "EUR", lines: [{ id: "a", amount: "16.66", metric: "tokens", taxRate: "20" }, { id: "b", amount: "29", feeType: "subscription", taxRate: "5.5" }] };
    const { snapshot, ...preview } = await run(gate.preview("cus_1", invoice));
    const own = await run(gate.snapshot("cus_1"));
    expect(JSON.stringify(previewInvoice(own, invoice, { now: clock.now() }))).toBe(JSON.stringify(preview));
    expect(snapshot).toEqual({ fetchedAt: NOW, asOf: NOW - 5 * MINUTE, age: 5 * MINUTE, freshness: "undated" });
  });

  test("who has no wallet pays everything, and so does who is not known", async () => {
    const { gate, run } = harness({ wallets: [] });
    for (const customer of ["cus_1", "nobody"]) {
      expect(await run(gate.preview(customer, draft))).toMatchObject({ wallets: [], credits: "0", total: "60" });
      expect(await run(gate.snapshot(customer))).toEqual({ customer, profile: "flexprice", wallets: [], fetchedAt: NOW, asOf: NOW, freshness: "computed" });
    }
  });

  test("a draft that is wrong is told by its path", async () => {
    const { gate, run } = harness({ wallets: money("30") });
    const wrong = { currency: "USD", lines: [{ id: "tokens", amount: 0.1 }] };
    expect(await failure(() => run(gate.preview("cus_1", wrong)))).toMatchObject({ code: "invalid_decimal", path: "invoice.lines[0].amount" });
    const lago = { currency: "EUR", lines: [{ id: "tokens", amount: "1", priceType: "USAGE" }] };
    const other = harness({ profile: "lago", wallets: [lagoWallet({ cents: 100 })] });
    expect(await failure(() => other.run(other.gate.preview("cus_1", lago)))).toMatchObject({ code: "invalid_input", path: "invoice.lines[0].priceType" });
  });
});

describe("snapshot", () => {
  test("holds what the rules read and nothing else", async () => {
    const wallet = { ...flexpriceWallet({ balance: "30", realTime: "12" }), metadata: { note: "secret" }, customer_id: "cust_secret", auto_topup: { enabled: true } };
    const { gate, run, provider } = harness({ wallets: [wallet] });
    provider.grants = { w1: [{ id: "g", type: "credit", transaction_status: "completed", credits_available: "30", metadata: { note: "secret" } }] };
    const snapshot = await run(gate.snapshot("cus_1"));
    expect(snapshot).toMatchObject({ customer: "cus_1", profile: "flexprice", wallets: [{ id: "w1", balance: "30" }], fetchedAt: NOW, asOf: NOW, freshness: "computed" });
    expect(snapshot.grants?.["w1"]).toHaveLength(1);
    expect(JSON.stringify(snapshot)).not.toContain("secret");
  });
});

describe("what may answer", () => {
  test.each(["provider_unavailable", "provider_unauthorized", "invalid_response"] as const)("nothing does after %s, and the failure is told", async (code) => {
    const { gate, run, provider } = harness();
    provider.answers.set("cus_1", providerError(code));
    expect((await failure(() => run(gate.preview("cus_1", draft)))).code).toBe(code);
    expect((await failure(() => run(gate.snapshot("cus_1")))).code).toBe(code);
    expect(provider.calls).toHaveLength(1);
  });

  test("a billing API that hangs is told after the deadline", async () => {
    const { gate, run, provider } = harness({ wallets: money("30") });
    provider.latency = MINUTE;
    expect((await failure(() => run(gate.preview("cus_1", draft)))).code).toBe("provider_timeout");
  });

  test("an older snapshot does while it is refreshed behind the answer, and none past `usableFor`", async () => {
    const { gate, run, provider, clock, kept, waitUntil } = harness({ wallets: money("30") });
    await run(gate.preview("cus_1", draft));
    provider.answers.set("cus_1", money("50"));
    await clock.advance(6 * MINUTE);
    expect(await run(gate.preview("cus_1", draft, { waitUntil }))).toMatchObject({ credits: "30", snapshot: { age: 6 * MINUTE } });
    expect(kept).toHaveLength(1);
    await run(Promise.all(kept));
    expect(await run(gate.preview("cus_1", draft))).toMatchObject({ credits: "40", snapshot: { age: 0 } });
    await clock.advance(16 * MINUTE);
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    expect((await failure(() => run(gate.snapshot("cus_1")))).code).toBe("provider_unavailable");
  });

  test("one that was invalidated does not", async () => {
    const { gate, run, provider } = harness({ wallets: money("30") });
    await run(gate.preview("cus_1", draft));
    await run(gate.invalidate("cus_1"));
    provider.answers.set("cus_1", money("50"));
    expect((await run(gate.preview("cus_1", draft))).credits).toBe("40");
  });

  test("figures of the provider's cache do, whatever `acceptFallback` says: they are settled", async () => {
    const wallets = [flexpriceWallet({ balance: "30", realTime: "12", cached: true })];
    const { gate, run } = harness({ wallets, acceptFallback: false });
    expect(await run(gate.preview("cus_1", draft))).toMatchObject({ credits: "30", snapshot: { freshness: "cached_fallback" } });
  });

  test("bad input and a closed gate are told at once", async () => {
    const { gate } = harness({ wallets: money("30") });
    expect(await failure(() => gate.preview("", draft))).toMatchObject({ code: "invalid_input", path: "customer" });
    expect(await failure(() => gate.snapshot("cus_1", { whenUnknown: "allow" } as never))).toMatchObject({ code: "invalid_input" });
    await gate.close();
    expect((await failure(() => gate.snapshot("cus_1"))).code).toBe("closed");
    expect((await failure(() => gate.preview("cus_1", draft))).code).toBe("closed");
  });
});
