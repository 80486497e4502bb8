/** Lago's invoices as drafts. */

import { lagoExponent } from "../currency.js";
import { add, multiply, parseDecimal, type ParsedDecimal, prorate, subtract } from "../decimal.js";
import type { DecimalString, DraftInvoice, DraftLine } from "../types.js";
import { checkCurrency, currencyOf, JsonFields } from "./provider-json.js";

/** Invoices of other types take no credits (R-APP-1). */
const TYPES = ["subscription", "progressive_billing"];

/**
 * Lago's own invoice as a draft, to be previewed: the answer of `POST /invoices/preview`, or a draft invoice as
 * `GET /invoices/:id` answers it (with its fees; lists leave them out), with or without the `invoice` around it.
 *
 * A line's `id` is its fee's `lago_id`, or its place (`"0"`, ...) where the fee has none, as in previews: the lines are in
 * the order of the fees. Coupons and taxes are taken as Lago tells them per fee; credit notes, which it tells on the whole,
 * are split over the fees in proportion to what is left of each (R-APP-3). `total` is Lago's own, before prepaid credits:
 * where the fees come to another sum it stands (R-APP-7). The credits that a preview holds already are left out.
 *
 * @throws CreditGateError `invalid_response` at the path of what is missing or wrong, as in
 * `invoice.fees[2].amount_cents`; also for an invoice that takes no credits, by its type, or that took them when it was
 * finalized. `decimal_out_of_range` for an amount of more than 28 digits.
 *
 * @example
 * ```ts
 * import { draftFromLago, previewInvoice } from "creditgate/engine";
 *
 * const fee = { item: { type: "charge", code: "tokens" }, amount_cents: 1666, taxes_precise_amount: "3.332" };
 * const invoice = { lago_id: null, currency: "EUR", fees: [fee], sub_total_including_taxes_amount_cents: 1999, credit_notes_amount_cents: 0 };
 * const wallet = { lago_id: "w", currency: "EUR", status: "active", balance_cents: 1500, ongoing_balance_cents: 1500, rate_amount: "1.0", applies_to: {} };
 * const preview = previewInvoice({ profile: "lago", wallets: [wallet] }, draftFromLago({ invoice }), { now: Date.now() });
 * console.log(preview.totalBefore, preview.credits, preview.total); // 19.99 15 4.99
 * ```
 */
export function draftFromLago(json: unknown): DraftInvoice {
  const { invoice: wrapped } = (json ?? {}) as { readonly invoice?: unknown };
  const invoice = new JsonFields(wrapped ?? json, "invoice");
  checkTakesCredits(invoice);
  const currency = currencyOf(invoice);
  const money = minorUnits(currency);
  const fees = invoice.list("fees");
  const lines = fees.map((fee, index) => lineOf(fee, index, currency, money));
  const creditNotes = money(invoice.optionalAmount("credit_notes_amount_cents"));
  const payable = lines.map(({ amount, discount, tax }) => add(subtract(amount, discount), tax));
  const shares = prorate(creditNotes, payable);
  const total = subtract(money(invoice.amount("sub_total_including_taxes_amount_cents")), creditNotes);
  if (total.startsWith("-")) throw invoice.wrong("credit_notes_amount_cents", "is more than there is to pay");
  return {
    currency,
    lines: lines.map((line, index) => (shares[index] === "0" ? line : { ...line, creditNotes: shares[index] as DecimalString })),
    total,
  };
}

/** A preview has no id, and the status of a new record. */
function checkTakesCredits(invoice: JsonFields): void {
  const type = invoice.optionalText("invoice_type");
  if (type !== undefined && !TYPES.includes(type)) throw invoice.wrong("invoice_type", `is ${type}: such invoices take no credits (R-APP-1)`);
  const status = invoice.optionalText("status");
  const isPreview = !invoice.has("lago_id");
  if (!isPreview && status !== "draft") throw invoice.wrong("status", "is not `draft`: credits were taken when the invoice was finalized (R-APP-13)");
}

/** Amounts of minor units in currency units. */
function minorUnits(currency: string): (minor: ParsedDecimal) => DecimalString {
  const unit = parseDecimal((10 ** -lagoExponent(currency)).toFixed(lagoExponent(currency)), "currency");
  return (minor) => multiply(minor, unit, "amount").text as DecimalString;
}

/** What is known of every line of Lago's. */
type LagoLine = DraftLine & { readonly amount: DecimalString; readonly discount: DecimalString; readonly tax: DecimalString };

function lineOf(fee: JsonFields, index: number, currency: string, money: (minor: ParsedDecimal) => DecimalString): LagoLine {
  checkCurrency(fee, "amount_currency", currency);
  const item = fee.object("item");
  const feeType = item.text("type");
  const targetWallet = item.has("grouped_by") ? item.object("grouped_by").optionalText("target_wallet_code") : undefined;
  return {
    id: fee.optionalText("lago_id") ?? String(index),
    feeType,
    ...(feeType === "charge" && { metric: item.text("code") }),
    ...(targetWallet !== undefined && { targetWallet }),
    amount: money(fee.amount("amount_cents")),
    discount: money(fee.optionalAmount("precise_coupons_amount_cents")),
    // In currency units, and not rounded; older servers tell the rounded one alone.
    tax: fee.has("taxes_precise_amount") ? (fee.amount("taxes_precise_amount").text as DecimalString) : money(fee.amount("taxes_amount_cents")),
  };
}
