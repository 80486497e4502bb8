/** Whether there may be timers at all. */

import { CreditGateError } from "../errors.js";

/** @throws CreditGateError `invalid_input` where the runtime forbids timers: in the global scope of a Worker. */
export function checkTimers(): void {
  try {
    clearTimeout(setTimeout(() => {}, 0));
  } catch (cause) {
    const message = "timers are not allowed here: call `watch` in a handler, not in the global scope of a Worker";
    throw new CreditGateError("invalid_input", message, { cause });
  }
}
