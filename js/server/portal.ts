/** Flexprice's customer portal, for pages: the other way in. */

import { redact } from "../engine/redact.js";
import { CreditGateError } from "../errors.js";
import { checkNames } from "../input.js";
import { FLEXPRICE_CACHED_FOR } from "../staleness.js";
import { type Endpoint, endpoint, ENDPOINT_OPTIONS, type EndpointOptions, isUnknownCustomer } from "./endpoint.js";
import { functionOption } from "./options.js";

/** What is asked of Flexprice: `flexpriceApi()` of `creditgate/flexprice/api` has it. */
export interface PortalApi {
  readonly baseUrl: string;
  readonly customers: { portalSession(externalId: string): Promise<{ readonly token: string; readonly expires_at: string }> };
  readonly wallets: { ofCustomer(customer: { readonly externalId: string }): Promise<readonly unknown[]> };
}

/** Options of {@link portalEndpoint}. */
export interface PortalEndpointOptions extends EndpointOptions {
  /** The client of Flexprice's API, with the server's own key. */
  readonly api: PortalApi;
}

/**
 * Lets a page ask Flexprice itself: POST answers `{ "token", "expiresAt", "baseUrl" }`, a session of the customer portal for
 * who asks, whose token the page sends as `X-Session-Token`. The token reads that customer's wallets and their
 * transactions, no matter from where, until it expires (ms since the epoch): the API key stays here.
 *
 * Where Flexprice's CORS does not let the page ask, GET reads the wallets for it: `{ "profile", "wallets", "fetchedAt",
 * "asOf", "freshness", "advisory": true }`, with nothing of the wallets but what the rules read. A customer whom Flexprice
 * does not know has none; POST then answers 404 `provider_not_found`.
 *
 * Advisory, and refusing, as `previewEndpoint`. A POST must come with the `Origin` of a listed page.
 *
 * @throws CreditGateError `invalid_option` at the option's path.
 *
 * @example
 * ```ts
 * import { flexpriceApi } from "creditgate/flexprice/api";
 * import { portalEndpoint } from "creditgate/server";
 *
 * const endpoint = portalEndpoint({
 *   api: flexpriceApi({ apiKey: env.FLEXPRICE_API_KEY }),
 *   origins: ["https://shop.example"],
 *   authenticate: (request) => (request.headers.get("cookie") === "session=1" ? "cus_1" : undefined), // your own session
 * });
 * const headers = { origin: "https://shop.example", cookie: "session=1" };
 * const session = await (await endpoint(new Request("https://shop.example/portal", { method: "POST", headers }))).json();
 * console.log(typeof session.token, session.expiresAt > Date.now()); // string true
 * const { wallets } = await (await endpoint(new Request("https://shop.example/portal", { headers }))).json();
 * console.log(wallets[0].balance); // 25
 * ```
 */
export function portalEndpoint(options: PortalEndpointOptions): Endpoint {
  checkNames("portalEndpoint", options, ["api", ...ENDPOINT_OPTIONS]);
  const { api } = options;
  functionOption("portalEndpoint.api", api?.customers?.portalSession);
  return endpoint("portalEndpoint", options, {
    async POST({ customer }) {
      const { token, expires_at } = await api.customers.portalSession(customer);
      const expiresAt = Date.parse(expires_at);
      if (typeof token !== "string" || Number.isNaN(expiresAt)) throw new CreditGateError("invalid_response", "the session lacks a token or its end");
      return { token, expiresAt, baseUrl: api.baseUrl };
    },
    async GET({ customer, now }) {
      const sentAt = now();
      const listed = await walletsOf(api, customer);
      const { freshness, ...redacted } = redact("flexprice", { wallets: listed });
      const asOf = sentAt - (freshness === "cached_fallback" ? FLEXPRICE_CACHED_FOR : 0);
      return { profile: "flexprice", ...redacted, fetchedAt: now(), asOf, freshness, advisory: true };
    },
  });
}

async function walletsOf(api: PortalApi, customer: string): Promise<readonly unknown[]> {
  try {
    return await api.wallets.ofCustomer({ externalId: customer });
  } catch (thrown) {
    if (isUnknownCustomer(thrown)) return [];
    throw thrown;
  }
}
