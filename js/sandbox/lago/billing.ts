/**
 * From usage to invoices, and what the wallets pay of them (lago 3.3, 3.7).
 *
 * @module creditgate/sandbox
 */
import { ask, decimalsById } from "../engine.js";
import { add, compare, divide, type Exact, integer, multiply, ONE, subtract, text, ZERO } from "../money.js";
import type { UsageLine } from "../usage.js";
import type { Fee, FeeParts, Invoice, Plan } from "./billing-state.js";
import { notAllowed } from "./errors.js";
import { isTargetingWallets, lineFees, planOf, usageFees } from "./fees.js";
import { newFee, totalOf, whole } from "./invoice-amounts.js";
import { addInvoice, monthOf, type NewInvoice } from "./invoices.js";
import { record } from "./ledger.js";
import { engineWallet, isProgressive, refreshCustomer } from "./ongoing.js";
import { amountOfCents, amountOfCredits, roundsToZero } from "./rules.js";
import type { Customer, LagoState, Subscription, Wallet } from "./state.js";

/** Ends the period of a subscription: its usage and its subscription fee become an invoice in each currency. */
export function billPeriod(state: LagoState, subscription: Subscription, status: "draft" | "finalized", now: number): Invoice[] {
  const { customer } = subscription;
  const drafts = periodInvoices(state, subscription, now);
  state.usage.take(subscription.externalId, now);
  subscription.billedUntil = now;
  for (const { id } of progressiveInvoices(state, customer, now)) state.creditedInvoices.add(id);
  const invoices = drafts.map((draft) => addInvoice(state, customer, draft));
  if (status === "finalized") for (const invoice of invoices) finalizeInvoice(state, invoice, now);
  refreshCustomer(state, customer, now);
  return invoices;
}

/** What {@link billPeriod} would make, as drafts. */
export function periodInvoices(state: LagoState, subscription: Subscription, now: number): NewInvoice[] {
  const { customer } = subscription;
  const plan = planOf(state, subscription.planCode);
  const usage = usageFees(state, subscription, now).filter(({ payInAdvance, amountCents }) => !payInAdvance && amountCents !== 0n);
  const currencies = new Set([...usage.map(({ currency }) => currency), ...(plan === undefined || plan.amountCents === 0n ? [] : [plan.currency])]);
  return [...currencies].map((currency) => {
    const parts: FeeParts[] = usage.filter((fee) => fee.currency === currency);
    if (plan !== undefined && plan.amountCents !== 0n && plan.currency === currency) parts.push(subscriptionFee(plan, subscription));
    const credit = progressiveCredit(state, customer, currency, now);
    return {
      type: "subscription",
      status: "draft",
      currency,
      fees: spread(parts, credit).map((part) => newFee(part, customer.taxRate)),
      progressiveCreditCents: credit,
      from: Math.max(monthOf(now).from, subscription.billedUntil),
      to: now,
      at: now,
    };
  });
}

/** The fee of one period of a plan. */
export function subscriptionFee(plan: Plan, subscription: Subscription | undefined): FeeParts {
  return {
    type: "subscription",
    itemCode: plan.code,
    itemId: plan.id,
    chargeId: null,
    subscription,
    units: ONE,
    events: null,
    amountCents: plan.amountCents,
    preciseCents: whole(plan.amountCents),
    couponsCents: ZERO,
    payInAdvance: false,
    acceptsTargetWallet: false,
    targetWalletCode: null,
  };
}

/** A draft becomes final: the wallets pay what they may (R-APP-1). The caller refreshes the customer. */
export function finalizeInvoice(state: LagoState, invoice: Invoice, now: number): void {
  invoice.status = "finalized";
  invoice.updatedAt = now;
  applyCredits(state, invoice, now);
  // R-APP-11.
  if (totalOf(invoice) === 0n) invoice.paymentStatus = "succeeded";
}

/** An event of a charge that is paid in advance is billed at once (R-APP-1). */
export function billInAdvance(state: LagoState, subscription: Subscription, line: UsageLine, now: number): void {
  const { customer } = subscription;
  for (const fee of lineFees(state, subscription, line)) {
    if (!fee.payInAdvance || fee.amountCents === 0n) continue;
    const fees = [newFee(fee, customer.taxRate)];
    const invoice = addInvoice(state, customer, { type: "subscription", status: "draft", currency: fee.currency, fees, at: now });
    finalizeInvoice(state, invoice, now);
    refreshCustomer(state, customer, now);
  }
}

