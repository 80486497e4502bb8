/** What an HTTP answer that is no success means. */

import type { ErrorCode } from "./errors.js";

/** The code for a status that whoever was asked has answered. */
export function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return "provider_unauthorized";
  if (status === 403) return "provider_forbidden";
  if (status === 404) return "provider_not_found";
  if (status === 429) return "provider_throttled";
  // 408 is the one other 4xx that says nothing about the request itself.
  return status >= 500 || status === 408 ? "provider_unavailable" : "provider_rejected";
}

/** What a `Retry-After` says, ms from `now`: seconds or a date. A longer number is some gateway's epoch time, no wait. */
export function waitOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}(\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
