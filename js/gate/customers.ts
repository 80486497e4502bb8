/**
 * Whose wallet is it? Flexprice's events name its own ids only. They are learnt from every snapshot, here and in the
 * shared store, once there is somebody to ask; where that is not enough, one look-up tells.
 */

import { CreditGateError } from "../errors.js";
import type { Profile, ProviderIds } from "../types.js";
import type { Calls, CallUse } from "./calls.js";
import { within } from "./deadline.js";
import type { Settings } from "./options.js";
import type { Snapshot, SnapshotCache } from "./snapshots.js";
import type { Stored } from "./stored.js";

/** What whose a wallet is is found with. */
export interface CustomersSetup {
  readonly settings: Settings;
  readonly cache: SnapshotCache;
  readonly stored: Stored;
  readonly calls: Calls;
}

/** Ids known at most, for each snapshot that is cached: a wallet's and its customer's, mostly. */
const IDS_PER_SNAPSHOT = 2;

/** Where a provider's wallet names itself and its customer, and what says that it is over. */
const FIELDS: Readonly<Record<Profile, { readonly wallet: string; readonly customer: string; readonly status: string; readonly over: string }>> = {
  flexprice: { wallet: "id", customer: "customer_id", status: "wallet_status", over: "closed" },
  lago: { wallet: "lago_id", customer: "lago_customer_id", status: "status", over: "terminated" },
};

/** The index from a provider's ids to the ids by which the caller addresses customers. */
export class Customers {
  readonly #settings: Settings;
  readonly #cache: SnapshotCache;
  readonly #stored: Stored;
  readonly #calls: Calls;
  /** Until somebody asks there is none: most gates hear of no provider's id, and it takes as much as half a snapshot. */
  #known: Map<string, string> | undefined;

  constructor({ settings, cache, stored, calls }: CustomersSetup) {
    this.#settings = settings;
    this.#cache = cache;
    this.#stored = stored;
    this.#calls = calls;
    if (settings.webhooks !== undefined) this.#known = new Map();
  }

  /** Takes note, here, of whose wallets these are; what of it was news. */
  learn(customer: string, wallets: readonly unknown[]): readonly string[] {
    return this.#known === undefined ? [] : this.#note(this.#known, customer, this.#idsOf(wallets));
  }

  /** Takes note, and tells other instances what was news: those whose webhooks may name these ids. */
  async share(customer: string, wallets: readonly unknown[]): Promise<void> {
    const news = this.learn(customer, wallets);
    if (this.#settings.webhooks !== undefined) await this.#store(customer, news);
  }

  /** The provider's id of the customer whose wallets these are. */
  ownerOf(wallets: readonly unknown[]): string | undefined {
    const { customer } = FIELDS[this.#settings.provider.profile];
    return wallets.filter(isObject).map((fields) => text(fields[customer])).find((id) => id !== undefined);
  }

  /**
   * Whose these ids are; `undefined` where the provider knows nobody.
   *
   * @throws CreditGateError what the look-up failed with
   */
  async find(ids: ProviderIds, use: CallUse = {}): Promise<string | undefined> {
    const { provider } = this.#settings;
    if (provider.customers === "id" && ids.customerId !== undefined) return ids.customerId;
    const keys = keysOf(ids);
    if (keys.length === 0) return undefined;
    this.#known ??= this.#index();
    const index = this.#known;
    const known = keys.map((key) => index.get(key)).find((customer) => customer !== undefined);
    if (known !== undefined) return known;
    const stored = (await Promise.all(keys.map((key) => this.#stored.customerOf(key)))).find((customer) => customer !== undefined);
    if (stored !== undefined) {
      this.#note(index, stored, keys);
      return stored;
    }
    const found = await this.#lookUp(ids, use);
    if (found !== undefined) await this.#store(found, this.#note(index, found, keys));
    return found;
  }

  async #lookUp(ids: ProviderIds, use: CallUse): Promise<string | undefined> {
    const { provider, sleep, lookupDeadline } = this.#settings;
    const late = () => new CreditGateError("provider_timeout", `no answer from the billing API within ${lookupDeadline} ms`);
    return within(sleep, lookupDeadline, late, async (signal) => provider.findCustomer?.(ids, this.#calls.context(signal, use)));
  }

  async #store(customer: string, keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#stored.rememberCustomer(key, customer)));
  }

  /** Of everybody cached, whoever was fetched last being the newest: a provider may rename its customers. */
  #index(): Map<string, string> {
    const index = new Map<string, string>();
    const cached = [...this.#cache.states()].flatMap(({ customer, snapshot }) => (snapshot === undefined ? [] : [{ customer, snapshot }]));
    for (const { customer, snapshot } of cached.sort((a, b) => a.snapshot.sequence - b.snapshot.sequence)) this.#note(index, customer, cachedKeys(snapshot));
    return index;
  }

  /** Keeps the newest, within bounds; the keys that were not known like this. */
  #note(index: Map<string, string>, customer: string, keys: readonly string[]): readonly string[] {
    const news = keys.filter((key) => index.get(key) !== customer);
    for (const key of keys) {
      index.delete(key);
      index.set(key, customer);
    }
    const most = this.#settings.maxSnapshots * IDS_PER_SNAPSHOT;
    for (const oldest of index.keys()) {
      if (index.size <= most) break;
      index.delete(oldest);
    }
    return news;
  }

  /** A wallet that is over moves no more, and Lago lists every one there ever was. */
  #idsOf(wallets: readonly unknown[]): readonly string[] {
    const { wallet, customer, status, over } = FIELDS[this.#settings.provider.profile];
    const live = wallets.filter(isObject).filter((fields) => fields[status] !== over);
    return [...new Set(live.flatMap((fields) => keysOf({ walletId: text(fields[wallet]), customerId: text(fields[customer]) })))];
  }
}

function cachedKeys({ account, customerId }: Snapshot): readonly string[] {
  const customers = keysOf({ customerId });
  try {
    return [...account.walletIds().flatMap((walletId) => keysOf({ walletId })), ...customers];
  } catch {
    // A faulty account answers nothing, and must not cost the others theirs.
    return customers;
  }
}

function keysOf({ walletId, customerId }: ProviderIds): string[] {
  return [...(walletId === undefined ? [] : [`wallet:${walletId}`]), ...(customerId === undefined ? [] : [`customer:${customerId}`])];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
