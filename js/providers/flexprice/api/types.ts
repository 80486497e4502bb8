/**
 * What Flexprice answers (flexprice 1). Amounts are decimal strings: money in currency units, credits as counts.
 * Times are RFC 3339 in UTC. Fields that are not listed here come through as the server sent them.
 */
import type { DecimalString } from "../../../types.js";

/** Fields of which this version knows nothing. */
interface Open {
  readonly [field: string]: unknown;
}

interface Recorded extends Open {
  readonly id: string;
  readonly environment_id?: string;
  readonly tenant_id?: string;
  readonly status?: "published" | "archived" | "deleted";
  readonly created_at?: string;
  readonly updated_at?: string;
}

export type WalletType = "PRE_PAID" | "POST_PAID";
export type PriceType = "ALL" | "USAGE" | "FIXED";
/** The caller's own notes. */
export type Metadata = Readonly<Record<string, string>>;

export interface Wallet extends Recorded {
  /** Flexprice's own id of the customer. */
  readonly customer_id: string;
  /** Lower case. */
  readonly currency: string;
  /** Currency units; may be negative. */
  readonly balance: DecimalString;
  /** Credits; may be negative. */
  readonly credit_balance: DecimalString;
  readonly wallet_status: "active" | "frozen" | "closed";
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: Metadata | null;
  readonly auto_topup?: AutoTopUp;
  /** `PROMOTIONAL` on servers before 2026. */
  readonly wallet_type: WalletType | "PROMOTIONAL";
  /** What the wallet may pay for: absent, `[]` and a list are three different things (flexprice 3.2). */
  readonly config?: { readonly allowed_price_types?: readonly PriceType[] };
  /** Currency units per credit spent. */
  readonly conversion_rate: DecimalString;
  /** Currency units per credit bought. */
  readonly topup_conversion_rate?: DecimalString;
  readonly alert_settings?: AlertSettings;
  readonly alert_state?: "ok" | "info" | "warning" | "in_alarm";
  /** Only when asked for, and even then missing where a credit has another reason (flexprice 46). */
  readonly credits_available_breakdown?: { readonly purchased: DecimalString; readonly free: DecimalString };
}

export interface WalletBalance extends Wallet {
  /** Currency units; may be negative. Absent where balances were not asked for. */
  readonly real_time_balance?: DecimalString;
  /** Credits. */
  readonly real_time_credit_balance?: DecimalString;
  /** When the wallet's row changed, not when the balance was computed. */
  readonly balance_updated_at?: string;
  /** All pending charges, currency units; `"0"` in a cached answer. */
  readonly current_period_usage?: DecimalString;
  /** Already in `current_period_usage`; absent from cached answers. */
  readonly unpaid_invoices_amount?: DecimalString;
  /** True or absent: only the two real-time figures mean anything, and they may be 30 minutes old (flexprice 13-15). */
  readonly is_cached_fallback?: boolean;
}

export interface AutoTopUp extends Open {
  readonly enabled: boolean;
  /** Credits: at or below, it fires. */
  readonly threshold: DecimalString;
  /** Credits. */
  readonly amount: DecimalString;
  /** Whether it is invoiced, or credited at once. */
  readonly invoicing: boolean;
  readonly cooldown?: { readonly value: number; readonly unit: "second" | "minute" | "hour" | "day" };
}

/** A threshold in credits. */
export interface AlertThreshold extends Open {
  readonly threshold: DecimalString;
  readonly condition: "above" | "below";
}

export interface AlertSettings extends Open {
  readonly alert_enabled?: boolean | null;
  readonly critical?: AlertThreshold | null;
  readonly warning?: AlertThreshold | null;
  readonly info?: AlertThreshold | null;
}

export type TransactionReason =
  | "INVOICE_PAYMENT" | "FREE_CREDIT_GRANT" | "SUBSCRIPTION_CREDIT_GRANT" | "PURCHASED_CREDIT_INVOICED"
  | "PURCHASED_CREDIT_DIRECT" | "CREDIT_NOTE" | "CREDIT_EXPIRED" | "WALLET_TERMINATION" | "MANUAL_BALANCE_DEBIT"
  | "CREDIT_ADJUSTMENT" | "INVOICE_VOID_REFUND" | "PURCHASED_CREDIT_BONUS";

