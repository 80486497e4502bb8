/**
 * How credits enter and leave a wallet (flexprice 3.1, 3.4, 3.8, 3.10).
 *
 * @module creditgate/sandbox
 */
import { add, compare, divide, type Exact, multiply, round, subtract, sum, text, ZERO } from "../money.js";
import { FlexpriceError } from "./errors.js";
import { type FlexpriceState, newId, type Transaction, type Wallet } from "./state.js";

/** Rule 4 of section 1.7: amounts are stored with 9 decimals. */
const STORED_PLACES = 9;
/** Rule 43: the sweep leaves a credit alone for this long after its expiry. */
const SWEEP_GRACE = 6 * 3_600_000;

/** One credit on its way in. */
export interface Credit {
  readonly credits: Exact;
  readonly reason: Transaction["reason"];
  readonly pending: boolean;
  readonly expiresAt: number | undefined;
  readonly priority: number | undefined;
  readonly idempotencyKey: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** Adds a credit: completed at once, or pending with an unpaid invoice (rules 2, 4, 50). */
export function addCredit(state: FlexpriceState, wallet: Wallet, credit: Credit): Transaction {
  const creditAmount = round(credit.credits, STORED_PLACES);
  const transaction: Transaction = {
    id: newId("wtxn"),
    type: "credit",
    amount: round(multiply(credit.credits, wallet.topupConversionRate), STORED_PLACES),
    creditAmount,
    creditBalanceBefore: wallet.creditBalance,
    creditBalanceAfter: wallet.creditBalance,
    status: "pending",
    reason: credit.reason,
    description: credit.description,
    metadata: credit.metadata,
    expiresAt: credit.expiresAt,
    creditsAvailable: creditAmount,
    priority: credit.priority,
    idempotencyKey: credit.idempotencyKey,
    invoiceId: credit.pending ? newId("inv") : undefined,
    createdAt: credit.createdAt,
    updatedAt: credit.createdAt,
  };
  wallet.transactions.push(transaction);
  state.idempotencyKeys.add(credit.idempotencyKey);
  if (!credit.pending) {
    complete(wallet, transaction, credit.createdAt);
    setCredits(wallet, wallet.creditBalance, credit.createdAt);
  }
  return transaction;
}

/** The invoice of a pending purchase is paid: the balance grows by the amount at the top-up rate (rule 3). */
export function completePurchase(wallet: Wallet, transaction: Transaction, now: number): void {
  const balance = round(add(wallet.balance, transaction.amount), STORED_PLACES);
  complete(wallet, transaction, now);
  wallet.balance = balance;
}

/** Enters the credits. What a negative balance swallows is not available (rule 4). */
function complete(wallet: Wallet, transaction: Transaction, now: number): void {
  const before = wallet.creditBalance;
  const after = add(before, transaction.creditAmount);
  const overdrawn = compare(before, ZERO) < 0;
  transaction.creditBalanceBefore = before;
  transaction.creditBalanceAfter = after;
  transaction.creditsAvailable = overdrawn ? (compare(after, ZERO) > 0 ? after : ZERO) : transaction.creditAmount;
  transaction.status = "completed";
  transaction.updatedAt = now;
  wallet.creditBalance = after;
  wallet.updatedAt = now;
}

/** Closes the wallet and takes what is left in it (rule 47). */
export function terminate(wallet: Wallet, now: number): void {
  if (wallet.status === "closed") throw new FlexpriceError("invalid_operation", "Wallet is already closed", { wallet_id: wallet.id });
  if (compare(wallet.creditBalance, ZERO) > 0) {
    takeEligible(wallet, wallet.creditBalance, now);
    addDebit(wallet, wallet.creditBalance, "WALLET_TERMINATION", now);
  }
  wallet.status = "closed";
  wallet.updatedAt = now;
}

/** The 15-minute job: takes credits that expired six hours ago (rule 43). Answers how many. */
export function sweep(wallet: Wallet, now: number): number {
  const expired = wallet.transactions.filter(
    (credit) => isUsable(credit) && credit.expiresAt !== undefined && credit.expiresAt <= now - SWEEP_GRACE,
  );
  for (const credit of expired) {
    addDebit(wallet, credit.creditsAvailable, "CREDIT_EXPIRED", now);
    credit.creditsAvailable = ZERO;
  }
  return expired.length;
}

/** Takes `credits` from the credits that may be used now, in the provider's order, or fails (rules 19, 20, 22). */
function takeEligible(wallet: Wallet, credits: Exact, now: number): void {
  const eligible = wallet.transactions
    .filter((credit) => isUsable(credit) && (credit.expiresAt === undefined || credit.expiresAt >= now))
    .sort(byConsumption);
  if (compare(sum(eligible.map((credit) => credit.creditsAvailable)), credits) < 0) {
    throw new FlexpriceError("invalid_operation", "Insufficient balance to process debit operation", {
      wallet_id: wallet.id,
      amount: text(credits),
    });
  }
  let left = credits;
  for (const credit of eligible) {
    const taken = compare(credit.creditsAvailable, left) < 0 ? credit.creditsAvailable : left;
    credit.creditsAvailable = subtract(credit.creditsAvailable, taken);
    left = subtract(left, taken);
  }
}

/** Priority, then expiry, absent last; then the larger original credit (rule 20). */
function byConsumption(a: Transaction, b: Transaction): number {
  const last = Number.MAX_SAFE_INTEGER;
  return (a.priority ?? last) - (b.priority ?? last) || (a.expiresAt ?? last) - (b.expiresAt ?? last) || compare(b.creditAmount, a.creditAmount);
}

/** A completed credit with something left. Its expiry is another matter. */
export function isUsable(credit: Transaction): boolean {
  return credit.type === "credit" && credit.status === "completed" && compare(credit.creditsAvailable, ZERO) > 0;
}

function addDebit(wallet: Wallet, credits: Exact, reason: Transaction["reason"], now: number): void {
  const before = wallet.creditBalance;
  setCredits(wallet, subtract(before, credits), now);
  const id = newId("wtxn");
  wallet.transactions.push({
    id,
    type: "debit",
    amount: round(multiply(credits, wallet.conversionRate), STORED_PLACES),
    creditAmount: credits,
    creditBalanceBefore: before,
    creditBalanceAfter: wallet.creditBalance,
    status: "completed",
    reason,
    description: "",
    metadata: {},
    expiresAt: undefined,
    creditsAvailable: ZERO,
    priority: undefined,
    idempotencyKey: id,
    invoiceId: undefined,
    createdAt: now,
    updatedAt: now,
  });
}

/** An ordinary operation recomputes the balance from the credits (rule 2). */
function setCredits(wallet: Wallet, credits: Exact, now: number): void {
  wallet.creditBalance = credits;
  wallet.balance = round(multiply(credits, wallet.conversionRate), STORED_PLACES);
  wallet.updatedAt = now;
}

/** Credits for a currency amount at `rate` (rule 1). */
export function creditsFor(amount: Exact, rate: Exact): Exact {
  return divide(amount, rate, 16);
}
