/** What spares the billing API: a token bucket, and a bound on calls at once. */

import type { Settings } from "./options.js";

/** Counts calls; every time comes from the caller. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #most: number;
  #tokens: number;
  #filledAt: number | undefined;
  /** When each call under way ends at the latest: one whose request died must not hold its place for ever. */
  readonly #underWay = new Map<number, number>();

  constructor({ rateLimit, maxRefreshes }: Settings) {
    this.#perSecond = rateLimit.perSecond;
    this.#burst = rateLimit.burst;
    this.#tokens = rateLimit.burst;
    this.#most = maxRefreshes;
  }

  /** Takes a token, if there is one. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether so many tokens may be had without touching the half of the burst that is kept for `spend`'s look-ups. */
  hasSpare(now: number, tokens: number): boolean {
    this.#fill(now);
    return this.#tokens - tokens >= Math.floor(this.#burst / 2);
  }

  #fill(now: number): void {
    const passed = Math.max(0, now - (this.#filledAt ?? now));
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed * this.#perSecond) / 1000);
    this.#filledAt = now;
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
