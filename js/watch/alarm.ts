/** A moment to be woken at. */

import { LONGEST_TIMER, type StartTimer, startTimeout, type Timer } from "./timer.js";

/** Rings once at a time by the clock, however far off, by as many timers as that takes: none is left once it has rung. */
export class Alarm {
  readonly #startTimer: StartTimer;
  readonly #now: () => number;
  #timer: Timer | undefined;

  constructor(startTimer: StartTimer, now: () => number) {
    this.#startTimer = startTimer;
    this.#now = now;
  }

  /** Rings at `at`, and at no other time that was set before. */
  set(at: number, ring: () => void): void {
    this.clear();
    const after = Math.ceil(Math.min(Math.max(0, at - this.#now()), LONGEST_TIMER));
    const timer = this.#start(after, () => {
      // In Workers a timer cannot be cleared from another request than its own, and fires all the same.
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      // Timers are limited, and some fire early.
      if (this.#now() < at) this.set(at, ring);
      else ring();
    });
    this.#timer = timer;
  }

  clear(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  /** An engine that has failed does not end a watch. */
  #start(after: number, callback: () => void): Timer {
    try {
      return this.#startTimer(after, callback);
    } catch {
      return startTimeout(after, callback);
    }
  }
}
