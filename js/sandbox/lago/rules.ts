/**
 * Lago's wallet arithmetic, all of it the engine's: what credits are worth, what a movement makes of a wallet, which
 * grants it takes from.
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../../currency.js";
import { ask, decimalOf, listIn } from "../engine.js";
import { type Exact, fromMinor, integer, round, text, toMinor } from "../money.js";
import { unprocessable } from "./errors.js";
import type { Transaction, Wallet } from "./state.js";

/** The same money in minor units and in credits. */
export interface Amount {
  readonly amountCents: bigint;
  readonly credits: Exact;
}

type Rated = Pick<Wallet, "rate" | "currency">;

/** R-CONV-1..4: credits that a request or a rule names. Paid and granted ones are `invoiceable`, voids are not. */
export function amountOfCredits(wallet: Rated, credits: string, invoiceable: boolean): Amount {
  return amountIn(wallet, ask("convert.credits", { ...ratedJson(wallet), requested_credits: credits, invoiceable }));
}

/** R-CONV-5: money that comes as minor units, with a fraction where it was allocated. */
export function amountOfCents(wallet: Rated, cents: Exact): Amount {
  return amountIn(wallet, ask("convert.from_cents", { ...ratedJson(wallet), amount_cents: text(cents) }));
}

/** R-CONV-7: not rounded to 5 decimals, cut to the 16 that Lago shows. */
export function unroundedCredits(wallet: Rated, cents: bigint): Exact {
  const answer = ask("convert.cents_to_credits_unrounded", { ...ratedJson(wallet), amount_cents: cents });
  return round(decimalOf(answer, "credits"), 16);
}

/** R-CONV-6: a positive amount whose money is nothing. */
export function roundsToZero(wallet: Rated, credits: Exact): boolean {
  return ask("convert.rounds_to_zero", { ...ratedJson(wallet), credits: text(credits) })["rounds_to_zero"] === true;
}

/** R-TOP-1: whether the wallet's limits let this much be bought at once. */
export function isWithinLimits(wallet: Wallet, credits: string): boolean {
  const limits = { paid_top_up_min_amount_cents: wallet.paidTopUpMinCents, paid_top_up_max_amount_cents: wallet.paidTopUpMaxCents };
  return ask("topup.limits", { ...ratedJson(wallet), ...limits, credits })["valid"] === true;
}

/** R-BAL-1..3: applies a settled transaction to the wallet's balances. */
export function applyToBalances(wallet: Wallet, operation: "increase" | "decrease" | "increase_reset_consumed", amount: Amount): void {
  const answer = ask("wallet.mutate", {
    operation,
    wallet: {
      ...ratedJson(wallet),
      balance_cents: integer(wallet.balanceCents),
      credits_balance: text(wallet.creditsBalance),
      consumed_credits: text(wallet.consumedCredits),
      consumed_amount_cents: integer(wallet.consumedCents),
    },
    transaction: { amount: text(fromMinor(amount.amountCents, lagoExponent(wallet.currency))), credit_amount: text(amount.credits) },
  });
  wallet.balanceCents = wholeOf(answer, "balance_cents");
  wallet.creditsBalance = decimalOf(answer, "credits_balance");
  wallet.consumedCredits = decimalOf(answer, "consumed_credits");
  wallet.consumedCents = wholeOf(answer, "consumed_amount_cents");
}

/** R-CONS-1..3: which inbound transactions so much is taken from, in order. Throws 422 where they do not suffice. */
export function consumptionOf(wallet: Wallet, cents: bigint, target: Transaction | undefined): { readonly inbound: Transaction; readonly cents: bigint }[] {
  const inbounds = wallet.transactions.filter(({ type }) => type === "inbound");
  const byId = new Map(inbounds.map((inbound) => [inbound.id, inbound]));
  const answer = ask("consumption.order", {
    inbounds: inbounds.map((inbound, index) => ({
      id: inbound.id,
      transaction_status: inbound.kind,
      status: inbound.status,
      priority: inbound.priority,
      created_order: index,
      remaining_amount_cents: inbound.remainingCents ?? null,
    })),
    outbound_amount_cents: cents,
    inbound_id: target?.id ?? null,
  });
  const { error } = answer;
  if (error !== null && error !== undefined) throw unprocessable(error as Record<string, string[]>);
  return listIn(answer, "consumptions").flatMap((taken) => {
    const inbound = byId.get(String(taken["inbound"]));
    return inbound === undefined ? [] : [{ inbound, cents: wholeOf(taken, "amount_cents") }];
  });
}

/** R-CONS-4: what is left of a transaction that has just been made, or has just settled; undefined where it is not tracked. */
export function initialRemaining(transaction: Transaction, wasPending: boolean): bigint | undefined {
  const answer = ask("transaction.remaining_init", {
    transaction_type: transaction.type,
    transaction_status: transaction.kind,
    status: transaction.status,
    previous_status: wasPending ? "pending" : null,
    wallet_traceable: transaction.wallet.traceable,
    amount_cents: transaction.amountCents,
  });
  return answer["remaining_amount_cents"] === null ? undefined : wholeOf(answer, "remaining_amount_cents");
}

/** R-CONS-5. */
export function isNewWalletTraceable(existing: readonly Wallet[]): boolean {
  const wallets = existing.map(({ status, traceable }) => ({ status, traceable }));
  return ask("lifecycle", { existing_wallets: wallets })["new_wallet_traceable"] === true;
}

/** Whole minor units of an answer. */
export function wholeOf(answer: Record<string, unknown>, key: string): bigint {
  return toMinor(decimalOf(answer, key), 0);
}

function amountIn(wallet: Rated, answer: Record<string, unknown>): Amount {
  // The outbound transaction's amount is the rounded one (R-CONV-5), which `amount_cents` is not.
  return { amountCents: toMinor(decimalOf(answer, "amount"), lagoExponent(wallet.currency)), credits: decimalOf(answer, "credit_amount") };
}

function ratedJson({ rate, currency }: Rated): { readonly rate_amount: string; readonly currency: string } {
  return { rate_amount: text(rate), currency };
}
