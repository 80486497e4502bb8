/** What crosses to and from the engine. */

import type { DecimalString, DecisionNote, Explanation, Freshness, InvoicePreview, Reason } from "../types.js";

/** How an account judges; the same for every customer of a gate. */
export interface AccountOptions {
  /** Per cent; required for Lago, refused for Flexprice. */
  readonly taxRate?: string;
  /** Lago. */
  readonly whenScopesOverlap: "estimate" | "unknown" | "reconstruct";
  readonly acceptFallback: boolean;
  readonly includePostpaid: boolean;
  /** Lago: whether usage may name a target wallet. */
  readonly targetsWallets: boolean;
}

/** The engine's answer: `Decision` of `src/model/decision.rs`, as `src/boundary/answer.rs` writes it. */
export interface EngineDecision {
  readonly outcome: "covered" | "short" | "unknown";
  readonly reason: Reason;
  readonly required: DecimalString | null;
  readonly available: DecimalString | null;
  readonly shortfall: DecimalString | null;
  readonly precision: "exact" | "estimate";
  readonly nextChangeAt: number | null;
}

/** Of a customer's wallets, before any usage. */
export interface EngineSummary {
  /** The least fresh figure that answers are made of. */
  readonly freshness: Freshness;
  /** Wallets of any status. */
  readonly walletCount: number;
  /** What the API hides of the usage that answers were reconstructed from. */
  readonly notes: readonly DecisionNote[];
}

export type EngineExplanation = Explanation;

export type EnginePreview = InvoicePreview;

/** A customer's wallets as their provider would send them, with nothing but what the rules read (`src/boundary/redacted.rs`). */
export interface RedactedWallets {
  readonly wallets: readonly unknown[];
  /** Flexprice, of wallets whose grants are known: entries of wallet id and credit transactions. */
  readonly grants?: readonly (readonly [string, readonly unknown[]])[];
}
