/** The answer as an object. What explains it is built when it is asked for. */

import { CreditGateError } from "../errors.js";
import type {
  Decision, DecimalString, DecisionNote, Explanation, FeeKeyParts, Reason, SnapshotInfo,
} from "../types.js";
import { problemResponse } from "../problem.js";
import type { CustomerState } from "./snapshots.js";

/** The least that a client is told to wait when the answer is unknown, ms. */
const LEAST_RETRY_AFTER = 1_000;

/** An answer without its circumstances. */
export interface Verdict {
  readonly outcome: Decision["outcome"];
  readonly reason: Reason;
  readonly required?: DecimalString | undefined;
  readonly available?: DecimalString | undefined;
  readonly shortfall?: DecimalString | undefined;
  readonly precision: "exact" | "estimate";
  readonly nextChangeAt?: number | undefined;
  readonly error?: CreditGateError | undefined;
}

/** For whom, on what figures, under which policy. */
export interface Circumstances {
  readonly allowed: boolean;
  readonly state: CustomerState;
  readonly feeKey: FeeKeyParts;
  readonly notes: readonly DecisionNote[];
  readonly snapshot: SnapshotInfo | undefined;
  readonly pending: Promise<void> | undefined;
  /** Milliseconds until the gate itself would look again. */
  readonly retryAfter: number;
  /** Asked when somebody wants to know. */
  readonly explainer: { explain(state: CustomerState, feeKey: FeeKeyParts): Explanation | undefined };
}

/** Makes a decision. */
export function makeDecision(verdict: Verdict, circumstances: Circumstances): Decision {
  return new DecisionRecord(verdict, circumstances) as unknown as Decision;
}

/**
 * A promise and functions are no part of what a log or a test compares, so they stand on the prototype, over one
 * private field: on Node 20 each costs as much as the rest of the object. Declared only: a field that is defined before it is
 * assigned is written twice.
 */
class DecisionRecord {
  declare readonly outcome: Decision["outcome"];
  declare readonly reason: Reason;
  declare readonly allowed: boolean;
  declare readonly customer: string;
  declare readonly currency: string;
  declare readonly required: DecimalString | undefined;
  declare readonly available: DecimalString | undefined;
  declare readonly shortfall: DecimalString | undefined;
  declare readonly precision: "exact" | "estimate";
  declare readonly notes: readonly DecisionNote[];
  declare readonly snapshot: SnapshotInfo | undefined;
  declare readonly nextChangeAt: number | undefined;
  declare readonly error: CreditGateError | undefined;
  readonly #circumstances: Circumstances;

  constructor(verdict: Verdict, circumstances: Circumstances) {
    this.#circumstances = circumstances;
    this.outcome = verdict.outcome;
    this.reason = verdict.reason;
    this.allowed = circumstances.allowed;
    this.customer = circumstances.state.customer;
    this.currency = circumstances.feeKey.currency;
    this.required = verdict.required;
    this.available = verdict.available;
    this.shortfall = verdict.shortfall;
    this.precision = verdict.precision;
    this.notes = circumstances.notes;
    this.snapshot = circumstances.snapshot;
    this.nextChangeAt = verdict.nextChangeAt;
    this.error = verdict.error;
  }

  get pending(): Promise<void> | undefined {
    return this.#circumstances.pending;
  }

  explain(): Explanation | undefined {
    const { explainer, state, feeKey } = this.#circumstances;
    return explainer.explain(state, feeKey);
  }

  toResponse(): Response {
    const { retryAfter } = this.#circumstances;
    return toResponse(this, Math.max(LEAST_RETRY_AFTER, retryAfter, this.error?.retryAfter ?? 0));
  }
}

function toResponse(parts: DecisionRecord, retryAfter: number): Response {
  if (parts.allowed) throw new CreditGateError("invalid_input", "a decision that allows has no response");
  const isShort = parts.outcome === "short";
  const detail = isShort ? "The prepaid wallets do not cover this usage." : "Whether the prepaid wallets cover this usage cannot be said now.";
  const { reason, currency, required, available, shortfall } = parts;
  const fields = { reason, currency, required, available, shortfall };
  return problemResponse(isShort ? 402 : 503, detail, fields, isShort ? undefined : retryAfter);
}
