/** Keeping one customer's figures fresh for somebody who looks at them: the gate's one background timer. */

import { requests } from "#platform";
import { startTimer } from "../engine/timer.js";
import type { CreditGateError } from "../errors.js";
import { invalid, knownOnly, object } from "../input.js";
import type { SnapshotInfo } from "../types.js";
import { Alarm } from "../watch/alarm.js";
import { Cadence, type Figures } from "../watch/cadence.js";
import { checkTimers } from "../watch/check.js";
import { startTimeout } from "../watch/timer.js";
import { type Core, info } from "./core.js";
import type { CustomerState } from "./snapshots.js";
import { parseCustomer } from "./usage.js";

/** What a watch may be told. */
export interface WatchOptions {
  /** Milliseconds between refreshes, from 1,000; each waits 10 % more or less. @defaultValue 300,000 */
  readonly refreshEvery?: number | undefined;
}

/** What a watch tells: now that figures have come, or have not. */
export interface WatchUpdate {
  readonly customer: string;
  /** Of the figures that answer now, as `gate.checkCached` would; absent where none may. */
  readonly snapshot: SnapshotInfo | undefined;
  /** The last refresh failed, or what is known is outdated: show what you have, and mark it. */
  readonly stale: boolean;
  /** Why the last refresh failed. */
  readonly error: CreditGateError | undefined;
}

/** A customer being watched. */
export interface Watch {
  /** Ends it: its timer is gone, and the listener hears nothing more. */
  close(): void;
  [Symbol.dispose](): void;
}

const OPTIONS = new Set(["refreshEvery"]);
const SHORTEST = 1_000;
const REFRESH_EVERY = 300_000;

/**
 * In Workers: how often a watch looks for what other requests have brought, ms. They must not touch its timer, and what
 * they would begin for it would end with them.
 */
const LOOK_EVERY = 1_000;

/** All watches of a gate. */
export class Watches {
  readonly #core: Core;
  readonly #open = new Set<CustomerWatch>();

  constructor(core: Core) {
    this.#core = core;
    if (requests.isolated) return;
    core.refresher.onRefresh = (state) => {
      for (const watch of this.#open) if (watch.customer === state.customer) watch.hear(state);
    };
    core.refresher.onInvalidation = ({ customer }) => {
      for (const watch of this.#open) if (watch.customer === customer) watch.outdated();
    };
  }

  /** @throws CreditGateError `invalid_input`. */
  open(customer: string, listener: (update: WatchUpdate) => void, options: WatchOptions): Watch {
    if (typeof listener !== "function") throw invalid("listener", "must be a function");
    const every = readEvery(options);
    checkTimers();
    const watch = new CustomerWatch(this.#core, parseCustomer(customer, "customer"), listener, every);
    this.#open.add(watch);
    const close = () => {
      watch.close();
      this.#open.delete(watch);
    };
    watch.start();
    return { close, [Symbol.dispose]: close };
  }

  close(): void {
    for (const watch of this.#open) watch.close();
    this.#open.clear();
  }
}

class CustomerWatch {
  readonly customer: string;
  readonly #core: Core;
  readonly #listener: (update: WatchUpdate) => void;
  readonly #cadence: Cadence;
  /** In Workers. */
  readonly #look: Alarm;
  /** What the listener and the cadence know of. */
  #seen: Pick<CustomerState, "refreshed" | "failure" | "invalidatedAt"> | undefined;
  #closed = false;

  constructor(core: Core, customer: string, listener: (update: WatchUpdate) => void, every: number) {
    const { now, random } = core.settings;
    this.#core = core;
    this.customer = customer;
    this.#listener = listener;
    this.#cadence = new Cadence({ every, refresh: () => this.#refresh(), startTimer: requests.isolated ? startTimeout : startTimer, now, random });
    this.#look = new Alarm(startTimeout, now);
  }

  start(): void {
    const state = this.#core.state(this.customer);
    const snapshot = this.#core.usable(state, this.#core.settings.now());
    if (snapshot !== undefined) this.#tell(state);
    if (this.#closed) return;
    this.#cadence.start(snapshot && { at: snapshot.fetchedAt });
    if (!requests.isolated) return;
    this.#note(state);
    this.#lookLater();
  }

  /** Takes note of a refresh, whoever has caused it. */
  hear(state: CustomerState): void {
    if (state.failure === undefined) this.#cadence.refreshed({ at: this.#core.settings.now() });
    this.#tell(state);
  }

  outdated(): void {
    this.#cadence.due();
  }

  close(): void {
    this.#closed = true;
    this.#cadence.stop();
    this.#look.clear();
  }

  /** What fails is told by the gate, as every refresh is. */
  async #refresh(): Promise<Figures> {
    const state = this.#core.state(this.customer);
    // The shared store spares the provider a customer that nobody has asked about here; then only the provider is newer.
    await this.#core.refresher.refresh(state, { skipStore: state.snapshot !== undefined });
    if (requests.isolated && !this.#closed) {
      this.#note(state);
      this.#tell(state);
    }
    if (state.failure !== undefined) throw state.failure;
    return { at: this.#core.settings.now() };
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#look.set(this.#core.settings.now() + LOOK_EVERY, () => {
      this.#lookAround(this.#core.state(this.customer));
      this.#lookLater();
    });
  }

  /** Takes note of what other requests have done since. */
  #lookAround(state: CustomerState): void {
    const { refreshed, failure, invalidatedAt } = this.#seen ?? state;
    this.#note(state);
    if (state.refreshed !== refreshed || state.failure !== failure) this.hear(state);
    if (state.invalidatedAt !== invalidatedAt && this.#core.refresher.isOutdated(state)) this.outdated();
  }

  #note({ refreshed, failure, invalidatedAt }: CustomerState): void {
    this.#seen = { refreshed, failure, invalidatedAt };
  }

  #tell(state: CustomerState): void {
    if (this.#closed) return;
    const now = this.#core.settings.now();
    const snapshot = this.#core.usable(state, now);
    const error = state.failure;
    try {
      this.#listener({ customer: this.customer, snapshot: snapshot && info(snapshot, now), stale: snapshot === undefined || error !== undefined, error });
    } catch {
      // Documented: what the listener throws is dropped, as telemetry's is.
    }
  }
}

function readEvery(options: WatchOptions): number {
  knownOnly(object(options, "options"), OPTIONS, "options");
  const { refreshEvery = REFRESH_EVERY } = options;
  if (Number.isFinite(refreshEvery) && refreshEvery >= SHORTEST) return refreshEvery;
  throw invalid("options.refreshEvery", `must be milliseconds, ${SHORTEST} or more`);
}
