/** Timers that only fire when time is told to move. */
import type { StartTimer } from "../../watch/timer.js";

interface Pending {
  readonly at: number;
  readonly fire: () => void;
}

export class Timers {
  now = 1_000_000;
  readonly #pending = new Set<Pending>();
  /** What every timer was set to, ms. */
  readonly started: number[] = [];
  /** How much sooner than they should timers fire, ms. */
  early = 0;

  readonly start: StartTimer = (after, callback) => {
    this.started.push(after);
    const timer = {
      at: this.now + Math.max(0, after - this.early),
      fire: () => {
        this.#pending.delete(timer);
        callback();
      },
    };
    this.#pending.add(timer);
    return { clear: () => void this.#pending.delete(timer) };
  };

  /** Timers that have neither fired nor been cleared. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Moves time; between timers everything runs that waits for its turn only. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    await turn();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.now = Math.max(this.now, next.at);
      next.fire();
      await turn();
    }
    this.now = until;
  }

  #next(until: number): Pending | undefined {
    const due = [...this.#pending].filter(({ at }) => at <= until);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
