import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../errors.js";
import { CreditGate } from "../../gate/gate.js";
import { flexprice } from "../../providers/flexprice/index.js";
import type { GateOptions, Usage } from "../../types.js";
import { Clock, eur, failure, FakeProvider, flexpriceWallet, harness, lagoWallet, MINUTE, money, NOW, said, usd } from "./harness.js";

const USAGE = { customer: "cus_1", currency: "USD", amount: "1" };
const { amount: _, ...NO_AMOUNT } = USAGE;

/** Whatever a caller may send that is no usage: the code and the path of the error. */
const BAD: Record<string, [unknown, ErrorCode, string]> = {
  "no usage": [undefined, "invalid_input", "usage"],
  null: [null, "invalid_input", "usage"],
  "a list": [[], "invalid_input", "usage"],
  text: ["usage", "invalid_input", "usage"],
  "nothing in it": [{}, "invalid_input", "usage.amount"],
  "an unknown key": [{ ...USAGE, amout: "1" }, "invalid_input", "usage.amout"],
  "no amount": [NO_AMOUNT, "invalid_input", "usage.amount"],
  "an amount and credits": [{ ...USAGE, credits: "1" }, "invalid_input", "usage.amount"],
  "an amount and units": [{ ...USAGE, units: 1, unitPrice: "1" }, "invalid_input", "usage.amount"],
  "an amount and a price": [{ ...USAGE, unitPrice: "1" }, "invalid_input", "usage.amount"],
  "credits and units": [{ ...NO_AMOUNT, credits: 1, units: 1, unitPrice: 1 }, "invalid_input", "usage.amount"],
  "units without a price": [{ ...NO_AMOUNT, units: 1 }, "invalid_input", "usage.unitPrice"],
  "a price without units": [{ ...NO_AMOUNT, unitPrice: 1 }, "invalid_input", "usage.units"],
  "units times a price beyond 28 digits": [{ ...NO_AMOUNT, units: "1".repeat(15), unitPrice: "1".repeat(15) }, "decimal_out_of_range", "usage.units"],
  "negative credits": [{ ...NO_AMOUNT, credits: "-1" }, "negative_amount", "usage.credits"],
  "negative units": [{ ...NO_AMOUNT, units: -1, unitPrice: "1" }, "negative_amount", "usage.units"],
  "a negative price": [{ ...NO_AMOUNT, units: 1, unitPrice: "-1" }, "negative_amount", "usage.unitPrice"],
  "no customer": [{ amount: 1, currency: "USD" }, "invalid_input", "usage.customer"],
  "a customer of nothing": [{ ...USAGE, customer: "" }, "invalid_input", "usage.customer"],
  "a customer that is a number": [{ ...USAGE, customer: 7 }, "invalid_input", "usage.customer"],
  "a customer with a lone surrogate": [{ ...USAGE, customer: "a\ud800b" }, "invalid_input", "usage.customer"],
  "a customer of 2,000 characters": [{ ...USAGE, customer: "c".repeat(2_000) }, "invalid_input", "usage.customer"],
  "no currency": [{ customer: "cus_1", amount: 1 }, "invalid_input", "usage.currency"],
  "a currency of two letters": [{ ...USAGE, currency: "US" }, "invalid_input", "usage.currency"],
  "a currency of signs": [{ ...USAGE, currency: "€€€" }, "invalid_input", "usage.currency"],
  "a currency in letters that only look so": [{ ...USAGE, currency: "ſſſ" }, "invalid_input", "usage.currency"],
  "a metric of nothing": [{ ...USAGE, metric: "" }, "invalid_input", "usage.metric"],
  "a metric with a NUL": [{ ...USAGE, metric: "a\0b" }, "invalid_input", "usage.metric"],
  "a metric that is a number": [{ ...USAGE, metric: 7 }, "invalid_input", "usage.metric"],
  "Lago's fee type for Flexprice": [{ ...USAGE, feeType: "charge" }, "invalid_input", "usage.feeType"],
  "Lago's target wallet for Flexprice": [{ ...USAGE, targetWallet: "w" }, "invalid_input", "usage.targetWallet"],
  "a price type that is none": [{ ...USAGE, priceType: "usage" }, "invalid_input", "usage.priceType"],
  "an event of text": [{ ...USAGE, event: "e" }, "invalid_input", "usage.event"],
  "an event with an unknown key": [{ ...USAGE, event: { name: "e" } }, "invalid_input", "usage.event.name"],
  "an event's code of nothing": [{ ...USAGE, event: { code: "" } }, "invalid_input", "usage.event.code"],
  "an event's property that is a list": [{ ...USAGE, event: { properties: { a: [] } } }, "invalid_input", "usage.event.properties.a"],
};

