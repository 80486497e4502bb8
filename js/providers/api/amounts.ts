/**
 * Amounts in requests and answers: decimal strings, both ways.
 */
import { plainNumber } from "../../decimal.js";
import { CreditGateError } from "../../errors.js";
import { isObject } from "../shape.js";

/**
 * A copy of `body` in which the amounts of these names are strings, as Lago insists on and Flexprice prefers.
 * Text goes as it is: whether it is a decimal, the rules or the billing API say. Throws `invalid_decimal` for a
 * number that is no safe integer: it has lost its digits already. `path` is where in the request the body is, with a
 * dot behind.
 */
export function withAmounts<T extends object>(body: T, names: readonly string[], path = ""): T {
  const copy = { ...body } as Record<string, unknown>;
  for (const name of names) {
    if (copy[name] !== undefined) copy[name] = amountText(copy[name], path + name);
  }
  return copy as T;
}

function amountText(value: unknown, path: string): unknown {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "number") return value;
  throw new CreditGateError("invalid_decimal", `${path} must be a decimal string, a bigint, or a number that is a safe integer`, { path });
}

/** Nothing in these is an amount: the caller's own words, and counts (a page's `total`). */
const NO_AMOUNTS = ["metadata", "properties", "pagination"];

/**
 * Turns numbers of these names into decimal strings, at any depth and in place, for servers that answer numbers
 * where others answer strings (the documented Flexprice does). Their digits are the number's shortest.
 */
export function readAmounts(json: unknown, names: ReadonlySet<string>): void {
  if (Array.isArray(json)) for (const item of json) readAmounts(item, names);
  if (!isObject(json)) return;
  for (const [name, value] of Object.entries(json)) {
    if (typeof value === "number" && names.has(name)) (json as Record<string, unknown>)[name] = plainNumber(value);
    else if (!NO_AMOUNTS.includes(name)) readAmounts(value, names);
  }
}
