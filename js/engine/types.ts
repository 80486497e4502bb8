/** What crosses to and from the engine. */

import type { DecimalString, Explanation, Reason } from "../types.js";

/** How an account judges; the same for every customer of a gate. */
export interface AccountOptions {
  /** Per cent; required for Lago, refused for Flexprice. */
  readonly taxRate?: string;
  readonly acceptEstimate: boolean;
  readonly acceptFallback: boolean;
  readonly includePostpaid: boolean;
  /** Lago: whether usage may name a target wallet. */
  readonly targetsWallets: boolean;
}

/** The engine's answer: what `Decision` in `src/model/decision.rs` serializes to. */
export interface EngineDecision {
  readonly outcome: "covered" | "short" | "unknown";
  readonly reason: Reason;
  readonly required: DecimalString | null;
  readonly available: DecimalString | null;
  readonly shortfall: DecimalString | null;
  readonly precision: "exact" | "estimate";
  readonly nextChangeAt: number | null;
}

export type EngineExplanation = Explanation;
