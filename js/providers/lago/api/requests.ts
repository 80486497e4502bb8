/**
 * What Lago takes (lago 2). Credits are strings in plain notation, bigints, or numbers that are safe integers; Lago
 * refuses JSON numbers, so they are sent as strings. What ends in `_cents` is an integer in minor units. Times are
 * ISO 8601.
 */
import type { DecimalInput } from "../../../types.js";
import type { Cents, FeeType, Metadata, MetadataPairs, PaymentMethod, WalletAlertType } from "./types.js";

/** What a wallet may pay for: a fee that matches either list; both empty is everything (lago R-APP-9). */
export interface AppliesTo {
  readonly fee_types?: readonly FeeType[];
  readonly billable_metric_codes?: readonly string[];
}

export interface InvoiceCustomSection {
  readonly skip_invoice_custom_sections?: boolean;
  readonly invoice_custom_section_codes?: readonly string[];
}

/** At most one per wallet; premium. */
export interface RecurringTransactionRuleRequest {
  /** On update: the rule to change. */
  readonly lago_id?: string;
  readonly trigger: "interval" | "threshold";
  /** @defaultValue `"fixed"` */
  readonly method?: "fixed" | "target";
  /** With trigger `interval`. */
  readonly interval?: "weekly" | "monthly" | "quarterly" | "semiannual" | "yearly";
  /** With trigger `threshold`, credits: at or below, it fires; may be negative. */
  readonly threshold_credits?: DecimalInput;
  /** With method `target`, credits, no less than the threshold. */
  readonly target_ongoing_balance?: DecimalInput;
  /** With method `target`: give the credits instead of selling them. */
  readonly grants_target_top_up?: boolean;
  readonly paid_credits?: DecimalInput;
  readonly granted_credits?: DecimalInput;
  readonly started_at?: string;
  readonly expiration_at?: string | null;
  readonly invoice_requires_successful_payment?: boolean;
  readonly ignore_paid_top_up_limits?: boolean;
  readonly transaction_name?: string;
  readonly transaction_metadata?: MetadataPairs;
  readonly purchase_order_number?: string;
  readonly payment_method?: PaymentMethod;
  readonly invoice_custom_section?: InvoiceCustomSection;
}

interface WalletFields {
  readonly name?: string | null;
  /** @defaultValue the name's slug */
  readonly code?: string;
  /** From 1 to 50; 1 is spent first. @defaultValue 50 */
  readonly priority?: number;
  /** In the future. */
  readonly expiration_at?: string | null;
  /** Least and most of one purchase, more than 0; granted credits know no limits. */
  readonly paid_top_up_min_amount_cents?: Cents | null;
  readonly paid_top_up_max_amount_cents?: Cents | null;
  readonly invoice_requires_successful_payment?: boolean;
  /** `[]` lifts a limit. */
  readonly applies_to?: AppliesTo;
  readonly recurring_transaction_rules?: readonly RecurringTransactionRuleRequest[];
  readonly metadata?: Metadata;
  readonly payment_method?: PaymentMethod;
  readonly invoice_custom_section?: InvoiceCustomSection;
  readonly purchase_order_number?: string | null;
  readonly billing_entity_code?: string;
}

/** A wallet of a customer whom the path names. */
export interface CreateCustomerWallet extends WalletFields {
  /** Currency units per credit, more than 0; never changes. */
  readonly rate_amount: DecimalInput;
  /** @defaultValue the customer's */
  readonly currency?: string;
  /** Credits to buy: they arrive when their invoice is paid. */
  readonly paid_credits?: DecimalInput;
  /** Credits to give, on top of those bought. */
  readonly granted_credits?: DecimalInput;
  readonly ignore_paid_top_up_limits_on_creation?: boolean;
  readonly transaction_name?: string;
  readonly transaction_priority?: number;
  readonly transaction_metadata?: MetadataPairs;
}

export interface CreateWallet extends CreateCustomerWallet {
  readonly external_customer_id: string;
}

