/**
 * One request to a billing API: the key, JSON in and out, retries, and every failure as a `CreditGateError`.
 */
import { CreditGateError, isCreditGateError } from "../errors.js";
import type { ProviderContext } from "../types.js";
import { discardBody, parseJson, readText } from "./body.js";
import { resolveKey } from "./key.js";
import type { ApiKey } from "./key.js";
import { refusal, statedWait } from "./refusal.js";

/** Longest wait a billing API may ask for before the call fails instead, ms. */
const LONGEST_WAIT = 5_000;
/** First and longest backoff, ms, before jitter. */
const BACKOFF = 200;
const LONGEST_BACKOFF = 2_000;

/** One billing API, as a provider was configured. */
export interface Api {
  /** For messages. */
  readonly name: string;
  /** Without a slash at the end. */
  readonly base: string;
  readonly apiKey: ApiKey;
  readonly authorization: (key: string) => Readonly<Record<string, string>>;
  /** Attempts after the first. */
  readonly retries: number;
}

/** What to ask. A call is safe to repeat, as a read is and events that are idempotent by key, unless it says otherwise. */
export interface Call {
  /** @defaultValue POST with a body, GET without */
  readonly method?: "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the base, with a slash in front; whatever varies in it already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | string[][];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether an answer that is no success is nevertheless one the caller understands. */
  readonly accept?: (answer: Answer) => boolean;
  /** Whether to ask again after this failure. @defaultValue after a network failure, 408, 429 and 5xx */
  readonly repeats?: (failure: CreditGateError) => boolean;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; `undefined` when it was no JSON, or larger than 8 MiB. */
  readonly body: unknown;
  /** When the attempt that was answered was sent. */
  readonly sentAt: number;
}

/**
 * Asks until there is an answer, up to `api.retries` times more after a failure that the call may be repeated after.
 *
 * Throws `provider_unauthorized` (also when the key cannot be had; nothing is sent then), `provider_forbidden`,
 * `provider_not_found`, `provider_throttled`, `provider_unavailable`, `provider_timeout` (the signal),
 * `provider_rejected` (other refusals, and redirects). An error of this package that `context.fetch` throws, or
 * that the signal was aborted with, passes through as it is.
 */
export async function request(api: Api, call: Call, context: ProviderContext): Promise<Answer> {
  const key = await resolveKey(api.name, api.apiKey);
  const sending: Sending = { url: urlOf(api, call), init: initOf(api, call, key, context.signal), key };
  for (let failures = 0; ; failures++) {
    const outcome = await attempt(api, call, sending, context);
    if (!isCreditGateError(outcome)) return outcome;
    const stated = outcome.retryAfter ?? 0;
    const repeats = (call.repeats ?? isTransient)(outcome);
    if (failures >= api.retries || !repeats || stated > LONGEST_WAIT) throw outcome;
    await pause(api.name, stated + backoff(failures), context, outcome);
  }
}

/** A call as every attempt sends it. */
interface Sending {
  readonly url: string;
  readonly init: RequestInit;
  readonly key: string;
}

/** One attempt: an answer, or the failure that might be retried. What must not be retried is thrown. */
async function attempt(api: Api, call: Call, sending: Sending, context: ProviderContext): Promise<Answer | CreditGateError> {
  const { fetch, signal } = context; // read at every attempt, and called without a receiver, as the global is
  if (signal.aborted) throw timeout(api.name, signal);
  const sentAt = context.now();
  try {
    const response = await fetch(sending.url, sending.init);
    if (isRedirect(response)) {
      discardBody(response);
      throw new CreditGateError("provider_rejected", `${api.name} answered with a redirect; is baseUrl right?`, {
        status: response.status,
      });
    }
    const answer: Answer = { status: response.status, body: await bodyOf(response, sending.key), sentAt };
    if (response.ok || call.accept?.(answer) === true) return answer;
    return refusal(api.name, answer.status, answer.body, statedWait(response, context.now()));
  } catch (error) {
    if (isCreditGateError(error)) throw error;
    if (signal.aborted) throw timeout(api.name, signal, error);
    return new CreditGateError("provider_unavailable", `${api.name} could not be reached`, { cause: error });
  }
}

function urlOf(api: Api, call: Call): string {
  return api.base + call.path + (call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`);
}

function initOf(api: Api, call: Call, key: string, signal: AbortSignal): RequestInit {
  const headers = { accept: "application/json", ...api.authorization(key), ...call.headers };
  // Followed, a redirect could take the key to another origin; "error" is unknown to workerd.
  const init: RequestInit = { method: call.method ?? "GET", headers, redirect: "manual", signal };
  if (call.body === undefined) return init;
  return { ...init, method: call.method ?? "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(call.body) };
}

/** Browsers hide a redirect that is not followed behind status 0. */
function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
}

async function bodyOf(response: Response, key: string): Promise<unknown> {
  if (response.ok) return parseJson(await readText(response));
  // The status has said enough: a refusal whose body breaks off is still that refusal.
  const text = await readText(response).catch(() => undefined);
  return parseJson(text?.replaceAll(key, "[key]")); // it becomes an error message
}

export function isTransient(error: CreditGateError): boolean {
  return error.code === "provider_unavailable" || error.code === "provider_throttled";
}

/** Whole ms; exponential, with the upper half left to chance so that a fleet does not come back at once. */
function backoff(failures: number): number {
  return Math.round(Math.min(LONGEST_BACKOFF, BACKOFF * 2 ** failures) * (0.5 + Math.random() / 2));
}

async function pause(api: string, ms: number, context: ProviderContext, failure: CreditGateError): Promise<void> {
  try {
    await context.sleep(ms, context.signal);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw timeout(api, context.signal, failure);
  }
}

/** The signal's own reason where it is an error of ours, else `provider_timeout`. */
function timeout(api: string, signal: AbortSignal, cause: unknown = signal.reason): CreditGateError {
  if (isCreditGateError(signal.reason)) return signal.reason;
  return new CreditGateError("provider_timeout", `${api} did not answer in time`, { cause });
}
