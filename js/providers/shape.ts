/**
 * What a billing API's JSON must look like before the engine reads it: no more than arrays and objects.
 */
import { CreditGateError } from "../errors.js";

/** A JSON object, its fields not yet read. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` when it is an array of objects; the amounts in them are the engine's to judge. */
export function listOf(api: string, what: string, value: unknown): readonly JsonObject[] {
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw invalidResponse(api, `its ${what} are missing, not JSON, larger than 8 MiB, or not a list of objects`);
}

export function invalidResponse(api: string, problem: string): CreditGateError {
  return new CreditGateError("invalid_response", `${api} gave an answer that cannot be read: ${problem}`);
}
