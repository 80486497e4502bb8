/**
 * Lago's JSON (lago 1): decimals with at least one fractional digit, cents as integers, times in seconds.
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../../currency.js";
import { fromMinor, integer, textWithPoint } from "../money.js";
import { unroundedCredits } from "./rules.js";
import type { Alert, Customer, RecurringRule, Share, Subscription, Threshold, Transaction, Wallet } from "./state.js";

export const BILLING_ENTITY = "sandbox";
export const ORGANIZATION_ID = "5a6d0b0c-0000-4000-8000-000000000001";
const PAYMENT_METHOD = { payment_method_id: null, payment_method_type: "provider" };

export function customerJson(customer: Customer): Record<string, unknown> {
  return {
    lago_id: customer.id,
    external_id: customer.externalId,
    billing_entity_code: BILLING_ENTITY,
    name: customer.name,
    currency: customer.currency ?? null,
    timezone: customer.timezone,
    applicable_timezone: customer.timezone,
    created_at: seconds(customer.createdAt),
    updated_at: seconds(customer.createdAt),
    metadata: [],
  };
}

export function subscriptionJson(subscription: Subscription): Record<string, unknown> {
  return {
    lago_id: subscription.id,
    external_id: subscription.externalId,
    lago_customer_id: subscription.customer.id,
    external_customer_id: subscription.customer.externalId,
    name: null,
    plan_code: subscription.planCode,
    status: "active",
    billing_time: "calendar",
    started_at: seconds(subscription.startedAt),
    ending_at: null,
    terminated_at: null,
    canceled_at: null,
    created_at: seconds(subscription.startedAt),
  };
}

export function walletJson(wallet: Wallet): Record<string, unknown> {
  return {
    lago_id: wallet.id,
    lago_customer_id: wallet.customer.id,
    external_customer_id: wallet.customer.externalId,
    billing_entity_code: BILLING_ENTITY,
    status: wallet.status,
    currency: wallet.currency,
    name: wallet.name,
    code: wallet.code,
    purchase_order_number: wallet.purchaseOrderNumber,
    rate_amount: textWithPoint(wallet.rate),
    credits_balance: textWithPoint(wallet.creditsBalance),
    credits_ongoing_balance: textWithPoint(wallet.ongoing.creditsBalance),
    credits_ongoing_usage_balance: textWithPoint(wallet.ongoing.creditsUsage),
    balance_cents: integer(wallet.balanceCents),
    ongoing_balance_cents: integer(wallet.ongoing.balanceCents),
    ongoing_usage_balance_cents: integer(wallet.ongoing.usageCents),
    consumed_credits: textWithPoint(wallet.consumedCredits),
    created_at: seconds(wallet.createdAt),
    expiration_at: secondsOrNull(wallet.expirationAt),
    last_balance_sync_at: secondsOrNull(wallet.lastBalanceSyncAt),
    last_consumed_credit_at: secondsOrNull(wallet.lastConsumedCreditAt),
    terminated_at: wallet.terminatedAt === undefined ? null : new Date(wallet.terminatedAt).toISOString(),
    invoice_requires_successful_payment: wallet.invoiceRequiresSuccessfulPayment,
    paid_top_up_min_amount_cents: wallet.paidTopUpMinCents,
    paid_top_up_max_amount_cents: wallet.paidTopUpMaxCents,
    priority: wallet.priority,
    recurring_transaction_rules: wallet.recurringRules.map(ruleJson),
    applies_to: { fee_types: wallet.feeTypes, billable_metric_codes: wallet.metricCodes },
    applied_invoice_custom_sections: [],
    payment_method: wallet.paymentMethod,
    ...(wallet.metadata === undefined ? {} : { metadata: wallet.metadata }),
  };
}

export function ruleJson(rule: RecurringRule): Record<string, unknown> {
  return {
    lago_id: rule.id,
    paid_credits: textWithPoint(rule.paidCredits),
    granted_credits: textWithPoint(rule.grantedCredits),
    grants_target_top_up: rule.grantsTargetTopUp,
    interval: rule.interval,
    method: rule.method,
    started_at: secondsOrNull(rule.startedAt),
    expiration_at: secondsOrNull(rule.expirationAt),
    // One that has ended is in no list.
    status: "active",
    target_ongoing_balance: rule.targetOngoingBalance === undefined ? null : textWithPoint(rule.targetOngoingBalance),
    threshold_credits: textWithPoint(rule.thresholdCredits),
    trigger: rule.trigger,
    created_at: seconds(rule.createdAt),
    invoice_requires_successful_payment: rule.invoiceRequiresSuccessfulPayment,
    transaction_metadata: rule.transactionMetadata,
    transaction_name: rule.transactionName,
    purchase_order_number: rule.purchaseOrderNumber,
    ignore_paid_top_up_limits: rule.ignorePaidTopUpLimits,
    applied_invoice_custom_sections: [],
    payment_method: PAYMENT_METHOD,
  };
}

export function transactionJson(transaction: Transaction): Record<string, unknown> {
  const { wallet, remainingCents } = transaction;
  return {
    lago_id: transaction.id,
    lago_wallet_id: wallet.id,
    lago_invoice_id: transaction.invoice?.id ?? null,
    lago_credit_note_id: null,
    lago_voided_invoice_id: transaction.voidedInvoice?.id ?? null,
    billing_entity_code: BILLING_ENTITY,
    status: transaction.status,
    source: transaction.source,
    transaction_status: transaction.kind,
    transaction_type: transaction.type,
    amount: textWithPoint(fromMinor(transaction.amountCents, lagoExponent(wallet.currency))),
    credit_amount: textWithPoint(transaction.credits),
    remaining_amount_cents: remainingCents === undefined ? null : integer(remainingCents),
    remaining_credit_amount: remainingCents === undefined ? null : textWithPoint(unroundedCredits(wallet, remainingCents)),
    priority: transaction.priority,
    purchase_order_number: transaction.purchaseOrderNumber ?? wallet.purchaseOrderNumber,
    settled_at: secondsOrNull(transaction.settledAt),
    failed_at: secondsOrNull(transaction.failedAt),
    created_at: seconds(transaction.createdAt),
    invoice_requires_successful_payment: transaction.invoiceRequiresSuccessfulPayment,
    metadata: transaction.metadata,
    name: transaction.name,
    payment_method: wallet.paymentMethod,
  };
}

/** One end of a share: `other` is the transaction at the other end (1.2). */
export function shareJson(share: Share, other: Transaction): Record<string, unknown> {
  return {
    lago_id: share.id,
    amount_cents: integer(share.amountCents),
    credit_amount: textWithPoint(unroundedCredits(other.wallet, share.amountCents)),
    created_at: seconds(share.createdAt),
    wallet_transaction: transactionJson(other),
  };
}

export function alertJson(alert: Alert): Record<string, unknown> {
  return {
    lago_id: alert.id,
    lago_organization_id: ORGANIZATION_ID,
    subscription_external_id: null,
    external_subscription_id: null,
    lago_wallet_id: alert.wallet.id,
    wallet_code: alert.wallet.code,
    alert_type: alert.type,
    code: alert.code,
    name: alert.name,
    direction: "decreasing",
    previous_value: textWithPoint(alert.previousValue),
    last_processed_at: secondsOrNull(alert.lastProcessedAt),
    thresholds: alert.thresholds.map(thresholdJson),
    created_at: seconds(alert.createdAt),
    billable_metric: null,
  };
}

export function thresholdJson({ code, value, recurring }: Threshold): Record<string, unknown> {
  return { code, value: textWithPoint(value), recurring };
}

/** A time to the second, `terminated_at` alone has milliseconds (1.1). */
export function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function secondsOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : seconds(ms);
}
