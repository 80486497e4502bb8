/** Which deliveries of webhooks were handled: bounded, here and in the shared store. Best effort. */

import type { Stored } from "./stored.js";

/** Ids remembered here at most; the oldest go first. */
const MOST = 10_000;

export class Deliveries {
  readonly #stored: Stored;
  readonly #handled = new Set<string>();

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  async has(id: string): Promise<boolean> {
    return this.#handled.has(id) || (await this.#stored.hasDelivery(id));
  }

  /** To be called once it is handled: what was not comes again, and must not count as a repeat then. */
  async add(id: string): Promise<void> {
    this.#handled.add(id);
    const [oldest] = this.#handled;
    if (this.#handled.size > MOST && oldest !== undefined) this.#handled.delete(oldest);
    await this.#stored.rememberDelivery(id);
  }
}
