/** What a verdict allows, and what failures make of it. */

import { type CreditGateError, type ErrorCode, isCreditGateError } from "../errors.js";
import type { Reason, UnknownReason } from "../types.js";
import type { Verdict } from "./decision.js";

/** Unknown, but not for want of an answer: what is our own failing never allows usage. */
const NEVER_ALLOWED: ReadonlySet<Reason> = new Set<Reason>(["engine_fault", "decimal_out_of_range", "capacity"]);

/** Whether a verdict lets usage go out under a policy. */
export function allows({ outcome, reason }: Verdict, whenUnknown: "deny" | "allow"): boolean {
  if (outcome !== "unknown") return outcome === "covered";
  return whenUnknown === "allow" && !NEVER_ALLOWED.has(reason);
}

/** No answer. */
export function unknown(reason: UnknownReason, error?: CreditGateError): Verdict {
  return { outcome: "unknown", reason, precision: "exact", error };
}

/** No answer, because of what was thrown. */
export function failed(thrown: unknown): Verdict {
  if (!isCreditGateError(thrown)) return unknown("engine_fault");
  return unknown(REASONS[thrown.code] ?? "engine_fault", thrown);
}

const REASONS: Partial<Record<ErrorCode, UnknownReason>> = {
  provider_unauthorized: "provider_unauthorized",
  provider_forbidden: "provider_unauthorized",
  provider_not_found: "provider_rejected",
  provider_rejected: "provider_rejected",
  provider_throttled: "provider_throttled",
  provider_unavailable: "provider_unavailable",
  provider_timeout: "provider_timeout",
  invalid_response: "invalid_response",
  invalid_input: "invalid_response",
  invalid_decimal: "invalid_response",
  decimal_out_of_range: "decimal_out_of_range",
  throttled: "throttled",
};
