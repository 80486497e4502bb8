/**
 * Lago's JSON (lago 1): decimals with at least one fractional digit, cents as integers, times in seconds.
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../currency.js";
import { divide, fromMinor, integer, textWithPoint } from "../money.js";
import type { Customer, Subscription, Transaction, Wallet } from "./state.js";

const BILLING_ENTITY = "sandbox";
const PAYMENT_METHOD = { payment_method_id: null, payment_method_type: "provider" };

export function customerJson(customer: Customer): Record<string, unknown> {
  return {
    lago_id: customer.id,
    external_id: customer.externalId,
    billing_entity_code: BILLING_ENTITY,
    name: customer.name,
    currency: customer.currency ?? null,
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
    plan_code: subscription.planCode,
    status: "active",
    started_at: seconds(subscription.startedAt),
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
    purchase_order_number: null,
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
    recurring_transaction_rules: wallet.recurringRules,
    applies_to: { fee_types: wallet.feeTypes, billable_metric_codes: wallet.metricCodes },
    applied_invoice_custom_sections: [],
    payment_method: PAYMENT_METHOD,
    ...(wallet.metadata === undefined ? {} : { metadata: wallet.metadata }),
  };
}

export function transactionJson(transaction: Transaction): Record<string, unknown> {
  const { wallet, remainingCents } = transaction;
  const exponent = lagoExponent(wallet.currency);
  return {
    lago_id: transaction.id,
    lago_wallet_id: wallet.id,
    lago_invoice_id: transaction.invoiceId,
    lago_credit_note_id: null,
    lago_voided_invoice_id: null,
    billing_entity_code: BILLING_ENTITY,
    status: transaction.status,
    source: "manual",
    transaction_status: transaction.kind,
    transaction_type: transaction.type,
    amount: textWithPoint(fromMinor(transaction.amountCents, exponent)),
    credit_amount: textWithPoint(transaction.credits),
    remaining_amount_cents: remainingCents === undefined ? null : integer(remainingCents),
    // R-CONV-7: not rounded to 5 decimals.
    remaining_credit_amount: remainingCents === undefined ? null : textWithPoint(divide(fromMinor(remainingCents, exponent), wallet.rate, 16)),
    priority: transaction.priority,
    purchase_order_number: null,
    settled_at: secondsOrNull(transaction.settledAt),
    failed_at: null,
    created_at: seconds(transaction.createdAt),
    invoice_requires_successful_payment: wallet.invoiceRequiresSuccessfulPayment,
    metadata: transaction.metadata,
    name: transaction.name,
    payment_method: PAYMENT_METHOD,
  };
}

/** A time to the second, `terminated_at` alone has milliseconds (1.1). */
export function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function secondsOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : seconds(ms);
}
