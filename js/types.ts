/**
 * The public types, in one place: the glue's declarations import them from here.
 *
 * Money and credits are decimal strings at every edge. Durations and times are milliseconds (times since
 * the Unix epoch), unless a name says otherwise.
 *
 * @module creditgate
 */

/** A decimal in plain notation: no exponent, no trailing zeros, `"-0"` never occurs. */
export type DecimalString = `${number}`;

/**
 * A decimal coming in: a string in plain notation, a bigint, or a number that is a safe integer.
 * Anything else is `invalid_decimal`; more than 28 significant digits are `decimal_out_of_range`.
 */
export type DecimalInput = string | bigint | number;

/** One provider's rules at a date. */
export type Profile = "flexprice" | "lago";

/** What a usage is for: it decides which wallets may pay. */
export interface FeeKey {
  /** Code of the billable metric (Lago) or of the metered event (Flexprice, where it does not restrict wallets). */
  readonly metric?: string;
  /** Lago fee type. @defaultValue `"charge"` */
  readonly feeType?: string;
  /** Lago: code of the one wallet that may pay (R-APP-9). */
  readonly targetWallet?: string;
  /** Flexprice price type. @defaultValue `"USAGE"` (rule 27: credits pay nothing else) */
  readonly priceType?: "USAGE" | "FIXED";
}

/** What the provider's usage event needs beyond the usage itself, for the `report` hook. */
export interface UsageEventFields {
  /** Event name or metric code. @defaultValue the usage's `metric` */
  readonly code?: string;
  /** Lago: external id of the subscription the event belongs to (Lago requires it). */
  readonly subscription?: string;
  /** Properties the provider aggregates, such as `{ tokens: 1536 }`. */
  readonly properties?: Readonly<Record<string, string | number>>;
}

interface UsageFields extends FeeKey {
  /** The caller's own (external) id of the customer. */
  readonly customer: string;
  /** ISO 4217 code, in any case. */
  readonly currency: string;
  /** For the `report` hook only. */
  readonly event?: UsageEventFields;
}

/**
 * What the caller is about to spend: an amount of money before tax, or wallet credits, or units with a
 * price per unit. Exactly one of the three.
 */
export type Usage = UsageFields &
  (
    | { readonly amount: DecimalInput; readonly credits?: never; readonly units?: never; readonly unitPrice?: never }
    | { readonly credits: DecimalInput; readonly amount?: never; readonly units?: never; readonly unitPrice?: never }
    | { readonly units: DecimalInput; readonly unitPrice: DecimalInput; readonly amount?: never; readonly credits?: never }
  );

/** How fresh the provider says a snapshot's figures are. */
export type Freshness =
  /** Computed for this request (Flexprice). */
  | "computed"
  /** Served from the provider's cache, up to 30 minutes old (Flexprice, rules 13-16). */
  | "cached_fallback"
  /** The provider does not say; its refresh interval bounds the age (Lago). */
  | "undated";

/** When a snapshot was taken and how old its figures may be. */
export interface SnapshotInfo {
  /** When the answer arrived. */
  readonly fetchedAt: number;
  /** The earliest moment at which the provider may have computed the figures. */
  readonly asOf: number;
  /** Milliseconds from `asOf` to the decision. */
  readonly age: number;
  readonly freshness: Freshness;
}

/** Version 1 of the closed list of reasons. A new reason is a new major version. */
export type CoveredReason =
  /** The wallets cover it. */
  | "sufficient"
  /** This key was spent before and counts once. */
  | "replayed";

/** Why the wallets do not cover the usage. */
export type ShortReason =
  | "insufficient_balance"
  /** The billing API does not know the customer. */
  | "customer_not_found"
  /** The customer has no wallet at all. */
  | "no_wallet"
  /** Wallets, but none in this currency. */
  | "currency_mismatch"
  /** Wallets in this currency, all of them frozen, closed or terminated. */
  | "wallet_inactive"
  /** Only post-paid wallets, which pay invoices and give no headroom. */
  | "postpaid_only"
  /** Active wallets, whose scopes all exclude this usage. */
  | "out_of_scope"
  /** The credits that would have paid have expired. */
  | "credits_expired";

