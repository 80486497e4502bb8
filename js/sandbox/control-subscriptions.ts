/**
 * Flexprice subscriptions set up directly: what an invoice preview needs beside the customer's usage.
 *
 * @module creditgate/sandbox
 */
import { flexpriceCustomer } from "./control-wallets.js";
import { currency, Fields, invalid, listOf, nonNegativeDecimal, oneOf, positiveDecimal, type Reader, string, time } from "./fields.js";
import { iso } from "./flexprice/serialize.js";
import { type Coupon, type FlexpriceState, newId, type Subscription } from "./flexprice/state.js";
import { type Exact, text } from "./money.js";

export interface SubscriptionRequest {
  readonly provider: "flexprice";
  /** External id; the customer is made when there is none. */
  readonly customer: string;
  readonly currency: string;
  /** Prices that do not depend on usage, currency units. Usage is billed by the metrics' prices. */
  readonly fixed?: readonly { readonly name: string; readonly amount: string }[];
  /** On the whole invoice, one after another (flexprice 33). */
  readonly coupons?: readonly { readonly type: "percentage" | "fixed"; readonly value: string }[];
  /** Percent, each on what the coupons leave (flexprice 35). */
  readonly tax_rates?: readonly string[];
  /** @defaultValue the start of the month */
  readonly period_start?: number | string;
  /** @defaultValue the end of the month */
  readonly period_end?: number | string;
}

export function setUpSubscription(state: FlexpriceState, request: unknown, now: number): Subscription {
  const fields = new Fields(request);
  fields.required("provider", oneOf("flexprice"));
  const customer = fields.required("customer", string);
  const month = new Date(now);
  const subscription = {
    id: newId("subs"),
    currency: fields.required("currency", currency).toLowerCase(),
    fixed: fields.optional("fixed", listOf(readFixed)) ?? [],
    coupons: fields.optional("coupons", listOf(readCoupon)) ?? [],
    taxRates: (fields.optional("tax_rates", listOf(nonNegativeDecimal)) ?? []).map(text),
    periodStart: fields.optional("period_start", time) ?? Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1),
    periodEnd: fields.optional("period_end", time) ?? Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1),
  };
  fields.done();
  if (subscription.periodEnd <= subscription.periodStart) throw invalid("must be after period_start", "period_end");
  const made = { ...subscription, customer: flexpriceCustomer(state, customer, now) };
  state.subscriptions.set(made.id, made);
  return made;
}

export function subscriptionJson(subscription: Subscription): Record<string, unknown> {
  return {
    id: subscription.id,
    customer_id: subscription.customer.id,
    currency: subscription.currency,
    fixed: subscription.fixed.map(({ name, amount }) => ({ name, amount: text(amount) })),
    coupons: subscription.coupons,
    tax_rates: subscription.taxRates,
    period_start: iso(subscription.periodStart),
    period_end: iso(subscription.periodEnd),
  };
}

const readFixed: Reader<{ readonly name: string; readonly amount: Exact }> = (value, path) => {
  const fields = new Fields(value, path);
  const fixed = { name: fields.required("name", string), amount: fields.required("amount", nonNegativeDecimal) };
  fields.done();
  return fixed;
};

const readCoupon: Reader<Coupon> = (value, path) => {
  const fields = new Fields(value, path);
  const coupon = { type: fields.required("type", oneOf("percentage", "fixed")), value: text(fields.required("value", positiveDecimal)) };
  fields.done();
  return coupon;
};
