/**
 * GET /customers/{external id}/current_usage (lago 1.7): charges without tax, tax in the total.
 *
 * @module creditgate/sandbox
 */
import { add, integer, textWithPoint, ZERO } from "../money.js";
import { type ChargeFee, usageFees } from "./fees.js";
import { newFee } from "./invoice-amounts.js";
import { monthOf } from "./invoices.js";
import { seconds } from "./serialize.js";
import type { LagoState, Subscription } from "./state.js";

export function currentUsageJson(state: LagoState, subscription: Subscription, now: number, appliesTaxes: boolean): Record<string, unknown> {
  const { customer } = subscription;
  const all = usageFees(state, subscription, now);
  const currency = customer.currency ?? all[0]?.currency ?? "EUR";
  const fees = all.filter((fee) => fee.currency === currency);
  const amount = fees.reduce((total, { amountCents }) => total + amountCents, 0n);
  const taxes = appliesTaxes ? fees.reduce((total, fee) => total + newFee(fee, customer.taxRate).taxesCents, 0n) : 0n;
  const { from, to } = monthOf(now);
  return {
    from_datetime: seconds(Math.max(from, subscription.billedUntil)),
    to_datetime: seconds(to - 1000),
    issuing_date: seconds(to).slice(0, 10),
    lago_invoice_id: null,
    currency,
    amount_cents: integer(amount),
    taxes_amount_cents: integer(taxes),
    total_amount_cents: integer(amount + taxes),
    charges_usage: [...new Set(fees.map(({ chargeId }) => chargeId))].map((id) => chargeJson(fees.filter(({ chargeId }) => chargeId === id))),
  };
}

/** One charge. Usage that is meant for one wallet is told apart in `grouped_usage` (R-APP-4). */
function chargeJson(fees: readonly ChargeFee[]): Record<string, unknown> {
  const [first] = fees;
  if (first === undefined) throw new RangeError("a charge without usage is not shown");
  const { charge, currency } = first;
  const { metric } = charge;
  return {
    ...usageOf(fees),
    total_aggregated_units: usageOf(fees)["units"],
    amount_currency: currency,
    pricing_unit_details: null,
    charge: { lago_id: charge.id, code: charge.code, charge_model: "standard", invoice_display_name: null },
    billable_metric: { lago_id: metric.id, name: metric.code, code: metric.code, aggregation_type: metric.property === null ? "count_agg" : "sum_agg" },
    filters: [],
    grouped_usage: charge.acceptsTargetWallet
      ? fees.map((fee) => ({ ...usageOf([fee]), grouped_by: { target_wallet_code: fee.targetWalletCode }, filters: [] }))
      : [],
    presentation_breakdowns: [],
  };
}

function usageOf(fees: readonly ChargeFee[]): Record<string, unknown> {
  return {
    units: textWithPoint(fees.reduce((total, { units }) => add(total, units), ZERO)),
    events_count: fees.reduce((total, { events }) => total + (events ?? 0), 0),
    amount_cents: integer(fees.reduce((total, { amountCents }) => total + amountCents, 0n)),
  };
}