export type UpdateWallet = WalletFields;

/** At most one of each; what is absent or zero creates nothing. Paid and granted add up: they are two transactions. */
export interface CreateWalletTransaction {
  readonly wallet_id: string;
  /** Credits to buy: pending until their invoice is paid. */
  readonly paid_credits?: DecimalInput;
  /** Credits to give, at once. */
  readonly granted_credits?: DecimalInput;
  /** Credits to take away, at once. */
  readonly voided_credits?: DecimalInput;
  /** Take them from this transaction only; without `voided_credits` all that is left of it. */
  readonly voided_transaction_id?: string;
  /** 1 to 255 characters. */
  readonly name?: string;
  /** From 1 to 50; 1 is spent first. */
  readonly priority?: number;
  readonly metadata?: MetadataPairs;
  readonly invoice_requires_successful_payment?: boolean;
  readonly ignore_paid_top_up_limits?: boolean;
  readonly purchase_order_number?: string;
  readonly payment_method?: PaymentMethod;
  readonly invoice_custom_section?: InvoiceCustomSection;
}

export interface WalletFilter {
  readonly external_customer_id?: string;
  readonly currency?: string;
  readonly billing_entity_codes?: readonly string[];
  /** Lago has no such filter: the others are read and passed over. */
  readonly status?: "active" | "terminated";
}

/** Values that Lago does not know it ignores. */
export interface WalletTransactionFilter {
  readonly status?: "pending" | "settled" | "failed";
  readonly transaction_status?: "purchased" | "granted" | "voided" | "invoiced";
  readonly transaction_type?: "inbound" | "outbound";
  /** Transactions that have all of these pairs. */
  readonly metadata?: Metadata;
}

export interface AlertThresholdRequest {
  readonly code?: string;
  /** Cents or credits, by the alert's type. */
  readonly value: DecimalInput;
  /** Again at every further step of this size; at most one. */
  readonly recurring?: boolean;
}

/** One per type and wallet, with at most 20 thresholds; premium. */
export interface CreateAlert {
  readonly alert_type: WalletAlertType;
  readonly code: string;
  readonly name?: string;
  readonly thresholds: readonly AlertThresholdRequest[];
}

export interface UpdateAlert {
  readonly code?: string;
  readonly name?: string | null;
  /** In place of those there are. */
  readonly thresholds?: readonly AlertThresholdRequest[];
}

export interface CurrentUsageQuery {
  readonly external_subscription_id: string;
  /** @defaultValue true */
  readonly apply_taxes?: boolean;
}

export interface InvoiceFilter {
  readonly external_customer_id?: string;
  readonly status?: "draft" | "finalized" | "voided" | "failed" | "pending";
  readonly payment_status?: "pending" | "succeeded" | "failed";
  readonly invoice_type?: "subscription" | "add_on" | "credit" | "one_off" | "advance_charges" | "progressive_billing";
  readonly currency?: string;
  /** Dates, `YYYY-MM-DD`. */
  readonly issuing_date_from?: string;
  readonly issuing_date_to?: string;
}

/** Premium. Credits are applied for a customer who exists (lago R-PREV-1). */
export interface PreviewInvoice {
  readonly customer: { readonly external_id?: string; readonly [field: string]: unknown };
  /** A subscription that does not exist yet... */
  readonly plan_code?: string;
  readonly billing_time?: "calendar" | "anniversary";
  readonly subscription_at?: string;
  /** ...or those that do. */
  readonly subscriptions?: { readonly external_ids: readonly string[]; readonly [field: string]: unknown };
  readonly coupons?: readonly { readonly code: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

export interface UsageEventRequest {
  /** Of your own: Lago keeps one event per id and subscription, so that it may be sent again. */
  readonly transaction_id: string;
  readonly external_subscription_id: string;
  /** Of the billable metric. */
  readonly code: string;
  /** Seconds since the epoch, as text so that no digit is lost. @defaultValue the time of this call */
  readonly timestamp?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly precise_total_amount_cents?: string;
}
