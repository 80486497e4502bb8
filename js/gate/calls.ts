/** Calls to the billing API: counted, and within the gate's limits. */

import { CreditGateError } from "../errors.js";
import type { ProviderContext } from "../types.js";
import type { Settings } from "./options.js";
import { RateLimit } from "./rate-limit.js";

/** What a call is made for. */
export interface CallUse {
  /** It leaves alone what is kept for `spend`'s look-ups. */
  readonly isSpare?: boolean;
  /** Told of every request that goes out. */
  readonly onRequest?: () => void;
}

export class Calls {
  /** Places for refreshes at once. */
  readonly limit: RateLimit;
  readonly #settings: Settings;
  #count = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.limit = new RateLimit(settings);
  }

  /** Requests that went out. */
  get count(): number {
    return this.#count;
  }

  /** What a provider may use for one call. Every request takes a token; without one it is `throttled`. */
  context(signal: AbortSignal, { isSpare = false, onRequest }: CallUse = {}): ProviderContext {
    const { now, sleep, account } = this.#settings;
    const fetch: typeof globalThis.fetch = (...args) => {
      if ((isSpare && !this.limit.hasSpare(now(), 1)) || !this.limit.take(now())) {
        throw new CreditGateError("throttled", "the gate's own limit on calls to the billing API is reached");
      }
      this.#count += 1;
      onRequest?.();
      return this.#settings.fetch(...args);
    };
    return { fetch, now, sleep, signal, reconstruct: account.whenScopesOverlap === "reconstruct" };
  }
}
