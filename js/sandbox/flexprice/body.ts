/**
 * Reading what Flexprice's API is sent: tolerant of unknown keys and of null, strict about what it reads.
 *
 * @module creditgate/sandbox
 */
import { isRecord } from "../fields.js";
import { compare, type Exact, parseExact, ZERO } from "../money.js";
import { FlexpriceError } from "./errors.js";

export type Body = Readonly<Record<string, unknown>>;

/** A non-empty string. An empty one reads as absent. */
export function textOf(body: Body, key: string): string | undefined {
  const value = body[key] ?? "";
  if (typeof value !== "string") throw refused(`${key} must be a string`);
  return value === "" ? undefined : value;
}

export function requiredText(body: Body, key: string): string {
  const value = textOf(body, key);
  if (value === undefined) throw refused(`${key} is required`);
  return value;
}

export function objectOf(body: Body, key: string): Body | undefined {
  const value = body[key] ?? undefined;
  if (value !== undefined && !isRecord(value)) throw refused(`${key} must be an object`);
  return value;
}

export function booleanOf(body: Body, key: string): boolean | undefined {
  const value = body[key] ?? undefined;
  if (value !== undefined && typeof value !== "boolean") throw refused(`${key} must be true or false`);
  return value;
}

/** A decimal as a string or a number: Flexprice accepts both. */
export function decimalOf(body: Body, key: string): Exact | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const exact = parseExact(value);
  if (exact === undefined) throw refused(`${key} must be a decimal`);
  return exact;
}

export function positiveOf(body: Body, key: string): Exact | undefined {
  const value = decimalOf(body, key);
  if (value !== undefined && compare(value, ZERO) <= 0) throw refused(`${key} must be more than 0`);
  return value;
}

export function nonNegativeOf(body: Body, key: string): Exact | undefined {
  const value = decimalOf(body, key);
  if (value !== undefined && compare(value, ZERO) < 0) throw refused(`${key} must not be negative`);
  return value;
}

/** A whole number of `least` or more. */
export function wholeOf(body: Body, key: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    throw refused(`${key} must be a whole number of ${least} or more`);
  }
  return value;
}

export function timeOf(body: Body, key: string): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw refused(`${key} must be a time`);
  return at;
}

export function futureOf(body: Body, key: string, now: number): number | undefined {
  const at = timeOf(body, key);
  if (at !== undefined && at <= now) throw refused(`${key} must be a time in the future`);
  return at;
}

/** `YYYYMMDD`, a number or a string, means midnight UTC at the start of that day (rule 42). */
export function dayOf(body: Body, key: string, now: number): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value));
  return futureOf({ [key]: match === null ? value : `${match[1]}-${match[2]}-${match[3]}T00:00:00Z` }, key, now);
}

export function refused(message: string): FlexpriceError {
  return new FlexpriceError("validation_error", message);
}