/** Why there is no answer. */
export type UnknownReason =
  /** Nothing cached yet (synchronous forms only). */
  | "not_cached"
  /** The cached snapshot is older than `usableFor` and could not be refreshed. */
  | "stale"
  | "provider_unauthorized"
  | "provider_rejected"
  | "provider_throttled"
  | "provider_unavailable"
  | "provider_timeout"
  | "invalid_response"
  /** Our own limit on calls to the billing API. */
  | "throttled"
  /** The provider answered from its cache and `acceptFallback` is false. */
  | "cached_fallback"
  /** No wallet tells the usage that is pending. */
  | "pending_unknown"
  /** A wallet that could decide has no known scope (`applies_to` absent). */
  | "scope_unknown"
  /** Scopes overlap and `whenScopesOverlap` is `"unknown"`. */
  | "scopes_overlap"
  /** Credits were given and the eligible wallets have unequal rates. */
  | "ambiguous_credits"
  /** A figure does not fit the engine's decimals (28 significant digits). */
  | "decimal_out_of_range"
  /** Too many debits and holds are kept already. */
  | "capacity"
  /** A fault of ours. */
  | "engine_fault";

export type Reason = CoveredReason | ShortReason | UnknownReason;

/** What a reader of a decision should know besides its numbers. */
export type DecisionNote =
  /** Flexprice: grants were not fetched, so expired credits may still be counted (rules 43-44). */
  | "expiry_unknown"
  /** Lago: scopes overlap, so the sum is an estimate (design.md section 7). */
  | "scopes_overlap"
  /** The figures come from the provider's cache. */
  | "cached_fallback"
  /** The last refresh failed; the answer is from an older snapshot that is still usable. */
  | "refresh_failed";

/** Whether a wallet was considered, or why it was skipped. */
export type WalletVerdict =
  | "eligible"
  | "currency_mismatch"
  | "inactive"
  | "postpaid"
  | "expired"
  | "out_of_scope"
  | "scope_unknown";

/** One wallet's part in a decision. */
export interface WalletExplanation {
  readonly id: string;
  readonly verdict: WalletVerdict;
  /** Settled money, currency units. */
  readonly balance: DecimalString;
  /** What the wallet has left for new usage after its share of pending usage, debits and holds. May be negative. */
  readonly available: DecimalString;
  /** When the wallet or one of its grants expires next. */
  readonly expiresAt?: number;
}

/** Everything behind a decision's numbers. */
export interface Explanation {
  /** The wallets in the order in which they pay. */
  readonly wallets: readonly WalletExplanation[];
  /** Debits and holds of this gate that are subtracted, tax included, in this currency. They may already be in the provider's figures. */
  readonly overlay: DecimalString;
  /** Usage the provider counts already but has not invoiced, over the eligible wallets. */
  readonly pendingUsage: DecimalString;
  readonly precision: "exact" | "estimate";
}

/** What a provider's client may use: everything from outside is handed in. */
export interface ProviderContext {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends a call: the deadline of the look-up or the caller's own signal. */
  readonly signal: AbortSignal;
  /** Waits, for backoff between retries; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A customer's wallets as the billing API answered, not yet read. */
export interface WalletsAnswer {
  /** False when the billing API does not know the customer. */
  readonly found: boolean;
  /** The provider's wallet objects, parsed JSON, as they came. */
  readonly wallets: readonly unknown[];
  /** Flexprice with `grants: "fetch"`: the credit transactions of each wallet, by wallet id. */
  readonly grants?: Readonly<Record<string, readonly unknown[]>>;
  /** When the request that was answered was sent (the first one, where there were pages). */
  readonly sentAt: number;
}

/** One usage event for the provider's events endpoint. Idempotent by `key`. */
export interface UsageEvent {
  readonly key: string;
  readonly customer: string;
  /** When the usage happened. */
  readonly at: number;
  readonly code: string;
  readonly subscription?: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/**
 * The client of one hosted billing API. A failure is thrown as a `CreditGateError` whose code begins with
 * `provider_` or is `invalid_response`.
 */
export interface Provider {
  readonly profile: Profile;
  /** Tells one billing API and environment from another in a shared store. No secret in it. */
  readonly id: string;
  /** How much older than the request the figures may be, ms, by what the answer says of itself. */
  readonly staleness: { readonly computed: number; readonly cachedFallback: number };
  /** Milliseconds from the acceptance of a usage event until every later computation contains it. */
  readonly reflectWithin: number;
  fetchWallets(customer: string, context: ProviderContext): Promise<WalletsAnswer>;
  /** Sends usage events; resolves when all of them were accepted. Safe to repeat. */
  sendEvents(events: readonly UsageEvent[], context: ProviderContext): Promise<void>;
}

/**
 * Where snapshots are shared between instances: best effort. A store that throws is counted in
 * `gate.stats()` and otherwise treated as empty.
 */
export interface SnapshotStore {
  /** The value, or `undefined` when there is none. */
  get(key: string): Promise<string | undefined>;
  /** Stores `value` for at least `expiresIn` ms. */
  set(key: string, value: string, options: { readonly expiresIn: number }): Promise<void>;
}