const BAD_AMOUNTS: readonly [string, unknown, ErrorCode][] = [
  ["-1", "-1", "negative_amount"], ["-0.01", "-0.01", "negative_amount"], ["-1 (number)", -1, "negative_amount"], ["-1n", -1n, "negative_amount"],
  ["NaN", Number.NaN, "invalid_decimal"], ["Infinity", Infinity, "invalid_decimal"], ["0.1 (number)", 0.1, "invalid_decimal"], ["2**53", 2 ** 53, "invalid_decimal"],
  ["1e400", "1e400", "invalid_decimal"], ["1e3", "1e3", "invalid_decimal"], ["nothing", "", "invalid_decimal"], [" 1", " 1", "invalid_decimal"], ["1 ", "1 ", "invalid_decimal"],
  ["1\\n", "1\n", "invalid_decimal"], ["+1", "+1", "invalid_decimal"], ["1.", "1.", "invalid_decimal"], [".5", ".5", "invalid_decimal"], ["--1", "--1", "invalid_decimal"],
  ["1,5", "1,5", "invalid_decimal"], ["0x10", "0x10", "invalid_decimal"], ["1_000", "1_000", "invalid_decimal"], ["Arabic digits", "١", "invalid_decimal"], ["a word", "NaN", "invalid_decimal"],
  ["40 digits", "1".repeat(40), "decimal_out_of_range"], ["29 digits", `${"1".repeat(14)}.${"1".repeat(15)}`, "decimal_out_of_range"], ["29 digits (bigint)", 10n ** 28n + 1n, "decimal_out_of_range"],
  ["40 decimal places", `0.${"0".repeat(39)}1`, "decimal_out_of_range"], ["an object", { value: 1 }, "invalid_decimal"], ["a boxed number", Object(1), "invalid_decimal"], ["null", null, "invalid_decimal"],
  ["true", true, "invalid_decimal"], ["a list", ["1"], "invalid_decimal"],
];

describe("bad usage", () => {
  const { gate, run, provider } = harness({ wallets: money("10"), whenUnknown: "allow" });
  const calls: Record<string, (usage: Usage) => unknown> = {
    spend: (usage) => run(gate.spend(usage)), spendCached: (usage) => gate.spendCached(usage), check: (usage) => run(gate.check(usage)),
    checkCached: (usage) => gate.checkCached(usage), authorize: (usage) => run(gate.authorize(usage)),
  };
  const table = Object.entries(BAD).concat(BAD_AMOUNTS.map(([name, amount, code]) => [`an amount of ${name}`, [{ ...USAGE, amount }, code, "usage.amount"]]));
  for (const [name, [usage, code, path]] of table) {
    test(`(${name}) is an error with its path and never an answer`, async () => {
      for (const call of Object.values(calls)) {
        const error = await failure(() => call(usage as Usage));
        expect([error.name, error.code, error.path]).toEqual(["CreditGateError", code, path]);
      }
      expect(provider.calls).toHaveLength(0);
      expect(gate.stats().ledger.entries).toBe(0);
    });
  }

  test("of a million characters is refused without reading them over and over", async () => {
    for (const amount of [`${"0".repeat(1_000_000)}x`, `0.${"0".repeat(1_000_000)}1x`, `1.${"0".repeat(1_000_000)}1`]) {
      expect(["invalid_decimal", "decimal_out_of_range"]).toContain((await failure(() => gate.checkCached(usd(amount)))).code);
    }
  });
});

