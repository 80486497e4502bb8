/**
 * Flexprice's JSON (flexprice 1): decimals as strings without trailing zeros, times in RFC 3339.
 *
 * @module creditgate/sandbox
 */
import { text } from "../money.js";
import type { BalanceFigures } from "./balance.js";
import type { AlertLog, AlertSettings, CheckoutSession, Customer, Transaction, Wallet } from "./state.js";

type Json = Record<string, unknown>;

export const ENVIRONMENT = "env_SANDBOX";
export const TENANT = "tenant_SANDBOX";
const AUTHOR = { created_by: "user_SANDBOX", updated_by: "user_SANDBOX" };
/** Whom `expand=created_by_user` shows. */
export const USER = { id: AUTHOR.created_by, email: "sandbox@example.com", name: "Sandbox" };

/** What every object carries (1). */
export function ownership(createdAt: number, updatedAt: number = createdAt): Json {
  return {
    environment_id: ENVIRONMENT,
    tenant_id: TENANT,
    status: "published",
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
    ...AUTHOR,
  };
}

export function customerJson(customer: Customer): Json {
  return {
    id: customer.id,
    external_id: customer.externalId,
    name: customer.name,
    email: customer.email,
    metadata: customer.metadata,
    ...ownership(customer.createdAt),
  };
}

/** WalletResponse. `name`, `auto_topup` and `alert_settings` are absent where there are none (1.1). */
export function walletJson(wallet: Wallet): Json {
  return {
    id: wallet.id,
    customer_id: wallet.customer.id,
    currency: wallet.currency,
    balance: text(wallet.balance),
    credit_balance: text(wallet.creditBalance),
    wallet_status: wallet.status,
    ...(wallet.name === "" ? {} : { name: wallet.name }),
    description: wallet.description,
    metadata: wallet.metadata,
    ...(wallet.autoTopup === undefined ? {} : { auto_topup: wallet.autoTopup }),
    wallet_type: wallet.type,
    config: wallet.allowedPriceTypes.length === 0 ? {} : { allowed_price_types: wallet.allowedPriceTypes },
    conversion_rate: text(wallet.conversionRate),
    topup_conversion_rate: text(wallet.topupConversionRate),
    ...(wallet.alertSettings === undefined ? {} : { alert_settings: alertSettingsJson(wallet.alertSettings) }),
    alert_state: wallet.alertState,
    ...ownership(wallet.createdAt, wallet.updatedAt),
  };
}

/** 1.4: thresholds that are not set are null. */
export function alertSettingsJson({ critical, warning, info, alert_enabled }: AlertSettings): Json {
  return { critical, warning, info, alert_enabled };
}

/** WalletBalanceResponse. `balance_updated_at` is the wallet row's, not the computation's (1.2). */
export function balanceJson(wallet: Wallet, figures: BalanceFigures): Json {
  return {
    ...walletJson(wallet),
    real_time_balance: text(figures.realTimeBalance),
    real_time_credit_balance: text(figures.realTimeCreditBalance),
    balance_updated_at: iso(wallet.updatedAt),
    current_period_usage: text(figures.currentPeriodUsage),
    ...(figures.unpaidInvoicesAmount === undefined ? {} : { unpaid_invoices_amount: text(figures.unpaidInvoicesAmount) }),
    is_cached_fallback: figures.cachedFallback,
  };
}

export function transactionJson(transaction: Transaction): Json {
  const { wallet, parent } = transaction;
  return {
    ...slimTransactionJson(transaction),
    credits_available: text(transaction.creditsAvailable),
    priority: transaction.priority ?? null,
    ...(transaction.type === "credit"
      ? { topup_conversion_rate: text(wallet.topupConversionRate) }
      : { conversion_rate: text(wallet.conversionRate) }),
    idempotency_key: transaction.idempotencyKey,
    ...(parent === undefined ? {} : { parent_transaction_id: parent.id }),
    ...ownership(transaction.createdAt, transaction.updatedAt),
  };
}

/** As slim webhooks have it: neither `credits_available` nor `priority` (4.2). */
export function slimTransactionJson(transaction: Transaction): Json {
  const { wallet } = transaction;
  return {
    id: transaction.id,
    wallet_id: wallet.id,
    customer_id: wallet.customer.id,
    type: transaction.type,
    amount: text(transaction.amount),
    credit_amount: text(transaction.creditAmount),
    credit_balance_before: text(transaction.creditBalanceBefore),
    credit_balance_after: text(transaction.creditBalanceAfter),
    transaction_status: transaction.status,
    reference_type: transaction.reference.type,
    reference_id: transaction.reference.id,
    description: transaction.description,
    metadata: transaction.metadata,
    expiry_date: transaction.expiresAt === undefined ? null : iso(transaction.expiresAt),
    transaction_reason: transaction.reason,
    currency: wallet.currency,
  };
}

export function checkoutJson(session: CheckoutSession): Json {
  const { transaction } = session;
  return {
    id: session.id,
    customer_id: transaction.wallet.customer.id,
    action: "wallet_topup",
    checkout_status: transaction.status === "pending" ? "pending" : "completed",
    payment_provider: session.provider,
    checkout_invoice_id: transaction.invoice?.id ?? "",
    checkout_payment_id: session.paymentId,
    expires_at: iso(session.expiresAt),
    payment_action: { type: "checkout_url", url: `https://pay.example/${session.id}` },
    ...ownership(session.createdAt),
  };
}

export function alertLogJson(log: AlertLog): Json {
  return {
    id: log.id,
    entity_type: "wallet",
    entity_id: log.wallet.id,
    customer_id: log.wallet.customer.id,
    alert_type: log.type,
    alert_status: log.state,
    alert_info: { alert_settings: alertSettingsJson(log.settings), value_at_time: text(log.value), timestamp: iso(log.createdAt) },
    ...ownership(log.createdAt),
  };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
