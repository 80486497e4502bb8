/**
 * How credits will pay a previewed invoice (flexprice 26-28, 31, 37).
 */
import { add, multiply, parseDecimal, subtract } from "../../../decimal.js";
import type { DecimalString } from "../../../types.js";
import { ask } from "../../api/rules.js";
import type { Invoice, InvoiceLine, Transaction, Wallet } from "./types.js";

/** What one cannot know from outside, or what differs from the plain rule. */
export type PreviewNote =
  /** The provider takes the lines in no defined order: the total is certain, how it is split over lines may differ (flexprice 30). */
  | "line_order_undefined"
  /** Credits that have expired may be counted: ask for `grants` (flexprice 31). */
  | "expiry_unknown"
  /** A wallet's balance holds credits that can no longer be spent; they pay nothing here, and while they are not swept the provider's own finalisation fails (flexprice 31). */
  | "expired_credits"
  /** The provider has already applied credits to this preview: it is answered as it came. */
  | "applied_by_provider";

export interface PreviewAfterCredits {
  /** The preview as the provider made it. */
  readonly invoice: Invoice;
  /** Paid by credits, currency units. */
  readonly credits: DecimalString;
  /** What is left to pay, tax included, currency units. */
  readonly totalAfter: DecimalString;
  /** Each line, in the preview's order, and what credits pay of it, currency units. */
  readonly lines: readonly { readonly line: InvoiceLine; readonly credits: DecimalString }[];
  /** What each wallet pays, by its id, currency units; wallets that pay nothing are left out. */
  readonly debits: Readonly<Record<string, DecimalString>>;
  readonly notes: readonly PreviewNote[];
}

/** `grants` are the credits left in each wallet, by its id; `undefined` when they were not read. */
export async function applyCredits(
  invoice: Invoice,
  wallets: readonly Wallet[],
  grants: ReadonlyMap<string, readonly Transaction[]> | undefined,
  now: number,
): Promise<PreviewAfterCredits> {
  const { currency, line_items: lines = [], total_prepaid_credits_applied: applied = "0" } = invoice;
  if (parseDecimal(applied, "invoice.total_prepaid_credits_applied").text !== "0") return asItCame(invoice, lines, applied);
  const payers = await payersOf(currency, wallets);
  const usable = payers.map((wallet) => ({ id: wallet.id, balance: usableOf(wallet, grants?.get(wallet.id), now) }));
  const answer = await ask("invoice.credit_application", {
    currency,
    // A line that is not stored yet may have no id: its place is one.
    lines: lines.map(({ amount, price_type = null, line_item_discount = "0", invoice_level_discount = "0" }, index) => ({
      id: String(index), amount, price_type, line_item_discount, invoice_level_discount,
    })),
    wallets: usable,
    sort_wallets: false, // sorted by whole balances already
  });
  const credits = answer["total_prepaid_credits_applied"] as DecimalString;
  const byLine = answer["line_applied"] as Readonly<Record<string, DecimalString>>;
  return {
    invoice,
    credits,
    totalAfter: atLeastZero(subtract(invoice.total, credits)),
    lines: lines.map((line, index) => ({ line, credits: byLine[index] ?? "0" })),
    debits: answer["debits"] as Readonly<Record<string, DecimalString>>,
    notes: [
      ...(lines.length > 1 && credits !== "0" ? (["line_order_undefined"] as const) : []),
      ...(grants === undefined && payers.length > 0 ? (["expiry_unknown"] as const) : []),
      ...(usable.some(({ balance }, index) => balance !== payers[index]?.balance) ? (["expired_credits"] as const) : []),
    ],
  };
}

/** The wallets that pay, in the order in which they do (flexprice 26). */
async function payersOf(currency: string, wallets: readonly Wallet[]): Promise<readonly Wallet[]> {
  const known = wallets.map(({ id, wallet_type, currency: of, balance, wallet_status }) => ({ id, wallet_type, currency: of, balance, wallet_status }));
  const { wallet_ids } = await ask("wallet.selection", { purpose: "credit_adjustment", currency, wallets: known });
  return (wallet_ids as readonly string[]).flatMap((id) => wallets.filter((wallet) => wallet.id === id));
}

/** The balance, capped at the credits that may be spent now: an expiry is inclusive (flexprice 19). */
function usableOf({ balance, conversion_rate }: Wallet, grants: readonly Transaction[] | undefined, now: number): string {
  if (grants === undefined) return balance;
  const spendable = grants.filter(({ expiry_date: expiry }) => expiry == null || Date.parse(expiry) >= now);
  const credits = spendable.reduce((sum, { credits_available }) => add(sum, credits_available), "0");
  const money = multiply(parseDecimal(credits, "credits_available"), parseDecimal(conversion_rate, "conversion_rate"), "credits_available").text;
  return subtract(balance, money).startsWith("-") ? balance : money;
}

function asItCame(invoice: Invoice, lines: readonly InvoiceLine[], credits: DecimalString): PreviewAfterCredits {
  const paid = lines.map((line) => ({ line, credits: line.prepaid_credits_applied ?? "0" }));
  return { invoice, credits, totalAfter: invoice.total, lines: paid, debits: {}, notes: ["applied_by_provider"] };
}

function atLeastZero(value: string): DecimalString {
  return (value.startsWith("-") ? "0" : value) as DecimalString;
}
