/**
 * POST /wallets/{id}/top-up and POST /wallets/{id}/debit as Flexprice's API reads them (flexprice 2, 2.2).
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { compare, type Exact, text, ZERO } from "../money.js";
import { type Body, dayOf, decimalOf, futureOf, nonNegativeOf, objectOf, positiveOf, refused, requiredText, textOf, wholeOf } from "./body.js";
import { FlexpriceError } from "./errors.js";
import { evaluate } from "./evaluation.js";
import { debit } from "./ledger.js";
import { purchase, refuseSecondCheckout } from "./purchases.js";
import { creditsFor } from "./rules.js";
import { type FlexpriceState, REASONS, type TopUpReason, type Transaction, type Wallet } from "./state.js";

/** Adds credits. The wallet's status is not looked at (rule 48). */
export function topUp(state: FlexpriceState, wallet: Wallet, body: Body, now: number): Transaction {
  if (body["force_sync_invoice"] === true) throw new FlexpriceError("not_implemented", "The sandbox does not do force_sync_invoice");
  const reason = reasonOf(body);
  const credits = creditsOf(body, wallet);
  const checkout = checkoutOf(body, credits, reason);
  const request = {
    credits,
    reason,
    expiresAt: futureOf(body, "expiry_date_utc", now) ?? dayOf(body, "expiry_date", now),
    priority: wholeOf(body, "priority", 0),
    idempotencyKey: textOf(body, "idempotency_key") ?? automaticKey(wallet, credits, reason, now),
    description: textOf(body, "description") ?? "",
    metadata: objectOf(body, "metadata") ?? {},
    bonus: { credits: decimalOf(body, "bonus_credits_to_add"), expiresAt: futureOf(body, "bonus_credits_expiry_date_utc", now) },
    checkout,
    billingReason: "MANUAL" as const,
  };
  refuseUsedKey(state, wallet, request.idempotencyKey, "credit", credits);
  if (checkout !== undefined) refuseSecondCheckout(wallet, now);
  const transaction = purchase(state, wallet, request, now);
  if (transaction.status === "completed") evaluate(state, wallet, now);
  return transaction;
}

/** Takes credits by hand, below zero if need be (rule 22). */
export function manualDebit(state: FlexpriceState, wallet: Wallet, body: Body, now: number): void {
  const credits = positiveOf(body, "credits");
  if (credits === undefined) throw refused("credits is required");
  if (body["transaction_reason"] !== "MANUAL_BALANCE_DEBIT") throw refused("transaction_reason must be MANUAL_BALANCE_DEBIT");
  const idempotencyKey = requiredText(body, "idempotency_key");
  if (wallet.status !== "active") throw new FlexpriceError("invalid_operation", "Wallet is not active", { wallet_id: wallet.id });
  refuseUsedKey(state, wallet, idempotencyKey, "debit", credits);
  const request = {
    credits,
    reason: "MANUAL_BALANCE_DEBIT" as const,
    idempotencyKey,
    reference: { type: "EXTERNAL" as const, id: idempotencyKey },
    description: textOf(body, "description") ?? "",
    metadata: objectOf(body, "metadata") ?? {},
  };
  debit(state, wallet, request, now);
  evaluate(state, wallet, now);
}

/** A key counts once in the environment, whatever it was for (1.5). */
function refuseUsedKey(state: FlexpriceState, wallet: Wallet, key: string, type: Transaction["type"], credits: Exact): void {
  if (!state.idempotencyKeys.has(key)) return;
  throw new FlexpriceError("already_exists", "A wallet transaction with this idempotency key already exists", {
    wallet_id: wallet.id,
    type,
    amount: text(credits),
    idempotency_key: key,
  });
}

/** Two equal top-ups without a key within one second have the same automatic key and collide (2.2). */
function automaticKey(wallet: Wallet, credits: Exact, reason: TopUpReason, now: number): string {
  return `auto-${wallet.id}-${text(credits)}-${reason}-${Math.floor(now / 1000)}`;
}

function reasonOf(body: Body): TopUpReason {
  const reason = REASONS.find((known) => known === body["transaction_reason"]);
  if (reason === undefined) throw refused(`transaction_reason must be one of ${REASONS.join(", ")}`);
  return reason;
}

/** Credits win over an amount; an amount is priced at the top-up rate (2.2). */
function creditsOf(body: Body, wallet: Wallet): Exact {
  const credits = nonNegativeOf(body, "credits_to_add") ?? ZERO;
  const amount = nonNegativeOf(body, "amount") ?? ZERO;
  const wanted = compare(credits, ZERO) > 0 ? credits : creditsFor(amount, wallet.topupConversionRate);
  if (compare(wanted, ZERO) === 0) throw refused("credits_to_add or amount must be more than 0");
  return wanted;
}

/** A checkout needs an INVOICED purchase and a payment provider. */
function checkoutOf(body: Body, credits: Exact, reason: TopUpReason): string | undefined {
  const checkout = objectOf(body, "checkout");
  if (checkout === undefined) return undefined;
  const provider = textOf(checkout, "payment_provider");
  const { valid } = ask("topup.validate", { credits_to_add: text(credits), reason, checkout: { payment_provider: provider ?? null } });
  if (valid !== true || provider === undefined) throw refused("checkout needs transaction_reason PURCHASED_CREDIT_INVOICED and a payment_provider");
  return provider;
}
