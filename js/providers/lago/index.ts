/**
 * The client of Lago's hosted or self-hosted API.
 *
 * @module creditgate/lago
 */
import type { Provider } from "../../types.js";
import type { Api } from "../http.js";
import { apiKeyOption, baseOption, checkKeys, durationOption, idOf, retriesOption, textOption } from "../options.js";
import { sendEvents } from "./events.js";
import { fetchWallets } from "./wallets.js";

/** Options of {@link lago}. Durations are milliseconds. */
export interface LagoOptions {
  /** The key of one organization, or a function that gives it, called once per request. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Which hosted API. @defaultValue `"us"` */
  readonly region?: "us" | "eu" | undefined;
  /** A self-hosted API, ending in `/api/v1`; one that is wrong shows as `provider_not_found`. Excludes `region`. */
  readonly baseUrl?: string | undefined;
  /**
   * How often the server recomputes ongoing balances; no answer says when it last did, so any may be this old
   * (lago R-ONG-14).
   *
   * @defaultValue 300_000
   */
  readonly refreshInterval?: number | undefined;
  /** From the acceptance of a usage event until every later computation contains it. @defaultValue 60_000 */
  readonly reflectWithin?: number | undefined;
  /**
   * Tells organizations of one base URL apart in a shared store: the API key alone chooses the organization, and a
   * key is never part of a store's keys.
   */
  readonly environment?: string | undefined;
  /** Attempts after the first, 0 to 10, where the network or the provider fails. @defaultValue 2 */
  readonly retries?: number | undefined;
}

const BASES: Readonly<Record<"us" | "eu", string>> = {
  us: "https://api.getlago.com/api/v1",
  eu: "https://api.eu.getlago.com/api/v1",
};
const KEYS: readonly (keyof LagoOptions)[] = ["apiKey", "region", "baseUrl", "refreshInterval", "reflectWithin", "environment", "retries"];

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
  const api: Api = {
    name: "Lago",
    base: baseOption("lago", options, BASES, "us"),
    apiKey: apiKeyOption("lago.apiKey", options.apiKey),
    authorization: (key) => ({ authorization: `Bearer ${key}` }),
    retries: retriesOption("lago.retries", options.retries),
  };
  const refreshInterval = durationOption("lago.refreshInterval", options.refreshInterval, 300_000);
  return {
    profile: "lago",
    id: idOf("lago", api.base, textOption("lago.environment", options.environment)),
    staleness: { computed: refreshInterval, cachedFallback: refreshInterval },
    reflectWithin: durationOption("lago.reflectWithin", options.reflectWithin, 60_000),
    fetchWallets: (customer, context) => fetchWallets(api, customer, context),
    sendEvents: (events, context) => sendEvents(api, events, context),
  };
}
