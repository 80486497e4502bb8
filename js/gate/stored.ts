/** Snapshots in a shared store: their keys and their text. Best effort: a store that fails is an empty one. */

import type { WalletsAnswer } from "../types.js";
import { within } from "./deadline.js";
import type { Settings } from "./options.js";

/** A provider's answer with its times. */
export interface StoredAnswer {
  readonly answer: WalletsAnswer;
  readonly fetchedAt: number;
}

/** A store that takes longer counts as one that failed, ms: it must not cost a look-up its own deadline. */
const STORE_DEADLINE = 500;

/** Changes with the shape of what is stored. */
const VERSION = 1;

/** Reads and writes one gate's snapshots, and the epochs of invalidations. */
export class Stored {
  readonly #settings: Settings;
  #failures = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get failures(): number {
    return this.#failures;
  }

  /** What the store has of a customer, and since when figures count. */
  async read(customer: string): Promise<{ readonly stored: StoredAnswer | undefined; readonly epoch: number }> {
    const { store } = this.#settings;
    if (store === undefined) return { stored: undefined, epoch: 0 };
    const texts = await this.#quietly(customer, () => Promise.all([store.get(this.#key("wallets", customer)), store.get(this.#key("epoch", customer))]));
    const [text, epoch] = texts ?? [];
    // By a clock ahead of this one an epoch would outdate every answer until then, and figures would pass for
    // containing what is spent here until then.
    const now = this.#settings.now();
    const stored = parse(text);
    const isOfNow = stored !== undefined && stored.answer.sentAt <= now && stored.fetchedAt <= now;
    return { stored: isOfNow ? stored : undefined, epoch: Math.min(Number(epoch ?? 0) || 0, now) };
  }

  /** Does something with what was read; what fails is counted like a store that fails. */
  using(customer: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#failed(customer, error);
    }
  }

  async write(customer: string, { answer, fetchedAt }: StoredAnswer): Promise<void> {
    await this.#put(customer, "wallets", JSON.stringify({ version: VERSION, fetchedAt, ...answer }));
  }

  /** Tells every reader that figures asked for before `epoch` do not count. */
  async invalidate(customer: string, epoch: number): Promise<void> {
    await this.#put(customer, "epoch", String(epoch));
  }

  async #put(customer: string, what: string, text: string): Promise<void> {
    const { store, usableFor } = this.#settings;
    if (store === undefined) return;
    await this.#quietly(customer, () => store.set(this.#key(what, customer), text, { expiresIn: usableFor }));
  }

  #key(what: string, customer: string): string {
    return `creditgate:${VERSION}:${what}:${this.#settings.provider.id}:${customer}`;
  }

  async #quietly<T>(customer: string, run: () => Promise<T>): Promise<T | undefined> {
    const late = () => new Error(`the store did not answer within ${STORE_DEADLINE} ms`);
    try {
      return await within(this.#settings.sleep, STORE_DEADLINE, late, run);
    } catch (error) {
      this.#failed(customer, error);
      return undefined;
    }
  }

  #failed(customer: string, error: unknown): void {
    this.#failures += 1;
    this.#settings.telemetry({ type: "store_failed", customer, error });
  }
}

/** Reads what a gate of this version wrote; anything else counts as absent. */
function parse(text: string | undefined): StoredAnswer | undefined {
  if (text === undefined) return undefined;
  try {
    const { version, fetchedAt, ...answer } = JSON.parse(text) as { version: number; fetchedAt: number } & WalletsAnswer;
    const isWhole = Array.isArray(answer.wallets) && Number.isFinite(fetchedAt) && Number.isFinite(answer.sentAt);
    return version === VERSION && isWhole ? { answer, fetchedAt } : undefined;
  } catch {
    return undefined;
  }
}
