/**
 * Requests judged by the engine's rules, as Lago's 422 says it (lago 3.9).
 *
 * @module creditgate/sandbox
 */
import type { Verb } from "../../rules/index.js";
import { ask, listIn, recordOf } from "../engine.js";
import { isRecord } from "../fields.js";
import { unprocessable } from "./errors.js";

export type Body = Readonly<Record<string, unknown>>;
/** Codes by field. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** Where Lago's field is not the root of the problem's path (1.4, R-VAL). */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["external_customer_id", "customer"],
  ["applies_to.fee_types", "allowed_fee_types"],
]);

/** The problems of a request. Keys that nobody knows are no problem: Lago drops them in silence. */
export function problemsOf(verb: Extract<Verb, `lago.${string}`>, request: unknown): FieldErrors {
  const errors: Record<string, string[]> = {};
  for (const problem of listIn(ask(verb, request), "problems")) {
    const path = String(problem["path"]);
    const code = String(problem["code"]);
    if (code === "unknown_field") continue;
    const field = FIELDS.get(path) ?? path.replace(/[.[].*$/, "");
    (errors[field] ??= []).push(code);
  }
  return errors;
}

/** What only the state decides. */
export function violationsOf(verb: Extract<Verb, `validate.${string}`>, request: unknown): FieldErrors {
  const answer = ask(verb, request);
  return isRecord(answer["error_details"]) ? (recordOf(answer, "error_details") as FieldErrors) : {};
}

/** Throws 422 where there is any error, with each code once. */
export function refuse(...found: readonly FieldErrors[]): void {
  const errors: Record<string, string[]> = {};
  for (const [field, codes] of found.flatMap((each) => Object.entries(each))) errors[field] = [...new Set([...(errors[field] ?? []), ...codes])];
  if (Object.keys(errors).length > 0) throw unprocessable(errors);
}

/** Keys and values of transactions' metadata, without what is neither. */
export function pairsOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((pair: unknown) => (isRecord(pair) ? { key: pair["key"], value: pair["value"] } : pair));
}

export function nullableText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