/** R-APP-2..10: one outbound transaction per wallet that pays. */
function applyCredits(state: LagoState, invoice: Invoice, now: number): void {
  const { customer } = invoice;
  const allocations = decimalsById(ask("invoice.apply", allocationRequest(state, invoice)), "allocations");
  for (const wallet of customer.wallets) {
    const cents = allocations.get(wallet.id);
    if (cents === undefined || compare(cents, ZERO) === 0) continue;
    const amount = amountOfCents(wallet, cents);
    const { shares } = record(state, wallet, { kind: "invoiced", amount, invoice, at: now });
    invoice.prepaidCents += amount.amountCents;
    if (!customer.wallets.every(({ traceable }) => traceable)) continue;
    // R-CONS-6: a part that is nothing stays unset.
    for (const { inbound, amountCents } of shares) {
      if (inbound.kind === "granted") invoice.prepaidGrantedCents = (invoice.prepaidGrantedCents ?? 0n) + amountCents;
      else invoice.prepaidPurchasedCents = (invoice.prepaidPurchasedCents ?? 0n) + amountCents;
    }
  }
}

/** The request of `invoice.apply` and `invoice.preview_rounding`. */
export function allocationRequest(state: LagoState, invoice: Invoice): Record<string, unknown> {
  const wallets = [...invoice.customer.wallets].sort((a, b) => a.createdAt - b.createdAt);
  return {
    invoice: { currency: invoice.currency, total_amount_cents: integer(totalOf(invoice)) },
    wallets: wallets.map(engineWallet),
    fees: invoice.fees.map((fee) => ({
      fee_type: fee.type,
      metric: fee.type === "charge" ? fee.itemCode : null,
      amount_cents: integer(fee.amountCents),
      precise_coupons_amount_cents: text(fee.couponsCents),
      taxes_precise_amount_cents: text(fee.taxesPreciseCents),
      precise_credit_notes_amount_cents: text(creditNotesShare(invoice, fee)),
      charge_accepts_target_wallet: fee.acceptsTargetWallet,
      target_wallet_code: fee.targetWalletCode,
    })),
    events_targeting_wallets: isTargetingWallets(state),
  };
}

/** POST /invoices/{id}/void: credits come back as granted ones; those of a top-up stay (R-VOIDINV-1). */
export function voidInvoice(state: LagoState, invoice: Invoice, now: number): void {
  if (invoice.status !== "finalized") throw notAllowed("not_voidable");
  invoice.status = "voided";
  invoice.voidedAt = now;
  invoice.updatedAt = now;
  const transactions = invoice.customer.wallets.flatMap((wallet) => wallet.transactions);
  const paid = transactions.filter((transaction) => transaction.invoice === invoice && transaction.kind === "invoiced");
  for (const { wallet, credits } of paid) recredit(state, wallet, credits, invoice, now);
  refreshCustomer(state, invoice.customer, now);
}

function recredit(state: LagoState, wallet: Wallet, credits: Exact, voidedInvoice: Invoice, now: number): void {
  if (wallet.status !== "active" || roundsToZero(wallet, credits)) return;
  record(state, wallet, { kind: "granted", amount: amountOfCredits(wallet, text(credits), true), voidedInvoice, at: now });
}

/** Those of the running period that no invoice has taken into account yet. */
function progressiveInvoices(state: LagoState, customer: Customer, now: number): Invoice[] {
  return customer.invoices.filter((invoice) => isProgressive(state, invoice, now));
}

function progressiveCredit(state: LagoState, customer: Customer, currency: string, now: number): bigint {
  const billed = progressiveInvoices(state, customer, now).filter((invoice) => invoice.currency === currency);
  return billed.flatMap(({ fees }) => fees).reduce((total, { amountCents }) => total + amountCents, 0n);
}

/** The rules do not say how the progressive credit reaches the fees: the sandbox spreads it pro rata, like a coupon. */
function spread(parts: readonly FeeParts[], credit: bigint): readonly FeeParts[] {
  const total = parts.reduce((sum, { amountCents }) => sum + amountCents, 0n);
  if (credit === 0n || total === 0n) return parts;
  return parts.map((part) => ({ ...part, couponsCents: add(part.couponsCents, shareOf(credit, part.amountCents, total)) }));
}

/** Credit notes come after tax, pro rata to what each fee is then (R-APP-3). */
function creditNotesShare({ creditNotesCents, fees }: Invoice, fee: Fee): Exact {
  if (creditNotesCents === 0n) return ZERO;
  const net = (each: Fee) => add(subtract(whole(each.amountCents), each.couponsCents), each.taxesPreciseCents);
  return divide(multiply(whole(creditNotesCents), net(fee)), fees.map(net).reduce(add, ZERO), 16);
}

function shareOf(cents: bigint, part: bigint, total: bigint): Exact {
  return divide(whole(cents * part), whole(total), 16);
}
