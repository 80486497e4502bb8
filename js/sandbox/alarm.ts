/**
 * Wakes the sandbox when something is due that no request waits for: on a running clock webhooks go out by themselves.
 *
 * @module creditgate/sandbox
 */
import type { Clock } from "./clock.js";

/** The longest delay that the host's timers take. */
const MAX_DELAY = 2 ** 31 - 1;

export class Alarm {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, closing: AbortSignal, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
    closing.addEventListener("abort", () => {
      clearTimeout(this.#timer);
    });
  }

  /** Wakes at `due` by the sandbox's clock, instead of when it was set to before. Infinity: not at all. */
  set(due: number): void {
    clearTimeout(this.#timer);
    if (due === Number.POSITIVE_INFINITY) return;
    const setAt = this.#clock.now();
    this.#timer = setTimeout(() => {
      const now = this.#clock.now();
      if (now >= due) this.#wake();
      // A timer may be early. A clock that a test holds still never comes to it: whoever turns it wakes the sandbox.
      else if (now > setAt) this.set(due);
    }, Math.min(Math.max(due - setAt, 0), MAX_DELAY));
    this.#timer.unref();
  }
}
