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
 * Managing wallets: `outcome_unknown` (a write was sent, and no answer says whether it happened: look at
 * `error.write` before repeating it).
 *
 * Holds and debits: `already_captured`, `already_released`, `expired`, `not_authorized`, `key_conflict`.
 *
 * Webhooks, refused (401 unless said otherwise): `webhook_signature_missing` (a signature header is absent: also a
 * delivery that is not signed at all), `webhook_signature_malformed` (400; one cannot be read),
 * `webhook_algorithm_refused` (signed by another algorithm than the one that was agreed), `webhook_signature_invalid`
 * (these bytes were not signed with this key), `webhook_issuer_refused` (signed for another Lago), `webhook_stale` and
 * `webhook_from_future` (signed too long ago, or by a clock too far ahead), `webhook_too_large` (413),
 * `webhook_invalid` (400; the body is no event).
 *
 * Webhooks, failed here (503, so that the provider sends again): `webhook_key_unavailable` (the key to verify with
 * cannot be had or used), `webhook_unhandled` (verified, but handling it failed).
 *
 * A page that asks for a customer's wallets: `not_authenticated` (401; the app does not know who asks), `throttled` (429).
 *
 * Signed snapshots, refused: `snapshot_invalid` (it cannot be read, or was not signed by one of these keys: tampered,
 * another key, algorithm or type of token), `snapshot_expired`, `snapshot_wrong_customer` and `snapshot_wrong_origin`
 * (signed for another customer, or for the pages of another origin; also a request by such a page).
 *
 * The shared store: `store_unavailable` (it did not take an invalidation).
 *
 * A page: `not_loaded` (a preview was asked for before its wallets were there).
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
  | "outcome_unknown"
  | "already_captured"
  | "already_released"
  | "expired"
  | "not_authorized"
  | "key_conflict"
  | "webhook_signature_missing"
  | "webhook_signature_malformed"
  | "webhook_algorithm_refused"
  | "webhook_signature_invalid"
  | "webhook_issuer_refused"
  | "webhook_stale"
  | "webhook_from_future"
  | "webhook_too_large"
  | "webhook_invalid"
  | "webhook_key_unavailable"
  | "webhook_unhandled"
  | "not_authenticated"
  | "snapshot_invalid"
  | "snapshot_expired"
  | "snapshot_wrong_customer"
  | "snapshot_wrong_origin"
  | "store_unavailable"
  | "not_loaded"
  | "closed"
  | "engine_fault";

/** One thing that is wrong with a request. */
export interface Problem {
  /** The field at fault, from the root of the request as it was given, as in `recurring_transaction_rules[0].interval`. */
  readonly path: string;
  /** The billing API's own code, as in `invalid_amount`. */
  readonly code: string;
  /** In words, where the code says little. */
  readonly message?: string;
}

/** A write that was sent and whose outcome is not known. */
export interface UnansweredWrite {
  /** The method, as in `walletTransactions.create`. */
  readonly operation: string;
  /** When it was first sent, ms since the epoch, by this machine's clock: only what is newer can be its doing. */
  readonly sentAt: number;
  /**
   * Whether the same call may be made again without doing it twice: with the same arguments, and with the
   * `idempotency_key` of `ids` where it has one.
   */
  readonly repeatable: boolean;
  /** What it was about, in the provider's words, as in `{ wallet_id: "..." }`; and its `idempotency_key`, if it has one. */
  readonly ids: Readonly<Record<string, string>>;
}

/** What may come with an error besides its code and message. */
export interface ErrorDetails {
  /** The input field at fault, as in `usage.amount` or `wallets[2].balance_cents`. */
  readonly path?: string | undefined;
  /** HTTP status of the billing API's answer. */
  readonly status?: number | undefined;
  /** The billing API's own error code, as in `wallet_not_found`. */
  readonly providerCode?: string | undefined;
  /** Milliseconds to wait before trying again, where the billing API said so. */
  readonly retryAfter?: number | undefined;
  /** Everything that is wrong with a request, where the rules or the billing API tell it field by field. */
  readonly problems?: readonly Problem[] | undefined;
  /** With `outcome_unknown`: the write in question. */
  readonly write?: UnansweredWrite | undefined;
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
  // Assigned with the other details: `undefined` where none were given.
  declare readonly path: string | undefined;
  declare readonly status: number | undefined;
  declare readonly providerCode: string | undefined;
  declare readonly retryAfter: number | undefined;
  declare readonly problems: readonly Problem[] | undefined;
  declare readonly write: UnansweredWrite | undefined;

  constructor(code: ErrorCode, message: string, { cause, ...details }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, details);
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
