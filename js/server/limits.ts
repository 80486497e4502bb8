/** How often each customer's pages may ask, and how that is told. */

import { type Rate, TokenBucket } from "../token-bucket.js";

/** Customers remembered: those who asked last. Who is forgotten begins anew. */
const MOST_CUSTOMERS = 10_000;

/** Whether somebody may ask now. */
export interface Allowance {
  readonly isAllowed: boolean;
  /** Milliseconds until the next request is allowed; where this one is not. */
  readonly retryAfter: number;
  /** `RateLimit-Policy` and `RateLimit`, by the IETF's draft (draft-ietf-httpapi-ratelimit-headers, as of its version 8). */
  readonly headers: Readonly<Record<string, string>>;
}

export class Limits {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one of a customer's requests, if there is one left. */
  take(customer: string, now: number): Allowance {
    const { perSecond, burst } = this.#rate;
    const bucket = this.#bucketOf(customer);
    const isAllowed = bucket.take(now);
    const tokens = bucket.tokens(now);
    const secondsUntil = (wanted: number) => Math.ceil(Math.max(0, wanted - tokens) / perSecond);
    return {
      isAllowed,
      retryAfter: secondsUntil(1) * 1000,
      headers: {
        "ratelimit-policy": `"customer";q=${burst};w=${Math.ceil(burst / perSecond)}`,
        ratelimit: `"customer";r=${Math.floor(tokens)};t=${secondsUntil(burst)}`,
      },
    };
  }

  #bucketOf(customer: string): TokenBucket {
    const bucket = this.#buckets.get(customer) ?? new TokenBucket(this.#rate);
    // The last in the map is who asked last.
    this.#buckets.delete(customer);
    this.#buckets.set(customer, bucket);
    if (this.#buckets.size > MOST_CUSTOMERS) {
      const [oldest = ""] = this.#buckets.keys();
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
