/** Usage as callers give it, checked. */

import { multiply, type ParsedDecimal, parseAmount } from "../decimal.js";
import { CreditGateError } from "../errors.js";
import { feeKey } from "../fee-key.js";
import type { AuthorizeOptions, DecimalInput, FeeKey, FeeKeyParts, Profile, Usage, UsageEventFields } from "../types.js";

/** A usage that may be decided. */
export interface ParsedUsage {
  readonly customer: string;
  readonly feeKey: FeeKeyParts;
  /** Whether `cost` is credits, else it is currency units before tax. */
  readonly isCredits: boolean;
  readonly cost: ParsedDecimal;
  readonly metric: string | undefined;
  readonly event: UsageEventFields | undefined;
}

const KEY_FIELDS = ["metric", "feeType", "targetWallet", "priceType"];
const USAGE_FIELDS = new Set(["customer", "currency", "event", "amount", "credits", "units", "unitPrice", ...KEY_FIELDS]);
const METER_FIELDS = new Set(["currency", "event", "unitPrice", "unitsProperty", ...KEY_FIELDS]);
const EVENT_FIELDS = new Set(["code", "subscription", "properties"]);

/** Ids longer than this are a mistake, and would bloat every cache. */
const LONGEST_ID = 1024;

/**
 * Reads a usage.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount`, at the
 * path of the field.
 */
export function parseUsage(usage: Usage, profile: Profile): ParsedUsage {
  const fields = object(usage, "usage");
  knownOnly(fields, USAGE_FIELDS, "usage");
  const { isCredits, cost } = parseCost(usage);
  return {
    customer: parseCustomer(usage.customer),
    feeKey: parseFeeKey(usage, usage.currency, profile),
    isCredits,
    cost,
    metric: usage.metric,
    event: parseEvent(usage.event, "usage.event"),
  };
}

/** Reads a customer's id. */
export function parseCustomer(customer: unknown, path = "usage.customer"): string {
  // A lone surrogate cannot be sent: it would address another customer.
  if (typeof customer !== "string" || customer === "" || customer.length > LONGEST_ID || /\p{Surrogate}/u.test(customer)) {
    throw invalid(path, `must be text of 1 to ${LONGEST_ID} characters`);
  }
  return customer;
}

/** Checks what is said of one call: a misspelt key would count every repeat. */
export function checkCall(options: AuthorizeOptions, known: ReadonlySet<string>): void {
  knownOnly(object(options, "options"), known, "options");
  const { key, waitUntil, whenUnknown, holdFor } = options;
  // Keys of the gate's own begin with NUL.
  if (key !== undefined && (typeof key !== "string" || key === "" || key.length > LONGEST_ID || key.startsWith("\0"))) {
    throw invalid("options.key", `must be text of 1 to ${LONGEST_ID} characters`);
  }
  if (waitUntil !== undefined && typeof waitUntil !== "function") throw invalid("options.waitUntil", "must be a function");
  if (whenUnknown !== undefined && whenUnknown !== "deny" && whenUnknown !== "allow") {
    throw invalid("options.whenUnknown", 'must be "deny" or "allow"');
  }
  if (holdFor !== undefined && !(Number.isFinite(holdFor) && holdFor > 0)) {
    throw invalid("options.holdFor", "must be milliseconds, more than 0");
  }
}

/** What may be said of a check, of a call that spends, and of one that authorises. */
export const CALL_OPTIONS: ReadonlySet<string> = new Set(["waitUntil", "whenUnknown"]);
export const SPEND_OPTIONS: ReadonlySet<string> = new Set([...CALL_OPTIONS, "key"]);
export const AUTHORIZE_OPTIONS: ReadonlySet<string> = new Set([...SPEND_OPTIONS, "holdFor"]);

