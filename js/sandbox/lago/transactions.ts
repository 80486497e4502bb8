/**
 * Wallet transactions as requests ask for them (lago 2, 3.7, 3.9).
 *
 * @module creditgate/sandbox
 */
import { compare, parseExact, text, ZERO } from "../money.js";
import { unprocessable } from "./errors.js";
import { move } from "./ledger.js";
import { type Body, type FieldErrors, nullableText, pairsOf, problemsOf, refuse, violationsOf } from "./requests.js";
import { type Amount, amountOfCents, amountOfCredits, consumptionOf } from "./rules.js";
import { walletJson } from "./serialize.js";
import type { LagoState, Share, Transaction, Wallet } from "./state.js";
import { type TopUp, topUp } from "./topups.js";
import { creditsOf } from "./wallets.js";

/** POST /wallet_transactions: paid, granted, voided, in this order; zero or absent credits make nothing. */
export function createTransactions(state: LagoState, body: Body, now: number): Transaction[] {
  const wallet = state.wallets.get(String(body["wallet_id"] ?? ""));
  if (wallet === undefined) throw unprocessable({ wallet_id: ["wallet_not_found"] });
  const request = { ...body, metadata: pairsOf(body["metadata"]) };
  const target = wallet.transactions.find(({ id }) => id === body["voided_transaction_id"]);
  refuse(problemsOf("lago.wallet_transaction.create", { wallet_transaction: request, wallet: walletJson(wallet) }), targetErrors(wallet, body, target));
  const common: Omit<TopUp, "paid" | "granted"> = {
    source: "manual",
    name: nullableText(body["name"]),
    priority: typeof body["priority"] === "number" ? body["priority"] : undefined,
    metadata: Array.isArray(request.metadata) ? request.metadata : [],
    purchaseOrderNumber: nullableText(body["purchase_order_number"]),
    invoiceRequiresSuccessfulPayment: booleanOf(body["invoice_requires_successful_payment"]),
  };
  const voided = voidOf(wallet, body, target);
  // A void that the grants do not cover refuses the request before anything is made.
  if (voided !== undefined && wallet.traceable) consumptionOf(wallet, voided.amountCents, target);
  const made = topUp(state, wallet, { ...common, ...creditsOf(wallet, body) }, now);
  return voided === undefined ? made : [...made, move(state, wallet, { ...common, kind: "voided", amount: voided, target, at: now })];
}

function booleanOf(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** R-VAL: what a targeted void needs of its wallet and its transaction. */
function targetErrors(wallet: Wallet, body: Body, target: Transaction | undefined): FieldErrors {
  const id = nullableText(body["voided_transaction_id"]);
  if (id === null) return {};
  const isInbound = target?.type === "inbound" && target.status === "settled";
  const remaining = isInbound && target.remainingCents !== undefined ? { remaining_amount_cents: target.remainingCents } : {};
  return violationsOf("validate.wallet_transaction", {
    wallet: { traceable: wallet.traceable },
    voided_transaction_id: id,
    ...(target === undefined ? {} : { transaction: remaining }),
  });
}

/** R-CONS-3: credits to void; of a targeted void without any, all that is left. */
function voidOf(wallet: Wallet, body: Body, target: Transaction | undefined): Amount | undefined {
  const credits = parseExact(body["voided_credits"]);
  if (credits !== undefined) return compare(credits, ZERO) > 0 ? amountOfCredits(wallet, text(credits), false) : undefined;
  if (target?.remainingCents === undefined) return undefined;
  return amountOfCents(wallet, { digits: target.remainingCents, scale: 0 });
}

/** What an inbound transaction was consumed by, or an outbound one funded by (1.2). */
export function sharesOf(transaction: Transaction, type: Transaction["type"]): readonly Share[] {
  if (!transaction.wallet.traceable) throw unprocessable({ wallet: ["not_traceable"] });
  if (transaction.type !== type) throw unprocessable({ transaction_type: ["invalid_transaction_type"] });
  return transaction.shares;
}

/** POST /wallet_transactions/{id}/payment_url: for what is still to be paid. */
export function paymentUrlJson(transaction: Transaction): Record<string, unknown> {
  const { id, kind, status, invoice, wallet } = transaction;
  if (kind !== "purchased") throw unprocessable({ base: ["wallet_transaction_not_purchased"] });
  if (status === "settled") throw unprocessable({ base: ["wallet_transaction_already_settled"] });
  if (invoice === undefined) throw unprocessable({ base: ["wallet_transaction_has_no_attached_invoice"] });
  return {
    lago_customer_id: wallet.customer.id,
    external_customer_id: wallet.customer.externalId,
    payment_provider: "stripe",
    lago_wallet_transaction_id: id,
    payment_url: `https://checkout.example.com/c/pay/${invoice.id}`,
  };
}
