/** A token bucket; every time comes from the caller. */

/** How fast it fills, and what it holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number | undefined;

  /** It begins full. */
  constructor({ perSecond, burst }: Rate) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Takes a token, if there is one. */
  take(now: number): boolean {
    if (this.tokens(now) < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether so many tokens may be had without touching the lower half of the burst. */
  hasSpare(now: number, tokens: number): boolean {
    return this.tokens(now) - tokens >= Math.floor(this.#burst / 2);
  }

  /** What is in it, fractions included. */
  tokens(now: number): number {
    const passed = Math.max(0, now - (this.#filledAt ?? now));
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed * this.#perSecond) / 1000);
    this.#filledAt = now;
    return this.#tokens;
  }
}
