/** Refetches that webhooks ask for: behind the answer, one at a time per customer, leaving look-ups their share. */

import type { Calls } from "./calls.js";
import type { Settings } from "./options.js";
import type { Refresher } from "./refresher.js";
import type { SnapshotCache } from "./snapshots.js";
import type { Stored } from "./stored.js";

/** What hints work with. */
export interface HintsSetup {
  readonly settings: Settings;
  readonly cache: SnapshotCache;
  readonly stored: Stored;
  readonly calls: Calls;
  readonly refresher: Refresher;
}

/** How long one may take before its request counts as dead, ms: longer than a refresh behind an answer. */
const DEADLINE = 15_000;

/** A refetch under way. A value: requests must not wait for each other's promises. */
interface Refetch {
  until: number;
  /** Whether a hint has come since it began. */
  again: boolean;
}

export class Hints {
  readonly #setup: HintsSetup;
  readonly #underWay = new Map<string, Refetch>();
  #closed = false;

  constructor(setup: HintsSetup) {
    this.#setup = setup;
  }

  /**
   * Fetches a customer anew, where anybody uses it: webhooks tell of every customer there is, and those nobody asks for
   * must not push out others. While a refetch is under way, all that come share the one that follows it.
   */
  async refetch(customer: string): Promise<void> {
    const { now } = this.#setup.settings;
    const present = this.#underWay.get(customer);
    if (present !== undefined && now() < present.until) {
      present.again = true;
      return;
    }
    const own: Refetch = { until: now() + DEADLINE, again: false };
    this.#underWay.set(customer, own);
    try {
      if (await this.#isUsed(customer)) await this.#run(customer, own);
    } finally {
      if (this.#underWay.get(customer) === own) this.#underWay.delete(customer);
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #run(customer: string, own: Refetch): Promise<void> {
    const { cache, refresher, settings } = this.#setup;
    do {
      if (this.#closed || !this.#hasShare()) return;
      own.again = false;
      own.until = settings.now() + DEADLINE;
      await refresher.refresh(cache.get(customer), { skipStore: true });
    } while (own.again);
  }

  async #isUsed(customer: string): Promise<boolean> {
    const { cache, stored } = this.#setup;
    return cache.peek(customer)?.snapshot !== undefined || (await stored.read(customer)).stored !== undefined;
  }

  /** Whether there is room for those that have not sent a request yet, too. One that finds none is left to the next call. */
  #hasShare(): boolean {
    const { calls, settings } = this.#setup;
    const now = settings.now();
    for (const [customer, { until }] of this.#underWay) if (until <= now) this.#underWay.delete(customer);
    return calls.limit.hasSpare(now, this.#underWay.size);
  }
}
