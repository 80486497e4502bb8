/**
 * What Flexprice takes (flexprice 2). Amounts are strings in plain notation, bigints, or numbers that are safe
 * integers; they are sent as strings. Times are RFC 3339.
 */
import type { DecimalInput } from "../../../types.js";
import type { Metadata, PriceType, TransactionReason, WalletType } from "./types.js";

/** A threshold in credits. */
export interface AlertThresholdRequest {
  readonly threshold: DecimalInput;
  readonly condition: "above" | "below";
}

/** Enabled needs a threshold, warning needs critical, and conditions are equal (flexprice 58). */
export interface AlertSettingsRequest {
  readonly alert_enabled?: boolean;
  readonly critical?: AlertThresholdRequest | null;
  readonly warning?: AlertThresholdRequest | null;
  readonly info?: AlertThresholdRequest | null;
}

/** On create `threshold`, `amount` and `invoicing` are required; on update each field is merged. */
export interface AutoTopUpRequest {
  readonly enabled?: boolean;
  /** Credits, not currency: at or below, it fires. */
  readonly threshold?: DecimalInput;
  /** Credits. */
  readonly amount?: DecimalInput;
  readonly invoicing?: boolean;
  /** `value: 0` clears it. */
  readonly cooldown?: { readonly value: number; readonly unit: "second" | "minute" | "hour" | "day" };
}

interface CreateWalletFields {
  readonly currency: string;
  /** `PROMOTIONAL` is refused since 2026-01: for an older server, switch the validation off. @defaultValue `PRE_PAID` */
  readonly wallet_type?: WalletType | "PROMOTIONAL";
  /** Currency units per credit spent, more than 0. @defaultValue 1 */
  readonly conversion_rate?: DecimalInput;
  /** Currency units per credit bought. @defaultValue `conversion_rate` */
  readonly topup_conversion_rate?: DecimalInput;
  /** Credits, free of charge. */
  readonly initial_credits_to_load?: DecimalInput;
  /** `YYYYMMDD`: from midnight UTC at the start of that day they are gone (flexprice 42). */
  readonly initial_credits_to_load_expiry_date?: number;
  readonly initial_credits_expiry_date_utc?: string;
  readonly alert_settings?: AlertSettingsRequest;
  readonly auto_topup?: AutoTopUpRequest;
  readonly description?: string;
  readonly metadata?: Metadata;
  readonly price_unit?: string;
  /** Read by older servers; today's ignores it here: use `update`. */
  readonly name?: string;
  /** Read by older servers; today's decides by the type (`PRE_PAID` pays `USAGE`, `POST_PAID` pays `ALL`): use `update`. */
  readonly config?: { readonly allowed_price_types?: readonly PriceType[] };
  /** Read by older servers, which document `"disabled"`; today's takes `auto_topup`. */
  readonly auto_topup_trigger?: string;
  /** Read by older servers, currency units; today's takes `auto_topup.threshold`, in credits. */
  readonly auto_topup_min_balance?: DecimalInput;
  /** Read by older servers, currency units; today's takes `auto_topup.amount`, in credits. */
  readonly auto_topup_amount?: DecimalInput;
}

/** One active wallet per customer, currency and type (flexprice 2.1). */
export type CreateWallet = CreateWalletFields &
  (
    | { readonly external_customer_id: string; readonly customer_id?: never }
    /** Flexprice's own id. */
    | { readonly customer_id: string; readonly external_customer_id?: never }
  );

export interface UpdateWallet {
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: Metadata;
  /** Each field is merged with what there is. */
  readonly auto_topup?: AutoTopUpRequest;
  readonly config?: { readonly allowed_price_types?: readonly PriceType[] };
  readonly alert_settings?: AlertSettingsRequest;
}

export interface TopUp {
  /** Credits; wins over `amount`. */
  readonly credits_to_add?: DecimalInput;
  /** Currency units: credits are `amount / topup_conversion_rate`. */
  readonly amount?: DecimalInput;
  /** `PURCHASED_CREDIT_INVOICED` credits when its invoice is paid, the others at once (flexprice 50). */
  readonly transaction_reason:
    | "FREE_CREDIT_GRANT" | "PURCHASED_CREDIT_INVOICED" | "PURCHASED_CREDIT_DIRECT" | "SUBSCRIPTION_CREDIT_GRANT"
    | "CREDIT_NOTE" | "INVOICE_VOID_REFUND";
  /** In the future; usable up to and including this moment. */
  readonly expiry_date_utc?: string;
  /** 0 or more; lower is spent first. */
  readonly priority?: number;
  /**
   * Unique per environment, not per wallet: the order's id, so that it may be made again.
   *
   * @defaultValue a random one for this call
   */
  readonly idempotency_key?: string;
  readonly description?: string;
  readonly metadata?: Metadata;
  /** Credits on top of a purchase, more than 0. */
  readonly bonus_credits_to_add?: DecimalInput;
  readonly bonus_credits_expiry_date_utc?: string;
  readonly force_sync_invoice?: boolean;
  /** Pay first (`PURCHASED_CREDIT_INVOICED` only); one pending session per wallet. */
  readonly checkout?: { readonly payment_provider: string; readonly [field: string]: unknown };
}

/** Drains what there is and may leave the balance negative (flexprice 22). */
export interface Debit {
  readonly credits: DecimalInput;
  readonly transaction_reason: "MANUAL_BALANCE_DEBIT";
  readonly idempotency_key: string;
  readonly description?: string;
  readonly metadata?: Metadata;
}

export interface ModifyWallet {
  /** The balance moves to a new wallet; expiries and priorities of the credits are lost (flexprice 49). */
  readonly modification_type: "prepaid_to_postpaid";
}

export interface WalletFilter {
  readonly status?: "active" | "frozen" | "closed";
  readonly wallet_ids?: readonly string[];
}

export interface TransactionFilter {
  readonly type?: "credit" | "debit";
  readonly transaction_status?: "pending" | "completed" | "failed";
  readonly transaction_reason?: TransactionReason;
  /** Only together with `reference_id`. */
  readonly reference_type?: "PAYMENT" | "EXTERNAL" | "REQUEST" | "INVOICE";
  readonly reference_id?: string;
  readonly expiry_date_before?: string;
  readonly expiry_date_after?: string;
  readonly credits_available_gt?: DecimalInput;
  readonly priority?: number;
  readonly created_by?: string;
  readonly start_time?: string;
  readonly end_time?: string;
}

export interface TransactionSearch extends TransactionFilter {
  /** Of a wallet. */
  readonly id?: string;
  /** Comma list of `customer`, `created_by_user`, `wallet`. */
  readonly expand?: string;
  readonly filters?: readonly object[];
  readonly sort?: readonly object[];
}

export interface UsageEventRequest {
  readonly event_name: string;
  readonly external_customer_id: string;
  /** Of your own: the server keeps one event per id, so that it may be sent again. */
  readonly event_id: string;
  readonly customer_id?: string;
  /** @defaultValue the time of this call */
  readonly timestamp?: string;
  readonly source?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface PreviewInvoice {
  readonly subscription_id: string;
  readonly period_start?: string;
  readonly period_end?: string;
  readonly hide_zero_charges_line_items?: boolean;
}
