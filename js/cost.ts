/** What a usage costs, as callers give it. */

import { multiply, type ParsedDecimal, parseAmount } from "./decimal.js";
import { invalid } from "./input.js";
import type { DecimalInput } from "./types.js";

/** What is to be spent. */
export interface ParsedCost {
  /** Whether `cost` is credits, else it is currency units before tax. */
  readonly isCredits: boolean;
  readonly cost: ParsedDecimal;
}

/** Reads a price per unit. @throws CreditGateError as {@link parseCost} */
function parsePrice(unitPrice: DecimalInput): ParsedDecimal {
  return parseAmount(unitPrice, "usage.unitPrice");
}

/** The same, the last price by comparison alone: most programs have few. */
export function priceReader(): typeof parsePrice {
  let last: { readonly unitPrice: DecimalInput; readonly price: ParsedDecimal } | undefined;
  return (unitPrice) => {
    if (last?.unitPrice !== unitPrice) last = { unitPrice, price: parsePrice(unitPrice) };
    return last.price;
  };
}

/**
 * Reads an amount, credits, or units with their price, from a usage.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount`, at the path
 * of the field.
 */
export function parseCost(usage: object, readPrice = parsePrice): ParsedCost {
  const { amount, credits, units, unitPrice } = usage as Partial<Record<"amount" | "credits" | "units" | "unitPrice", DecimalInput>>;
  const hasUnits = units !== undefined || unitPrice !== undefined;
  if (Number(amount !== undefined) + Number(credits !== undefined) + Number(hasUnits) !== 1) throw invalid("usage.amount", "give exactly one of `amount`, `credits`, or `units` with `unitPrice`");
  if (amount !== undefined) return { isCredits: false, cost: parseAmount(amount, "usage.amount") };
  if (credits !== undefined) return { isCredits: true, cost: parseAmount(credits, "usage.credits") };
  if (units === undefined) throw invalid("usage.units", "is missing");
  if (unitPrice === undefined) throw invalid("usage.unitPrice", "is missing");
  const price = readPrice(unitPrice);
  return { isCredits: false, cost: multiply(parseAmount(units, "usage.units"), price, "usage.units") };
}
