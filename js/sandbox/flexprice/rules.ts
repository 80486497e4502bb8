/**
 * Flexprice's wallet arithmetic, all of it the engine's: what an operation makes of a wallet, as it is stored.
 *
 * @module creditgate/sandbox
 */
import { ask, decimalOf, idsOf, recordOf } from "../engine.js";
import { type Exact, text } from "../money.js";
import { FlexpriceError } from "./errors.js";
import type { Transaction, Wallet } from "./state.js";

/** 1.7 no. 4: amounts are stored with 9 decimals. */
export function stored(amount: Exact): Exact {
  return decimalOf(ask("persist.numeric_20_9", { value: text(amount) }), "stored");
}

/** 1.7 no. 4: rates are stored with 5 decimals. */
export function storedRate(rate: Exact): Exact {
  return decimalOf(ask("persist.numeric_10_5", { value: text(rate) }), "stored");
}

/** Credits for a currency amount at `rate` (rule 1). */
export function creditsFor(amount: Exact, rate: Exact): Exact {
  return decimalOf(ask("conversion.amount_to_credits", { amount: text(amount), conversion_rate: text(rate) }), "credits");
}

/** What `credits` cost at the top-up rate (rule 1). */
export function priceOf(wallet: Wallet, credits: Exact): Exact {
  return stored(decimalOf(ask("wallet.operation_normalise", { type: "credit", ...ratesOf(wallet), credit_amount: text(credits) }), "amount"));
}

/** A wallet after an operation. */
export interface Balances {
  readonly balance: Exact;
  readonly creditBalance: Exact;
}

/** Credits come in at once (rules 2, 4). */
export function credited(wallet: Wallet, credits: Exact): Balances & { readonly available: Exact } {
  const answer = ask("wallet.credit", { ...ratesOf(wallet), ...openingOf(wallet), operation: { type: "credit", credit_amount: text(credits) } });
  return { ...balancesOf(answer), available: stored(decimalOf(recordOf(answer, "tx"), "credits_available")) };
}

/** The invoice of a purchase is paid: the balance grows by what was paid (rules 3, 4). */
export function purchased(wallet: Wallet, transaction: Transaction): Balances & { readonly available: Exact } {
  const credits = text(transaction.creditAmount);
  const answer = ask("wallet.complete_purchase", {
    ...ratesOf(wallet),
    ...openingOf(wallet),
    pending_tx: { credit_amount: credits, amount: text(transaction.amount) },
  });
  const available = ask("wallet.credits_available", { credit_balance_before: text(wallet.creditBalance), credit_amount: credits });
  return { ...balancesOf(answer), available: stored(decimalOf(available, "credits_available")) };
}

/** Which credits a debit takes (rules 19..23), and what it leaves of them. */
export interface Consumption {
  readonly consumed: readonly string[];
  readonly remaining: ReadonlyMap<string, Exact>;
}

/** Throws `invalid_operation` where the credits do not suffice, except for MANUAL_BALANCE_DEBIT (rule 22). */
export function consumption(wallet: Wallet, credits: Exact, reason: Transaction["reason"], now: number): Consumption {
  const answer = ask("credits.consume", {
    credit_balance: text(wallet.creditBalance),
    time_reference: new Date(now).toISOString(),
    debit_credits: text(credits),
    reason,
    credits: wallet.transactions.filter(isCredit).map((credit) => ({
      id: credit.id,
      credit_amount: text(credit.creditAmount),
      credits_available: text(credit.creditsAvailable),
      priority: credit.priority ?? null,
      expiry: isoOrNull(credit.expiresAt),
      status: credit.status,
    })),
  });
  if (answer["error"] !== undefined) {
    throw new FlexpriceError("invalid_operation", "Insufficient balance to process debit operation", {
      wallet_id: wallet.id,
      amount: text(credits),
    });
  }
  const remaining = recordOf(answer, "remaining_by_credit");
  return {
    consumed: idsOf(answer, "consumed_order"),
    remaining: new Map(Object.keys(remaining).map((id) => [id, decimalOf(remaining, id)])),
  };
}

/** The figures of a debit whose credits are settled: {@link consumption} or the sweep says which they are. */
export function debited(wallet: Wallet, credits: Exact): Balances & { readonly amount: Exact } {
  const operation = { type: "debit", credit_amount: text(credits), reason: "MANUAL_BALANCE_DEBIT" };
  const answer = ask("wallet.debit", { ...ratesOf(wallet), ...openingOf(wallet), credits: [], operation });
  return { ...balancesOf(answer), amount: stored(decimalOf(recordOf(answer, "tx"), "amount")) };
}

/** The ids of the credits that the 15-minute job takes (rule 43). */
export function expiredCredits(wallet: Wallet, now: number): readonly string[] {
  const credits = wallet.transactions
    .filter((credit) => isCredit(credit) && credit.status === "completed")
    .map((credit) => ({ id: credit.id, expiry: isoOrNull(credit.expiresAt), credits_available: text(credit.creditsAvailable) }));
  return idsOf(ask("credits.expiry_sweep", { now: new Date(now).toISOString(), credits }), "swept");
}

/** Rule 46. Absent where a completed credit has another reason than the four. Expiry is ignored. */
export function creditsBreakdown(wallet: Wallet): { readonly purchased: string; readonly free: string } | undefined {
  const answer = ask("credits.breakdown", {
    credits: wallet.transactions
      .filter(isCredit)
      .map(({ reason, creditsAvailable, status }) => ({ reason, credits_available: text(creditsAvailable), status })),
  });
  if (answer["breakdown_present"] !== true) return undefined;
  return { purchased: text(decimalOf(answer, "purchased")), free: text(decimalOf(answer, "free")) };
}

function isCredit({ type }: Transaction): boolean {
  return type === "credit";
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function ratesOf(wallet: Wallet) {
  return { conversion_rate: text(wallet.conversionRate), topup_conversion_rate: text(wallet.topupConversionRate) };
}

function openingOf(wallet: Wallet) {
  return { opening_balance: text(wallet.balance), opening_credit_balance: text(wallet.creditBalance) };
}

function balancesOf(answer: Record<string, unknown>): Balances {
  return { balance: stored(decimalOf(answer, "balance")), creditBalance: stored(decimalOf(answer, "credit_balance")) };
}