describe("unusual usage that is none the less right", () => {
  for (const amount of ["0", "-0", 0, -0, 0n, "0.000", "000"]) {
    test(`an amount of nothing, as ${typeof amount} ${String(amount)}, is covered`, async () => {
      const { gate, run } = harness({ wallets: money("0") });
      expect(await run(gate.spend(usd(amount)))).toMatchObject({ outcome: "covered", required: "0", available: "0" });
    });
  }

  test("nothing is not covered by a negative balance", async () => {
    const { gate, run } = harness({ wallets: money("1", "-1") });
    expect(await run(gate.spend(usd("0")))).toMatchObject({ outcome: "short", available: "-1", shortfall: "1" });
  });

  test("28 digits are exact", async () => {
    const { gate, run } = harness({ wallets: money("12345678901234.12345678901234") });
    expect(await run(gate.check(usd("12345678901234.12345678901234")))).toMatchObject({ outcome: "covered", required: "12345678901234.12345678901234" });
    expect(await run(gate.check(usd("12345678901234.12345678901235")))).toMatchObject({ outcome: "short", shortfall: "0.00000000000001" });
  });

  test("a customer's id may hold slashes, unicode, and the names of an object's properties", async () => {
    for (const customer of ["a/b?c=d&e#f", "客户 № 1 🎉", "../../etc", "__proto__", "constructor", " ", "c".repeat(1_024)]) {
      const { gate, run, provider } = harness();
      provider.answers.set(customer, money("10"));
      expect(await run(gate.spend(usd("1", { customer })))).toMatchObject({ outcome: "covered", customer });
      expect(provider.calls.map((call) => call.customer)).toEqual([customer]);
    }
  });

  test("a currency may be in any case", async () => {
    const { gate, run } = harness({ wallets: money("10") });
    expect(await run(gate.spend(usd("1", { currency: "uSd" })))).toMatchObject({ outcome: "covered", currency: "USD" });
  });
});

describe("a customer", () => {
  const SHORT: Record<string, [readonly unknown[] | null, string]> = {
    "who does not exist": [null, "customer_not_found"],
    "without wallets": [[], "no_wallet"],
    "with another currency": [[flexpriceWallet({ balance: "9", currency: "eur" })], "currency_mismatch"],
    "with a frozen wallet": [[flexpriceWallet({ balance: "9", status: "frozen" })], "wallet_inactive"],
    "with a closed wallet": [[flexpriceWallet({ balance: "9", status: "closed" })], "wallet_inactive"],
    "with post-paid wallets only": [[flexpriceWallet({ balance: "9", type: "POST_PAID" })], "postpaid_only"],
    "with too little": [[flexpriceWallet({ balance: "0.5" })], "insufficient_balance"],
  };
  for (const [name, [wallets, reason]] of Object.entries(SHORT)) {
    test(`${name} is short: ${reason}`, async () => {
      const { gate, run, provider } = harness();
      provider.answers.set("cus_1", wallets);
      const decision = await run(gate.spend(usd("1")));
      expect(decision).toMatchObject({ outcome: "short", reason, allowed: false, required: "1" });
      expect(decision.outcome === "short" && decision.available).toBe(reason === "insufficient_balance" ? "0.5" : "0");
    });
  }

  test("with post-paid wallets that count has no pending usage to tell", async () => {
    const { gate, run } = harness({ postpaid: "include", wallets: [flexpriceWallet({ balance: "9", type: "POST_PAID" })] });
    expect(said(await run(gate.spend(usd("1"))))).toBe("unknown: pending_unknown");
  });

  test("whose wallet has no real-time balance is unknown", async () => {
    const { gate, run } = harness({ wallets: [flexpriceWallet({ balance: "9", realTime: undefined })] });
    expect(said(await run(gate.spend(usd("1"))))).toBe("unknown: pending_unknown");
  });

  test("who pays what credits never pay is out of scope", async () => {
    const { gate, run } = harness({ wallets: money("10") });
    expect(said(await run(gate.spend(usd("1", { priceType: "FIXED" }))))).toBe("short: out_of_scope");
  });

  test("with wallets of unequal rates cannot be told what credits cost", async () => {
    const wallets = [flexpriceWallet({ id: "a", balance: "10" }), flexpriceWallet({ id: "b", balance: "10", rate: "0.5" })];
    const { gate, run } = harness({ wallets });
    const decision = await run(gate.spend({ customer: "cus_1", currency: "USD", credits: 1 }));
    expect(decision).toMatchObject({ outcome: "unknown", reason: "ambiguous_credits", allowed: false, available: "20" });
    expect(decision.required).toBeUndefined();
  });

  test("whose credits have expired is told so", async () => {
    const { gate, run } = harness({ profile: "lago", wallets: [lagoWallet({ cents: 900, expiresAt: new Date(NOW - MINUTE).toISOString() })] });
    expect(await run(gate.spend(eur("1")))).toMatchObject({ outcome: "short", reason: "credits_expired" });
  });

  test("with a metric nobody limits pays from an unrestricted wallet, and from none that is for other metrics", async () => {
    const open = harness({ profile: "lago", wallets: [lagoWallet({ cents: 900 })] });
    expect(said(await open.run(open.gate.spend(eur("1", { metric: "nobody_knows" }))))).toBe("covered: sufficient");
    const other = harness({ profile: "lago", wallets: [lagoWallet({ cents: 900, metrics: ["images"] })] });
    expect(said(await other.run(other.gate.spend(eur("1", { metric: "nobody_knows" }))))).toBe("short: out_of_scope");
  });

  test("whose wallet's scope was not told is unknown", async () => {
    const { gate, run } = harness({ profile: "lago", wallets: [lagoWallet({ cents: 900, scopeUntold: true })] });
    expect(said(await run(gate.spend(eur("1"))))).toBe("unknown: scope_unknown");
  });

  test("may name the one wallet that pays", async () => {
    const { gate, run } = harness({ profile: "lago", wallets: [lagoWallet({ id: "a", cents: 900 }), lagoWallet({ id: "b", cents: 100 })] });
    expect((await run(gate.check(eur("5", { targetWallet: "b" })))).outcome).toBe("short");
    expect((await run(gate.check(eur("5", { targetWallet: "a" })))).outcome).toBe("covered");
  });
});

