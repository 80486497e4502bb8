/**
 * The client of Lago's hosted or self-hosted API.
 *
 * @module creditgate/lago
 */
import type { Provider } from "../../types.js";
import { checkKeys, durationOption, idOf, textOption } from "../options.js";
import { findCustomer } from "./customers.js";
import { sendEvents } from "./events.js";
import { connect, KEYS } from "./options.js";
import type { LagoOptions } from "./options.js";
import { fetchWallets } from "./wallets.js";

export type { LagoOptions } from "./options.js";

/**
 * Lago as the gate's provider. Nothing is sent before the gate's first look-up.
 *
 * Throws `invalid_option` with the option's path, as in `lago.apiKey`.
 *
 * @example
 * ```ts
 * import { CreditGate } from "creditgate";
 * import { lago } from "creditgate/lago";
 *
 * const gate = new CreditGate({ provider: lago({ apiKey: env.LAGO_API_KEY, region: "eu" }), taxRate: "20" });
 * ```
 */
export function lago(options: LagoOptions): Provider {
  checkKeys("lago", options, KEYS);
  const api = connect(options);
  const neverRefreshes = options.refreshInterval === "none";
  const refreshInterval = options.refreshInterval === "none" ? 0 : durationOption("lago.refreshInterval", options.refreshInterval, 300_000);
  return {
    profile: "lago",
    id: idOf("lago", api.base, textOption("lago.environment", options.environment), neverRefreshes ? "none" : undefined),
    staleness: { computed: refreshInterval, cachedFallback: refreshInterval },
    reconstruction: neverRefreshes ? "required" : "supported",
    reflectWithin: durationOption("lago.reflectWithin", options.reflectWithin, 60_000),
    fetchWallets: async (customer, context) => {
      if (context.reconstruct !== true) return fetchWallets(api, customer, context);
      const { fetchWithUsage } = await import("./usage.js");
      return fetchWithUsage(api, neverRefreshes, customer, context);
    },
    sendEvents: (events, context) => sendEvents(api, events, context),
    findCustomer: (ids, context) => findCustomer(api, ids, context),
  };
}
