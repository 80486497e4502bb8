/** Keeping one customer's figures fresh for somebody who looks at them: the gate's one background timer. */

import { startTimer } from "../engine/timer.js";
import type { CreditGateError } from "../errors.js";
import { invalid, knownOnly, object } from "../input.js";
import type { SnapshotInfo } from "../types.js";
import { Cadence, type Figures } from "../watch/cadence.js";
import { checkTimers } from "../watch/check.js";
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

/** All watches of a gate. */
export class Watches {
  readonly #core: Core;
  readonly #open = new Set<CustomerWatch>();

  constructor(core: Core) {
    this.#core = core;
    core.refresher.onRefresh = (state) => {
      for (const watch of this.#open) if (watch.customer === state.customer) watch.hear(state);
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

  /** Brings new figures to who watches a customer whose are outdated. */
  outdated(customer: string): void {
    for (const watch of this.#open) if (watch.customer === customer) watch.outdated();
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
  #closed = false;

  constructor(core: Core, customer: string, listener: (update: WatchUpdate) => void, every: number) {
    const { now, random } = core.settings;
    this.#core = core;
    this.customer = customer;
    this.#listener = listener;
    this.#cadence = new Cadence({ every, refresh: () => this.#refresh(), startTimer, now, random });
  }

  start(): void {
    const state = this.#core.state(this.customer);
    const snapshot = this.#core.usable(state, this.#core.settings.now());
    if (snapshot !== undefined) this.#tell(state);
    if (!this.#closed) this.#cadence.start(snapshot && { at: snapshot.fetchedAt });
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
  }

  /** What fails is told by the gate, as every refresh is. */
  async #refresh(): Promise<Figures> {
    const state = this.#core.state(this.customer);
    // The shared store spares the provider a customer that nobody has asked about here; then only the provider is newer.
    await this.#core.refresher.refresh(state, { skipStore: state.snapshot !== undefined });
    if (state.failure !== undefined) throw state.failure;
    return { at: this.#core.settings.now() };
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
