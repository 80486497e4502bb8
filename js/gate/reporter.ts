/** Sends usage events: idempotent, in batches, retried, flushed by whoever spends next and by `close`. */

import { requests } from "#platform";
import { CreditGateError, isCreditGateError } from "../errors.js";
import type { LedgerEntry } from "../ledger/ledger.js";
import type { UsageEvent } from "../types.js";
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

/** One queue per gate. */
export class Reporter {
  readonly #settings: Settings;
  readonly #accepted: (debit: LedgerEntry, at: number) => void;
  /** In order; a report leaves it when it was accepted or refused, whatever joined meanwhile. */
  readonly #queue = new Set<Report>();
  #flushingUntil = 0;
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

  /** Whether a flush is worth beginning: there is something to send and nobody sends. */
  get isDue(): boolean {
    return this.#queue.size > 0 && this.#settings.now() >= this.#flushingUntil;
  }

  /** Sends what is queued, whatever joins the queue meanwhile included. Never rejects: what failed stays queued. */
  async flush(): Promise<void> {
    if (!this.isDue) return this.#flight;
    const flight = this.#drain();
    if (!requests.isolated) this.#flight = flight;
    await flight;
  }

  async #drain(): Promise<void> {
    const signal = AbortSignal.timeout(FLUSH_DEADLINE);
    this.#flushingUntil = this.#settings.now() + FLUSH_DEADLINE;
    try {
      while (this.#queue.size > 0) {
        const batch = [...this.#queue].slice(0, BATCH);
        if (!(await this.#sendBatch(batch, signal))) return;
      }
    } finally {
      this.#flushingUntil = 0;
    }
  }

  stats(): { queued: number; sent: number; failed: number } {
    return { queued: this.#queue.size, sent: this.#sent, failed: this.#failed };
  }

  /** Sends a batch; one that the provider refuses is sent event by event, so that a bad one harms no other. */
  async #sendBatch(batch: readonly Report[], signal: AbortSignal): Promise<boolean> {
    const error = await this.#attempt(batch, signal);
    if (error === undefined) return true;
    if (!isRefusal(error)) return false;
    if (batch.length === 1) return this.#drop(batch, error);
    for (const report of batch) {
      const single = await this.#attempt([report], signal);
      if (single !== undefined && !isRefusal(single)) return false;
      if (single !== undefined) this.#drop([report], single);
    }
    return true;
  }

  /** A refused event will be refused again. Its debit stays unreported, and so never lapses. */
  #drop(batch: readonly Report[], error: Error): true {
    this.#failed += this.#leave(batch);
    this.#settings.telemetry({ type: "report_failed", events: batch.length, error });
    return true;
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
        error = isCreditGateError(thrown) ? thrown : new CreditGateError("provider_unavailable", "the report failed", { cause: thrown });
        if (isRefusal(error) || wait === undefined || signal.aborted) break;
        await this.#settings.sleep(wait, signal).catch(() => {});
      }
    }
    if (error !== undefined && !isRefusal(error)) {
      this.#settings.telemetry({ type: "report_failed", events: batch.length, error });
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
