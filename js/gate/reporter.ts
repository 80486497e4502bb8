/** Sends usage events: idempotent, in batches, retried, flushed by whoever spends next and by `close`. */

import { requests } from "#platform";
import { CreditGateError, isCreditGateError } from "../errors.js";
import type { LedgerEntry, UsageEvent } from "../types.js";
import { within } from "./deadline.js";
import type { Settings } from "./options.js";

/** An event and the debit that waits for it. */
interface Report {
  readonly event: UsageEvent;
  readonly debit: LedgerEntry;
}

/** Events sent at once. */
const BATCH = 100;

/** A flush that has not ended after this long belongs to a request that died, ms. */
const FLUSH_DEADLINE = 25_000;

/** Waits between attempts, ms. */
const BACKOFF = [200, 1_000];

/** First and longest wait after all attempts have failed, ms. */
const RETRY_AFTER = { first: 1_000, longest: 30_000 };

/** One queue per gate. */
export class Reporter {
  readonly #settings: Settings;
  readonly #accepted: (debit: LedgerEntry, at: number) => void;
  /** In order; a report leaves it when it was accepted or refused, whatever joined meanwhile. */
  readonly #queue = new Set<Report>();
  #flushingUntil = 0;
  /** Until when a send that failed is not tried again, and how many have failed in a row. */
  #retryAt = 0;
  #failures = 0;
  /** The flush under way, where requests may share a promise. */
  #flight: Promise<void> | undefined;
  #sent = 0;
  #failed = 0;

  constructor(settings: Settings, accepted: (debit: LedgerEntry, at: number) => void) {
    this.#settings = settings;
    this.#accepted = accepted;
  }

  /** Whether events are sent from here. */
  get isOn(): boolean {
    return this.#settings.report !== "elsewhere";
  }

  add(event: UsageEvent, debit: LedgerEntry): void {
    this.#queue.add({ event, debit });
  }

  /** Whether there is something to send. */
  get isWaiting(): boolean {
    return this.#queue.size > 0;
  }

  /** Whether a flush is worth beginning: there is something to send and nobody sends. */
  get isDue(): boolean {
    if (!this.isWaiting) return false;
    const now = this.#settings.now();
    return now >= this.#flushingUntil && now >= this.#retryAt;
  }

  /** Sends what is queued, whatever joins the queue meanwhile included. Never rejects: what failed stays queued. */
  async flush(): Promise<void> {
    if (!this.isDue) return this.#flight;
    const flight = this.#drain();
    if (!requests.isolated) this.#flight = flight;
    await flight;
  }

  /** Sends what is left, once more whatever was refused before. */
  async close(): Promise<void> {
    await this.#flight;
    this.#retryAt = 0;
    await this.flush();
  }

  async #drain(): Promise<void> {
    this.#flushingUntil = this.#settings.now() + FLUSH_DEADLINE;
    const late = () => new CreditGateError("provider_timeout", `the events were not accepted within ${FLUSH_DEADLINE} ms`);
    try {
      await within(this.#settings.sleep, FLUSH_DEADLINE, late, (signal) => this.#sendAll(signal));
    } catch (thrown) {
      this.#putOff(asError(thrown));
    } finally {
      this.#flushingUntil = 0;
    }
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    while (this.#queue.size > 0 && !signal.aborted) {
      const batch = [...this.#queue].slice(0, BATCH);
      const error = await this.#sendBatch(batch, signal);
      if (error !== undefined) return this.#putOff(error);
      this.#failures = 0;
    }
  }

  /** Waits longer with every failure, and as long as the provider says. */
  #putOff(error: CreditGateError): void {
    const wait = Math.min(RETRY_AFTER.longest, RETRY_AFTER.first * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryAt = this.#settings.now() + Math.max(wait, error.retryAfter ?? 0);
    this.#settings.telemetry?.({ type: "report_failed", events: this.#queue.size, error });
  }

  stats(): { queued: number; sent: number; failed: number } {
    return { queued: this.#queue.size, sent: this.#sent, failed: this.#failed };
  }

  /**
   * Sends a batch; one that the provider refuses is sent event by event, so that a bad one harms no other. Gives the
   * failure after which the rest has to wait.
   */
  async #sendBatch(batch: readonly Report[], signal: AbortSignal): Promise<CreditGateError | undefined> {
    const error = await this.#attempt(batch, signal);
    if (error === undefined || !isRefusal(error)) return error;
    if (batch.length === 1) return this.#drop(batch, error);
    for (const report of batch) {
      const single = await this.#attempt([report], signal);
      if (single !== undefined && !isRefusal(single)) return single;
      if (single !== undefined) this.#drop([report], single);
    }
    return undefined;
  }

  /** A refused event will be refused again. Its debit stays unreported, and so never lapses. */
  #drop(batch: readonly Report[], error: CreditGateError): undefined {
    this.#failed += this.#leave(batch);
    this.#settings.telemetry?.({ type: "report_failed", events: batch.length, error });
  }

  /** Takes reports from the queue; how many were still in it. */
  #leave(batch: readonly Report[]): number {
    return batch.filter((report) => this.#queue.delete(report)).length;
  }

  async #attempt(batch: readonly Report[], signal: AbortSignal): Promise<CreditGateError | undefined> {
    const events = batch.map(({ event }) => event);
    let error: CreditGateError | undefined;
    for (const wait of [...BACKOFF, undefined]) {
      try {
        await this.#send(events, signal);
        const at = this.#settings.now();
        for (const { debit } of batch) this.#accepted(debit, at);
        this.#sent += this.#leave(batch);
        return undefined;
      } catch (thrown) {
        error = asError(thrown);
        // One that names its own wait is not hurried.
        if (isRefusal(error) || wait === undefined || error.retryAfter !== undefined || signal.aborted) break;
        await this.#settings.sleep(wait, signal).catch(() => {});
      }
    }
    return error;
  }

  async #send(events: readonly UsageEvent[], signal: AbortSignal): Promise<void> {
    const { report, fetch, now, sleep } = this.#settings;
    if (report !== "elsewhere") await report(events, { fetch, now, sleep, signal });
  }
}

/** Whether the same events would be refused again. */
function isRefusal(error: CreditGateError): boolean {
  return error.code === "provider_rejected" || error.code === "invalid_input";
}

function asError(thrown: unknown): CreditGateError {
  return isCreditGateError(thrown) ? thrown : new CreditGateError("provider_unavailable", "the report failed", { cause: thrown });
}
