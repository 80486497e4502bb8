/** Fetches snapshots: one at a time per customer, sparing the billing API, last write by sequence. */

import { requests } from "#platform";
import { ResidentAccount } from "../engine/account.js";
import { CreditGateError, isCreditGateError } from "../errors.js";
import type { Ledger, WalletsAnswer } from "../types.js";
import type { Calls } from "./calls.js";
import type { Customers } from "./customers.js";
import { within } from "./deadline.js";
import type { Settings } from "./options.js";
import { asOf, type CustomerState, type Snapshot, type SnapshotCache } from "./snapshots.js";
import type { Stored, StoredAnswer } from "./stored.js";

/** What a refresher works with. */
export interface RefresherSetup {
  readonly settings: Settings;
  readonly cache: SnapshotCache;
  readonly ledger: Ledger;
  readonly stored: Stored;
  readonly calls: Calls;
  /** Told whose the wallets of an answer are. */
  readonly customers: Customers;
}

/** How often a call looks whether another request's refresh has arrived, ms. */
const POLL = 10;

/** How long a refresh behind an answer may take, ms. */
const BEHIND_DEADLINE = 10_000;

/** First and longest wait after a failed refresh, ms. */
const RETRY_AFTER = { first: 1_000, longest: 30_000 };

/** Of a snapshot's time, how much is jitter. */
const JITTER = 0.1;

/** One for all: most snapshots have none. */
const NO_NOTES: Snapshot["notes"] = [];

/** What a refresh may do. */
export interface RefreshOptions {
  /** Milliseconds. @defaultValue that of a refresh behind an answer */
  readonly deadline?: number;
  /** Ask the provider even if the shared store has something. */
  readonly skipStore?: boolean;
}

/** One refresh under way. */
interface Load {
  readonly sequence: number;
  readonly skipStore: boolean;
  readonly signal: AbortSignal;
  /** Told of every request to the provider. */
  readonly onRequest: () => void;
}

/** Where an answer came from, and what is worth storing of it. */
interface Loaded {
  readonly from: "provider" | "store";
  readonly toStore?: StoredAnswer;
}

export class Refresher {
  /** Hears of every refresh that has succeeded or failed. */
  onRefresh: ((state: CustomerState) => void) | undefined;
  /** Hears of every invalidation, by whom ever. It must not throw. */
  onInvalidation: ((state: CustomerState) => void) | undefined;
  readonly #settings: Settings;
  readonly #cache: SnapshotCache;
  readonly #ledger: Ledger;
  readonly #stored: Stored;
  readonly #calls: Calls;
  readonly #customers: Customers;
  #sequence = 0;

  constructor({ settings, cache, ledger, stored, calls, customers }: RefresherSetup) {
    this.#settings = settings;
    this.#cache = cache;
    this.#ledger = ledger;
    this.#stored = stored;
    this.#calls = calls;
    this.#customers = customers;
  }

  /**
   * Marks what is known of a customer as outdated, here and in the shared store: it answers nothing more. Whether the
   * store has it.
   */
  async invalidate(state: CustomerState): Promise<boolean> {
    state.invalidatedAt = this.#sequence;
    state.epoch = this.#settings.now();
    this.#forgetRefusals(state);
    const isShared = this.#stored.invalidate(state.customer, state.epoch);
    this.onInvalidation?.(state);
    return isShared;
  }

  /** Asks the provider, whatever is under way or was refused. */
  async refreshAnew(state: CustomerState): Promise<void> {
    state.supersededAt = this.#sequence;
    this.#forgetRefusals(state);
    await this.refresh(state, { skipStore: true });
  }

