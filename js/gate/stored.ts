/** What instances share: snapshots, and what webhooks need. Best effort: a store that fails is an empty one. */

import type { SnapshotStore, WalletsAnswer } from "../types.js";
import { within } from "./deadline.js";
import type { Settings } from "./options.js";

/** A provider's answer with its times. */
export interface StoredAnswer {
  readonly answer: WalletsAnswer;
  readonly fetchedAt: number;
}

/** A store that takes longer counts as one that failed, ms: it must not cost a look-up its own deadline. */
const STORE_DEADLINE = 500;

/** An invalidation is worth more patience: until others hear of it they answer from outdated figures, ms. */
const INVALIDATION_DEADLINE = 5_000;

/** Changes with the shape of what is stored. */
const VERSION = 1;

/** How long others may rely on whose a wallet is, ms: an external id may be given anew. */
const CUSTOMER_FOR = 7 * 86_400_000;

/** How long a delivery that comes again is known for one, ms: longer than providers go on trying. */
const DELIVERY_FOR = 2 * 86_400_000;

interface SetOptions {
  readonly expiresIn: number;
  readonly customer: string | undefined;
  readonly deadline: number;
}

/** Reads and writes one gate's snapshots, epochs of invalidations, owners of ids, and handled deliveries. */
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
    const texts = await this.#quietly(customer, () => Promise.all([store.get(this.#key(this.#wallets, customer)), store.get(this.#key("epoch", customer))]));
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
    const { usableFor } = this.#settings;
    await this.#put(this.#wallets, customer, JSON.stringify({ version: VERSION, fetchedAt, ...answer }), usableFor, customer);
  }

  /** Tells every reader that figures asked for before `epoch` do not count; whether they will hear it. */
  async invalidate(customer: string, epoch: number): Promise<boolean> {
    const { store, usableFor } = this.#settings;
    if (store === undefined) return true; // There is nobody to tell.
    return this.#set(store, this.#key("epoch", customer), String(epoch), { expiresIn: usableFor, customer, deadline: INVALIDATION_DEADLINE });
  }

  /** Whose an id of the provider's is. */
  async customerOf(id: string): Promise<string | undefined> {
    return this.#get("customer", id);
  }

  async rememberCustomer(id: string, customer: string): Promise<void> {
    await this.#put("customer", id, customer, CUSTOMER_FOR, customer);
  }

  /** Whether a webhook's delivery was handled. */
  async hasDelivery(id: string): Promise<boolean> {
    return (await this.#get("delivery", id)) !== undefined;
  }

  async rememberDelivery(id: string): Promise<void> {
    await this.#put("delivery", id, String(this.#settings.now()), DELIVERY_FOR);
  }

  async #get(what: string, id: string): Promise<string | undefined> {
    const { store } = this.#settings;
    return store === undefined ? undefined : this.#quietly(undefined, () => store.get(this.#key(what, id)));
  }

  async #put(what: string, id: string, text: string, expiresIn: number, customer?: string): Promise<void> {
    const { store } = this.#settings;
    if (store !== undefined) await this.#set(store, this.#key(what, id), text, { expiresIn, customer, deadline: STORE_DEADLINE });
  }

  /** Whether it is there for everybody who has this store. */
  async #set(store: SnapshotStore, key: string, text: string, { expiresIn, customer, deadline }: SetOptions): Promise<boolean> {
    const set = async () => {
      await store.set(key, text, { expiresIn });
      return true;
    };
    return (await this.#quietly(customer, set, deadline)) ?? false;
  }

  /** A gate that reconstructs has no use for the answers of one that does not. */
  get #wallets(): string {
    return this.#settings.account.whenScopesOverlap === "reconstruct" ? "wallets+usage" : "wallets";
  }

  #key(what: string, id: string): string {
    return `creditgate:${VERSION}:${what}:${this.#settings.provider.id}:${id}`;
  }

  async #quietly<T>(customer: string | undefined, run: () => Promise<T>, deadline: number = STORE_DEADLINE): Promise<T | undefined> {
    const late = () => new Error(`the store did not answer within ${deadline} ms`);
    try {
      return await within(this.#settings.sleep, deadline, late, run);
    } catch (error) {
      this.#failed(customer, error);
      return undefined;
    }
  }

  #failed(customer: string | undefined, error: unknown): void {
    this.#failures += 1;
    this.#settings.telemetry?.({ type: "store_failed", customer, error });
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
