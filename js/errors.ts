/**
 * Errors of creditgate: one class, told apart by `code`.
 *
 * @module creditgate/errors
 */

/**
 * What went wrong.
 *
 * Bad input (thrown, never an answer): `invalid_input`, `invalid_decimal`, `decimal_out_of_range`,
 * `negative_amount`, `invalid_option`, `unknown_verb`.
 *
 * The billing API (the gate turns these into an `unknown` decision): `provider_unauthorized`,
 * `provider_forbidden`, `provider_not_found`, `provider_rejected`, `provider_throttled`,
 * `provider_unavailable`, `provider_timeout`, `invalid_response`, `throttled` (our own limit on calls).
 *
 * Holds and debits: `already_captured`, `already_released`, `expired`, `not_authorized`, `key_conflict`.
 *
 * The rest: `closed` (the gate was closed), `engine_fault` (a fault of ours: never retried, never "allowed").
 */
export type ErrorCode =
  | "invalid_input"
  | "invalid_decimal"
  | "decimal_out_of_range"
  | "negative_amount"
  | "invalid_option"
  | "unknown_verb"
  | "provider_unauthorized"
  | "provider_forbidden"
  | "provider_not_found"
  | "provider_rejected"
  | "provider_throttled"
  | "provider_unavailable"
  | "provider_timeout"
  | "invalid_response"
  | "throttled"
  | "already_captured"
  | "already_released"
  | "expired"
  | "not_authorized"
  | "key_conflict"
  | "closed"
  | "engine_fault";

/** What may come with an error besides its code and message. */
export interface ErrorDetails {
  /** The input field at fault, as in `usage.amount` or `wallets[2].balance_cents`. */
  readonly path?: string;
  /** HTTP status of the billing API's answer. */
  readonly status?: number;
  /** The billing API's own error code, as in `wallet_not_found`. */
  readonly providerCode?: string;
  /** Milliseconds to wait before trying again, where the billing API said so. */
  readonly retryAfter?: number;
  /** What caused this error. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for("creditgate.error");

/**
 * The one error class of this package.
 *
 * Tell errors apart by `code`, and recognise them with {@link isCreditGateError} rather than `instanceof`:
 * the guard holds across copies of the package and across realms.
 */
export class CreditGateError extends Error {
  override readonly name = "CreditGateError";
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly status: number | undefined;
  readonly providerCode: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.path = details.path;
    this.status = details.status;
    this.providerCode = details.providerCode;
    this.retryAfter = details.retryAfter;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Whether `value` is a {@link CreditGateError}, of this copy of the package or another.
 *
 * @example
 * ```ts
 * import { isCreditGateError } from "creditgate/errors";
 *
 * try {
 *   await gate.spend({ customer: "cus_1", amount: "1e400", currency: "USD" });
 * } catch (error) {
 *   if (isCreditGateError(error)) console.log(error.code, error.path); // invalid_decimal usage.amount
 * }
 * ```
 */
export function isCreditGateError(value: unknown): value is CreditGateError {
  return typeof value === "object" && value !== null && BRAND in value;
}
