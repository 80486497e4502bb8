/** A page's request for JSON. */

import { CreditGateError, type ErrorCode, isCreditGateError } from "../errors.js";
import { codeOfStatus, waitOf } from "../status.js";

/** What a page asks with. */
export interface Asking {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** An answer and when it was asked for. */
export interface Answered {
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly sentAt: number;
}

/** What the handlers of `creditgate/server` say of themselves; anything else is judged by its status. */
const TOLD: readonly unknown[] = [
  "snapshot_wrong_origin", "throttled", "invalid_response", "provider_unauthorized", "provider_forbidden", "provider_not_found",
  "provider_rejected", "provider_throttled", "provider_unavailable", "provider_timeout",
] satisfies readonly ErrorCode[];

/**
 * @param who - for messages
 * @throws CreditGateError by the code that the answer tells, or else `provider_unauthorized`, `provider_forbidden`,
 * `provider_not_found`, `provider_throttled`, `provider_rejected`, `provider_unavailable` (also when there is no answer: the
 * network, CORS, the page's `connect-src`, a redirect), `invalid_response`.
 */
export async function request(who: string, url: string, init: RequestInit, { fetch, now, signal }: Asking): Promise<Answered> {
  const sentAt = now();
  const response = await fetch(url, { cache: "no-store", redirect: "error", ...init, signal }).catch((cause: unknown) => {
    if (isCreditGateError(cause)) throw cause;
    throw new CreditGateError("provider_unavailable", `${who} did not answer: the network, its CORS or the page's connect-src`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(who, response, body, now());
  if (typeof body !== "object" || body === null) throw new CreditGateError("invalid_response", `${who} answered something else than JSON`);
  return { body: body as Answered["body"], sentAt };
}

function refusal(who: string, { status, headers }: Response, body: unknown, now: number): CreditGateError {
  const { code } = (body ?? {}) as { readonly code?: unknown };
  const providerCode = typeof code === "string" ? code : undefined;
  const told = TOLD.includes(code) ? (code as ErrorCode) : codeOfStatus(status);
  const retryAfter = waitOf(headers.get("retry-after"), now);
  return new CreditGateError(told, `${who} answered ${status}${providerCode === undefined ? "" : `: ${providerCode}`}`, { status, providerCode, retryAfter });
}
