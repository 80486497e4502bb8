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

/**
 * Reads an amount, credits, or units with their price, from an object at `path`.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount`, at the path
 * of the field.
 */
export function parseCost(usage: object, path = "usage"): ParsedCost {
  const { amount, credits, units, unitPrice } = usage as Partial<Record<"amount" | "credits" | "units" | "unitPrice", DecimalInput>>;
  const hasUnits = units !== undefined || unitPrice !== undefined;
  if (Number(amount !== undefined) + Number(credits !== undefined) + Number(hasUnits) !== 1) throw invalid(`${path}.amount`, "give exactly one of `amount`, `credits`, or `units` with `unitPrice`");
  if (amount !== undefined) return { isCredits: false, cost: parseAmount(amount, `${path}.amount`) };
  if (credits !== undefined) return { isCredits: true, cost: parseAmount(credits, `${path}.credits`) };
  if (units === undefined) throw invalid(`${path}.units`, "is missing");
  if (unitPrice === undefined) throw invalid(`${path}.unitPrice`, "is missing");
  const price = parseAmount(unitPrice, `${path}.unitPrice`);
  return { isCredits: false, cost: multiply(parseAmount(units, `${path}.units`), price, `${path}.units`) };
}
