import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failure, flexpriceWallet, harness, lagoWallet, MINUTE, money, NOW, usd } from "./harness.js";

/** `mantissa / 10^scale` as plain text. */
function plain(mantissa: bigint, scale: number): string {
  const digits = mantissa.toString().padStart(scale + 1, "0");
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

test("a meter answers by units, and a spend debits them", async () => {
  const { gate, run } = harness({ wallets: money("0.01") });
  const tokens = gate.meter({ unitPrice: "0.000003", currency: "usd", metric: "tokens" });
  await run(gate.account("cus_1"));
  expect(tokens.covers("cus_1", 3_333)).toBe(true);
  expect(tokens.covers("cus_1", 3_334)).toBe(false);
  expect(tokens.spend("cus_1", 3_000)).toBe(true);
  expect(tokens.covers("cus_1", 333)).toBe(true);
  expect(tokens.spend("cus_1", 334)).toBe(false);
  expect(tokens.spend("cus_1", 333)).toBe(true);
});

test("while nothing is known a meter says undefined, and fetches behind the answer", async () => {
  const { gate, clock, kept, waitUntil } = harness({ wallets: money("1") });
  const meter = gate.meter({ unitPrice: "0.1", currency: "USD" });
  expect(meter.covers("cus_1", 1, { waitUntil })).toBeUndefined();
  await clock.run(Promise.all(kept));
  expect(meter.covers("cus_1", 1)).toBe(true);
  await clock.advance(15 * MINUTE);
  expect(meter.covers("cus_1", 1, { waitUntil })).toBeUndefined();
  expect(meter.spend("cus_1", 1, { waitUntil })).toBeUndefined();
});

test("what is spent while unknown ones are allowed is debited", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const meter = gate.meter({ unitPrice: "1", currency: "USD" });
  expect(meter.spend("cus_1", 4, { whenUnknown: "allow", waitUntil: () => {} })).toBe(true);
  expect(meter.spend("cus_1", 4, { whenUnknown: "deny", waitUntil: () => {} })).toBeUndefined();
  expect(await run(gate.check(usd("1")))).toMatchObject({ available: "6" });
});

test("a key counts once for a meter too", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const meter = gate.meter({ unitPrice: "1", currency: "USD" });
  await run(gate.account("cus_1"));
  for (let i = 0; i < 3; i++) expect(meter.spend("cus_1", 4, { key: "k" })).toBe(true);
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
  expect((await failure(() => meter.spend("cus_1", 5, { key: "k" }))).code).toBe("key_conflict");
  expect((await failure(() => meter.spend("cus_1", 5, { key: "" }))).path).toBe("options.key");
});

test("units may be text, bigint, or too large for the fast way, with the same answer", async () => {
  const { gate, run } = harness({ wallets: money("90071992547409.93") });
  await run(gate.account("cus_1"));
  const meter = gate.meter({ unitPrice: "0.01", currency: "USD" });
  for (const [units, covered] of [
    ["9007199254740993", true], [9_007_199_254_740_993n, true], ["9007199254740994", false], [9_007_199_254_740_991, true], ["0.5", true], [0, true],
  ] as const) {
    expect(meter.covers("cus_1", units), String(units)).toBe(covered);
  }
  // The product is beyond the safe integers, the units are not.
  const dear = gate.meter({ unitPrice: "3.0000001", currency: "USD" });
  expect(dear.covers("cus_1", 30_023_996_515_003)).toBe(true);
  expect(dear.covers("cus_1", 30_023_996_515_004)).toBe(false);
  // So is a price.
  const small = harness({ wallets: money("10.0000000000000005") });
  await small.run(small.gate.account("cus_1"));
  const fine = small.gate.meter({ unitPrice: "2.0000000000000001", currency: "USD" });
  expect(fine.covers("cus_1", 5)).toBe(true);
  expect(fine.covers("cus_1", "5.000001")).toBe(false);
});

test("bad units are an error, not an answer", async () => {
  const { gate, run } = harness({ wallets: money("1") });
  await run(gate.account("cus_1"));
  const meter = gate.meter({ unitPrice: "0.1", currency: "USD" });
  for (const [units, code] of [[-1, "negative_amount"], [0.5, "invalid_decimal"], [Number.NaN, "invalid_decimal"], [Infinity, "invalid_decimal"], [2 ** 53, "invalid_decimal"], ["1e3", "invalid_decimal"], [null, "invalid_decimal"], [undefined, "invalid_decimal"], ["1".repeat(29), "decimal_out_of_range"]] as const) {
    for (const call of [() => meter.covers("cus_1", units as number), () => meter.spend("cus_1", units as number)]) {
      const error = await failure(call);
      expect([error.code, error.path], String(units)).toEqual([code, "units"]);
    }
  }
  for (const customer of ["", 7, undefined, "\ud800", "c".repeat(2_000)]) {
    expect((await failure(() => meter.covers(customer as string, 1))).path).toBe("customer");
    expect((await failure(() => meter.spend(customer as string, 1))).path).toBe("customer");
  }
});

