/**
 * The API key: where it comes from, and what may be one.
 */
import { CreditGateError } from "../errors.js";

/** A key, or a function that gives it: called once per request, for keys that rotate. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * Whether `value` can be sent in a header. Checked here because `fetch` quotes a header it refuses, key and
 * all, in its error; the usual culprit is the line break at the end of a file.
 */
export function isKey(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** The key to send now; `provider_unauthorized` when there is none. */
export async function resolveKey(api: string, apiKey: ApiKey): Promise<string> {
  let key: unknown;
  try {
    key = typeof apiKey === "function" ? await apiKey() : apiKey;
  } catch (cause) {
    throw new CreditGateError("provider_unauthorized", `${api}: the apiKey function failed`, { cause });
  }
  if (isKey(key)) return key;
  throw new CreditGateError("provider_unauthorized", `${api}: the apiKey function gave no key that can be sent`);
}
