/**
 * How credits enter and leave a wallet (lago 3.2, 3.4, 3.7). The amounts are the engine's.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Invoice } from "./billing-state.js";
import { refreshCustomer } from "./ongoing.js";
import { type Amount, applyToBalances, consumptionOf, initialRemaining } from "./rules.js";
import type { LagoState, Share, Source, Transaction, Wallet } from "./state.js";
import { paymentFailure, transactionEvent, walletEvent } from "./webhooks.js";

/** 3.9. */
export const DEFAULT_PRIORITY = 50;

/** One transaction to be made. */
export interface Movement {
  readonly kind: Transaction["kind"];
  readonly amount: Amount;
  /** @defaultValue `"manual"` */
  readonly source?: Source | undefined;
  /** @defaultValue 50 */
  readonly priority?: number | undefined;
  readonly name?: string | null | undefined;
  readonly purchaseOrderNumber?: string | null | undefined;
  readonly metadata?: readonly unknown[] | undefined;
  /** @defaultValue the wallet's */
  readonly invoiceRequiresSuccessfulPayment?: boolean | undefined;
  readonly invoice?: Invoice | undefined;
  readonly voidedInvoice?: Invoice | undefined;
  /** Of a void: the only grant to take from (R-CONS-3). */
  readonly target?: Transaction | undefined;
  readonly at: number;
}

/** Makes a transaction, and brings the customer's ongoing figures up to date where the balance moved (R-ONG-14). */
export function move(state: LagoState, wallet: Wallet, movement: Movement): Transaction {
  const transaction = record(state, wallet, movement);
  if (transaction.status === "settled") refreshCustomer(state, wallet.customer, movement.at);
  return transaction;
}

/** {@link move} without the refresh, for several movements that are one. Purchased stays pending until it is paid (R-TX-1). */
export function record(state: LagoState, wallet: Wallet, movement: Movement): Transaction {
  const { kind, amount, at } = movement;
  const type = kind === "voided" || kind === "invoiced" ? "outbound" : "inbound";
  const consumed = type === "outbound" && wallet.traceable ? consumptionOf(wallet, amount.amountCents, movement.target) : [];
  const transaction: Transaction = {
    id: randomUUID(),
    wallet,
    invoice: movement.invoice,
    voidedInvoice: movement.voidedInvoice,
    status: kind === "purchased" ? "pending" : "settled",
    source: movement.source ?? "manual",
    type,
    kind,
    ...amount,
    remainingCents: undefined,
    priority: movement.priority ?? DEFAULT_PRIORITY,
    name: movement.name ?? null,
    purchaseOrderNumber: movement.purchaseOrderNumber ?? null,
    invoiceRequiresSuccessfulPayment: movement.invoiceRequiresSuccessfulPayment ?? wallet.invoiceRequiresSuccessfulPayment,
    metadata: movement.metadata ?? [],
    settledAt: undefined,
    failedAt: undefined,
    createdAt: at,
    shares: [],
  };
  wallet.transactions.push(transaction);
  state.transactions.set(transaction.id, transaction);
  for (const { inbound, cents } of consumed) share(inbound, transaction, cents, at);
  state.emit(transactionEvent("wallet_transaction.created", transaction));
  if (transaction.status === "settled") moveBalance(state, transaction, false, at);
  return transaction;
}

/** A purchase is paid, be it after a failure (R-TX-3, R-TX-4). Twice does nothing more. */
export function settle(state: LagoState, transaction: Transaction, now: number): void {
  if (transaction.status === "settled") return;
  transaction.status = "settled";
  transaction.failedAt = undefined;
  moveBalance(state, transaction, true, now);
  state.emit(transactionEvent("wallet_transaction.updated", transaction));
  refreshCustomer(state, transaction.wallet.customer, now);
}

/** The payment of a purchase failed. What has settled stays settled (R-TX-4). */
export function fail(state: LagoState, transaction: Transaction, now: number): void {
  if (transaction.status === "settled") return;
  if (transaction.status === "pending") {
    transaction.status = "failed";
    transaction.failedAt = now;
    state.emit(transactionEvent("wallet_transaction.updated", transaction));
  }
  state.emit(paymentFailure(transaction));
}

/** R-BAL-1..3. */
function moveBalance(state: LagoState, transaction: Transaction, wasPending: boolean, now: number): void {
  const { wallet, type, voidedInvoice } = transaction;
  const increase = voidedInvoice === undefined ? "increase" : "increase_reset_consumed";
  applyToBalances(wallet, type === "outbound" ? "decrease" : increase, transaction);
  transaction.settledAt = now;
  transaction.remainingCents = initialRemaining(transaction, wasPending);
  if (type === "outbound") wallet.lastConsumedCreditAt = now;
  wallet.lastBalanceSyncAt = now;
  state.emit(walletEvent("wallet.updated", wallet));
}

/** R-CONS-1: so much of `inbound` is gone. */
function share(inbound: Transaction, outbound: Transaction, amountCents: bigint, at: number): void {
  const made: Share = { id: randomUUID(), inbound, outbound, amountCents, createdAt: at };
  inbound.remainingCents = (inbound.remainingCents ?? 0n) - amountCents;
  inbound.shares.push(made);
  outbound.shares.push(made);
}

/** R-EXP-2: the balances stay, the rules end, the other wallets are refreshed by the clock. Repeating does nothing. */
export function terminate(state: LagoState, wallet: Wallet, now: number): void {
  if (wallet.status === "terminated") return;
  wallet.status = "terminated";
  wallet.terminatedAt = now;
  wallet.recurringRules = [];
  wallet.customer.awaitingRefresh = true;
  state.emit(walletEvent("wallet.terminated", wallet));
}

/** The hourly job: terminates active wallets past their expiration (R-EXP-1). Answers how many. */
export function terminateExpired(state: LagoState, now: number): number {
  const expired = [...state.wallets.values()].filter(
    ({ status, expirationAt }) => status === "active" && expirationAt !== undefined && expirationAt <= now,
  );
  for (const wallet of expired) terminate(state, wallet, now);
  return expired.length;
}