  #forgetRefusals(state: CustomerState): void {
    state.revalidateAt = 0;
    state.revalidateBackoff = 0;
    state.retryAt = 0;
  }

  /** Whether the customer's snapshot was taken before an invalidation. */
  isOutdated({ snapshot, invalidatedAt, epoch }: CustomerState): boolean {
    return snapshot !== undefined && (snapshot.sequence <= invalidatedAt || snapshot.sentAt < epoch);
  }

  /**
   * Brings a newer snapshot, or waits for the one that is under way. Never rejects: a failure is left in the
   * customer's state.
   */
  async refresh(state: CustomerState, options: RefreshOptions = {}): Promise<void> {
    const { deadline = BEHIND_DEADLINE } = options;
    if (!requests.isolated) {
      if (!this.isUnderWay(state)) {
        const flight = this.#run(state, options).finally(() => {
          if (state.flight === flight) state.flight = undefined;
        });
        state.flight = flight;
      }
      await this.#within(deadline, () => state.flight ?? Promise.resolve()).catch((error: unknown) => {
        if (state.snapshot === undefined) state.failure ??= asError(error);
      });
      return;
    }
    await this.#inTurn(state, options, deadline);
  }

  /** Whether a refresh is under way that has not been given up for dead, and that nothing since has outdated. */
  isUnderWay({ refreshing, invalidatedAt, supersededAt }: CustomerState): boolean {
    if (refreshing === undefined || refreshing.sequence <= Math.max(invalidatedAt, supersededAt)) return false;
    return this.#settings.now() < refreshing.until;
  }

  /**
   * A promise of another request may never settle, so its outcome is looked for instead: the lock that it holds
   * is a value, with a deadline after which its request counts as dead. Who has waited to its own deadline takes the
   * lock over, unless another has; nothing is awaited between finding it free and taking it.
   */
  async #inTurn(state: CustomerState, options: RefreshOptions, deadline: number): Promise<void> {
    const { now, sleep } = this.#settings;
    const until = now() + deadline;
    const { refreshed: before, refreshing: waitedFor } = state;
    const hasArrived = () => state.refreshed !== before;
    const { signal } = new AbortController();
    while (this.isUnderWay(state) && !hasArrived() && now() < until) await sleep(POLL, signal);
    if (hasArrived() || now() < state.retryAt) return;
    if (this.isUnderWay(state) && state.refreshing?.sequence !== waitedFor?.sequence) {
      if (state.snapshot === undefined) state.failure ??= timedOut(deadline);
      return;
    }
    await this.#run(state, options);
  }

  async #run(state: CustomerState, { deadline = BEHIND_DEADLINE, skipStore = false }: RefreshOptions): Promise<void> {
    const { now, telemetry } = this.#settings;
    this.#sequence += 1;
    const sequence = this.#sequence;
    const startedAt = now();
    state.refreshing = { sequence, until: startedAt + deadline };
    let requests = 0;
    const onRequest = () => {
      requests += 1;
    };
    try {
      const { from, toStore } = await this.#within(deadline, (signal) => this.#load(state, { sequence, skipStore, signal, onRequest }));
      state.failure = undefined;
      state.failures = 0;
      state.retryAt = 0;
      if (sequence > Math.max(state.invalidatedAt, state.supersededAt)) state.refreshed += 1;
      telemetry?.({ type: "refresh", customer: state.customer, from, duration: now() - startedAt });
      this.#release(state, sequence);
      this.onRefresh?.(state);
      if (toStore === undefined) return;
      await Promise.all([this.#stored.write(state.customer, toStore), this.#customers.share(state.customer, toStore.answer.wallets)]);
    } catch (thrown) {
      this.#fail(state, asError(thrown), requests);
    } finally {
      this.#release(state, sequence);
    }
  }

  #release(state: CustomerState, sequence: number): void {
    this.#calls.limit.leave(sequence);
    if (state.refreshing?.sequence === sequence) state.refreshing = undefined;
  }

  #fail(state: CustomerState, error: CreditGateError, requests: number): void {
    state.failure = error;
    // Our own limit is no fault of the customer's: the next call may try at once. Unless this one helped to reach it:
    // a customer who needs more requests than there are would take everybody's, again and again.
    if (error.code !== "throttled" || requests > 0) {
      const wait = Math.min(RETRY_AFTER.longest, RETRY_AFTER.first * 2 ** state.failures);
      state.failures += 1;
      state.retryAt = this.#settings.now() + Math.max(wait, error.retryAfter ?? 0);
    }
    this.#settings.telemetry?.({ type: "refresh_failed", customer: state.customer, error });
    this.onRefresh?.(state);
  }

  async #load(state: CustomerState, { sequence, skipStore, signal, onRequest }: Load): Promise<Loaded> {
    const { provider, now, sleep, freshFor } = this.#settings;
    if (!skipStore && this.#settings.store !== undefined) {
      const { stored, epoch } = await this.#stored.read(state.customer);
      state.epoch = Math.max(state.epoch, epoch);
      const isFresh = stored !== undefined && now() < stored.answer.sentAt + freshFor && stored.answer.sentAt > state.epoch;
      // One that cannot be read, or lacks what was spent here, counts as absent.
      if (isFresh && !signal.aborted) this.#stored.using(state.customer, () => this.#apply(state, sequence, stored.answer, stored.fetchedAt));
      if (stored !== undefined) this.#customers.learn(state.customer, stored.answer.wallets);
      if (!this.#needsProvider(state)) {
        this.#postponeStore(state);
        return { from: "store" };
      }
    }
    const until = state.refreshing?.until ?? now();
    while (!this.#calls.limit.enter(sequence, now(), until)) await sleep(POLL, signal);
    const answer = await provider.fetchWallets(state.customer, this.#calls.context(signal, { onRequest }));
    if (signal.aborted) throw signal.reason;
    const fetchedAt = now();
    if (this.#isOvertaken(state, sequence)) return { from: "provider" };
    this.#apply(state, sequence, answer, fetchedAt);
    state.askedAt = answer.sentAt;
    // A snapshot that stayed because its figures are newer was asked about all the same.
    if (state.snapshot?.sequence !== sequence) state.dueAt = this.#dueAt({ sentAt: answer.sentAt, hasWallets: true });
    return { from: "provider", toStore: { answer, fetchedAt } };
  }

  #needsProvider(state: CustomerState): boolean {
    return state.snapshot === undefined || this.#settings.now() >= state.dueAt || this.isOutdated(state);
  }

  /** Puts a snapshot in place, unless a newer one is there. */
  #apply(state: CustomerState, sequence: number, answer: WalletsAnswer, fetchedAt: number): void {
    const { provider, account: options, now, usableFor } = this.#settings;
    if (!this.#cache.holds(state) || this.#isOvertaken(state, sequence)) return;
    const account = new ResidentAccount(provider.profile, answer, options);
    try {
      const { freshness, walletCount, notes } = account.summary();
      const { computed, cachedFallback } = provider.staleness;
      // Usage that was asked for is that of the moment, and with it every figure.
      const staleness = answer.usage !== undefined ? 0 : freshness === "cached_fallback" ? cachedFallback : computed;
      const hasWallets = walletCount > 0;
      const { found, sentAt, grants } = answer;
      const hasGrants = grants !== undefined;
      const customerId = this.#customers.ownerOf(answer.wallets);
      const snapshot: Snapshot = { account, sequence, customerId, found, hasWallets, hasGrants, sentAt, fetchedAt, staleness, freshness, notes: notes.length === 0 ? NO_NOTES : notes };
      // Of two answers that may be used, the one with the newer figures stays.
      const { snapshot: present } = state;
      const isPresentUsable = present !== undefined && !this.isOutdated(state) && now() < present.sentAt + usableFor;
      const computedAt = asOf(snapshot);
      if (isPresentUsable && computedAt < asOf(present)) return account.free();
      if (this.#ledger.mayLack(state.customer, computedAt)) {
        throw new CreditGateError("provider_unavailable", "the figures are older than others that were answered from before");
      }
      this.#ledger.expire(state.customer, now());
      this.#ledger.reconcile(state.customer, computedAt);
      for (const entry of this.#ledger.entries(state.customer)) account.add(entry.feeKey, entry);
      this.#replace(state, snapshot);
    } catch (error) {
      account.free();
      throw error;
    }
  }

  #replace(state: CustomerState, snapshot: Snapshot): void {
    state.snapshot?.account.free();
    state.snapshot = snapshot;
    state.dueAt = this.#dueAt(snapshot);
    this.#postponeStore(state);
  }

  #postponeStore(state: CustomerState): void {
    const { store, now, memoryFor } = this.#settings;
    if (store !== undefined) state.storeDueAt = now() + memoryFor;
  }

  /** When to ask again after an answer. */
  #dueAt({ sentAt, hasWallets }: Pick<Snapshot, "sentAt" | "hasWallets">): number {
    const { freshFor, unknownCustomerFor, random } = this.#settings;
    return sentAt + (hasWallets ? freshFor * (1 - JITTER * random()) : Math.min(unknownCustomerFor, freshFor));
  }

  #within<T>(deadline: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return within(this.#settings.sleep, deadline, () => timedOut(deadline), run);
  }

  /** Whether a refresh begun later has brought its snapshot already. */
  #isOvertaken({ snapshot }: CustomerState, sequence: number): boolean {
    return snapshot !== undefined && snapshot.sequence > sequence;
  }
}

function timedOut(deadline: number): CreditGateError {
  return new CreditGateError("provider_timeout", `no answer from the billing API within ${deadline} ms`);
}

function asError(thrown: unknown): CreditGateError {
  if (isCreditGateError(thrown)) return thrown;
  return new CreditGateError("provider_unavailable", "the billing API's client failed", { cause: thrown });
}
