/** Draft invoices as the engine takes them. */

import { parseAmount } from "../decimal.js";
import { invalid, object } from "../input.js";
import type { DecimalInput, DraftInvoice, EngineProfile } from "../types.js";

const INVOICE_AMOUNTS = ["tax", "total"];
const LINE_AMOUNTS = ["amount", "discount", "taxRate", "tax", "creditNotes"];
const COUPON_AMOUNTS = ["percent", "amount"];

/** The draft with amounts as canonical text and fee types as they are by default; its shape is the engine's to judge. */
export function canonicalDraft(invoice: DraftInvoice, profile: EngineProfile): unknown {
  const draft = amounts(invoice, INVOICE_AMOUNTS, "invoice");
  const type = profile === "flexprice" ? { priceType: "USAGE" } : { feeType: "charge" };
  const lines = listOf(invoice.lines, "invoice.lines").map((line, index) => ({ ...type, ...amounts(line, LINE_AMOUNTS, `invoice.lines[${index}]`) }));
  const coupons = listOf(invoice.coupons ?? [], "invoice.coupons").map((coupon, index) => amounts(coupon, COUPON_AMOUNTS, `invoice.coupons[${index}]`));
  const { taxRates } = invoice;
  if (taxRates === undefined) return { ...draft, lines, coupons };
  const rates = listOf(taxRates, "invoice.taxRates").map((rate, index) => parseAmount(rate, `invoice.taxRates[${index}]`).text);
  return { ...draft, lines, coupons, taxRates: rates };
}

/** The fields that are there, those that are amounts as canonical text. */
function amounts(value: unknown, names: readonly string[], path: string): Record<string, unknown> {
  const fields = Object.entries(object(value, path)).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, names.includes(name) ? parseAmount(field as DecimalInput, `${path}.${name}`).text : field]),
  );
}

function listOf<T>(value: readonly T[], path: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw invalid(path, "must be a list");
}
