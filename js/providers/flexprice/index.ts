/**
 * The client of Flexprice's hosted or self-hosted API.
 *
 * @module creditgate/flexprice
 */
import { FLEXPRICE_CACHED_FOR } from "../../staleness.js";
import type { Provider } from "../../types.js";
import { checkKeys, durationOption, idOf, oneOf, secondsOption, textOption } from "../options.js";
import { findCustomer } from "./customers.js";
import { sendEvents } from "./events.js";
import { connect, KEYS } from "./options.js";
import type { FlexpriceOptions } from "./options.js";
import { fetchWallets } from "./wallets.js";

export type { FlexpriceOptions } from "./options.js";

/**
 * Flexprice as the gate's provider. Nothing is sent before the gate's first look-up.
 *
 * Throws `invalid_option` with the option's path, as in `flexprice.apiKey`.
 *
 * @example
 * ```ts
 * import { CreditGate } from "creditgate";
 * import { flexprice } from "creditgate/flexprice";
 *
 * const gate = new CreditGate({ provider: flexprice({ apiKey: env.FLEXPRICE_API_KEY, region: "us" }) });
 * ```
 */
export function flexprice(options: FlexpriceOptions): Provider {
  checkKeys("flexprice", options, KEYS);
  const api = connect(options);
  const customers = oneOf("flexprice.customers", options.customers, ["external", "id"]) ?? "external";
  const reading = {
    customers,
    grants: oneOf("flexprice.grants", options.grants, ["fetch"]) !== undefined,
    maxLive: secondsOption("flexprice.maxCachedAge", options.maxCachedAge),
  };
  const environment = textOption("flexprice.environment", options.environment);
  const source = textOption("flexprice.source", options.source);
  return {
    profile: "flexprice",
    id: idOf("flexprice", api.base, environment, customers, reading.grants ? "grants" : undefined),
    staleness: { computed: 0, cachedFallback: FLEXPRICE_CACHED_FOR },
    reflectWithin: durationOption("flexprice.reflectWithin", options.reflectWithin, 420_000),
    customers,
    fetchWallets: (customer, context) => fetchWallets(api, reading, customer, context),
    findCustomer: (ids, context) => findCustomer(api, customers, ids, context),
    ...(customers === "external" && { sendEvents: (events, context) => sendEvents(api, source, events, context) }),
  };
}
