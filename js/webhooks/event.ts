/** Reading a provider's JSON: tolerant of whatever it lacks. */

import { parseDecimal } from "../decimal.js";
import { CreditGateError } from "../errors.js";
import type { DecimalString, WebhookObject } from "../types.js";

/**
 * The body as an object.
 *
 * @throws CreditGateError `webhook_invalid`
 */
export function parseBody(body: string): WebhookObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new CreditGateError("webhook_invalid", "the body is not JSON", { cause });
  }
  const payload = objectOf(parsed);
  if (payload === undefined) throw new CreditGateError("webhook_invalid", "the body is not a JSON object");
  return payload;
}

/**
 * The event's name.
 *
 * @throws CreditGateError `webhook_invalid`
 */
export function nameOf(payload: WebhookObject, field: string): string {
  const name = textOf(payload[field]);
  if (name === undefined) throw new CreditGateError("webhook_invalid", `the body has no \`${field}\``, { path: field });
  return name;
}

export function objectOf(value: unknown): WebhookObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as WebhookObject) : undefined;
}

/** Text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A decimal in canonical text. Numbers, which the documents show, are read by their shortest text. */
export function decimalOf(value: unknown): DecimalString | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  try {
    return parseDecimal(String(value), "").text as DecimalString;
  } catch {
    return undefined;
  }
}
