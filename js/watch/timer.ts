/** Timers as the cadence takes them: the engine's own, or `setTimeout`. */

/** Calls back once, unless it is cleared. */
export interface Timer {
  /** Any number of times, also after it has fired. */
  clear(): void;
}

/** Starts a timer of so many milliseconds: a whole number, at most {@link LONGEST_TIMER}. */
export type StartTimer = (after: number, callback: () => void) => Timer;

/** The longest that a timer waits, ms: beyond it, it does not wait at all. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Timers without the engine. */
export function startTimeout(after: number, callback: () => void): Timer {
  const timeout = setTimeout(callback, after);
  return { clear: () => clearTimeout(timeout) };
}
