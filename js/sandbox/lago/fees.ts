/**
 * What usage costs by the subscription's plan, before anything pays for it (lago 1.7).
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../../currency.js";
import { add, type Exact, multiply, toMinor, ZERO } from "../money.js";
import { costOf, type Metric, type UsageLine } from "../usage.js";
import type { Charge, FeeParts, Plan } from "./billing-state.js";
import type { Customer, LagoState, Subscription } from "./state.js";

/** The usage of one metric in one currency, with the charge that prices it. */
export interface ChargeFee extends FeeParts {
  readonly charge: Charge;
  readonly currency: string;
}

/** The plan that was set up, or the one that prices every metric, for codes that subscriptions name. */
export function planOf(state: LagoState, code: string): Plan | undefined {
  const known = state.plans.get(code);
  if (known !== undefined) return known;
  const subscription = [...state.subscriptions.values()].find(({ planCode }) => planCode === code);
  if (subscription === undefined) return undefined;
  const charges = state.metrics.all().map(plainCharge);
  const { id, startedAt: createdAt, customer } = subscription;
  return { id, code, currency: customer.currency ?? "EUR", amountCents: 0n, charges, createdAt };
}

/** The charge of a subscription's plan that prices this metric. */
export function chargeOf(state: LagoState, subscription: Subscription, metricCode: string): Charge | undefined {
  const plan = state.plans.get(subscription.planCode);
  if (plan !== undefined) return plan.charges.find(({ metric }) => metric.code === metricCode);
  const metric = state.metrics.get(metricCode);
  return metric === undefined ? undefined : plainCharge(metric);
}

function plainCharge(metric: Metric): Charge {
  return { id: metric.id, code: metric.code, metric, payInAdvance: false, acceptsTargetWallet: false };
}

/** R-APP-4: the organization's events may be meant for one wallet when any charge accepts that. */
export function isTargetingWallets(state: LagoState): boolean {
  return [...state.plans.values()].some(({ charges }) => charges.some(({ acceptsTargetWallet }) => acceptsTargetWallet));
}

/** R-ONG-2: the charge fees of the period so far. A metric is billed once in each currency it has a price in. */
export function usageFees(state: LagoState, subscription: Subscription, now: number): ChargeFee[] {
  return state.usage.lines(subscription.externalId, now).flatMap((line) => lineFees(state, subscription, line));
}

/** The fees of one line of usage. */
export function lineFees(state: LagoState, subscription: Subscription, line: UsageLine): ChargeFee[] {
  const charge = chargeOf(state, subscription, line.code);
  if (charge === undefined) return [];
  return billedCurrencies(charge.metric, subscription.customer).map((currency) => {
    const preciseCents = centsOf(line, charge.metric, subscription.customer, currency);
    return {
      charge,
      currency,
      type: "charge",
      itemCode: line.code,
      itemId: charge.metric.id,
      chargeId: charge.id,
      subscription,
      units: line.units,
      events: line.events,
      amountCents: toMinor(preciseCents, 0),
      preciseCents,
      couponsCents: ZERO,
      payInAdvance: charge.payInAdvance,
      acceptsTargetWallet: charge.acceptsTargetWallet,
      targetWalletCode: line.targetWallet,
    };
  });
}

/** Tax on so many minor units at the customer's rate, with its fraction. */
export function taxOf(cents: Exact, percent: Exact): Exact {
  return multiply(multiply(cents, percent), { digits: 1n, scale: 2 });
}

/** Prices, and in the customer's currency the costs that events named themselves. */
function billedCurrencies(metric: Metric, customer: Customer): string[] {
  return [...new Set([...metric.prices.keys(), namedCurrency(metric, customer)])];
}

function namedCurrency(metric: Metric, customer: Customer): string {
  const [first = "EUR"] = metric.prices.keys();
  return customer.currency ?? first;
}

/** The fee of one line before tax, minor units with a fraction. */
function centsOf(line: UsageLine, metric: Metric, customer: Customer, currency: string): Exact {
  const minorUnits: Exact = { digits: 10n ** BigInt(lagoExponent(currency)), scale: 0 };
  const named = namedCurrency(metric, customer) === currency ? line.namedCents : ZERO;
  return add(multiply(costOf(line, metric, currency), minorUnits), named);
}
