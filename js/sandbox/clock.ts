/**
 * The sandbox's own clock: the host's time plus what tests have turned it forward.
 *
 * @module creditgate/sandbox
 */
import { CreditGateError } from "../errors.js";

/** The first of these times; infinity when there is none. */
export function earliest(times: Iterable<number>): number {
  let first = Number.POSITIVE_INFINITY;
  for (const time of times) first = Math.min(first, time);
  return first;
}

export class Clock {
  readonly #source: () => number;
  #offset = 0;

  constructor(source: () => number) {
    this.#source = source;
  }

  now(): number {
    return Math.floor(this.#source()) + this.#offset;
  }

  advance(ms: number): void {
    this.#offset += ms;
  }

  /** Forward only: what has happened already cannot be taken back. `restart` is the way to an earlier time. */
  set(time: number): void {
    const now = this.now();
    if (time < now) {
      throw new CreditGateError("invalid_input", `the clock only goes forward and stands at ${now}; reset with "now" to start earlier`, {
        path: "set",
      });
    }
    this.#offset += time - now;
  }

  /** Back to the host's time, or to `time`. */
  restart(time?: number): void {
    this.#offset = 0;
    if (time !== undefined) this.#offset = time - this.now();
  }
}
