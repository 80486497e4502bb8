/** When to refresh what is watched. */

import { isCreditGateError } from "../errors.js";
import { Alarm } from "./alarm.js";
import type { StartTimer } from "./timer.js";

/** Whether somebody can see what is watched. */
export interface Visibility {
  isHidden(): boolean;
  /** Calls `listener` when that may have changed; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

/** Times of the figures that are watched, ms since the epoch. */
export interface Figures {
  /** When they came. */
  readonly at: number;
  /** When they must be replaced at the latest. @defaultValue never */
  readonly replaceBy?: number | undefined;
}

/** What a cadence works with. */
export interface CadenceSetup {
  /** Milliseconds from one refresh to the next, before jitter. */
  readonly every: number;
  /** Brings newer figures, within a deadline of its own; rejects when there are none. */
  readonly refresh: () => Promise<Figures>;
  readonly startTimer: StartTimer;
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** @defaultValue always seen */
  readonly visibility?: Visibility | undefined;
}

/** Of the time to the next refresh, how much is jitter, either way. */
const JITTER = 0.1;

/** The least time between two refreshes, however soon the figures must be replaced, ms. */
const SHORTEST = 1_000;

/** After a failure the first wait, which doubles, and the least that it may grow to, ms. */
const RETRY_AFTER = { first: 5_000, longest: 60_000 };

/**
 * Refreshes again and again, one at a time: every `every` ms give or take a tenth, sooner again after a failure, never
 * while nobody can see it, and at once on return when one was due or has failed. It holds one timer, and none while it is
 * hidden, refreshing or stopped.
 */
export class Cadence {
  readonly #setup: CadenceSetup;
  readonly #alarm: Alarm;
  #dueAt = Number.NEGATIVE_INFINITY;
  /** Before when a failure is not tried again, though somebody comes back. */
  #retryAt = 0;
  #failures = 0;
  #isRefreshing = false;
  /** Since the refresh under way has begun. */
  #isOutdated = false;
  #stopped = false;
  #leave: (() => void) | undefined;

  constructor(setup: CadenceSetup) {
    this.#setup = setup;
    this.#alarm = new Alarm(setup.startTimer, setup.now);
  }

  /** Begins, with the figures that are there; without any they are due at once. */
  start(figures?: Figures): void {
    if (figures !== undefined) this.#plan(figures);
    this.#leave = this.#setup.visibility?.onChange(() => {
      if (this.#failures > 0) this.#dueAt = Math.min(this.#dueAt, this.#retryAt);
      this.#arm();
    });
    this.#arm();
  }

  /** Takes note of figures that came otherwise. */
  refreshed(figures: Figures): void {
    if (this.#isRefreshing) return;
    this.#plan(figures);
    this.#arm();
  }

  /** Takes note of a refresh that somebody else has tried, and that failed. */
  failed(error: unknown): void {
    if (this.#isRefreshing) return;
    this.#fail(error);
    this.#arm();
  }

  /** What is there is outdated: refreshes at once, and again where a refresh is under way. */
  due(): void {
    this.#isOutdated = true;
    this.#dueAt = Number.NEGATIVE_INFINITY;
    this.#arm();
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopped = true;
    this.#alarm.clear();
    this.#leave?.();
  }

  #plan({ at, replaceBy = Number.POSITIVE_INFINITY }: Figures): void {
    const { every, now } = this.#setup;
    this.#failures = 0;
    this.#dueAt = Math.min(at + every * this.#jitter(), Math.max(replaceBy, now() + SHORTEST));
  }

  #arm(): void {
    if (this.#stopped || this.#isRefreshing || this.#setup.visibility?.isHidden() === true) return this.#alarm.clear();
    if (this.#setup.now() >= this.#dueAt) void this.#run();
    else this.#alarm.set(this.#dueAt, () => this.#arm());
  }

  async #run(): Promise<void> {
    this.#alarm.clear();
    this.#isRefreshing = true;
    this.#isOutdated = false;
    try {
      this.#plan(await this.#setup.refresh());
    } catch (error) {
      this.#fail(error);
    }
    this.#isRefreshing = false;
    if (this.#isOutdated && this.#failures === 0) this.#dueAt = Number.NEGATIVE_INFINITY;
    this.#arm();
  }

  #fail(error: unknown): void {
    const { every, now } = this.#setup;
    const { first, longest } = RETRY_AFTER;
    const stated = (isCreditGateError(error) ? error.retryAfter : undefined) ?? 0;
    const least = Math.min(first, every);
    const wait = Math.min(least * 2 ** this.#failures, Math.max(longest, every)) * this.#jitter();
    this.#failures += 1;
    this.#retryAt = now() + Math.max(least, stated);
    this.#dueAt = now() + Math.max(wait, stated);
  }

  #jitter(): number {
    return 1 + JITTER * (2 * this.#setup.random() - 1);
  }
}
