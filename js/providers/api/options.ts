/**
 * What both management clients take besides the connection, and what each call takes.
 */
import { sleepByTimer } from "../../sleep.js";
import type { ProviderIds } from "../../types.js";
import { invalidOption, timeoutOption } from "../options.js";

/** Whose snapshot is outdated: by the gate's id of the customer, or by the provider's ids of wallet and customer. */
export type Whom = string | ProviderIds;

/** What keeps snapshots of wallets: a `CreditGate`. */
export interface Invalidates {
  invalidate(whom: Whom): Promise<unknown>;
}

/** Options of a management client, besides the connection. Durations are milliseconds. */
export interface ApiOptions {
  /** How long one call may take, retries included; for a list, each page. At most 2 ** 31 - 1. @defaultValue 10_000 */
  readonly timeout?: number | undefined;
  /**
   * Check a write by the provider's own rules before it is sent, and refuse it with all of its problems at once.
   * Loads `creditgate/rules` at the first write.
   *
   * @defaultValue true
   */
  readonly validate?: boolean | undefined;
  /**
   * Whose snapshot of the customer is outdated after a write that changes wallets; it may have to ask the billing API
   * whose wallet that is. The write has happened by then: an invalidation that fails, or is not done when `timeout` is
   * over, is let go, and the gate's figures are as old as they may be without it.
   */
  readonly gate?: Invalidates | undefined;
  /** @defaultValue the global one */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Waits, and rejects when the signal aborts. @defaultValue by `setTimeout` */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** The last argument of every call. */
export interface CallOptions {
  /** Ends the call; a write that was already sent is then `outcome_unknown`. */
  readonly signal?: AbortSignal | undefined;
  /** How long this call may take, ms, retries included; for a list, each page. @defaultValue the client's `timeout` */
  readonly timeout?: number | undefined;
}

/** The last argument of a write that the rules can check. */
export interface WriteOptions extends CallOptions {
  /** Check the request before it is sent. @defaultValue the client's `validate` */
  readonly validate?: boolean | undefined;
}

/** The last argument of a list. */
export interface ListOptions extends CallOptions {
  /** Items per request. @defaultValue 100 */
  readonly pageSize?: number | undefined;
}

/** Options as a client works with them. */
export interface Settings {
  readonly timeout: number;
  readonly validate: boolean;
  readonly gate: Invalidates | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The names of {@link ApiOptions}, for the check of a provider's options. */
export const API_KEYS: readonly (keyof ApiOptions)[] = ["timeout", "validate", "gate", "fetch", "now", "sleep"];

/** Throws `invalid_option` with the option's path, as in `lago.timeout`. */
export function settingsOf(profile: string, options: ApiOptions): Settings {
  const { validate = true, gate } = options;
  if (typeof validate !== "boolean") throw invalidOption(`${profile}.validate`, "must be true or false");
  if (gate !== undefined && typeof gate?.invalidate !== "function") throw invalidOption(`${profile}.gate`, "must be a CreditGate");
  for (const name of ["fetch", "now", "sleep"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "function") throw invalidOption(`${profile}.${name}`, "must be a function");
  }
  return {
    timeout: timeoutOption(`${profile}.timeout`, options.timeout, 10_000),
    validate,
    gate,
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    now: options.now ?? (() => Date.now()),
    sleep: options.sleep ?? sleepByTimer,
  };
}
