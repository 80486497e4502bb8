/**
 * GET /customers/{external id}/current_usage (lago 1.7): charges without tax, tax in the total.
 *
 * @module creditgate/sandbox
 */
import { integer, textWithPoint } from "../money.js";
import { feeCents, taxCents } from "./ongoing.js";
import { seconds } from "./serialize.js";
import type { LagoState, Subscription } from "./state.js";

export function currentUsageJson(state: LagoState, subscription: Subscription, now: number): Record<string, unknown> {
  const { customer } = subscription;
  const lines = state.usage.lines(subscription.externalId, now);
  const currency = customer.currency ?? firstCurrency(state, lines) ?? "EUR";
  const charges = lines.flatMap((line) => {
    const metric = state.metrics.get(line.code);
    return metric === undefined ? [] : [{ line, metric, cents: feeCents(line, metric, customer, currency) }];
  });
  const amount = charges.reduce((total, { cents }) => total + cents, 0n);
  const taxes = charges.reduce((total, { cents }) => total + taxCents(cents, customer), 0n);
  const period = monthOf(now);
  return {
    ...period,
    lago_invoice_id: null,
    currency,
    amount_cents: integer(amount),
    taxes_amount_cents: integer(taxes),
    total_amount_cents: integer(amount + taxes),
    charges_usage: charges.map(({ line, metric, cents }) => ({
      units: textWithPoint(line.units),
      total_aggregated_units: textWithPoint(line.units),
      events_count: line.events,
      amount_cents: integer(cents),
      amount_currency: currency,
      pricing_unit_details: null,
      charge: { lago_id: metric.id, code: metric.code, charge_model: "standard", invoice_display_name: null },
      billable_metric: {
        lago_id: metric.id,
        name: metric.code,
        code: metric.code,
        aggregation_type: metric.property === null ? "count_agg" : "sum_agg",
      },
      filters: [],
      grouped_usage: [],
      presentation_breakdowns: [],
    })),
  };
}

function firstCurrency(state: LagoState, lines: readonly { readonly code: string }[]): string | undefined {
  return lines.flatMap(({ code }) => [...(state.metrics.get(code)?.prices.keys() ?? [])])[0];
}

/** The calendar month around `now`. The sandbox makes no invoices, so usage does not start anew with it. */
function monthOf(now: number): Record<string, string> {
  const date = new Date(now);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return {
    from_datetime: seconds(from),
    to_datetime: seconds(next - 1000),
    issuing_date: seconds(next).slice(0, 10),
  };
}
