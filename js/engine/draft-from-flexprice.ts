/** Flexprice's invoices as drafts. */

import { add } from "../decimal.js";
import type { DecimalString, DraftInvoice, DraftLine } from "../types.js";
import { checkCurrency, currencyOf, JsonFields } from "./provider-json.js";

/**
 * Flexprice's own invoice as a draft, to be previewed: the answer of `POST /invoices/preview`, which leaves credits out
 * (flexprice 9), or a draft invoice with its line items.
 *
 * Discounts, tax and total are taken as Flexprice tells them. A line's `id` is its own, or its place (`"0"`, ...) where it
 * has none. A line that tells no price type counts as `FIXED`, which credits do not pay (flexprice 27).
 *
 * @throws CreditGateError `invalid_response` at the path of what is missing or wrong, as in
 * `invoice.line_items[2].amount` (also an amount below zero); for an invoice that is no draft, or holds credits already.
 * `decimal_out_of_range` for an amount of more than 28 digits.
 *
 * @example
 * ```ts
 * import { draftFromFlexprice, previewInvoice } from "creditgate/engine";
 *
 * const invoice = {
 *   currency: "usd", total: "55", total_tax: "5",
 *   line_items: [{ id: "line_1", price_type: "USAGE", amount: "60", invoice_level_discount: "10" }],
 * };
 * const wallets = [{ id: "w", currency: "usd", balance: "30" }];
 * const preview = previewInvoice({ profile: "flexprice", wallets }, draftFromFlexprice(invoice), { now: Date.now() });
 * console.log(preview.totalBefore, preview.credits, preview.total); // 55 30 25
 * ```
 */
export function draftFromFlexprice(json: unknown): DraftInvoice {
  const invoice = new JsonFields(json, "invoice");
  const status = invoice.optionalText("invoice_status");
  if (status !== undefined && status !== "DRAFT") throw invoice.wrong("invoice_status", "is not `DRAFT`: credits were taken when the invoice was finalized (flexprice 25)");
  if (invoice.optionalAmount("total_prepaid_credits_applied").text !== "0") throw invoice.wrong("total_prepaid_credits_applied", "is not 0: credits are applied already");
  const currency = currencyOf(invoice);
  // Left out where there are none.
  const items = invoice.has("line_items") ? invoice.list("line_items") : [];
  return {
    currency,
    lines: items.map((item, index) => lineOf(item, index, currency)),
    tax: invoice.optionalAmount("total_tax").text as DecimalString,
    total: invoice.amount("total").text as DecimalString,
  };
}

function lineOf(item: JsonFields, index: number, currency: string): DraftLine {
  checkCurrency(item, "currency", currency);
  const discount = add(item.optionalAmount("line_item_discount").text, item.optionalAmount("invoice_level_discount").text);
  return {
    id: item.optionalText("id") ?? String(index),
    priceType: item.optionalText("price_type") ?? "FIXED",
    amount: item.amount("amount").text as DecimalString,
    discount: discount as DecimalString,
  };
}
