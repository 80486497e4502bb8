/** The answer as an object. What explains it is built when it is asked for. */

import { CreditGateError } from "../errors.js";
import type {
  Decision, DecimalString, DecisionNote, Explanation, Reason, SnapshotInfo,
} from "../types.js";

/** The least that a client is told to wait when the answer is unknown, ms. */
const LEAST_RETRY_AFTER = 1_000;

/** What a decision is made of. */
export interface DecisionParts {
  readonly outcome: Decision["outcome"];
  readonly reason: Reason;
  readonly allowed: boolean;
  readonly customer: string;
  readonly currency: string;
  readonly required?: DecimalString | undefined;
  readonly available?: DecimalString | undefined;
  readonly shortfall?: DecimalString | undefined;
  readonly precision: "exact" | "estimate";
  readonly notes: readonly DecisionNote[];
  readonly snapshot?: SnapshotInfo | undefined;
  readonly nextChangeAt?: number | undefined;
  readonly pending?: Promise<void> | undefined;
  readonly error?: CreditGateError | undefined;
  /** Milliseconds until the gate itself would look again. */
  readonly retryAfter?: number | undefined;
}

/** Makes a decision; `explain` is called when somebody asks. */
export function makeDecision(parts: DecisionParts, explain: () => Explanation | undefined): Decision {
  return new DecisionRecord(parts, explain) as unknown as Decision;
}

/** A promise and functions are no part of what a log or a test compares, so they stand on the prototype. */
class DecisionRecord {
  readonly outcome: Decision["outcome"];
  readonly reason: Reason;
  readonly allowed: boolean;
  readonly customer: string;
  readonly currency: string;
  readonly required: DecimalString | undefined;
  readonly available: DecimalString | undefined;
  readonly shortfall: DecimalString | undefined;
  readonly precision: "exact" | "estimate";
  readonly notes: readonly DecisionNote[];
  readonly snapshot: SnapshotInfo | undefined;
  readonly nextChangeAt: number | undefined;
  readonly error: Error | undefined;
  readonly #pending: Promise<void> | undefined;
  readonly #explain: () => Explanation | undefined;
  readonly #retryAfter: number;

  constructor(parts: DecisionParts, explain: () => Explanation | undefined) {
    this.outcome = parts.outcome;
    this.reason = parts.reason;
    this.allowed = parts.allowed;
    this.customer = parts.customer;
    this.currency = parts.currency;
    this.required = parts.required;
    this.available = parts.available;
    this.shortfall = parts.shortfall;
    this.precision = parts.precision;
    this.notes = parts.notes;
    this.snapshot = parts.snapshot;
    this.nextChangeAt = parts.nextChangeAt;
    this.error = parts.error;
    this.#pending = parts.pending;
    this.#explain = explain;
    this.#retryAfter = Math.max(LEAST_RETRY_AFTER, parts.retryAfter ?? 0, parts.error?.retryAfter ?? 0);
  }

  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  explain(): Explanation | undefined {
    return this.#explain();
  }

  toResponse(): Response {
    return toResponse(this, this.#retryAfter);
  }
}

function toResponse(parts: DecisionRecord, retryAfter: number): Response {
  if (parts.allowed) throw new CreditGateError("invalid_input", "a decision that allows has no response");
  const isShort = parts.outcome === "short";
  const status = isShort ? 402 : 503;
  const problem = {
    type: "about:blank",
    title: isShort ? "Payment Required" : "Service Unavailable",
    status,
    detail: isShort ? "The prepaid wallets do not cover this usage." : "Whether the prepaid wallets cover this usage cannot be said now.",
    reason: parts.reason,
    currency: parts.currency,
    required: parts.required,
    available: parts.available,
    shortfall: parts.shortfall,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (!isShort) headers.set("retry-after", String(Math.ceil(retryAfter / 1000)));
  return new Response(JSON.stringify(problem), { status, headers });
}