export interface Transaction extends Recorded {
  readonly wallet_id: string;
  readonly customer_id?: string;
  readonly currency?: string;
  readonly type: "credit" | "debit";
  /** Currency units: at the top-up rate for credits, at the conversion rate for debits. */
  readonly amount: DecimalString;
  /** Credits. */
  readonly credit_amount: DecimalString;
  readonly credit_balance_before?: DecimalString;
  readonly credit_balance_after?: DecimalString;
  readonly transaction_status: "pending" | "completed" | "failed";
  readonly transaction_reason: TransactionReason;
  readonly reference_type?: "PAYMENT" | "EXTERNAL" | "REQUEST" | "INVOICE" | "";
  readonly reference_id?: string;
  readonly expiry_date?: string | null;
  /** What is left of this credit; filled on pending ones already. */
  readonly credits_available: DecimalString;
  /** Lower is spent first, `null` last. */
  readonly priority?: number | null;
  /** Of a bonus: the purchase it came with. */
  readonly parent_transaction_id?: string;
  readonly conversion_rate?: DecimalString;
  readonly topup_conversion_rate?: DecimalString;
  readonly idempotency_key?: string;
  readonly metadata?: Metadata | null;
  readonly description?: string;
}

export interface TopUpAnswer extends Open {
  readonly wallet_transaction: Transaction;
  /** The invoice of an invoiced purchase; absent also where the top-up was found again by its idempotency key. */
  readonly invoice_id?: string;
  /** Unchanged while an invoiced purchase is pending. */
  readonly wallet: Wallet;
  readonly checkout_session?: CheckoutSession;
}

export interface CheckoutSession extends Recorded {
  readonly checkout_status?: string;
  readonly expires_at?: string;
  /** Where the customer pays. */
  readonly payment_action?: { readonly type: "checkout_url" | "payment_link"; readonly url: string };
}

export interface ModifyAnswer extends Open {
  /** Closed. */
  readonly original_wallet: Wallet;
  readonly new_wallet: Wallet;
}

export interface Customer extends Recorded {
  readonly external_id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly metadata?: Metadata | null;
}

/** A way into the customer portal that is safe to hand to a browser. */
export interface PortalSession extends Open {
  readonly url: string;
  /** For the header `X-Session-Token`. */
  readonly token: string;
  readonly expires_at: string;
}

/** Amounts in currency units. */
export interface Invoice extends Recorded {
  readonly customer_id: string;
  readonly subscription_id?: string;
  readonly invoice_type: "SUBSCRIPTION" | "ONE_OFF" | "CREDIT";
  readonly invoice_status: "DRAFT" | "FINALIZED" | "VOIDED" | "SKIPPED";
  readonly payment_status: string;
  readonly currency: string;
  readonly subtotal: DecimalString;
  readonly total_discount?: DecimalString;
  readonly total_tax?: DecimalString;
  readonly total_prepaid_credits_applied?: DecimalString;
  readonly total: DecimalString;
  readonly amount_due: DecimalString;
  readonly amount_paid: DecimalString;
  readonly amount_remaining: DecimalString;
  readonly period_start?: string;
  readonly period_end?: string;
  readonly line_items?: readonly InvoiceLine[];
}

export interface InvoiceLine extends Open {
  readonly id?: string;
  readonly display_name?: string;
  readonly amount: DecimalString;
  readonly quantity?: DecimalString;
  /** Credits pay `USAGE` only (flexprice 27). */
  readonly price_type?: "USAGE" | "FIXED" | null;
  readonly line_item_discount?: DecimalString;
  readonly invoice_level_discount?: DecimalString;
  readonly prepaid_credits_applied?: DecimalString;
}

export interface EventAnswer extends Open {
  readonly message: string;
  readonly event_id: string;
}

export interface MessageAnswer extends Open {
  readonly message: string;
}

/** Every name that holds an amount: some servers answer numbers where others answer strings. */
export const AMOUNTS: ReadonlySet<string> = new Set([
  "balance", "credit_balance", "conversion_rate", "topup_conversion_rate", "real_time_balance", "real_time_credit_balance",
  "current_period_usage", "unpaid_invoices_amount", "purchased", "free", "threshold", "amount", "auto_topup_min_balance",
  "auto_topup_amount", "credit_amount", "credit_balance_before", "credit_balance_after", "credits_available", "subtotal",
  "total_discount", "total_tax", "total_prepaid_credits_applied", "total", "amount_due", "amount_paid", "amount_remaining",
  "refunded_amount", "adjustment_amount", "quantity", "line_item_discount", "invoice_level_discount", "prepaid_credits_applied",
]);
