/** Whether wallets cover a usage, from a provider's answer alone. */

import { parseAmount } from "../decimal.js";
import { parseCost } from "../cost.js";
import { parseFeeKey } from "../fee-key.js";
import { invalid, knownOnly, object } from "../input.js";
import type { DecimalInput, DecimalString, EngineProfile, Explanation, FeeKey, Reason, WalletsSnapshot } from "../types.js";
import { ResidentAccount, type WalletsJson } from "./account.js";
import type { AccountOptions } from "./types.js";

/** What is to be spent: a usage of the gate without its customer. Exactly one of amount, credits, and units with their price. */
export interface CoverageUsage extends FeeKey {
  /** ISO 4217 code, in any case. */
  readonly currency: string;
  /** Currency units before tax. */
  readonly amount?: DecimalInput | undefined;
  /** Wallet credits. */
  readonly credits?: DecimalInput | undefined;
  readonly units?: DecimalInput | undefined;
  /** Currency units before tax per unit. */
  readonly unitPrice?: DecimalInput | undefined;
}

/** How to judge; as the gate's options of the same names. */
export interface CoverageOptions {
  /** Milliseconds since the epoch: what has expired by then pays nothing. */
  readonly now: number;
  /** Per cent. Required for `lago`, refused for the others, whose credits never pay tax. */
  readonly taxRate?: DecimalInput | undefined;
  /** @defaultValue `"estimate"` */
  readonly whenScopesOverlap?: "estimate" | "unknown" | undefined;
  /** @defaultValue false */
  readonly targetsWallets?: boolean | undefined;
  /** @defaultValue true */
  readonly acceptFallback?: boolean | undefined;
  /** @defaultValue `"exclude"` */
  readonly postpaid?: "exclude" | "include" | undefined;
}

/** The answer of {@link coverage}, currency units. */
export interface Coverage {
  readonly outcome: "covered" | "short" | "unknown";
  readonly reason: Reason;
  /** What the wallets must pay, tax included; null where credits have no one price. */
  readonly required: DecimalString | null;
  /** What they have for such usage; may be negative; null where it is not known. */
  readonly available: DecimalString | null;
  readonly shortfall: DecimalString | null;
  readonly precision: "exact" | "estimate";
  /** When the answer changes by the passing of time alone; null if it does not. */
  readonly nextChangeAt: number | null;
  readonly explanation: Explanation;
}

const USAGE_FIELDS = new Set(["currency", "amount", "credits", "units", "unitPrice", "metric", "feeType", "targetWallet", "priceType"]);
const OPTIONS = new Set(["now", "taxRate", "whenScopesOverlap", "targetsWallets", "acceptFallback", "postpaid"]);
/** Those of `gate.snapshot` besides, which is taken as it is. */
const SNAPSHOT_FIELDS = new Set(["profile", "wallets", "grants", "customer", "fetchedAt", "asOf", "freshness"]);
const PROFILES: readonly EngineProfile[] = ["flexprice", "lago", "lago-2022"];

/**
 * Answers from a provider's wallets alone whether they cover a usage.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount` for the
 * caller's input and `invalid_response` for the provider's, with the path of the field.
 *
 * @example
 * ```ts
 * import { coverage } from "creditgate/engine";
 *
 * const wallets = [{ id: "w", currency: "usd", balance: "25", real_time_balance: "4", is_cached_fallback: false }];
 * const answer = coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now: Date.now() });
 * console.log(answer.outcome, answer.shortfall); // short 1
 * ```
 */
export function coverage(snapshot: WalletsSnapshot, usage: CoverageUsage, options: CoverageOptions): Coverage {
  const { profile, ...json } = readSnapshot(snapshot);
  knownOnly(object(usage, "usage"), USAGE_FIELDS, "usage");
  const key = parseFeeKey(usage, usage.currency, profile);
  const { isCredits, cost } = parseCost(usage);
  const judging = readOptions(options);
  const account = new ResidentAccount(profile, json, judging);
  try {
    const answer = account.decide(key, { isCredits, value: cost.text }, options.now);
    return { ...answer, explanation: account.explain(key, options.now) };
  } finally {
    account.free();
  }
}

/** Checks the outside of a snapshot; what is in it is the engine's to judge. */
export function readSnapshot(snapshot: WalletsSnapshot): WalletsJson & { readonly profile: EngineProfile } {
  knownOnly(object(snapshot, "snapshot"), SNAPSHOT_FIELDS, "snapshot");
  const { profile, wallets, grants } = snapshot;
  if (!PROFILES.includes(profile)) throw invalid("snapshot.profile", `must be ${PROFILES.map((name) => `"${name}"`).join(", ")}`);
  if (!Array.isArray(wallets)) throw invalid("snapshot.wallets", "must be a list");
  return grants === undefined ? { profile, wallets } : { profile, wallets, grants };
}

function readOptions(options: CoverageOptions): AccountOptions {
  knownOnly(object(options, "options"), OPTIONS, "options");
  const { now, taxRate, whenScopesOverlap = "estimate", targetsWallets = false, acceptFallback = true, postpaid = "exclude" } = options;
  if (!Number.isFinite(now)) throw invalid("options.now", "must be milliseconds since the epoch");
  const judging = {
    whenScopesOverlap,
    acceptFallback,
    includePostpaid: postpaid === "include",
    targetsWallets,
  };
  return taxRate === undefined ? judging : { ...judging, taxRate: parseAmount(taxRate, "options.taxRate").text };
}