test("an API key's function that throws is unknown: provider_unauthorized, and nothing is sent", async () => {
  let sent = 0;
  const clock = new Clock();
  const fetch = async () => ((sent += 1), new Response("{}"));
  const provider = flexprice({ apiKey: () => { throw new Error("vault sealed"); } });
  const gate = new CreditGate({ provider, fetch, now: clock.now, sleep: clock.sleep });
  const decision = await clock.run(gate.spend(usd("1")));
  expect(decision).toMatchObject({ outcome: "unknown", reason: "provider_unauthorized", allowed: false });
  expect(sent).toBe(0);
});

describe("an option", () => {
  const provider = new FakeProvider("flexprice", new Clock());
  const lago = new FakeProvider("lago", new Clock());
  const table: Record<string, [unknown, string]> = {
    "unknown to the gate": [{ provider, freshfor: 1 }, "freshfor"],
    "of no object": [null, "options"],
    "provider that is missing": [{}, "provider"],
    "provider that is none": [{ provider: {} }, "provider"],
    "taxRate for Flexprice": [{ provider, taxRate: "0" }, "taxRate"],
    "taxRate missing for Lago": [{ provider: lago }, "taxRate"],
    "taxRate below zero": [{ provider: lago, taxRate: "-1" }, "taxRate"],
    "taxRate that is a fraction of a number": [{ provider: lago, taxRate: 0.2 }, "taxRate"],
    "taxRate that is a word": [{ provider: lago, taxRate: "20%" }, "taxRate"],
    "freshFor below zero": [{ provider, freshFor: -1 }, "freshFor"],
    "freshFor of NaN": [{ provider, freshFor: Number.NaN }, "freshFor"],
    "freshFor of text": [{ provider, freshFor: "300" }, "freshFor"],
    "usableFor less than freshFor": [{ provider, usableFor: 1 }, "usableFor"],
    "usableFor without end": [{ provider, usableFor: Infinity }, "usableFor"],
    "whenUnknown of a boolean": [{ provider, whenUnknown: true }, "whenUnknown"],
    "whenScopesOverlap of another word": [{ provider, whenScopesOverlap: "guess" }, "whenScopesOverlap"],
    "whenScopesOverlap of a provider that cannot": [{ provider, whenScopesOverlap: "reconstruct" }, "whenScopesOverlap"],
    "whenScopesOverlap for figures that are never refreshed": [
      { provider: { profile: "lago", fetchWallets: async () => ({}), reconstruction: "required" }, taxRate: "0" }, "whenScopesOverlap",
    ],
    "postpaid of another word": [{ provider, postpaid: "yes" }, "postpaid"],
    "acceptFallback of text": [{ provider, acceptFallback: "no" }, "acceptFallback"],
    "maxSnapshots of nothing": [{ provider, maxSnapshots: 0 }, "maxSnapshots"],
    "maxDebits of a fraction": [{ provider, maxDebits: 1.5 }, "maxDebits"],
    "maxRefreshes below zero": [{ provider, maxRefreshes: -1 }, "maxRefreshes"],
    "rateLimit of nothing a second": [{ provider, rateLimit: { perSecond: 0, burst: 1 } }, "rateLimit.perSecond"],
    "rateLimit with a burst of text": [{ provider, rateLimit: { perSecond: 1, burst: "1" } }, "rateLimit.burst"],
    "rateLimit that is a number": [{ provider, rateLimit: 5 }, "rateLimit"],
    "rateLimit with a misspelt field": [{ provider, rateLimit: { perSec: 1 } }, "rateLimit.perSec"],
    "targetsWallets of text": [{ provider, targetsWallets: "yes" }, "targetsWallets"],
    "ledger that is none": [{ provider, ledger: {} }, "ledger"],
    "report of another word": [{ provider, report: "nobody" }, "report"],
    "report to a provider that takes none": [{ provider: { ...provider, fetchWallets: async () => ({}), sendEvents: undefined }, report: "provider" }, "report"],
    "store without methods": [{ provider, store: {} }, "store"],
    "fetch that is none": [{ provider, fetch: "fetch" }, "fetch"],
    "now that is a number": [{ provider, now: NOW }, "now"],
    "telemetry that is a list": [{ provider, telemetry: [] }, "telemetry"],
  };
  for (const [name, [options, path]] of Object.entries(table)) {
    test(`${name} is refused with its path`, async () => {
      const error = await failure(() => new CreditGate(options as GateOptions));
      expect([error.code, error.path]).toEqual(["invalid_option", path]);
    });
  }

  test("given as undefined is as not given", () => {
    expect(() => new CreditGate({ provider, freshFor: undefined, store: undefined } as never)).not.toThrow();
  });

  test("telemetry that throws breaks no answer", async () => {
    const { gate, run } = harness({ wallets: money("1"), telemetry: () => { throw new Error("no"); } });
    expect((await run(gate.spend(usd("1")))).outcome).toBe("covered");
  });
});

