/**
 * Lago's options: where it is, how to get in, and how the gate reads it.
 */
import type { Api } from "../http.js";
import { apiKeyOption, baseOption, retriesOption } from "../options.js";
import { BASES } from "./regions.js";

/** Options of `lago()`. Durations are milliseconds. */
export interface LagoOptions {
  /** The key of one organization, or a function that gives it, called once per request. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Which hosted API. @defaultValue `"us"` */
  readonly region?: "us" | "eu" | undefined;
  /** A self-hosted API, ending in `/api/v1`; one that is wrong shows as `provider_not_found`. Excludes `region`. */
  readonly baseUrl?: string | undefined;
  /**
   * How often the server recomputes ongoing balances; no answer says when it last did, so any may be this old
   * (lago R-ONG-14). `"none"` where it never does: the gate then computes them from the usage behind them, and needs
   * `whenScopesOverlap: "reconstruct"`.
   *
   * @defaultValue 300_000
   */
  readonly refreshInterval?: number | "none" | undefined;
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

/** The names of {@link LagoOptions}. */
export const KEYS: readonly (keyof LagoOptions)[] = ["apiKey", "region", "baseUrl", "refreshInterval", "reflectWithin", "environment", "retries"];

/** Throws `invalid_option` with the option's path, as in `lago.apiKey`. */
export function connect(options: LagoOptions): Api {
  return {
    name: "Lago",
    base: baseOption("lago", options, BASES, "us"),
    apiKey: apiKeyOption("lago.apiKey", options.apiKey),
    authorization: (key) => ({ authorization: `Bearer ${key}` }),
    retries: retriesOption("lago.retries", options.retries),
  };
}
