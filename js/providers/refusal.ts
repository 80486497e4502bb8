/**
 * From an answer that is not a success to the error that says so.
 */
import { CreditGateError } from "../errors.js";
import type { Problem } from "../errors.js";
import { codeOfStatus, waitOf } from "../status.js";
import { isObject } from "./shape.js";

/** Keeps a page of HTML or a long list of details out of an error message. */
const LONGEST_TEXT = 300;

/** The error for `status`, with the billing API's own code and message where `body` has them. */
export function refusal(api: string, status: number, body: unknown, retryAfter?: number, problems?: readonly Problem[]): CreditGateError {
  const { code: providerCode, message } = describe(body);
  return new CreditGateError(codeOfStatus(status), `${api} answered ${status}${message}`, { status, providerCode, retryAfter, problems });
}

/** When the billing API says to come back, ms from `now`: `Retry-After`, or Lago's `X-RateLimit-Reset` on a 429. */
export function statedWait(response: Response, now: number): number | undefined {
  const { headers, status } = response;
  // Lago sends the reset with every answer (lago section 2), where it says nothing about this failure.
  return waitOf(headers.get("retry-after"), now) ?? (status === 429 ? waitOf(headers.get("x-ratelimit-reset"), now) : undefined);
}

/**
 * Flexprice: flat `{code, message}`, `{error}` or `{error, message}` of its authentication, the documented
 * `{success, error: {message}}` (flexprice 2.3). Lago: `{status, error, code, error_details}` (lago 2).
 */
function describe(body: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!isObject(body)) return { code: undefined, message: "" };
  const source = isObject(body["error"]) ? body["error"] : body;
  const text = textOf(source["message"]) ?? textOf(source["error"]);
  const details = body["error_details"] === undefined ? undefined : JSON.stringify(body["error_details"]);
  const said = [text, details].filter((part) => part !== undefined).join(" ");
  return { code: textOf(source["code"]), message: said && `: ${said.slice(0, LONGEST_TEXT)}` };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, LONGEST_TEXT) : undefined;
}
