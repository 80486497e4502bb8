/**
 * Flexprice's JSON (flexprice 1): decimals as strings without trailing zeros, times in RFC 3339.
 *
 * @module creditgate/sandbox
 */
import { text } from "../money.js";
import type { BalanceFigures } from "./balance.js";
import type { Customer, Transaction, Wallet } from "./state.js";

const TENANT = { environment_id: "env_SANDBOX", tenant_id: "tenant_SANDBOX", status: "published" };
const AUTHOR = { created_by: "user_SANDBOX", updated_by: "user_SANDBOX" };

export function customerJson(customer: Customer): Record<string, unknown> {
  return {
    id: customer.id,
    external_id: customer.externalId,
    name: customer.name,
    email: "",
    metadata: {},
    ...TENANT,
    created_at: iso(customer.createdAt),
    updated_at: iso(customer.createdAt),
    ...AUTHOR,
  };
}

/** WalletResponse. `name`, `auto_topup` and `alert_settings` are absent where there are none (1.1). */
export function walletJson(wallet: Wallet): Record<string, unknown> {
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
    ...(wallet.alertSettings === undefined ? {} : { alert_settings: wallet.alertSettings }),
    alert_state: "ok",
    ...TENANT,
    created_at: iso(wallet.createdAt),
    updated_at: iso(wallet.updatedAt),
    ...AUTHOR,
  };
}

/** WalletBalanceResponse. `balance_updated_at` is the wallet row's, not the computation's (1.2). */
export function balanceJson(wallet: Wallet, figures: BalanceFigures): Record<string, unknown> {
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

export function transactionJson(wallet: Wallet, transaction: Transaction): Record<string, unknown> {
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
    reference_type: "EXTERNAL",
    reference_id: transaction.idempotencyKey,
    description: transaction.description,
    metadata: transaction.metadata,
    expiry_date: transaction.expiresAt === undefined ? null : iso(transaction.expiresAt),
    credits_available: text(transaction.creditsAvailable),
    transaction_reason: transaction.reason,
    priority: transaction.priority ?? null,
    currency: wallet.currency,
    ...(transaction.type === "credit"
      ? { topup_conversion_rate: text(wallet.topupConversionRate) }
      : { conversion_rate: text(wallet.conversionRate) }),
    idempotency_key: transaction.idempotencyKey,
    ...TENANT,
    created_at: iso(transaction.createdAt),
    updated_at: iso(transaction.updatedAt),
    ...AUTHOR,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
