/**
 * Lago's ongoing balances: what they are made of, and what a change of them sets off (lago 3.5).
 *
 * @module creditgate/sandbox
 */
import { type AllocationFee, type AllocationFees, allocateOngoing, refreshOngoing } from "../engine.js";
import { integer, text, ZERO } from "../money.js";
import { evaluateAlerts } from "./alerts.js";
import type { Fee, Invoice } from "./billing-state.js";
import { type ChargeFee, isTargetingWallets, usageFees } from "./fees.js";
import { newFee, totalOf } from "./invoice-amounts.js";
import { evaluateThreshold, isActive } from "./recurring.js";
import type { Customer, LagoState, Wallet } from "./state.js";
import { walletEvent } from "./webhooks.js";

/** Refreshes every customer that is flagged. */
export function refreshAwaiting(state: LagoState, now: number): void {
  for (const customer of state.customers.values()) {
    if (customer.awaitingRefresh) refreshCustomer(state, customer, now);
  }
}

/** Recomputes the ongoing figures of all active wallets of one customer (R-ONG-1, R-ONG-11..13), and looks at their alerts and rules. */
export function refreshCustomer(state: LagoState, customer: Customer, now: number): void {
  customer.awaitingRefresh = false;
  const active = customer.wallets.filter((wallet) => wallet.status === "active");
  if (active.length === 0) return;
  const allocations = allocateOngoing(allocationWallets(active, now), feesOf(state, customer, now));
  for (const wallet of active) {
    const before = wallet.ongoing;
    wallet.ongoing = refreshOngoing({ ...wallet, depleted: before.depleted }, allocations.get(wallet.id) ?? ZERO);
    // R-ONG-13: told once, and taken back in silence.
    if (wallet.ongoing.depleted && !before.depleted) state.emit(walletEvent("wallet.depleted_ongoing_balance", wallet));
    evaluateAlerts(state, wallet, now);
    evaluateThreshold(state, wallet, before, now);
  }
}

/** R-ONG-2..5. */
function feesOf(state: LagoState, customer: Customer, now: number): AllocationFees {
  const usage = customer.subscriptions.flatMap((subscription) => usageFees(state, subscription, now));
  const current = usage.map((fee) => allocationFee(newFee(fee, customer.taxRate), fee.currency));
  const { invoices } = customer;
  return {
    current_usage_fees: current,
    draft_invoice_fees: invoices.filter((invoice) => invoice.status === "draft" && totalOf(invoice) !== 0n).flatMap(invoiceFees),
    progressive_billing_fees: invoices.filter((invoice) => isProgressive(state, invoice, now)).flatMap(invoiceFees),
    pay_in_advance_fees: current.filter((_, index) => isInAdvance(usage[index])),
    events_targeting_wallets: isTargetingWallets(state),
  };
}

/** R-ONG-4: bills usage of a period that is still running, which no later invoice has billed. */
export function isProgressive(state: LagoState, { id, type, status, from, to }: Invoice, now: number): boolean {
  const isBilled = type === "progressive_billing" && (status === "finalized" || status === "failed");
  return isBilled && from <= now && now < to && !state.creditedInvoices.has(id);
}

function isInAdvance(fee: ChargeFee | undefined): boolean {
  return fee?.payInAdvance === true;
}

function invoiceFees({ fees, currency }: Invoice): AllocationFee[] {
  return fees.map((fee) => allocationFee(fee, currency));
}

function allocationFee(fee: Fee, currency: string): AllocationFee {
  return {
    fee_type: fee.type,
    metric: fee.type === "charge" ? fee.itemCode : null,
    amount_cents: integer(fee.amountCents),
    taxes_amount_cents: integer(fee.taxesCents),
    precise_coupons_amount_cents: text(fee.couponsCents),
    currency,
    charge_accepts_target_wallet: fee.acceptsTargetWallet,
    target_wallet_code: fee.targetWalletCode,
  };
}

function allocationWallets(active: readonly Wallet[], now: number) {
  const inOrder = [...active].sort((a, b) => a.createdAt - b.createdAt);
  return inOrder.map((wallet, index) => ({
    ...engineWallet(wallet, index),
    threshold_rule_active: wallet.recurringRules.some((rule) => rule.trigger === "threshold" && isActive(rule, now)),
  }));
}

/** A wallet as the engine's allocations take it; `createdOrder` says which is older (R-APP-2). */
export function engineWallet(wallet: Wallet, createdOrder: number) {
  return {
    id: wallet.id,
    code: wallet.code,
    priority: wallet.priority,
    created_order: createdOrder,
    status: wallet.status,
    currency: wallet.currency,
    rate_amount: text(wallet.rate),
    balance_cents: integer(wallet.balanceCents),
    allowed_fee_types: wallet.feeTypes,
    target_metrics: wallet.metricCodes,
  };
}