/** Reads what a usage is for. */
export function parseFeeKey(key: FeeKey, currency: unknown, profile: Profile, path = "usage"): FeeKeyParts {
  if (typeof currency !== "string" || !/^[A-Za-z]{3}$/.test(currency)) {
    throw invalid(`${path}.currency`, "must be a code of three letters");
  }
  for (const field of ["metric", "feeType", "targetWallet"] as const) {
    const value = key[field];
    if (value !== undefined && (typeof value !== "string" || value === "" || value.length > LONGEST_ID || value.includes("\0"))) {
      throw invalid(`${path}.${field}`, `must be text of 1 to ${LONGEST_ID} characters, without NUL`);
    }
  }
  const code = currency.toUpperCase();
  if (profile === "lago") {
    if (key.priceType !== undefined) throw invalid(`${path}.priceType`, "belongs to Flexprice");
    return feeKey(code, key.feeType ?? "charge", key.metric, key.targetWallet);
  }
  if (key.feeType !== undefined) throw invalid(`${path}.feeType`, "belongs to Lago");
  if (key.targetWallet !== undefined) throw invalid(`${path}.targetWallet`, "belongs to Lago");
  const { priceType = "USAGE" } = key;
  if (priceType !== "USAGE" && priceType !== "FIXED") throw invalid(`${path}.priceType`, 'must be "USAGE" or "FIXED"');
  // A metric does not restrict Flexprice's wallets: one key for all of them.
  return feeKey(code, priceType, undefined, undefined);
}

function parseCost(usage: Usage): { isCredits: boolean; cost: ParsedDecimal } {
  const { amount, credits, units, unitPrice } = usage as Partial<Record<"amount" | "credits" | "units" | "unitPrice", DecimalInput>>;
  const given = [amount, credits, units ?? unitPrice].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalid("usage.amount", "give exactly one of `amount`, `credits`, or `units` with `unitPrice`");
  if (amount !== undefined) return { isCredits: false, cost: parseAmount(amount, "usage.amount") };
  if (credits !== undefined) return { isCredits: true, cost: parseAmount(credits, "usage.credits") };
  if (units === undefined) throw invalid("usage.units", "is missing");
  if (unitPrice === undefined) throw invalid("usage.unitPrice", "is missing");
  const price = parseAmount(unitPrice, "usage.unitPrice");
  return { isCredits: false, cost: multiply(parseAmount(units, "usage.units"), price, "usage.units") };
}

/** Checks that `value` is an object of these fields, and its event. */
export function checkMeter(value: unknown): void {
  const fields = object(value, "meter");
  knownOnly(fields, METER_FIELDS, "meter");
  parseEvent(fields["event"], "meter.event");
  const { unitsProperty } = fields;
  if (unitsProperty !== undefined && (typeof unitsProperty !== "string" || unitsProperty === "")) {
    throw invalid("meter.unitsProperty", "must be text");
  }
}

/** Reads what a usage event says beyond its usage. */
export function parseEvent(event: unknown, path: string): UsageEventFields | undefined {
  if (event === undefined) return undefined;
  const fields = object(event, path);
  knownOnly(fields, EVENT_FIELDS, path);
  for (const field of ["code", "subscription"]) {
    const value = fields[field];
    if (value !== undefined && (typeof value !== "string" || value === "")) throw invalid(`${path}.${field}`, "must be text");
  }
  const { properties } = fields;
  if (properties !== undefined) {
    for (const [name, value] of Object.entries(object(properties, `${path}.properties`))) {
      if (typeof value !== "string" && typeof value !== "number") {
        throw invalid(`${path}.properties.${name}`, "must be text or a number");
      }
    }
  }
  return event as UsageEventFields;
}

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  return value as Readonly<Record<string, unknown>>;
}

function knownOnly(fields: object, known: ReadonlySet<string>, path: string): void {
  for (const name of Object.keys(fields)) if (!known.has(name)) throw invalid(`${path}.${name}`, "is not known");
}

function invalid(path: string, message: string): CreditGateError {
  return new CreditGateError("invalid_input", `\`${path}\` ${message}`, { path });
}
