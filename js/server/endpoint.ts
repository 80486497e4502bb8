/** What every handler for a page does before and after its own work: origins, methods, who asks, how often. */

import { isCreditGateError } from "../errors.js";
import { invalid, isId } from "../input.js";
import { problemResponse } from "../problem.js";
import type { WaitUntil } from "../types.js";
import { Limits } from "./limits.js";
import { functionOption, optionalFunction, originsOption, rateOption } from "./options.js";
import { originOf, preflight, withCors } from "./origins.js";

/** What the handlers for a page share. */
export interface EndpointOptions {
  /**
   * Says who asks: your own id of the customer, from the session that your app knows; never from what the request merely
   * claims. `undefined` is answered 401; a `Response`, given or thrown, is passed on (a redirect, say, or your own 403; a new one each time);
   * anything else that is thrown, and what is no id, is answered 503 and told to `onError`.
   */
  readonly authenticate: (request: Request) => string | Response | undefined | Promise<string | Response | undefined>;
  /**
   * The origins of the pages that may ask, as in `https://shop.example`: each one named, with its port if that is not the
   * scheme's own. A request of another one is answered 403. Same-origin reads, for which browsers send no `Origin`, need
   * the request's own origin (by its URL: behind a proxy, hand on a request that has the public one) to be listed.
   */
  readonly origins: readonly string[];
  /**
   * What each customer may ask: so many a second, and so many at once after a pause; beyond it the answer is 429. Kept in
   * this instance's memory, for 10,000 customers. @defaultValue 0.2, 20
   */
  readonly rateLimit?: { readonly perSecond?: number; readonly burst?: number } | undefined;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Hears why something was answered 503. The page hears the code alone. What it throws is dropped. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A handler of requests, for any runtime with Web `Request` and `Response`. It always answers. Of the second argument it
 * takes `waitUntil`, and leaves alone what else a framework may pass there.
 */
export type Endpoint = (request: Request, options?: { readonly waitUntil?: WaitUntil | undefined }) => Promise<Response>;

/** Who asks, from which page. */
export interface Asked {
  readonly customer: string;
  readonly origin: string;
  readonly now: () => number;
  readonly call: { readonly waitUntil?: WaitUntil | undefined };
}

/** What is answered, as JSON; a `CreditGateError` is answered by its code. */
export type Work = (asked: Asked) => Promise<object>;

/** The names of {@link EndpointOptions}. */
export const ENDPOINT_OPTIONS: readonly (keyof EndpointOptions)[] = ["authenticate", "origins", "rateLimit", "now", "onError"];

/** The least that a page is told to wait after a failure, ms. */
const LEAST_RETRY_AFTER = 1_000;

/**
 * Makes a handler.
 *
 * @param work - by method; HEAD is answered as GET
 * @throws CreditGateError `invalid_option` at the option's path.
 */
export function endpoint(name: string, options: EndpointOptions, work: Readonly<Record<string, Work>>): Endpoint {
  const { authenticate, now = () => Date.now(), onError = () => {} } = options;
  functionOption(`${name}.authenticate`, authenticate);
  optionalFunction(`${name}.now`, options.now);
  optionalFunction(`${name}.onError`, options.onError);
  const origins = originsOption(`${name}.origins`, options.origins);
  const limits = new Limits(rateOption(`${name}.rateLimit`, options.rateLimit));
  const methods = [...Object.keys(work).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ");

  const failed = (error: unknown, code: string, retryAfter = 0): Response => {
    try {
      onError(error);
    } catch {
      // A listener's fault is no answer to the page.
    }
    return problemResponse(503, "The wallets cannot be told now.", { code }, Math.max(LEAST_RETRY_AFTER, retryAfter));
  };

  const whoAsks = async (request: Request): Promise<string | Response> => {
    try {
      const customer = await authenticate(request);
      if (customer instanceof Response) return customer;
      if (customer === undefined || customer === null) return problemResponse(401, "Who asks is not known.", { code: "not_authenticated" });
      if (isId(customer)) return customer;
      throw invalid("authenticate", "gave something that is no id");
    } catch (thrown) {
      return thrown instanceof Response ? thrown : failed(thrown, "not_authenticated");
    }
  };

  const answer = async (request: Request, origin: string, call: Asked["call"]): Promise<Response> => {
    const { method } = request;
    const name = method === "HEAD" ? "GET" : method;
    const own = Object.hasOwn(work, name) ? work[name] : undefined;
    if (own === undefined) return allowing(methods, problemResponse(405, "This method is not one of those that are answered.", { code: "invalid_input" }));
    const customer = await whoAsks(request);
    if (customer instanceof Response) return customer;
    const { isAllowed, headers, retryAfter } = limits.take(customer, now());
    const respond = async (): Promise<Response> => {
      if (!isAllowed) return problemResponse(429, "This customer's pages ask too often.", { code: "throttled" }, retryAfter);
      try {
        const body = JSON.stringify(await own({ customer, origin, now, call }));
        return new Response(body, { headers: { "content-type": "application/json" } });
      } catch (thrown) {
        return refusal(thrown, failed);
      }
    };
    const response = await respond();
    for (const [header, value] of Object.entries(headers)) response.headers.set(header, value);
    return method === "HEAD" ? new Response(null, response) : response;
  };

  return async (request, call) => {
    // A Worker's context serves as it is: its `waitUntil` must be called on it.
    const own = typeof call?.waitUntil === "function" ? { waitUntil: (work: Promise<unknown>) => call.waitUntil?.(work) } : {};
    const origin = originOf(request, origins);
    if (origin === undefined) {
      const detail = "Pages of this origin are not among those that may ask.";
      return withCors(problemResponse(403, detail, { code: "snapshot_wrong_origin" }), undefined);
    }
    if (request.method === "OPTIONS") return withCors(preflight(request, methods), origin);
    const answered = await answer(request, origin, own);
    try {
      return withCors(answered, origin);
    } catch (thrown) {
      // One that `authenticate` has given before: its body is gone.
      return withCors(failed(thrown, "not_authenticated"), origin);
    }
  };
}

function allowing(methods: string, response: Response): Response {
  response.headers.set("allow", methods);
  return response;
}

/** Flexprice's own 404 means a customer that it does not know; that of a wrong base URL has no such code. */
export function isUnknownCustomer(thrown: unknown): boolean {
  return isCreditGateError(thrown) && thrown.code === "provider_not_found" && thrown.providerCode === "not_found";
}

function refusal(thrown: unknown, failed: (error: unknown, code: string, retryAfter?: number) => Response): Response {
  if (!isCreditGateError(thrown)) return failed(thrown, "engine_fault");
  const { code, retryAfter } = thrown;
  if (isUnknownCustomer(thrown)) return problemResponse(404, "The billing API does not know this customer.", { code });
  return failed(thrown, code, retryAfter);
}
