/**
 * What Lago answers (lago 1). Credits and money in currency units are decimal strings; what ends in `_cents` is a
 * JSON integer in the currency's minor units, as Lago sends it. Times are ISO 8601 in UTC. Fields that are not listed
 * here come through as the server sent them.
 */
import type { DecimalString } from "../../../types.js";

/** Fields of which this version knows nothing. */
interface Open {
  readonly [field: string]: unknown;
}

/** Minor units of the currency. */
export type Cents = number;
/** On wallets, the caller's own notes. */
export type Metadata = Readonly<Record<string, string>>;
/** On transactions and rules, the caller's own notes: at most 15 pairs (5 on rules), keys to 20, values to 100 characters. */
export type MetadataPairs = readonly { readonly key: string; readonly value: string }[];
export type FeeType = "charge" | "add_on" | "subscription" | "credit" | "commitment" | "fixed_charge" | "product";

export interface PaymentMethod extends Open {
  readonly payment_method_id?: string | null;
  readonly payment_method_type?: "provider" | "manual";
}

export interface Wallet extends Open {
  readonly lago_id: string;
  readonly lago_customer_id: string;
  readonly external_customer_id: string;
  /** Terminated ones keep their balances, which nobody can spend (lago R-EXP-2). */
  readonly status: "active" | "terminated";
  readonly currency: string;
  readonly name: string | null;
  /** Unique among the customer's active wallets; free again once terminated. */
  readonly code?: string | null;
  /** Currency units per credit; never changes. */
  readonly rate_amount: DecimalString;
  /** Credits, settled. */
  readonly credits_balance: DecimalString;
  /** Settled. */
  readonly balance_cents: Cents;
  /** Credits; may be negative. */
  readonly credits_ongoing_balance: DecimalString;
  /** The settled balance less usage not yet invoiced; may be negative. */
  readonly ongoing_balance_cents: Cents;
  readonly credits_ongoing_usage_balance: DecimalString;
  readonly ongoing_usage_balance_cents: Cents;
  /** Credits, invoiced or voided. */
  readonly consumed_credits: DecimalString;
  readonly created_at: string;
  readonly expiration_at: string | null;
  /** When the settled balance changed last, not when the ongoing one was computed. */
  readonly last_balance_sync_at: string | null;
  readonly last_consumed_credit_at: string | null;
  readonly terminated_at: string | null;
  readonly invoice_requires_successful_payment?: boolean;
  readonly paid_top_up_min_amount_cents?: Cents | null;
  readonly paid_top_up_max_amount_cents?: Cents | null;
  /** 1 is spent first. */
  readonly priority?: number;
  readonly recurring_transaction_rules?: readonly RecurringTransactionRule[];
  /** Absent is unknown, both empty is everything (lago 1.1). */
  readonly applies_to?: { readonly fee_types: readonly FeeType[]; readonly billable_metric_codes: readonly string[] };
  readonly payment_method?: PaymentMethod;
  readonly metadata?: Metadata;
}

export interface RecurringTransactionRule extends Open {
  readonly lago_id: string;
  readonly trigger: "interval" | "threshold";
  readonly method: "fixed" | "target";
  readonly interval: "weekly" | "monthly" | "quarterly" | "semiannual" | "yearly" | null;
  /** Credits. */
  readonly paid_credits: DecimalString;
  readonly granted_credits: DecimalString;
  /** Credits; may be negative. */
  readonly threshold_credits: DecimalString | null;
  /** Credits. */
  readonly target_ongoing_balance: DecimalString | null;
  readonly grants_target_top_up?: boolean;
  readonly status: "active" | "terminated";
  readonly started_at: string | null;
  readonly expiration_at: string | null;
  readonly created_at: string;
  readonly transaction_metadata?: MetadataPairs;
  readonly transaction_name?: string | null;
}

export interface WalletTransaction extends Open {
  readonly lago_id: string;
  readonly lago_wallet_id: string;
  /** Of a purchase: its invoice; of a consumption: the invoice it paid. */
  readonly lago_invoice_id: string | null;
  readonly status: "pending" | "settled" | "failed";
  readonly source: "manual" | "interval" | "threshold";
  readonly transaction_type: "inbound" | "outbound";
  readonly transaction_status: "purchased" | "granted" | "voided" | "invoiced";
  /** Currency units. */
  readonly amount: DecimalString;
  /** Credits. */
  readonly credit_amount: DecimalString;
  /** What is left of an inbound one, on traceable wallets. */
  readonly remaining_amount_cents?: Cents | null;
  /** Credits, not rounded: compute with `remaining_amount_cents`. */
  readonly remaining_credit_amount?: DecimalString | null;
  readonly priority?: number;
  readonly settled_at: string | null;
  readonly failed_at: string | null;
  readonly created_at: string;
  readonly metadata?: MetadataPairs;
  readonly name?: string | null;
  readonly payment_method?: PaymentMethod;
}