test("bad prices and currencies are refused when the meter is made", async () => {
  const { gate } = harness();
  for (const [options, path] of [
    [{ unitPrice: "-1", currency: "USD" }, "meter.unitPrice"], [{ unitPrice: 0.1, currency: "USD" }, "meter.unitPrice"],
    [{ unitPrice: "1", currency: "US" }, "meter.currency"], [{ unitPrice: "1", currency: "USD", feeType: "charge" }, "meter.feeType"],
    [{ unitPrice: "1", currency: "USD", unitprice: "1" }, "meter.unitprice"], [{ unitPrice: "1", currency: "USD", event: { code: 1 } }, "meter.event.code"],
    [null, "meter"],
  ] as const) {
    expect((await failure(() => gate.meter(options as never))).path).toBe(path);
  }
});

test("a figure that does not fit the engine's decimals is undefined", async () => {
  const { gate, run } = harness({ profile: "lago", taxRate: "19.123456", wallets: [lagoWallet({ cents: 100 })] });
  await run(gate.account("cus_1"));
  const meter = gate.meter({ unitPrice: "0.0000000000000000000000000001", currency: "EUR", metric: "tokens" });
  expect(meter.covers("cus_1", 3)).toBeUndefined();
  expect(meter.spend("cus_1", 3)).toBeUndefined();
});

describe("a decision", () => {
  for (const profile of ["flexprice", "lago"] as const) {
    test(`is the same whether or not the figures behind it were asked for before (${profile})`, async () => {
      const amount = fc.tuple(fc.nat(10 ** 6), fc.integer({ min: 0, max: 6 })).map(([mantissa, scale]) => plain(BigInt(mantissa), scale));
      const step = fc.record({ amount, spends: fc.boolean(), wait: fc.constantFrom(0, 0, 0, 1_000, 40_000) });
      const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const isLago = profile === "lago";
        const expiresAt = new Date(NOW + 60_000).toISOString();
        const wallets = isLago ? [lagoWallet({ cents: 40_000, currency: "USD" }), lagoWallet({ id: "w2", cents: 60_000, currency: "USD", expiresAt })] : [flexpriceWallet({ balance: "1000" })];
        const hour = 60 * MINUTE;
        const open = () => harness({ profile, wallets, ...(isLago ? { taxRate: "19.5" } : {}), freshFor: hour, freshForFloor: hour, usableFor: 2 * hour, revalidateAfter: hour });
        const asked = open();
        await asked.run(asked.gate.account("cus_1"));
        const spent: { amount: string; wait: number }[] = [];
        let waited = 0;
        for (const { amount: cost, spends, wait } of steps) {
          await asked.clock.advance(wait);
          waited += wait;
          const usage = { customer: "cus_1", currency: "USD", metric: "tokens", amount: cost };
          const decisions = [asked.gate.checkCached(usage), asked.gate.checkCached(usage), await asked.gate.check(usage)];
          const anew = open();
          await anew.run(anew.gate.account("cus_1"));
          let at = 0;
          for (const before of spent) {
            await anew.clock.advance(before.wait - at);
            at = before.wait;
            anew.gate.spendCached({ ...usage, amount: before.amount });
          }
          await anew.clock.advance(waited - at);
          const expected = anew.gate.checkCached(usage);
          for (const decision of decisions) expect(decision).toEqual(expected);
          await anew.gate.close();
          if (spends && asked.gate.spendCached(usage).allowed) spent.push({ amount: cost, wait: waited });
        }
        await asked.gate.close();
      });
      await fc.assert(property, { numRuns: 60, seed: 1 });
    });
  }
});

describe("covers and spend", () => {
  for (const profile of ["flexprice", "lago"] as const) {
    test(`agree with check and spend, and with arithmetic (${profile})`, async () => {
      const price = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 9 }));
      const units = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 10 ** 9 }));
      const property = fc.asyncProperty(price, units, fc.bigInt({ min: -(10n ** 7n), max: 10n ** 9n }), fc.integer({ min: 0, max: 4_000 }), async ([mantissa, scale], n, cents, tax) => {
        const isLago = profile === "lago";
        const balance = cents < 0n ? `-${plain(-cents, 2)}` : plain(cents, 2);
        const taxRate = plain(BigInt(tax), 2);
        const wallets = isLago ? [lagoWallet({ cents: String(cents), currency: "USD" })] : [flexpriceWallet({ balance })];
        const { gate, run } = harness({ profile, wallets, ...(isLago ? { taxRate } : {}) });
        const unitPrice = plain(mantissa, scale);
        const meter = gate.meter({ unitPrice, currency: "USD", metric: "tokens" });
        await run(gate.account("cus_1"));
        // price * units * (1 + tax / 10^4) <= cents / 100, over one denominator
        const gross = isLago ? 10_000n + BigInt(tax) : 10_000n;
        const expected = mantissa * BigInt(n) * gross * 100n <= cents * 10n ** BigInt(scale) * 10_000n;
        const usage = { customer: "cus_1", currency: "USD", metric: "tokens", units: n, unitPrice };
        expect(meter.covers("cus_1", n)).toBe(expected);
        expect(meter.covers("cus_1", String(n))).toBe(expected);
        expect(meter.covers("cus_1", BigInt(n))).toBe(expected);
        expect(gate.checkCached(usage).outcome).toBe(expected ? "covered" : "short");
        expect(meter.spend("cus_1", n)).toBe(expected);
        const after = gate.checkCached(usage);
        expect(meter.covers("cus_1", n)).toBe(after.outcome === "covered");
        await gate.close();
      });
      await fc.assert(property, { numRuns: 300, seed: 1 });
    });
  }
});
