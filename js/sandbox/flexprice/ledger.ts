/**
 * How credits enter and leave a wallet (flexprice 3.1, 3.4, 3.8, 3.10). The figures are the engine's.
 *
 * @module creditgate/sandbox
 */
import { compare, type Exact, ZERO } from "../money.js";
import { FlexpriceError } from "./errors.js";
import { type Balances, consumption, credited, debited, expiredCredits, priceOf, purchased, stored } from "./rules.js";
import { type DebitReason, type FlexpriceState, newId, type Transaction, type Wallet } from "./state.js";
import { transactionEvent, walletEvent } from "./webhooks.js";

/** One credit on its way in. */
export type Credit = Pick<
  Transaction,
  "reason" | "expiresAt" | "priority" | "idempotencyKey" | "reference" | "description" | "metadata" | "invoice" | "parent" | "createdAt"
> & {
  readonly credits: Exact;
  readonly pending: boolean;
};

/** Adds a credit: completed at once, or pending until its invoice is paid (rules 2, 4, 50). */
export function addCredit(state: FlexpriceState, wallet: Wallet, { credits, pending, ...credit }: Credit): Transaction {
  const creditAmount = stored(credits);
  const transaction: Transaction = {
    ...credit,
    id: newId("wtxn"),
    wallet,
    type: "credit",
    amount: priceOf(wallet, credits),
    creditAmount,
    creditBalanceBefore: wallet.creditBalance,
    creditBalanceAfter: wallet.creditBalance,
    status: "pending",
    creditsAvailable: creditAmount,
    updatedAt: credit.createdAt,
  };
  enter(state, transaction);
  if (!pending) complete(transaction, credited(wallet, creditAmount), credit.createdAt);
  state.emit(transactionEvent("wallet.transaction.created", transaction));
  return transaction;
}

/** A pending purchase or its bonus arrives: the balance grows by the amount at the top-up rate (rule 3). */
export function completePurchase(state: FlexpriceState, transaction: Transaction, now: number): void {
  complete(transaction, purchased(transaction.wallet, transaction), now);
  state.emit(transactionEvent("wallet.transaction.updated", transaction));
}

/** What a debit is for. */
export type Debit = Pick<Transaction, "idempotencyKey" | "reference" | "description" | "metadata"> & {
  readonly credits: Exact;
  readonly reason: DebitReason;
};

/** Takes credits in the provider's order, or fails; only a manual debit may overdraw (rule 22). */
export function debit(state: FlexpriceState, wallet: Wallet, request: Debit, now: number): Transaction {
  const { consumed, remaining } = consumption(wallet, request.credits, request.reason, now);
  for (const credit of wallet.transactions) credit.creditsAvailable = remaining.get(credit.id) ?? credit.creditsAvailable;
  const metadata = consumed.length === 0 ? request.metadata : { ...request.metadata, consumed_credit_tx_ids: consumed.join(",") };
  return enterDebit(state, wallet, { ...request, metadata }, now);
}

/** Closes the wallet and takes what is left in it (rule 47). Fails where expired credits are still in the balance. */
export function terminate(state: FlexpriceState, wallet: Wallet, now: number): void {
  if (wallet.status === "closed") throw new FlexpriceError("invalid_operation", "Wallet is already closed", { wallet_id: wallet.id });
  if (compare(wallet.creditBalance, ZERO) > 0) debit(state, wallet, ownDebit(wallet.creditBalance, "WALLET_TERMINATION"), now);
  wallet.status = "closed";
  wallet.updatedAt = now;
  state.emit(walletEvent("wallet.terminated", wallet));
}

/** The 15-minute job: takes credits that expired six hours ago (rule 43). Answers how many. */
export function sweep(state: FlexpriceState, wallet: Wallet, now: number): number {
  const ids = new Set(expiredCredits(wallet, now));
  const expired = wallet.transactions.filter(({ id }) => ids.has(id));
  for (const credit of expired) {
    const request = ownDebit(credit.creditsAvailable, "CREDIT_EXPIRED");
    credit.creditsAvailable = ZERO;
    enterDebit(state, wallet, { ...request, metadata: { consumed_credit_tx_ids: credit.id } }, now);
  }
  return expired.length;
}

/** A debit that the provider makes itself. */
function ownDebit(credits: Exact, reason: DebitReason): Debit {
  const key = newId("wtd");
  return { credits, reason, idempotencyKey: key, reference: { type: "REQUEST", id: key }, description: "", metadata: {} };
}

function enterDebit(state: FlexpriceState, wallet: Wallet, { credits, ...request }: Debit, now: number): Transaction {
  const before = wallet.creditBalance;
  const after = debited(wallet, credits);
  settle(wallet, after, now);
  const transaction: Transaction = {
    ...request,
    id: newId("wtxn"),
    wallet,
    type: "debit",
    amount: after.amount,
    creditAmount: stored(credits),
    creditBalanceBefore: before,
    creditBalanceAfter: wallet.creditBalance,
    status: "completed",
    expiresAt: undefined,
    creditsAvailable: ZERO,
    priority: undefined,
    invoice: undefined,
    parent: undefined,
    createdAt: now,
    updatedAt: now,
  };
  enter(state, transaction);
  state.emit(transactionEvent("wallet.transaction.created", transaction));
  return transaction;
}

function complete(transaction: Transaction, after: Balances & { readonly available: Exact }, now: number): void {
  transaction.creditBalanceBefore = transaction.wallet.creditBalance;
  transaction.creditBalanceAfter = after.creditBalance;
  transaction.creditsAvailable = after.available;
  transaction.status = "completed";
  transaction.updatedAt = now;
  settle(transaction.wallet, after, now);
}

function settle(wallet: Wallet, { balance, creditBalance }: Balances, now: number): void {
  wallet.balance = balance;
  wallet.creditBalance = creditBalance;
  wallet.updatedAt = now;
}

/** A key is taken once (1.5); bonus rows have none. */
function enter(state: FlexpriceState, transaction: Transaction): void {
  transaction.wallet.transactions.push(transaction);
  if (transaction.idempotencyKey !== "") state.idempotencyKeys.add(transaction.idempotencyKey);
}
