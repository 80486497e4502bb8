/** Whether wallets cover a usage, from a provider's answer alone. */

import { parseAmount } from "../decimal.js";
import { parseCost } from "../cost.js";
import { parseFeeKey } from "../fee-key.js";
import { invalid, knownOnly, object } from "../input.js";
import type { DecimalInput, DecimalString, EngineProfile, Explanation, FeeKey, Reason, WalletsSnapshot } from "../types.js";
import type { Core, ProviderWallets } from "./core.js";
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

/** The answer of `coverage`, currency units. */
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

/** `coverage` of one build of the engine. */
export function coverageBy(core: Core, snapshot: WalletsSnapshot, usage: CoverageUsage, options: CoverageOptions): Coverage {
  const wallets = readSnapshot(snapshot);
  knownOnly(object(usage, "usage"), USAGE_FIELDS, "usage");
  const key = parseFeeKey(usage, usage.currency, wallets.profile);
  const { isCredits, cost } = parseCost(usage);
  return core.coverage(wallets, { key, cost: { isCredits, value: cost.text } }, readOptions(options), options.now);
}

/** Checks the outside of a snapshot; what is in it is the engine's to judge. */
export function readSnapshot(snapshot: WalletsSnapshot): ProviderWallets {
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
