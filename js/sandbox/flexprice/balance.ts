/**
 * Real-time balances and the cache they fall back on (flexprice 3.2, 3.3).
 *
 * @module creditgate/sandbox
 */
import { flexpricePrecision } from "../currency.js";
import { realTimeBalance } from "../engine.js";
import { divide, type Exact, round, sum, text, ZERO } from "../money.js";
import { costOf } from "../usage.js";
import { isUsable } from "./ledger.js";
import type { Customer, FlexpriceState, Transaction, Wallet } from "./state.js";

/** Rule 13. */
const CACHE_TTL = 30 * 60_000;

/** How a read wants its figures. */
export interface BalanceRead {
  readonly now: number;
  /** Any cached value will do (rule 15). */
  readonly fromCache: boolean;
  /** Milliseconds beyond which a cached value will not do, `x-max-live` (rule 15). */
  readonly maxLive: number | undefined;
  /** Computing fails; where the cache has a value it answers (rule 14). */
  readonly stale: boolean;
}

/** The figures of one wallet as an answer carries them. */
export interface BalanceFigures {
  readonly realTimeBalance: Exact;
  readonly realTimeCreditBalance: Exact;
  readonly currentPeriodUsage: Exact;
  readonly unpaidInvoicesAmount: Exact | undefined;
  readonly cachedFallback: boolean;
}

export function readBalance(state: FlexpriceState, wallet: Wallet, read: BalanceRead): BalanceFigures {
  const cached = cachedFigures(wallet, read);
  return cached ?? computeFigures(state, wallet, read.now);
}

/** What the cache answers for this read, if it does. Wallets that are not active are never cached. */
function cachedFigures(wallet: Wallet, read: BalanceRead): BalanceFigures | undefined {
  const { cached } = wallet;
  if (wallet.status !== "active" || cached === undefined) return undefined;
  const age = read.now - cached.at;
  const wanted = read.fromCache && age <= (read.maxLive ?? CACHE_TTL);
  if (age >= CACHE_TTL || !(wanted || read.stale)) return undefined;
  return {
    realTimeBalance: cached.realTimeBalance,
    realTimeCreditBalance: divide(cached.realTimeBalance, wallet.conversionRate, 16),
    currentPeriodUsage: ZERO,
    unpaidInvoicesAmount: undefined,
    cachedFallback: true,
  };
}

function computeFigures(state: FlexpriceState, wallet: Wallet, now: number): BalanceFigures {
  const figures = realTimeBalance({
    wallet: {
      wallet_type: wallet.type,
      allowed_price_types: wallet.allowedPriceTypes,
      balance: text(wallet.balance),
      conversion_rate: text(wallet.conversionRate),
      wallet_status: wallet.status,
      currency: wallet.currency,
    },
    current_usage: text(currentUsage(state, wallet, now)),
    invoices: unpaidPurchases(wallet.customer),
  });
  if (wallet.status === "active") wallet.cached = { realTimeBalance: figures.realTimeBalance, at: now };
  return { ...figures, unpaidInvoicesAmount: wallet.status === "active" ? figures.unpaidInvoicesAmount : undefined, cachedFallback: false };
}

/** Rule 6: each usage line is rounded to the currency, then they are added. */
function currentUsage(state: FlexpriceState, { customer, currency }: Wallet, now: number): Exact {
  const lines = state.usage.lines(customer.externalId, now);
  return sum(lines.map((line) => round(costOf(line, state.metrics.get(line.code), currency), flexpricePrecision(currency))));
}

/** The finalised, unpaid invoices of pending purchases: their line has no price type (rule 10). */
function unpaidPurchases(customer: Customer): unknown[] {
  return customer.wallets.flatMap((wallet) =>
    wallet.transactions
      .filter((transaction) => transaction.status === "pending")
      .map((transaction) => ({
        id: transaction.invoiceId,
        invoice_type: "ONE_OFF",
        invoice_status: "FINALIZED",
        payment_status: "PENDING",
        currency: wallet.currency,
        amount_paid: "0",
        amount_remaining: text(transaction.amount),
        lines: [{ amount: text(transaction.amount), price_type: null, prepaid_credits_applied: "0", line_item_discount: "0" }],
      })),
  );
}

/** Rule 46: absent where a completed credit has another reason than the four. Expiry is ignored. */
export function creditsBreakdown(wallet: Wallet): { readonly purchased: string; readonly free: string } | undefined {
  const credits = wallet.transactions.filter((transaction) => transaction.type === "credit" && transaction.status === "completed");
  const purchased = credits.filter(({ reason }) => reason === "PURCHASED_CREDIT_INVOICED" || reason === "PURCHASED_CREDIT_DIRECT");
  const free = credits.filter(({ reason }) => reason === "FREE_CREDIT_GRANT" || reason === "SUBSCRIPTION_CREDIT_GRANT");
  if (purchased.length + free.length < credits.length) return undefined;
  return { purchased: text(available(purchased)), free: text(available(free)) };
}

function available(credits: readonly Transaction[]): Exact {
  return sum(credits.filter(isUsable).map((credit) => credit.creditsAvailable));
}