/** What an outbound transaction took of an inbound one: `wallet_transaction` is the other end. */
export interface WalletTransactionShare extends Open {
  readonly lago_id: string;
  readonly amount_cents: Cents;
  /** Credits, not rounded. */
  readonly credit_amount: DecimalString;
  readonly created_at: string;
  readonly wallet_transaction: WalletTransaction;
}

export interface PaymentUrl extends Open {
  readonly lago_customer_id: string;
  readonly external_customer_id: string;
  readonly payment_provider: string;
  readonly lago_wallet_transaction_id: string;
  /** Where the customer pays. */
  readonly payment_url: string;
}

export type WalletAlertType = "wallet_balance_amount" | "wallet_credits_balance" | "wallet_ongoing_balance_amount" | "wallet_credits_ongoing_balance";

export interface WalletAlert extends Open {
  readonly lago_id: string;
  readonly lago_wallet_id: string;
  readonly wallet_code: string;
  readonly alert_type: WalletAlertType;
  readonly code: string;
  readonly name: string | null;
  readonly direction: "decreasing";
  /** Cents or credits, by the type; so are the thresholds. */
  readonly previous_value: DecimalString;
  readonly last_processed_at: string | null;
  readonly thresholds: readonly { readonly code: string | null; readonly value: DecimalString; readonly recurring: boolean }[];
  readonly created_at: string;
}

export interface CustomerUsage extends Open {
  readonly from_datetime: string;
  readonly to_datetime: string;
  readonly issuing_date: string;
  readonly currency: string;
  /** Before tax. */
  readonly amount_cents: Cents;
  readonly taxes_amount_cents: Cents;
  readonly total_amount_cents: Cents;
  readonly charges_usage: readonly ChargeUsage[];
}

export interface ChargeUsage extends Open {
  readonly units: DecimalString;
  readonly events_count: number;
  /** Before tax; tax is told for the total only. */
  readonly amount_cents: Cents;
  readonly amount_currency: string;
  readonly charge: { readonly lago_id: string; readonly charge_model: string; readonly [field: string]: unknown };
  readonly billable_metric: { readonly lago_id: string; readonly code: string; readonly [field: string]: unknown };
}

export interface Invoice extends Open {
  /** `null` on a preview. */
  readonly lago_id: string | null;
  readonly number: string;
  readonly invoice_type: "subscription" | "add_on" | "credit" | "one_off" | "advance_charges" | "progressive_billing";
  readonly status: "draft" | "finalized" | "voided" | "failed" | "pending";
  readonly payment_status: "pending" | "succeeded" | "failed";
  readonly currency: string;
  readonly fees_amount_cents: Cents;
  readonly coupons_amount_cents: Cents;
  readonly credit_notes_amount_cents: Cents;
  readonly progressive_billing_credit_amount_cents: Cents;
  readonly sub_total_excluding_taxes_amount_cents: Cents;
  readonly taxes_amount_cents: Cents;
  readonly sub_total_including_taxes_amount_cents: Cents;
  /** What wallets pay. */
  readonly prepaid_credit_amount_cents: Cents;
  readonly prepaid_granted_credit_amount_cents?: Cents | null;
  readonly prepaid_purchased_credit_amount_cents?: Cents | null;
  readonly total_amount_cents: Cents;
  readonly total_due_amount_cents?: Cents;
  /** Absent from lists. */
  readonly fees?: readonly Fee[];
}

export interface Fee extends Open {
  readonly lago_id: string | null;
  readonly item: { readonly type: FeeType; readonly code: string; readonly lago_item_id?: string; readonly [field: string]: unknown };
  readonly amount_cents: Cents;
  readonly amount_currency: string;
  readonly taxes_amount_cents: Cents;
  /** Currency units, not rounded. */
  readonly taxes_precise_amount?: DecimalString;
  /** Cents, not rounded. */
  readonly precise_coupons_amount_cents?: DecimalString;
  readonly pay_in_advance?: boolean;
}

export interface UsageEventAnswer extends Open {
  readonly transaction_id: string;
  readonly code: string;
  readonly external_subscription_id: string;
  readonly lago_id?: string;
}

/** Names that hold decimals, in case a server answers numbers. */
export const AMOUNTS: ReadonlySet<string> = new Set([
  "rate_amount", "credits_balance", "credits_ongoing_balance", "credits_ongoing_usage_balance", "consumed_credits", "paid_credits",
  "granted_credits", "threshold_credits", "target_ongoing_balance", "amount", "credit_amount", "remaining_credit_amount",
  "previous_value", "value", "units", "taxes_precise_amount", "precise_coupons_amount_cents",
]);
