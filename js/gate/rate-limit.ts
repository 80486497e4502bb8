/** What spares the billing API: a token bucket, and a bound on calls at once. */

import { TokenBucket } from "../token-bucket.js";
import type { Settings } from "./options.js";

/** Counts calls; every time comes from the caller. Half of the burst is kept for `spend`'s look-ups. */
export class RateLimit extends TokenBucket {
  readonly #most: number;
  /** When each call under way ends at the latest: one whose request died must not hold its place for ever. */
  readonly #underWay = new Map<number, number>();

  constructor({ rateLimit, maxRefreshes }: Settings) {
    super(rateLimit);
    this.#most = maxRefreshes;
  }

  /** Takes a place until `until`, if there is one. */
  enter(id: number, now: number, until: number): boolean {
    if (this.#underWay.size >= this.#most) {
      for (const [other, end] of this.#underWay) if (end <= now) this.#underWay.delete(other);
    }
    if (this.#underWay.size >= this.#most) return false;
    this.#underWay.set(id, until);
    return true;
  }

  leave(id: number): void {
    this.#underWay.delete(id);
  }
}
