import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain } from "../../decimal.js";
import { ResidentAccount, type Spent } from "../../engine/account.js";
import { toCreditGateError } from "../../engine/fault.js";
import { CreditGateError, isCreditGateError } from "../../errors.js";
import { feeKey } from "../../fee-key.js";
import { flexpriceWallet, lagoWallet, NOW } from "../gate/harness.js";

const OPTIONS = { whenScopesOverlap: "estimate" as const, acceptFallback: true, includePostpaid: false, targetsWallets: false };
const KEY = feeKey("USD", "USAGE", undefined, undefined);
const amount = (value: string) => ({ isCredits: false, value });
const spent = (value: string) => ({ ...amount(value), feeKey: KEY });
const open = (...wallets: unknown[]) => new ResidentAccount("flexprice", { wallets }, OPTIONS);
const available = (account: ResidentAccount, key = KEY) => {
  account.covers(key, 0, 0, NOW);
  return account.withAvailable(key, NOW)?.available;
};
const thrown = (run: () => unknown): CreditGateError => {
  try {
    run();
  } catch (error) {
    if (isCreditGateError(error)) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
};

describe("a resident account", () => {
  test("answers whether a cost is covered, and nothing where that takes more", () => {
    const account = open(flexpriceWallet({ balance: "10" }));
    expect([account.covers(KEY, 1_000, 2, NOW), account.covers(KEY, 1_001, 2, NOW)]).toEqual([true, false]);
    const untold = open(flexpriceWallet({ balance: "10", realTime: undefined }));
    expect(untold.covers(KEY, 1, 0, NOW)).toBeUndefined();
    expect(available(untold)).toBeUndefined();
    account.free();
    untold.free();
  });

  test("a clock that is set back is answered as the engine answers it", () => {
    const account = new ResidentAccount("lago", { wallets: [lagoWallet({ cents: 1_000, expiresAt: new Date(NOW + 5_000).toISOString() })] }, { ...OPTIONS, taxRate: "0" });
    const key = feeKey("EUR", "charge", undefined, undefined);
    expect([NOW + 6_000, NOW].map((now) => account.covers(key, 10, 0, now))).toEqual([false, true]);
    account.free();
  });

  test("takes debits off and gives them back, exactly", () => {
    const account = open(flexpriceWallet({ balance: "10" }));
    for (const value of ["0.1", "0.2", "3"]) account.spend(spent(value), NOW);
    expect(available(account)).toBe("6.7");
    account.giveBack(KEY, amount("0.2"));
    expect(available(account)).toBe("6.9");
    expect(account.explain(KEY, NOW).overlay).toBe("3.1");
  });

  test("refuses a debit its decimals cannot hold beside the rest, and is as before", () => {
    const account = open(flexpriceWallet({ balance: "99999999999999999" }));
    account.spend(spent("1"), NOW);
    expect(thrown(() => account.spend(spent("0.000000000001"), NOW)).code).toBe("decimal_out_of_range");
    expect(available(account)).toBe("99999999999999998");
    expect(account.covers(KEY, 999, 0, NOW)).toBe(true);
  });

  test("counts debits in place of others as an account does that counts the last of each from the start", () => {
    const wallets = ["tokens", "images"].map((metric) => lagoWallet({ id: metric, cents: 1_000_000, currency: "USD", metrics: [metric] }));
    const options = { ...OPTIONS, taxRate: "19" };
    const keys = ["tokens", "images"].map((metric) => feeKey("USD", "charge", metric, undefined));
    // Beyond fifteen digits, and at scales whose difference is no safe integer, scalars do not do.
    const value = fc.oneof(
      fc.tuple(fc.nat(10 ** 6), fc.integer({ min: 0, max: 6 })).map(([mantissa, scale]) => plain(mantissa, scale)),
      fc.constantFrom("0.00000000000001", "123456789.0000001", "9000.000000000000000001"),
    );
    const step = fc.record({ entry: fc.nat(2), feeKey: fc.constantFrom(...keys), isCredits: fc.boolean(), value, scale: fc.nat(8) });
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const account = new ResidentAccount("lago", { wallets }, options);
      const kept = new Map<number, Spent>();
      for (const { entry, scale, ...last } of steps) {
        account.covers(last.feeKey, 1, scale, NOW);
        account.spend(last, NOW, kept.get(entry));
        kept.set(entry, last);
        const fresh = new ResidentAccount("lago", { wallets }, options);
        for (const each of kept.values()) fresh.add(each.feeKey, each);
        for (const each of keys) {
          expect(available(account, each)).toBe(available(fresh, each));
          expect(account.decide(each, amount("100"), NOW)).toEqual(fresh.decide(each, amount("100"), NOW));
        }
        fresh.free();
      }
      account.free();
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });

  test("gives a place to sixty-four keys, answers more without one, and to a debit always", () => {
    const account = new ResidentAccount("lago", { wallets: [lagoWallet({ cents: 1_000, currency: "USD" })] }, { ...OPTIONS, taxRate: "0" });
    const key = (n: number) => feeKey("USD", "charge", `m${n}`, undefined);
    for (let n = 0; n < 64; n++) expect(account.covers(key(n), 10, 0, NOW)).toBe(true);
    expect(account.covers(key(64), 10, 0, NOW)).toBeUndefined();
    expect(account.covers(key(3), 10, 0, NOW)).toBe(true);
    expect(account.decide(key(64), amount("10"), NOW)).toMatchObject({ outcome: "covered", available: "10" });
    account.add(key(64), amount("4"));
    expect(account.covers(key(64), 6, 0, NOW)).toBe(true);
    expect(account.decide(key(64), amount("10"), NOW)).toMatchObject({ outcome: "short", available: "6" });
    expect(account.decide(key(65), amount("6"), NOW)).toMatchObject({ outcome: "covered", available: "6" });
    account.giveBack(key(99), amount("4"));
    expect(account.decide(key(65), amount("6"), NOW)).toMatchObject({ available: "6" });
  });

  test("tells its freshness, its wallets and when time changes it", () => {
    expect(open().summary()).toEqual({ freshness: "computed", walletCount: 0, notes: [] });
    const account = open(flexpriceWallet({ balance: "1", cached: true }), flexpriceWallet({ id: "b", balance: "1", status: "frozen" }));
    expect(account.summary()).toEqual({ freshness: "cached_fallback", walletCount: 2, notes: [] });
    expect(account.nextChangeAt(NOW)).toBe(Infinity);
    const lago = new ResidentAccount("lago", { wallets: [lagoWallet({ cents: 1, expiresAt: new Date(NOW + 5).toISOString() })] }, { ...OPTIONS, taxRate: "0" });
    lago.covers(feeKey("EUR", "charge", undefined, undefined), 1, 2, NOW);
    expect([lago.summary().freshness, lago.nextChangeAt(NOW)]).toEqual(["undated", NOW + 5]);
  });

  test("tells the ids of its wallets, of Lago's without those that are over", () => {
    expect(open().walletIds()).toEqual([]);
    expect(open(flexpriceWallet({ id: "a", balance: "1" }), flexpriceWallet({ id: "b", balance: "1", status: "frozen" })).walletIds()).toEqual(["a", "b"]);
    const wallets = [{ ...lagoWallet({ id: "a", cents: 1 }), status: "terminated" }, lagoWallet({ id: "b", cents: 1 })];
    expect(new ResidentAccount("lago", { wallets }, { ...OPTIONS, taxRate: "0" }).walletIds()).toEqual(["b"]);
  });

  test("names the field of a wallet it cannot read", () => {
    const error = thrown(() => open(flexpriceWallet({ balance: "1" }), flexpriceWallet({ balance: "one" })));
    expect([error.code, error.path]).toEqual(["invalid_response", "wallets[1].balance"]);
    expect(thrown(() => open(flexpriceWallet({ balance: "1".repeat(40) }))).code).toBe("decimal_out_of_range");
    expect(thrown(() => new ResidentAccount("lago", { wallets: [] }, OPTIONS)).path).toBe("taxRate");
    expect(thrown(() => new ResidentAccount("flexprice", { wallets: [] }, { ...OPTIONS, taxRate: "1" })).path).toBe("taxRate");
  });

  test("is of no use once freed: engine_fault, and never an answer", () => {
    const account = open(flexpriceWallet({ balance: "1" }));
    expect(account.covers(KEY, 1, 0, NOW)).toBe(true);
    account.free();
    expect(thrown(() => account.covers(KEY, 1, 0, NOW)).code).toBe("engine_fault");
    expect(thrown(() => account.decide(KEY, amount("1"), NOW)).code).toBe("engine_fault");
  });
});

describe("what the engine throws", () => {
  test("is a CreditGateError of the same code and path, with a prefix where there is one", () => {
    const engine = Object.assign(new Error("is missing"), { name: "EngineError", code: "invalid_response", path: "wallets[0].id" });
    expect(toCreditGateError(engine)).toMatchObject({ code: "invalid_response", path: "wallets[0].id", cause: engine });
    expect(toCreditGateError(engine, "answer").path).toBe("answer.wallets[0].id");
    const ours = new CreditGateError("closed", "closed");
    expect(toCreditGateError(ours)).toBe(ours);
  });

  test("is engine_fault when it is a trap or anything else", () => {
    for (const cause of [new WebAssembly.RuntimeError("unreachable"), new TypeError("x"), "text", undefined]) {
      expect(toCreditGateError(cause)).toMatchObject({ code: "engine_fault", message: "the engine failed" });
    }
  });
});

test("an error of ours is known across copies of the package", () => {
  const other = Object.defineProperty(new Error("x"), Symbol.for("creditgate.error"), { value: true });
  expect([isCreditGateError(other), isCreditGateError(new Error("x")), isCreditGateError(null), isCreditGateError("closed")]).toEqual([true, false, false, false]);
});
