/**
 * Credits that are added to a wallet, with their bonus, invoice and checkout (flexprice 3.11).
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { type Exact, parseExact, text } from "../money.js";
import { FlexpriceError } from "./errors.js";
import { addCredit, completePurchase } from "./ledger.js";
import { priceOf } from "./rules.js";
import { type FlexpriceState, type Invoice, newId, type TopUpReason, type Transaction, type Wallet } from "./state.js";

/** How long a checkout can be paid. */
const CHECKOUT_LIFETIME = 3_600_000;

/** What is bought, or given. */
export interface Purchase {
  readonly credits: Exact;
  readonly reason: TopUpReason;
  readonly expiresAt: number | undefined;
  readonly priority: number | undefined;
  readonly idempotencyKey: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What the caller asked for; else a slab decides (rule 51). */
  readonly bonus: { readonly credits: Exact | undefined; readonly expiresAt: number | undefined };
  /** The payment provider of a pay-first purchase. */
  readonly checkout: string | undefined;
  readonly billingReason: Invoice["billingReason"];
}

/** A purchase with nothing said but what it is. */
export function newPurchase(credits: Exact, reason: TopUpReason): Purchase {
  return {
    credits,
    reason,
    expiresAt: undefined,
    priority: undefined,
    idempotencyKey: newId("key"),
    description: "",
    metadata: {},
    bonus: { credits: undefined, expiresAt: undefined },
    checkout: undefined,
    billingReason: "MANUAL",
  };
}

/** Credits at once, or a pending transaction and an invoice (rule 50); and the bonus in the same state (rule 51). */
export function purchase(state: FlexpriceState, wallet: Wallet, request: Purchase, now: number): Transaction {
  const bonus = bonusOf(state, request);
  const pending = request.reason === "PURCHASED_CREDIT_INVOICED";
  const { bonus: _, checkout, billingReason, ...credit } = request;
  const transaction = addCredit(state, wallet, {
    ...credit,
    pending,
    reference: { type: "EXTERNAL", id: request.idempotencyKey },
    invoice: pending ? addInvoice(state, wallet, request.credits, billingReason) : undefined,
    parent: undefined,
    createdAt: now,
  });
  if (bonus !== undefined) addBonus(state, transaction, bonus, request.bonus.expiresAt);
  if (checkout !== undefined) {
    const ids = { id: newId("cs"), paymentId: newId("pay") };
    wallet.checkout = { ...ids, provider: checkout, transaction, createdAt: now, expiresAt: now + CHECKOUT_LIFETIME };
  } else if (pending && state.settings.invoice_config.auto_complete_purchased_credit_transaction) {
    completeWithBonus(state, transaction, now);
    // Rule 16: the only operation that empties the cache.
    wallet.cached = undefined;
  }
  return transaction;
}

/** A row of its own, in the state in which the purchase was made. */
function addBonus(state: FlexpriceState, parent: Transaction, credits: Exact, expiresAt: number | undefined): void {
  addCredit(state, parent.wallet, {
    credits,
    reason: "PURCHASED_CREDIT_BONUS",
    pending: parent.status === "pending",
    expiresAt,
    priority: undefined,
    idempotencyKey: "",
    reference: { type: "", id: "" },
    description: "Bonus credits for purchase",
    metadata: null,
    invoice: undefined,
    parent,
    createdAt: parent.createdAt,
  });
}

/** The invoice of a purchase is paid. Repeating does nothing (rule 50). */
export function pay(state: FlexpriceState, transaction: Transaction, now: number): void {
  if (transaction.invoice !== undefined) transaction.invoice.paid = true;
  completeWithBonus(state, transaction, now);
}

function completeWithBonus(state: FlexpriceState, transaction: Transaction, now: number): void {
  for (const row of transaction.wallet.transactions) {
    const belongs = row === transaction || row.parent === transaction;
    if (belongs && row.status === "pending") completePurchase(state, row, now);
  }
}

/** One pending session per wallet (2.2). */
export function refuseSecondCheckout({ id, checkout }: Wallet, now: number): void {
  if (checkout === undefined || checkout.transaction.status !== "pending" || checkout.expiresAt <= now) return;
  throw new FlexpriceError("already_exists", "A checkout session is already pending for this wallet", {
    wallet_id: id,
    checkout_session_id: checkout.id,
  });
}

/** Explicit, else by the first slab that matches, else none (rule 51). */
function bonusOf(state: FlexpriceState, { credits, reason, bonus }: Purchase): Exact | undefined {
  const answer = ask("bonus.topup", {
    config: state.settings.bonus_credits_topup_config,
    credits_to_add: text(credits),
    bonus_credits_to_add: bonus.credits === undefined ? null : text(bonus.credits),
    reason,
  });
  if (answer["error_code"] !== undefined) throw new FlexpriceError("validation_error", "bonus_credits_to_add must be more than 0");
  return parseExact(answer["bonus"]);
}

/** The finalised, unpaid invoice of a purchase. */
export function addInvoice(state: FlexpriceState, wallet: Wallet, credits: Exact, billingReason: Invoice["billingReason"]): Invoice {
  const { customer, currency } = wallet;
  const invoice = { id: newId("inv"), customer, currency, amount: priceOf(wallet, credits), billingReason, paid: false };
  state.invoices.push(invoice);
  return invoice;
}
