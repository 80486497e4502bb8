/** Timers of the engine, for `watch`. */

import { toCreditGateError } from "./fault.js";
import { engine } from "./start.js";

/**
 * Calls back in so many milliseconds, a whole number up to 2^31 - 1, unless `clear` is called first. Where the runtime
 * forbids timers (a Worker's global scope) do not come here: the engine would keep a little of what it had made.
 *
 * @throws CreditGateError `engine_fault`.
 */
export function startTimer(after: number, callback: () => void): { clear(): void } {
  let handle: { free(): void } | undefined;
  const clear = () => {
    handle?.free();
    handle = undefined;
  };
  const fire = () => {
    clear();
    callback();
  };
  try {
    handle = new (engine().Timer)(after, fire);
  } catch (thrown) {
    throw toCreditGateError(thrown);
  }
  return { clear };
}
