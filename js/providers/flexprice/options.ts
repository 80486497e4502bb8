/**
 * Flexprice's options: where it is, how to get in, and how the gate reads it.
 */
import type { Api } from "../http.js";
import { apiKeyOption, baseOption, retriesOption } from "../options.js";

/** Options of `flexprice()`. Durations are milliseconds. */
export interface FlexpriceOptions {
  /** The key of one environment, or a function that gives it, called once per request. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Which hosted API. @defaultValue `"us"` */
  readonly region?: "us" | "india" | undefined;
  /** A self-hosted API, ending in `/v1`; one that is wrong shows as `provider_not_found`. Excludes `region`. */
  readonly baseUrl?: string | undefined;
  /**
   * How the gate's customer id addresses a customer: as your own id (Flexprice's `external_id`) or as
   * Flexprice's. The API takes usage events by external id only: with `"id"`, report usage elsewhere.
   *
   * @defaultValue `"external"`
   */
  readonly customers?: "external" | "id" | undefined;
  /**
   * Also read the credits left in each active prepaid wallet, one more request per wallet, so that credits
   * which have expired no longer count (flexprice 42-44). Without it decisions note `expiry_unknown`.
   */
  readonly grants?: "fetch" | undefined;
  /**
   * Take the figure from the provider's cache when it is no older than this, at least 1000, rounded down to whole
   * seconds. Spares the provider a computation; an older figure may still come when a computation fails
   * (flexprice 15), so every cached figure counts as up to 30 minutes old.
   */
  readonly maxCachedAge?: number | undefined;
  /** From the acceptance of a usage event until every later computation contains it (flexprice 18). @defaultValue 420_000 */
  readonly reflectWithin?: number | undefined;
  /**
   * Tells environments of one base URL apart in a shared store: the API key alone chooses the environment, and a
   * key is never part of a store's keys.
   */
  readonly environment?: string | undefined;
  /** `source` of the usage events this provider reports. */
  readonly source?: string | undefined;
  /** Attempts after the first, 0 to 10, where the network or the provider fails. @defaultValue 2 */
  readonly retries?: number | undefined;
}

const BASES: Readonly<Record<"us" | "india", string>> = {
  us: "https://us.api.flexprice.io/v1",
  india: "https://api.cloud.flexprice.io/v1",
};

/** The names of {@link FlexpriceOptions}. */
export const KEYS: readonly (keyof FlexpriceOptions)[] = [
  "apiKey", "region", "baseUrl", "customers", "grants", "maxCachedAge", "reflectWithin", "environment", "source", "retries",
];

/** Throws `invalid_option` with the option's path, as in `flexprice.apiKey`. */
export function connect(options: FlexpriceOptions): Api {
  return {
    name: "Flexprice",
    base: baseOption("flexprice", options, BASES, "us"),
    apiKey: apiKeyOption("flexprice.apiKey", options.apiKey),
    authorization: (key) => ({ "x-api-key": key }),
    retries: retriesOption("flexprice.retries", options.retries),
  };
}
