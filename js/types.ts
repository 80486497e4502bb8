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
  readonly metric?: string | undefined;
  /** Lago fee type. @defaultValue `"charge"` */
  readonly feeType?: string | undefined;
  /** Lago: code of the one wallet that may pay (R-APP-9). */
  readonly targetWallet?: string | undefined;
  /** Flexprice price type. @defaultValue `"USAGE"` (rule 27: credits pay nothing else) */
  readonly priceType?: "USAGE" | "FIXED" | undefined;
}

/** What the provider's usage event needs beyond the usage itself, for the `report` hook. */
export interface UsageEventFields {
  /** Event name or metric code. @defaultValue the usage's `metric` */
  readonly code?: string | undefined;
  /** Lago: external id of the subscription the event belongs to (Lago requires it). */
  readonly subscription?: string | undefined;
  /** Properties the provider aggregates, such as `{ tokens: 1536 }`. */
  readonly properties?: Readonly<Record<string, string | number>> | undefined;
}

interface UsageFields extends FeeKey {
  /** The caller's own (external) id of the customer. */
  readonly customer: string;
  /** ISO 4217 code, in any case. */
  readonly currency: string;
  /** For the `report` hook only. */
  readonly event?: UsageEventFields | undefined;
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
  /** Computed for this request (Flexprice), or from the usage of the moment (Lago, `whenScopesOverlap: "reconstruct"`). */
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
  /** The cached snapshot is older than `usableFor`, or was invalidated, and could not be refreshed. */
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
  /** Lago, reconstructed: tax is told for a period's total only, and was split over its charges pro rata. */
  | "tax_pro_rata"
  /** Lago, reconstructed: which charges are billed in advance, and so do not count, was taken from the plan. */
  | "pay_in_advance_from_plan"
  /** Lago, reconstructed: a charge accepts target wallets, and its usage does not tell which it names. It counts as naming none. */
  | "targets_hidden"
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

/** A discount: per cent, or an amount in currency units. */
export type DraftCoupon =
  | { readonly percent: DecimalInput; readonly amount?: never }
  | { readonly amount: DecimalInput; readonly percent?: never };

/** One line of a draft invoice, amounts in currency units, none below zero. */
export interface DraftLine {
  /** The caller's own. */
  readonly id: string;
  /** Before discounts and tax. */
  readonly amount: DecimalInput;
  /** Discounts on this line alone, no more than its amount. @defaultValue `"0"` */
  readonly discount?: DecimalInput | undefined;
  /** Lago fee type. @defaultValue `"charge"` */
  readonly feeType?: string | undefined;
  /** Lago: code of the billable metric. */
  readonly metric?: string | undefined;
  /** Lago: code of the one wallet that may pay (R-APP-9). */
  readonly targetWallet?: string | undefined;
  /** Flexprice price type. @defaultValue `"USAGE"` (rule 27: credits pay nothing else) */
  readonly priceType?: string | undefined;
  /** Lago: tax on the line net of discounts, per cent. @defaultValue `"0"` */
  readonly taxRate?: DecimalInput | undefined;
  /** Lago: the tax itself, not rounded, where the provider has said it. Excludes `taxRate`. */
  readonly tax?: DecimalInput | undefined;
  /** Lago: credit notes taken off after tax (R-APP-3). @defaultValue `"0"` */
  readonly creditNotes?: DecimalInput | undefined;
}

/** An invoice to be paid, before any credits. */
export interface DraftInvoice {
  /** ISO 4217 code, in any case. */
  readonly currency: string;
  readonly lines: readonly DraftLine[];
  /** Discounts on the whole, one after the other. @defaultValue none */
  readonly coupons?: readonly DraftCoupon[] | undefined;
  /** Flexprice: tax rates on the whole, per cent (rule 35). Lago's taxes are on the lines. @defaultValue none */
  readonly taxRates?: readonly DecimalInput[] | undefined;
  /** Flexprice: the tax itself, where the provider has said it. Excludes `taxRates`. @defaultValue computed */
  readonly tax?: DecimalInput | undefined;
  /** What is to be paid before credits, tax included, where the provider has said it (R-APP-7, flexprice 37). @defaultValue computed */
  readonly total?: DecimalInput | undefined;
}

/** One line of a preview, currency units. */
export interface PreviewLine {
  readonly id: string;
  /** Before discounts. */
  readonly amount: DecimalString;
  /** Its own and its share of those on the whole. */
  readonly discount: DecimalString;
  /**
   * What is to be paid of it: less its discount, and where credits pay those too (Lago, R-APP-5) with its tax and credit
   * notes. What the shares leave of it is not paid with credits.
   */
  readonly payable: DecimalString;
  /** Which wallet pays how much of it, not rounded, in paying order. */
  readonly credits: readonly PreviewShare[];
  /** Which of the wallets that may pay some line pay nothing of this one, and why. */
  readonly skipped: readonly { readonly wallet: string; readonly reason: SkipReason }[];
}

/** One wallet's part of a line. */
export interface PreviewShare {
  readonly wallet: string;
  /** Currency units. */
  readonly amount: DecimalString;
  /** The same in wallet credits, as the provider rounds them (R-CONV-5, flexprice 1); null at a rate of zero. */
  readonly credits: DecimalString | null;
}

/** Why a wallet that may pay some line pays nothing of another. */
export type SkipReason =
  /** Its scope, or the provider's rules, exclude the line. */
  | "out_of_scope"
  | "scope_unknown"
  /** It has nothing. */
  | "empty"
  | "expired"
  /** Other lines took all that it has. */
  | "exhausted"
  /** There is nothing left to pay of the line. */
  | "not_needed"
  /** It has money, and the line is not paid: the provider's rounding (R-APP-10, flexprice 29), a second wallet where there may be one (R-22-1), an invoice that takes no credits (R-PREV-1). */
  | "passed_over";

/** One wallet of a preview, currency units. */
export interface PreviewWallet {
  readonly id: string;
  /** What people call it; null where it has no name. */
  readonly name: string | null;
  /** Whether it may pay any of the lines, or why not. */
  readonly verdict: WalletVerdict;
  /** What it pays, rounded as the provider does. */
  readonly used: DecimalString;
  /** The same in wallet credits (R-CONV-5, flexprice 1); null at a rate of zero. */
  readonly creditsUsed: DecimalString | null;
  /** Settled money before: it pays invoices, whatever usage is pending. */
  readonly balance: DecimalString;
  readonly balanceAfter: DecimalString;
  /** Balance less usage not yet invoiced; null where the provider did not tell it. */
  readonly ongoingBalance: DecimalString | null;
  /** Money in the balance that has expired: Flexprice where grants are known (rule 31), Lago's first guide (R-22-6). */
  readonly expired: DecimalString;
}

/** How credits would pay a draft invoice, currency units. */
export interface InvoicePreview {
  readonly lines: readonly PreviewLine[];
  /** Those that may pay in paying order, then the others. */
  readonly wallets: readonly PreviewWallet[];
  /** All lines, before discounts. */
  readonly subtotal: DecimalString;
  readonly discount: DecimalString;
  /** As it would be with these credits: only Lago's first guide let them lower it (R-22-5). */
  readonly tax: DecimalString;
  /** What would be due without credits. */
  readonly totalBefore: DecimalString;
  /** What the wallets pay. */
  readonly credits: DecimalString;
  /** What is left to pay. */
  readonly total: DecimalString;
  /** Lago: what its own preview shows where its rounding differs from the invoice's (R-PREV-2), else null. */
  readonly shown: { readonly credits: DecimalString; readonly total: DecimalString } | null;
  /** Which parts the provider leaves open: ties, the order of lines (flexprice 30). The answer is one of several. */
  readonly undefinedByProvider: readonly ("lines" | "wallets" | "totals")[];
}

/** Rules at a date, as the pure functions of `creditgate/engine` take them: today's, or Lago's first guide. */
export type EngineProfile = Profile | "lago-2022";

/** A customer's wallets as a provider's API answered, for `creditgate/engine`. */
export interface WalletsSnapshot {
  readonly profile: EngineProfile;
  /** The provider's wallet objects, parsed JSON. */
  readonly wallets: readonly unknown[];
  /** Flexprice: the credit transactions of each wallet, by wallet id. */
  readonly grants?: Readonly<Record<string, readonly unknown[]>> | undefined;
}

/** A customer's wallets with nothing but what the rules read, and when they were taken: what a page may be given. */
export interface RedactedSnapshot extends WalletsSnapshot {
  readonly profile: Profile;
  /** When the billing API's answer arrived. */
  readonly fetchedAt: number;
  /** The earliest moment at which the provider may have computed the figures. */
  readonly asOf: number;
  readonly freshness: Freshness;
}

/** A snapshot of a gate: whose it is, too. */
export interface CustomerSnapshot extends RedactedSnapshot {
  readonly customer: string;
}

/** A preview by a gate: with the snapshot that it was computed from. */
export interface GatePreview extends InvoicePreview {
  readonly snapshot: SnapshotInfo;
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
  /** Whether the gate reconstructs, and needs `WalletsAnswer.usage` where scopes may overlap. @defaultValue false */
  readonly reconstruct?: boolean | undefined;
}

/** Lago: what a customer's ongoing balances are made of, as the billing API answered, not yet read. */
export interface UsageAnswer {
  /** Each active subscription with its plan and its `current_usage`, taxes applied. */
  readonly subscriptions: readonly { readonly subscription: unknown; readonly plan: unknown; readonly customer_usage: unknown }[];
  /** Draft invoices, and those of progressive billing in running periods, with their fees. */
  readonly invoices: readonly unknown[];
}

/** A customer's wallets as the billing API answered, not yet read. */
export interface WalletsAnswer {
  /** False when the billing API does not know the customer. */
  readonly found: boolean;
  /** The provider's wallet objects, parsed JSON, as they came. */
  readonly wallets: readonly unknown[];
  /** Flexprice with `grants: "fetch"`: the credit transactions of each wallet, by wallet id. */
  readonly grants?: Readonly<Record<string, readonly unknown[]>>;
  /**
   * Lago: the usage behind the ongoing balances, which are then computed from it. Read before the wallets, so that
   * nothing is missed that moved from usage to an invoice meanwhile.
   */
  readonly usage?: UsageAnswer;
  /** When the request that was answered was sent (the first one, where there were pages or `usage`). */
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

/** A wallet's or a customer's id at the provider. */
export interface ProviderIds {
  /** Flexprice `id`, Lago `lago_id` of a wallet. */
  readonly walletId?: string | undefined;
  /** Flexprice `id`, Lago `lago_id` of a customer. */
  readonly customerId?: string | undefined;
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
  /**
   * Whether `fetchWallets` can give `usage`; `"required"` where the wallets' own figures are never refreshed, so that
   * the gate must ask for it. @defaultValue it cannot
   */
  readonly reconstruction?: "supported" | "required";
  /** Whether customers are addressed by the caller's own id, or by the provider's. @defaultValue `"external"` */
  readonly customers?: "external" | "id";
  fetchWallets(customer: string, context: ProviderContext): Promise<WalletsAnswer>;
  /** Sends usage events; resolves when all of them were accepted. Safe to repeat. Absent where it cannot. */
  sendEvents?(events: readonly UsageEvent[], context: ProviderContext): Promise<void>;
  /** The id by which `fetchWallets` addresses whom these ids belong to; `undefined` where the provider knows nobody. */
  findCustomer?(ids: ProviderIds, context: ProviderContext): Promise<string | undefined>;
}

/**
 * Where snapshots are shared between instances: best effort. A store that throws is counted in
 * `gate.stats()` and otherwise treated as empty; only `gate.invalidate` rejects, since others would not hear of it.
 *
 * It also remembers handled deliveries of webhooks by their id, which is the same for every endpoint that the provider
 * delivers an event to (`svix-id`): gates behind different endpoints need a store each, or one takes the
 * other's delivery for a repeat.
 */
export interface SnapshotStore {
  /** The value, or `undefined` when there is none. */
  get(key: string): Promise<string | undefined>;
  /** Stores `value` for at least `expiresIn` ms. */
  set(key: string, value: string, options: { readonly expiresIn: number }): Promise<void>;
}

/** A JSON object as the provider sent it. */
export type WebhookObject = Readonly<Record<string, unknown>>;

interface WebhookEventFields {
  readonly provider: Profile;
  /** The provider's own name of the event, as in `wallet.updated`. */
  readonly type: string;
  /** The provider's id of the wallet, where the payload names one. */
  readonly walletId?: string | undefined;
  /** The provider's id of the customer, where the payload names one. */
  readonly customerId?: string | undefined;
  /**
   * The caller's own (external) id. From `parse`: where the payload names it, which Flexprice's slim events do not.
   * From the gate: what it addresses the customer by, wherever that could be found out.
   */
  readonly customer?: string | undefined;
  /** The whole body, parsed, as it came. */
  readonly payload: WebhookObject;
}

/**
 * A wallet was created, changed or terminated, or its ongoing balance has moved (Flexprice's
 * `wallet.ongoing_balance.updated`, which outdates like the others). Its figures may be newer than the event, and its
 * scope is missing.
 */
export interface WalletWebhook extends WebhookEventFields {
  readonly kind: "wallet";
  /** The wallet as it came. */
  readonly wallet?: WebhookObject | undefined;
}

/** A wallet transaction was created, settled or failed. */
export interface TransactionWebhook extends WebhookEventFields {
  readonly kind: "transaction";
  readonly transactionId?: string | undefined;
  /** The transaction as it came. */
  readonly transaction?: WebhookObject | undefined;
}

/** A balance passed a threshold. Minutes late by the providers' own design: no signal to gate on. */
export interface AlertWebhook extends WebhookEventFields {
  readonly kind: "alert";
  readonly alert: WebhookAlert;
}

/** Lago: the payment of a purchased top-up failed. */
export interface PaymentFailureWebhook extends WebhookEventFields {
  readonly kind: "payment_failure";
  readonly transactionId?: string | undefined;
}

/** Any other event: acknowledged, and told to who listens. */
export interface OtherWebhook extends WebhookEventFields {
  readonly kind: "other";
}

/** What a billing API tells by webhook. A hint: the gate fetches the wallets, whatever the event says of them. */
export type WebhookEvent = WalletWebhook | TransactionWebhook | AlertWebhook | PaymentFailureWebhook | OtherWebhook;

/** What an alert says. What the payload lacks, or says in no plain decimal, is absent. */
export interface WebhookAlert {
  /**
   * Flexprice: `dropped` below the wallet's level, or `recovered` from it. Lago: the ongoing balance is `depleted`
   * (zero or less), or thresholds were `crossed`.
   */
  readonly direction: "dropped" | "recovered" | "depleted" | "crossed";
  /** Which balance is watched. */
  readonly balance?: "settled" | "ongoing" | undefined;
  /** Flexprice: `ok`, `info`, `warning`, `in_alarm`. */
  readonly state?: string | undefined;
  /** Lago: the code that the alert was given. */
  readonly code?: string | undefined;
  /** The balance that was judged, in `unit`. */
  readonly value?: DecimalString | undefined;
  /** Lago: the balance that was judged before. */
  readonly previousValue?: DecimalString | undefined;
  /** What values and thresholds count: credits, or the currency's minor unit (cents). */
  readonly unit?: "credits" | "minor" | undefined;
  /** Flexprice: all that are set for the wallet. Lago: those that were crossed, in its order. */
  readonly thresholds: readonly WebhookThreshold[];
}

/** One threshold of an alert. */
export interface WebhookThreshold {
  /** Flexprice: `critical`, `warning`, `info`. Lago: what the threshold was named. */
  readonly code?: string | undefined;
  readonly value: DecimalString;
  /** Flexprice: on which side of it the balance is an alarm. */
  readonly condition?: string | undefined;
  /** Lago: whether it stands for every multiple below. */
  readonly recurring?: boolean | undefined;
}

/** A delivery that was signed by whom it claims. */
export interface WebhookDelivery {
  /** The same over retries of one event. Absent where the provider gives none. */
  readonly deliveryId?: string | undefined;
  /** The text of the raw bytes that were signed. */
  readonly body: string;
  /** Flexprice: when it was signed. Lago signs no time. */
  readonly sentAt?: number | undefined;
}

/** What verifying may use from outside. What is not given is the runtime's own. */
export type WebhookContext = Partial<Pick<ProviderContext, "fetch" | "now" | "sleep">>;

/** One billing API's webhooks: verified over raw bytes, then read. From `creditgate/webhooks`. */
export interface Webhooks {
  readonly profile: Profile;
  /**
   * Reads the body and checks that the provider signed it.
   *
   * @throws CreditGateError `webhook_*` for a delivery that must not be believed; `invalid_input` when somebody has
   * read the body before.
   */
  verify(request: Request, context?: WebhookContext): Promise<WebhookDelivery>;
  /**
   * Reads the body of a delivery that was verified. Events that are not known are of kind `other`.
   *
   * @throws CreditGateError `webhook_invalid` when it is no event at all.
   */
  parse(body: string): WebhookEvent;
}

interface DecisionFields {
  /** The outcome under the caller's policy: covered, or unknown where `whenUnknown` is `"allow"`. */
  readonly allowed: boolean;
  readonly customer: string;
  /** ISO 4217, capitals. */
  readonly currency: string;
  /** What the wallets must pay, tax included, currency units. Absent where credits have no one price. */
  readonly required?: DecimalString;
  /** `"estimate"` where scopes overlap. */
  readonly precision: "exact" | "estimate";
  readonly notes: readonly DecisionNote[];
  /** The snapshot that answered; absent when there was none. */
  readonly snapshot?: SnapshotInfo;
  /** When the answer may change by the passing of time alone: an expiry, or the next refresh. */
  readonly nextChangeAt?: number;
  /**
   * Work begun behind the answer, where nothing keeps the request alive for it: hand it to your runtime's
   * `waitUntil`, or await it. Never rejects.
   */
  readonly pending?: Promise<void>;
  /** Each wallet considered or skipped, and why, as of the moment of asking; `undefined` without a snapshot. */
  explain(): Explanation | undefined;
  /**
   * The answer to an HTTP client: 402 when short, 503 with `Retry-After` when unknown; problem+json, `no-store`.
   *
   * @throws CreditGateError `invalid_input` for a decision that allows.
   */
  toResponse(): Response;
}

/** The wallets cover the usage. */
export interface CoveredDecision extends DecisionFields {
  readonly outcome: "covered";
  readonly reason: CoveredReason;
  /** What the wallets had for such usage before it, currency units. Absent for a replay while nothing is cached. */
  readonly available?: DecimalString;
}

/** The wallets do not cover the usage. */
export interface ShortDecision extends DecisionFields {
  readonly outcome: "short";
  readonly reason: ShortReason;
  /** What the wallets have for such usage, currency units. May be negative. */
  readonly available: DecimalString;
  /** What is missing, currency units. */
  readonly shortfall?: DecimalString;
}

/** It cannot be said whether the wallets cover the usage. */
export interface UnknownDecision extends DecisionFields {
  readonly outcome: "unknown";
  readonly reason: UnknownReason;
  /** What went wrong, where something did: a `CreditGateError`. */
  readonly error?: Error;
}

/** The answer. A denial is an answer, never a throw. */
export type Decision = CoveredDecision | ShortDecision | UnknownDecision;

/** Keeps a request alive for a promise: `(promise) => ctx.waitUntil(promise)`. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** What may be said of one call. */
export interface CallOptions {
  /** @defaultValue in workerd the one of `cloudflare:workers`, where it exists; else none */
  readonly waitUntil?: WaitUntil | undefined;
  /** The policy of this call. @defaultValue the gate's */
  readonly whenUnknown?: "deny" | "allow" | undefined;
}

/** What may be said of a call that spends. */
export interface SpendOptions extends CallOptions {
  /**
   * Idempotency key: for one customer it counts once, as long as its debit is kept (with the defaults, 8 minutes for
   * Flexprice and 2 for Lago, at the least). A repeat is `allowed` with reason `replayed` and costs nothing: give the
   * answer that you gave before, and never take the key from a client that you do not trust.
   *
   * @defaultValue none: every call counts
   */
  readonly key?: string | undefined;
}

/** What may be said of a call that authorises. */
export interface AuthorizeOptions extends SpendOptions {
  /** Milliseconds until the hold stops counting. @defaultValue the gate's `holdFor` */
  readonly holdFor?: number | undefined;
}

/** Something the gate did, for logs and metrics. */
export type TelemetryEvent =
  | { readonly type: "decision"; readonly customer: string; readonly outcome: Decision["outcome"]; readonly reason: Reason; readonly allowed: boolean }
  | { readonly type: "refresh"; readonly customer: string; readonly from: "provider" | "store"; readonly duration: number }
  | { readonly type: "refresh_failed"; readonly customer: string; readonly error: Error }
  | { readonly type: "store_failed"; readonly customer: string | undefined; readonly error: unknown }
  | { readonly type: "report_failed"; readonly events: number; readonly error: Error }
  | { readonly type: "webhook"; readonly event: string; readonly kind: WebhookEvent["kind"]; readonly deliveryId: string | undefined; readonly customer: string | undefined }
  | { readonly type: "webhook_duplicate"; readonly deliveryId: string }
  | { readonly type: "webhook_refused" | "webhook_failed"; readonly error: Error };

/** What a gate is made of. Durations in milliseconds. */
export interface GateOptions {
  readonly provider: Provider;
  /** How long after its request was sent a snapshot is refreshed, behind the answer. @defaultValue 300,000, less up to 10 % jitter */
  readonly freshFor?: number | undefined;
  /** The least that `freshFor` shrinks to when headroom is small next to the rate of spending. @defaultValue 5,000 */
  readonly freshForFloor?: number | undefined;
  /** How long after its request was sent a snapshot answers nothing more. @defaultValue 900,000 */
  readonly usableFor?: number | undefined;
  /** What an unknown answer allows. What cannot be recorded is never allowed. @defaultValue `"deny"` */
  readonly whenUnknown?: "deny" | "allow" | undefined;
  /** Tax on usage, per cent, as `"20"`. Required for Lago (`"0"` is an answer), refused for Flexprice. */
  readonly taxRate?: DecimalInput | undefined;
  /**
   * Lago: what answers where scopes overlap, so that no sum of balances is safe.
   *
   * - `"estimate"`: the sum, lowered by what is overdrawn within reach.
   * - `"unknown"`: nothing.
   * - `"reconstruct"`: Lago's own billing, rerun over the usage behind the ongoing balances: exact. For a customer who
   *   has or had several wallets a refresh then reads the subscriptions, their plans and current usage, draft invoices and
   *   those of progressive billing: 7 requests for one subscription, and one more for each further subscription, plan
   *   and such invoice. All of them must fit `rateLimit` (and `lookupDeadline`): a full burst of 40 is enough for 17
   *   subscriptions with a plan each, or 34 with one plan, less one for each such invoice; for a customer of more,
   *   raise the burst. A refresh that the limit cuts short is retried ever later, like any failure, and answers are
   *   `unknown: throttled` meanwhile. What the API hides is in the decision's `notes`. Figures are of the
   *   moment when the first of these requests was sent; Lago may serve current usage from a cache that new events
   *   clear, which `reflectWithin` allows for. `available` is a cost that is covered; where billing strands money there
   *   may be smaller ones that are not and larger ones that are.
   *
   * @defaultValue `"estimate"`
   */
  readonly whenScopesOverlap?: "estimate" | "unknown" | "reconstruct" | undefined;
  /**
   * Lago: whether usage may name a target wallet, sent by this gate or by others (the API does not tell). Where it
   * may, wallets with codes have fee keys of their own, and a sum over several of them is an estimate.
   *
   * @defaultValue false, until a usage names one
   */
  readonly targetsWallets?: boolean | undefined;
  /** Flexprice: whether figures from the provider's cache may answer. @defaultValue true */
  readonly acceptFallback?: boolean | undefined;
  /** Flexprice: whether post-paid wallets count as headroom. @defaultValue `"exclude"` */
  readonly postpaid?: "exclude" | "include" | undefined;
  /** How long a call waits for a customer's first snapshot. @defaultValue 2,000 */
  readonly lookupDeadline?: number | undefined;
  /** A denial on a snapshot older than this is checked once more with the provider first. @defaultValue 5,000 */
  readonly revalidateAfter?: number | undefined;
  /** How long that may take. @defaultValue 1,000 */
  readonly revalidateDeadline?: number | undefined;
  /** How long a customer without wallets is remembered as such. @defaultValue 60,000 */
  readonly unknownCustomerFor?: number | undefined;
  /** How long a hold counts. @defaultValue 60,000 */
  readonly holdFor?: number | undefined;
  /** How long after a debit its usage event is assumed to be accepted, with `report: "elsewhere"`. @defaultValue 60,000 */
  readonly reportWithin?: number | undefined;
  /** How long after that every computation contains it. @defaultValue the provider's: Flexprice 420,000, Lago 60,000 */
  readonly reflectWithin?: number | undefined;
  /**
   * Who sends usage events: somebody else; the gate, to the provider (a usage then needs `event.properties`, and for
   * Lago `event.subscription`); or this function, which resolves when all events were accepted. What is queued is
   * lost with the instance: `close` sends it. @defaultValue `"elsewhere"`
   */
  readonly report?: ("elsewhere" | "provider" | ((events: readonly UsageEvent[], context: ProviderContext) => Promise<void>)) | undefined;
  /** Where debits and holds live. @defaultValue this instance's memory: a restart forgets them */
  readonly ledger?: ((setup: LedgerSetup) => Ledger) | undefined;
  /** Snapshots shared between instances. @defaultValue none */
  readonly store?: SnapshotStore | undefined;
  /**
   * How the provider's webhooks are verified and read, for `handleWebhook`. A delivery's id is the same for every
   * endpoint that it goes to, so a `store` belongs to one endpoint: see {@link SnapshotStore}. @defaultValue none
   */
  readonly webhooks?: Webhooks | undefined;
  /**
   * Hears every webhook that was verified, once its customer is marked as outdated. The provider waits for it: what
   * takes long belongs elsewhere. When it throws, or the store did not take that mark, the delivery is answered 503,
   * comes again and is heard again.
   */
  readonly onWebhook?: ((event: WebhookEvent) => void | Promise<void>) | undefined;
  /** How long a copy in memory over a shared store answers before the store is asked again. @defaultValue 30,000 */
  readonly memoryFor?: number | undefined;
  /** Snapshots cached in memory; the least recently used go first. @defaultValue 10,000 */
  readonly maxSnapshots?: number | undefined;
  /** Debits and holds kept; beyond it the answer is `unknown: capacity`. @defaultValue 100,000 */
  readonly maxDebits?: number | undefined;
  /** Calls to the billing API at once. @defaultValue 8 */
  readonly maxRefreshes?: number | undefined;
  /**
   * Calls to the billing API: so many a second, and so many at once after a pause. What webhooks cause (look-ups of
   * customers, refetches) begins only while more than half of the burst is left; look-ups that find none are answered
   * 503 and come again. @defaultValue 20, 40
   */
  readonly rateLimit?: { readonly perSecond?: number; readonly burst?: number } | undefined;
  /** @defaultValue the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Waits within a call. @defaultValue by `setTimeout` */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** From 0 up to 1, for jitter. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
  /** Hears what the gate does. What it throws is dropped. */
  readonly telemetry?: ((event: TelemetryEvent) => void) | undefined;
}

/** What a gate has in hand. */
export interface GateStats {
  readonly snapshots: number;
  /** Calls to the billing API for wallets, retries and pages included. */
  readonly billingCalls: number;
  /** Times the store threw. */
  readonly storeFailures: number;
  readonly ledger: {
    readonly kind: "local" | "shared";
    readonly entries: number;
    /** Debits whose usage event has not been accepted: they stay until it is. */
    readonly unreported: number;
    /** What bounds the overspend of many instances. */
    readonly overspendBound: string;
  };
  readonly reports: { readonly queued: number; readonly sent: number; readonly failed: number };
}

/** A currency and fee key, in the form that the engine and the ledger share. */
export interface FeeKeyParts {
  /** One text for all parts: equal for equal keys. */
  readonly id: string;
  /** ISO 4217, capitals. */
  readonly currency: string;
  /** Lago fee type or Flexprice price type. */
  readonly feeType: string;
  readonly metric: string | undefined;
  readonly targetWallet: string | undefined;
}

/** Usage spent here (`debit`) or authorised but not settled (`hold`). */
export interface LedgerEntry {
  /** Counts once per customer. */
  readonly key: string;
  readonly kind: "debit" | "hold";
  readonly customer: string;
  readonly feeKey: FeeKeyParts;
  readonly isCredits: boolean;
  /** Canonical decimal text, before tax. */
  readonly value: string;
  /** When it was spent or authorised. */
  readonly at: number;
  /** Debits: when the provider had accepted the usage event; `undefined` while it has not. */
  readonly reportedAt?: number | undefined;
  /** Debits that were held first: the value that was held. */
  readonly held?: string | undefined;
  /** Holds: when they stop counting. */
  readonly expiresAt?: number | undefined;
}

/** Told of every change of what counts against a customer. One that throws refuses what is added. */
export type LedgerListener = (added: LedgerEntry | undefined, removed: LedgerEntry | undefined) => void;

/** What a gate tells its ledger. */
export interface LedgerSetup {
  /** Debits and holds kept at most. */
  readonly capacity: number;
  /** Milliseconds from the acceptance of a usage event until every later computation contains it. */
  readonly reflectWithin: number;
  /** Milliseconds after which no snapshot that may still answer is older than the figures in it. */
  readonly oldestFigures: number;
  readonly onChange: LedgerListener;
}

export interface LedgerStats {
  readonly kind: "local" | "shared";
  /** Debits and holds kept. */
  readonly entries: number;
  /** Debits whose report has not been accepted, and which therefore stay. */
  readonly unreported: number;
  /** What bounds the overspend of many instances. */
  readonly overspendBound: string;
}

/**
 * Debits and holds, apart from snapshots: they survive a snapshot's eviction. One that many instances share
 * will extend this by leases, which it spends locally: these methods stay synchronous.
 */
export interface Ledger {
  /** Whether one more entry fits at `now`. */
  hasRoom(now: number): boolean;
  find(customer: string, key: string): LedgerEntry | undefined;
  /** All that counts against a customer. */
  entries(customer: string): Iterable<LedgerEntry>;
  /** Keeps an entry, in place of one with its key. @throws what the listener throws; then nothing has changed */
  put(entry: LedgerEntry): void;
  remove(entry: LedgerEntry): void;
  /** The same entry with the time of its report. */
  reported(entry: LedgerEntry, at: number): void;
  /** Drops the debits that a snapshot of `asOf` must contain. */
  reconcile(customer: string, asOf: number): void;
  /** Whether figures of `asOf` may lack a debit that was dropped because newer figures contained it. */
  mayLack(customer: string, asOf: number): boolean;
  /** Drops a customer's holds that have expired at `now`. */
  expire(customer: string, now: number): void;
  stats(): LedgerStats;
}
