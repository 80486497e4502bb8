/**
 * POST /invoices/preview: coupons and tax, but no credits (flexprice 0.9, rules 33..36).
 *
 * @module creditgate/sandbox
 */
import { ask, decimalOf, recordOf } from "../engine.js";
import { compare, type Exact, ONE, text, ZERO } from "../money.js";
import { costOf } from "../usage.js";
import { type Body, booleanOf, requiredText, timeOf } from "./body.js";
import { FlexpriceError } from "./errors.js";
import { iso, ownership } from "./serialize.js";
import { type FlexpriceState, newId, type Subscription } from "./state.js";

interface Line {
  readonly id: string;
  readonly name: string;
  readonly priceType: "USAGE" | "FIXED";
  readonly amount: Exact;
  readonly quantity: Exact;
}

/** The subscription's invoice as it would be now. The sandbox's usage has no periods: all of it counts. */
export function previewInvoice(state: FlexpriceState, body: Body, now: number): Record<string, unknown> {
  const id = requiredText(body, "subscription_id");
  const subscription = state.subscriptions.get(id);
  if (subscription === undefined) throw new FlexpriceError("not_found", "Subscription not found", { subscription_id: id });
  const hidesZeros = booleanOf(body, "hide_zero_charges_line_items") === true;
  const lines = linesOf(state, subscription, now).filter(({ amount }) => !hidesZeros || compare(amount, ZERO) !== 0);
  const figures = ask("invoice.credit_application", {
    currency: subscription.currency,
    lines: lines.map((line) => ({ id: line.id, amount: text(line.amount), price_type: line.priceType })),
    wallets: [],
    invoice_coupons: subscription.coupons,
    tax_rates: subscription.taxRates,
  });
  return invoiceJson(subscription, lines, figures, {
    now,
    start: timeOf(body, "period_start") ?? subscription.periodStart,
    end: timeOf(body, "period_end") ?? subscription.periodEnd,
  });
}

/** Fixed prices first, then one line for each metric that was used. */
function linesOf(state: FlexpriceState, subscription: Subscription, now: number): Line[] {
  const { currency, customer } = subscription;
  const fixed = subscription.fixed.map(({ name, amount }): Line => ({ id: newId("inv_line"), name, priceType: "FIXED", amount, quantity: ONE }));
  const used = state.usage.lines(customer.externalId, now).map((line): Line => {
    const cost = text(costOf(line, state.metrics.get(line.code), currency));
    const amount = decimalOf(ask("round.currency", { amount: cost, currency }), "rounded");
    return { id: newId("inv_line"), name: line.code, priceType: "USAGE", amount, quantity: line.units };
  });
  return [...fixed, ...used];
}

interface Period {
  readonly now: number;
  readonly start: number;
  readonly end: number;
}

function invoiceJson(subscription: Subscription, lines: readonly Line[], figures: Record<string, unknown>, { now, start, end }: Period) {
  const id = newId("inv");
  const figure = (key: string): string => text(decimalOf(figures, key));
  const total = figure("total");
  const discounts = recordOf(figures, "line_discounts");
  return {
    id,
    customer_id: subscription.customer.id,
    subscription_id: subscription.id,
    invoice_type: "SUBSCRIPTION",
    invoice_status: "DRAFT",
    payment_status: "PENDING",
    currency: subscription.currency,
    amount_due: total,
    amount_paid: "0",
    subtotal: figure("subtotal"),
    total,
    total_discount: figure("total_discount"),
    amount_remaining: total,
    invoice_number: null,
    idempotency_key: null,
    billing_sequence: null,
    period_start: iso(start),
    period_end: iso(end),
    billing_reason: "SUBSCRIPTION_CYCLE",
    version: 1,
    adjustment_amount: "0",
    refunded_amount: "0",
    total_tax: figure("total_tax"),
    total_prepaid_credits_applied: "0",
    is_manually_edited: false,
    ...ownership(now),
    line_items: lines.map((line) => ({
      id: line.id,
      invoice_id: id,
      customer_id: subscription.customer.id,
      price_id: `price_${line.id}`,
      price_type: line.priceType,
      display_name: line.name,
      amount: text(line.amount),
      quantity: text(line.quantity),
      currency: subscription.currency,
      prepaid_credits_applied: "0",
      line_item_discount: "0",
      invoice_level_discount: text(decimalOf(discounts, line.id)),
      ...ownership(now),
    })),
  };
}
