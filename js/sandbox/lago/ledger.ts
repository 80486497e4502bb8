/**
 * How credits enter and leave a wallet (lago 3.1, 3.2, 3.4, 3.7).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { lagoExponent } from "../currency.js";
import { add, compare, divide, type Exact, fromMinor, multiply, round, subtract, toMinor, truncate } from "../money.js";
import { refreshCustomer } from "./ongoing.js";
import type { LagoState, Transaction, Wallet } from "./state.js";

const CREDIT_PLACES = 5;

/** One transaction to be made. */
export interface Movement {
  readonly kind: Transaction["kind"];
  readonly credits: Exact;
  readonly priority: number;
  readonly name: string | null;
  readonly metadata: readonly unknown[];
  readonly at: number;
}

/** R-CONV-1, R-CONV-2: the money of so many credits. */
export function centsOf(credits: Exact, rate: Exact, currency: string): bigint {
  return toMinor(multiply(truncate(credits, CREDIT_PLACES), rate), lagoExponent(currency));
}

/** The credits of so much money, at 5 decimals (R-CONV-3). */
export function creditsOfCents(cents: bigint, rate: Exact, currency: string): Exact {
  return divide(fromMinor(cents, lagoExponent(currency)), rate, CREDIT_PLACES);
}

/**
 * Makes a transaction: purchased stays pending until it is paid (R-TX-1), granted and voided settle at once.
 * Credits snap to whole minor units, except for a void (R-CONV-3, R-CONV-4).
 */
export function move(state: LagoState, wallet: Wallet, movement: Movement): Transaction {
  const amountCents = centsOf(movement.credits, wallet.rate, wallet.currency);
  const isVoid = movement.kind === "voided";
  const transaction: Transaction = {
    id: randomUUID(),
    wallet,
    invoiceId: movement.kind === "purchased" ? randomUUID() : null,
    status: "pending",
    type: isVoid ? "outbound" : "inbound",
    kind: movement.kind,
    amountCents,
    credits: isVoid ? truncate(movement.credits, CREDIT_PLACES) : creditsOfCents(amountCents, wallet.rate, wallet.currency),
    remainingCents: undefined,
    priority: movement.priority,
    name: movement.name,
    metadata: movement.metadata,
    settledAt: undefined,
    createdAt: movement.at,
  };
  wallet.transactions.push(transaction);
  state.transactions.set(transaction.id, transaction);
  if (movement.kind !== "purchased") settle(state, transaction, movement.at);
  return transaction;
}

/** Settles a transaction; the balance moves and the customer's ongoing figures with it (R-BAL-1, R-BAL-2, R-ONG-14). */
export function settle(state: LagoState, transaction: Transaction, now: number): void {
  const { wallet } = transaction;
  transaction.status = "settled";
  transaction.settledAt = now;
  if (transaction.type === "inbound") {
    transaction.remainingCents = transaction.amountCents;
    wallet.balanceCents += transaction.amountCents;
    wallet.creditsBalance = add(wallet.creditsBalance, transaction.credits);
  } else {
    consume(wallet, transaction.amountCents);
    wallet.balanceCents -= transaction.amountCents;
    wallet.creditsBalance = subtract(wallet.creditsBalance, transaction.credits);
    wallet.consumedCredits = add(wallet.consumedCredits, transaction.credits);
    wallet.lastConsumedCreditAt = now;
  }
  wallet.creditsBalance = round(wallet.creditsBalance, CREDIT_PLACES);
  wallet.lastBalanceSyncAt = now;
  refreshCustomer(state, wallet.customer, now);
}

/** R-CONS-1: by priority, granted before purchased, oldest first. */
function consume(wallet: Wallet, cents: bigint): void {
  const inbounds = wallet.transactions
    .filter(({ type, status }) => type === "inbound" && status === "settled")
    .sort((a, b) => a.priority - b.priority || Number(a.kind === "purchased") - Number(b.kind === "purchased") || a.createdAt - b.createdAt);
  let left = cents;
  for (const inbound of inbounds) {
    const available = inbound.remainingCents ?? 0n;
    const taken = available < left ? available : left;
    inbound.remainingCents = available - taken;
    left -= taken;
  }
}

/** Whether the wallet has so many credits to void (R-VAL: compared in credits). */
export function hasCredits(wallet: Wallet, credits: Exact): boolean {
  return compare(credits, wallet.creditsBalance) <= 0;
}

/** R-EXP-2: the balances stay, the rules end, the other wallets are refreshed by the clock. Repeating does nothing. */
export function terminate(wallet: Wallet, now: number): void {
  if (wallet.status === "terminated") return;
  wallet.status = "terminated";
  wallet.terminatedAt = now;
  wallet.recurringRules = [];
  wallet.customer.awaitingRefresh = true;
}

/** The hourly job: terminates active wallets past their expiration (R-EXP-1). Answers how many. */
export function terminateExpired(state: LagoState, now: number): number {
  const expired = [...state.wallets.values()].filter(
    ({ status, expirationAt }) => status === "active" && expirationAt !== undefined && expirationAt <= now,
  );
  for (const wallet of expired) terminate(wallet, now);
  return expired.length;
}
