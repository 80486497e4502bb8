/**
 * Lago's ongoing balances: what they are made of and when they move (lago 3.5).
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../currency.js";
import { type AllocationFee, allocateOngoing, refreshOngoing } from "../engine.js";
import { add, divide, integer, multiply, round, text, toMinor, ZERO } from "../money.js";
import { costOf, type Metric, type UsageLine } from "../usage.js";
import type { Customer, LagoState, Subscription, Wallet } from "./state.js";

/** Runs what is due up to `now`, each thing at its own time: jobs, and the refresh clock's ticks. */
export function catchUp(state: LagoState, refreshInterval: number, now: number): void {
  for (let job = state.jobs[0]; job !== undefined && job.at <= now; job = state.jobs[0]) {
    tick(state, refreshInterval, job.at);
    state.jobs.shift();
    job.run(job.at);
  }
  tick(state, refreshInterval, now);
}

/** R-ONG-14: once per interval since the start. Nothing happened since the last look, so one run does for many ticks. */
function tick(state: LagoState, refreshInterval: number, now: number): void {
  const ticks = Math.floor((now - state.startedAt) / refreshInterval);
  if (ticks <= state.ticks) return;
  state.ticks = ticks;
  refreshAwaiting(state, now);
}

/** Refreshes every customer that is flagged. */
export function refreshAwaiting(state: LagoState, now: number): void {
  for (const customer of state.customers.values()) {
    if (customer.awaitingRefresh) refreshCustomer(state, customer, now);
  }
}

/** Recomputes the ongoing figures of all active wallets of one customer (R-ONG-1, R-ONG-11..13). */
export function refreshCustomer(state: LagoState, customer: Customer, now: number): void {
  customer.awaitingRefresh = false;
  const active = customer.wallets.filter((wallet) => wallet.status === "active");
  if (active.length === 0) return;
  const inOrder = [...customer.wallets].sort((a, b) => a.createdAt - b.createdAt);
  const allocations = allocateOngoing(
    active.map((wallet) => allocationWallet(wallet, inOrder.indexOf(wallet), now)),
    customer.subscriptions.flatMap((subscription) => feesOf(state, subscription, now)),
  );
  for (const wallet of active) {
    wallet.ongoing = refreshOngoing({ ...wallet, depleted: wallet.ongoing.depleted }, allocations.get(wallet.id) ?? ZERO);
  }
}

function allocationWallet(wallet: Wallet, createdOrder: number, now: number) {
  return {
    id: wallet.id,
    priority: wallet.priority,
    created_order: createdOrder,
    status: wallet.status,
    currency: wallet.currency,
    rate_amount: text(wallet.rate),
    balance_cents: integer(wallet.balanceCents),
    allowed_fee_types: wallet.feeTypes,
    target_metrics: wallet.metricCodes,
    threshold_rule_active: wallet.recurringRules.some((rule) => isActiveThreshold(rule, now)),
  };
}

function isActiveThreshold(rule: Readonly<Record<string, unknown>>, now: number): boolean {
  const expires = rule["expiration_at"];
  return rule["trigger"] === "threshold" && rule["status"] === "active" && !(typeof expires === "string" && Date.parse(expires) <= now);
}

/** R-ONG-2: the charge fees of one subscription, one per metric and currency, tax included. */
function feesOf(state: LagoState, subscription: Subscription, now: number): AllocationFee[] {
  return state.usage.lines(subscription.externalId, now).flatMap((line) => {
    const metric = state.metrics.get(line.code);
    if (metric === undefined) return [];
    return billedCurrencies(metric, subscription.customer).map((currency) => {
      const amountCents = feeCents(line, metric, subscription.customer, currency);
      return {
        fee_type: "charge" as const,
        metric: line.code,
        amount_cents: integer(amountCents),
        taxes_amount_cents: integer(taxCents(amountCents, subscription.customer)),
        currency,
      };
    });
  });
}

/** A metric is billed once in each currency it has a price in, and costs named by events in the customer's. */
function billedCurrencies(metric: Metric, customer: Customer): string[] {
  return [...new Set([...metric.prices.keys(), namedCurrency(metric, customer)])];
}

/** The currency of the costs that events name themselves. */
function namedCurrency(metric: Metric, customer: Customer): string {
  const [first = "EUR"] = metric.prices.keys();
  return customer.currency ?? first;
}

/** The fee of one line before tax, in whole minor units. */
export function feeCents(line: UsageLine, metric: Metric, customer: Customer, currency: string): bigint {
  const exponent = lagoExponent(currency);
  const priced = multiply(costOf(line, metric, currency), { digits: 10n ** BigInt(exponent), scale: 0 });
  const named = namedCurrency(metric, customer) === currency ? line.namedCents : ZERO;
  return toMinor(round(add(priced, named), 0), 0);
}

/** Tax on one fee, rounded per fee. */
export function taxCents(amountCents: bigint, customer: Customer): bigint {
  const tax = multiply({ digits: amountCents, scale: 0 }, customer.taxRate);
  return divide(tax, { digits: 100n, scale: 0 }, 0).digits;
}
