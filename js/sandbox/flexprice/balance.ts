/**
 * Real-time balances and the cache they fall back on (flexprice 3.2, 3.3).
 *
 * @module creditgate/sandbox
 */
import { ask, decimalOf, realTimeBalance } from "../engine.js";
import { type Exact, text, ZERO } from "../money.js";
import { costOf } from "../usage.js";
import { creditsFor } from "./rules.js";
import type { Customer, FlexpriceState, Wallet } from "./state.js";

/** Rule 13. */
const CACHE_TTL = 30 * 60_000;
/** Rule 9. */
const SEEN_INVOICES = 50;

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
  return cached ?? computeBalance(state, wallet, read.now);
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
    realTimeCreditBalance: creditsFor(cached.realTimeBalance, wallet.conversionRate),
    currentPeriodUsage: ZERO,
    unpaidInvoicesAmount: undefined,
    cachedFallback: true,
  };
}

/** Computes, and refreshes the cache of an active wallet (rule 13). */
export function computeBalance(state: FlexpriceState, wallet: Wallet, now: number): BalanceFigures {
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
    invoices: unpaidInvoices(state, wallet.customer),
  });
  if (wallet.status === "active") wallet.cached = { realTimeBalance: figures.realTimeBalance, at: now };
  return { ...figures, unpaidInvoicesAmount: wallet.status === "active" ? figures.unpaidInvoicesAmount : undefined, cachedFallback: false };
}

/** Rule 6: each usage line is rounded to the currency, then they are added. */
function currentUsage(state: FlexpriceState, { customer, currency }: Wallet, now: number): Exact {
  const lines = state.usage.lines(customer.externalId, now);
  const values = lines.map((line) => text(costOf(line, state.metrics.get(line.code), currency)));
  return decimalOf(ask("round.sum", { values, currency }), "round_then_add");
}

/** The customer's newest unpaid invoices; the line of a purchase has no price type (rules 7, 9, 10). */
function unpaidInvoices(state: FlexpriceState, customer: Customer): unknown[] {
  return state.invoices
    .filter((invoice) => invoice.customer === customer)
    .slice(-SEEN_INVOICES)
    .filter(({ paid }) => !paid)
    .map((invoice) => ({
      id: invoice.id,
      invoice_type: "ONE_OFF",
      invoice_status: "FINALIZED",
      payment_status: "PENDING",
      currency: invoice.currency,
      amount_paid: "0",
      amount_remaining: text(invoice.amount),
      lines: [{ amount: text(invoice.amount), price_type: null, prepaid_credits_applied: "0", line_item_discount: "0" }],
    }));
}
