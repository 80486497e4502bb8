/** Customers, drafts and usages at random: what both builds of the engine are asked, and what redaction must keep. */
import fc from "fast-check";
import type { DraftInvoice, WalletsSnapshot } from "../../types.js";
import type { CoverageOptions, CoverageUsage } from "../../engine/index.js";

export const NOW = Date.parse("2026-11-20T12:00:00Z");

/** One question of each kind. */
export interface Case {
  readonly snapshot: WalletsSnapshot;
  readonly draft: DraftInvoice;
  readonly usage: CoverageUsage;
  readonly options: CoverageOptions;
}

const money = fc.oneof(fc.bigInt({ min: 0n, max: 9_999n }), fc.bigInt({ min: 0n, max: 10n ** 14n })).map((cents) => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`);
const signed = fc.tuple(fc.boolean(), money).map(([negative, text]) => (negative ? `-${text}` : text));
const rate = fc.constantFrom("1", "0.01", "2", "3", "0.333333");
const time = fc.option(fc.integer({ min: -3, max: 3 }).map((days) => new Date(NOW + days * 86_400_000).toISOString()));
const currency = fc.constantFrom("USD", "usd", "EUR", "JPY", "KWD");
const name = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constant("\ud800 \"\\\n\u0000"));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });

const flexpriceWallet = (id: string) =>
  fc.record({
    id: fc.constant(id), name: maybe(name), currency, balance: signed, real_time_balance: maybe(signed), conversion_rate: maybe(rate),
    wallet_status: maybe(fc.constantFrom("active", "frozen", "closed")), wallet_type: maybe(fc.constantFrom("PRE_PAID", "POST_PAID", "PROMOTIONAL")),
    is_cached_fallback: maybe(fc.boolean()), status: maybe(fc.constantFrom("published", "archived")), metadata: maybe(fc.jsonValue({ maxDepth: 3 })),
  });
const grant = fc.record({ type: fc.constantFrom("credit", "debit"), transaction_status: fc.constantFrom("completed", "pending"), credits_available: money, expiry_date: time });

const metrics = fc.subarray(["tokens", "images"]);
const feeTypes = fc.subarray(["charge", "subscription", "add_on"]);
const lagoWallet = (id: string) =>
  fc.record({
    lago_id: fc.constant(id), name: fc.option(name), code: fc.option(fc.constant(`code-${id}`)), currency: currency.map((code) => code.toUpperCase()),
    status: maybe(fc.constantFrom("active", "terminated")), priority: maybe(fc.integer({ min: 1, max: 50 })), rate_amount: maybe(rate),
    balance_cents: fc.integer({ min: -5_000, max: 100_000 }), ongoing_balance_cents: maybe(fc.integer({ min: -5_000, max: 100_000 })),
    expiration_at: time, created_at: maybe(fc.constantFrom("2026-08-01T09:00:00Z", "2026-09-01T09:00:00Z")),
    recurring_transaction_rules: maybe(fc.array(fc.record({ trigger: fc.constantFrom("threshold", "interval"), status: fc.constantFrom("active", "terminated") }), { maxLength: 2 })),
    applies_to: maybe(fc.record({ fee_types: feeTypes, billable_metric_codes: metrics })),
  });
const several = <T>(wallet: (id: string) => fc.Arbitrary<T>) => fc.integer({ min: 0, max: 4 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => wallet(`w${index}`))));

const lines = (extra: object) => fc.array(fc.record({ amount: money, ...extra }), { maxLength: 4 }).map((list) => list.map((line, index) => ({ id: `l${index}`, ...line })));
const coupons = maybe(fc.array(fc.oneof(fc.record({ percent: fc.constantFrom("10", "33.3", "100") }), fc.record({ amount: money })), { maxLength: 2 }));
const cost = fc.oneof(fc.record({ amount: money }), fc.record({ credits: money }), fc.record({ units: money, unitPrice: fc.constantFrom("0.01", "2.5") }));

const flexprice = fc.record({
  snapshot: fc.record({ profile: fc.constant("flexprice" as const), wallets: several(flexpriceWallet), grants: maybe(fc.record({ w0: fc.array(grant, { maxLength: 3 }), w2: fc.array(grant, { maxLength: 3 }) }, { requiredKeys: [] })) }),
  draft: fc.record({ currency, lines: lines({ priceType: maybe(fc.constantFrom("USAGE", "FIXED")) }), coupons, taxRates: maybe(fc.array(fc.constantFrom("20", "7.7"), { maxLength: 2 })) }),
  usage: fc.tuple(currency, cost, maybe(fc.constantFrom("USAGE", "FIXED"))).map(([code, what, priceType]) => ({ currency: code, ...what, ...(priceType === undefined ? {} : { priceType }) })),
  options: fc.record({ now: fc.constant(NOW), acceptFallback: maybe(fc.boolean()), postpaid: maybe(fc.constantFrom("exclude", "include")) }),
});

const lagoOf = (profile: "lago" | "lago-2022") =>
  fc.record({
    snapshot: fc.record({ profile: fc.constant(profile), wallets: several(lagoWallet) }),
    draft: fc.record({ currency, coupons, lines: lines({ feeType: maybe(fc.constantFrom("charge", "subscription", "add_on")), taxRate: maybe(fc.constantFrom("0", "20", "7.7")), ...(profile === "lago" ? { metric: maybe(fc.constantFrom("tokens", "images")) } : {}) }) }),
    usage: fc.tuple(currency, cost, maybe(fc.constantFrom("tokens", "images"))).map(([code, what, metric]) => ({ currency: code, ...what, ...(metric === undefined ? {} : { metric }) })),
    options: fc.record({ now: fc.constant(NOW), taxRate: fc.constantFrom(...(profile === "lago" ? ["0", "20", "7.7", undefined] : [undefined])), whenScopesOverlap: maybe(fc.constantFrom("estimate", "unknown")), targetsWallets: maybe(fc.boolean()) }),
  });

export const customer = fc.oneof(flexprice, lagoOf("lago"), lagoOf("lago-2022")) as fc.Arbitrary<Case>;

/** What no provider sends, put in the place of some value. */
const odd = fc.constantFrom<unknown>(null, undefined, Number.NaN, Infinity, -0, 1e21, 2 ** 53, 0.1, "", "x", true, 5n, Symbol.iterator, () => 1, [], {}, [[]], new Date(NOW));

/** The same case with something odd somewhere. */
export const oddCustomer = fc.tuple(customer, fc.array(fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), odd), { minLength: 1, maxLength: 2 })).map(([known, changes]) => {
  const copy = structuredClone(known);
  for (const [way, value] of changes) put(copy, way, value);
  return copy;
});

/** Goes down by the numbers of the way, and puts the value there. */
function put(into: unknown, way: readonly number[], value: unknown): void {
  let place = into as Record<string, unknown>;
  for (const [step, number] of way.entries()) {
    const keys = Object.keys(place);
    const key = keys[number % Math.max(1, keys.length)];
    if (key === undefined) return;
    const inner = place[key];
    if (step === way.length - 1 || typeof inner !== "object" || inner === null) {
      place[key] = value;
      return;
    }
    place = inner as Record<string, unknown>;
  }
}

/** The answer, or the error with all that callers see of it, as one text. */
export function told(run: () => unknown): string {
  try {
    return JSON.stringify(run());
  } catch (error) {
    const { name, code, path, message } = error as { name: string; code?: string; path?: string; message: string };
    return JSON.stringify({ name, code, path, message });
  }
}