test("after close every call throws closed", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const account = await run(gate.account("cus_1"));
  const meter = gate.meter({ unitPrice: 1, currency: "USD" });
  await run(gate.close());
  const calls: Record<string, () => unknown> = {
    spend: () => run(gate.spend(usd("1"))), spendCached: () => gate.spendCached(usd("1")), check: () => run(gate.check(usd("1"))),
    checkCached: () => gate.checkCached(usd("1")), authorize: () => run(gate.authorize(usd("1"))), account: () => run(gate.account("cus_1")),
    refresh: () => run(gate.refresh("cus_1")), invalidate: () => gate.invalidate("cus_1"), meter: () => gate.meter({ unitPrice: 1, currency: "USD" }),
    covers: () => meter.covers("cus_1", 1), meterSpend: () => meter.spend("cus_1", 1),
    accountCheck: () => account.check({ amount: 1, currency: "USD" }), accountSpend: () => account.spend({ amount: 1, currency: "USD" }),
    accountAvailable: () => account.available({ currency: "USD" }), accountExplain: () => account.explain({ currency: "USD" }), accountSnapshot: () => account.snapshot,
  };
  for (const [name, call] of Object.entries(calls)) expect((await failure(call)).code, name).toBe("closed");
  await run(gate.close());
});

test("while close still sends reports, calls throw closed already", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("10"), report: "provider" });
  await run(gate.account("cus_1"));
  provider.sendLatency = 1_000;
  const { pending } = gate.spendCached(usd("1"));
  expect(pending).toBeDefined();
  const meter = gate.meter({ unitPrice: 1, currency: "USD" });
  const closing = gate.close();
  expect((await failure(() => meter.covers("cus_1", 1))).code).toBe("closed");
  await clock.run(closing);
});

describe("what is said of one call", () => {
  test.each([
    [{ idempotencyKey: "k" }, "options.idempotencyKey"],
    [{ whenUnknown: "maybe" }, "options.whenUnknown"],
    [{ waitUntil: 1 }, "options.waitUntil"],
    [{ key: "" }, "options.key"],
    [null, "options"],
  ])("%j is refused", async (options, path) => {
    const { gate } = harness({ wallets: money("10") });
    await expect(gate.spend(usd("1"), options as object)).rejects.toMatchObject({ code: "invalid_input", path });
  });

  test("a key belongs to a call that spends", async () => {
    const { gate } = harness({ wallets: money("10") });
    await expect(gate.check(usd("1"), { key: "k" } as object)).rejects.toMatchObject({ path: "options.key" });
  });
});
