/// <reference lib="esnext.disposable" preserve="true" />
/** Usage authorised but not settled. */

import { type ParsedDecimal, parseAmount, subtract } from "../decimal.js";
import { CreditGateError } from "../errors.js";
import type { CallOptions, DecimalInput, DecimalString, Decision, LedgerEntry, UsageEventFields } from "../types.js";
import type { Core } from "./core.js";
import { CALL_OPTIONS, checkCall, parseEvent, type ParsedUsage } from "./usage.js";

/** What a capture did. */
export interface Capture {
  /** What was debited, in the unit of the hold, before tax. */
  readonly captured: DecimalString;
  /** By how much that exceeds what was held; `"0"` when it does not. */
  readonly exceededBy: DecimalString;
  /** The report begun behind it, where nothing keeps the request alive for it: hand it to your `waitUntil`. */
  readonly pending?: Promise<void>;
}

/**
 * A hold: `capture` what the work cost, or `release` it. It resolves once, and stops counting when it expires.
 *
 * With `await using` it is released at the end of the block, unless it was captured.
 */
export class Hold {
  /** The answer that the hold rests on. */
  readonly decision: Decision;
  /** When the hold stops counting; `undefined` when it was not authorised. */
  readonly expiresAt: number | undefined;
  readonly #core: Core;
  readonly #usage: ParsedUsage;
  readonly #entry: LedgerEntry | undefined;
  #resolved: "captured" | "released" | undefined;

  /** @internal */
  constructor(core: Core, usage: ParsedUsage, decision: Decision, entry: LedgerEntry | undefined) {
    this.decision = decision;
    this.expiresAt = entry?.expiresAt;
    this.#core = core;
    this.#usage = usage;
    this.#entry = entry;
  }

  /** The idempotency key; `undefined` when it was not authorised. */
  get key(): string | undefined {
    return this.#entry?.key;
  }

  /** Whether the work may go ahead. */
  get allowed(): boolean {
    return this.decision.allowed;
  }

  /**
   * Debits what the work cost, which may be less or more than was held.
   *
   * @param amount - in the unit of the hold: currency units before tax, or credits. @defaultValue what was held
   * @param event - what the usage event to report says, where that differs from what `authorize` was given
   * @param call - `waitUntil` for the report
   * @throws CreditGateError `not_authorized`, `already_captured`, `already_released`, `expired` (then spend it),
   * `closed`, and those of bad amounts.
   */
  async capture(amount?: DecimalInput, event?: UsageEventFields, call: CallOptions = {}): Promise<Capture> {
    const hold = this.#open();
    checkCall(call, CALL_OPTIONS);
    const cost = amount === undefined ? this.#usage.cost : parseAmount(amount, "amount");
    const given = parseEvent(event, "event");
    const usage = given === undefined ? this.#usage : { ...this.#usage, event: { ...this.#usage.event, ...given } };
    const { ledger, settings } = this.#core;
    const { expiresAt, ...entry } = hold;
    const at = settings.now();
    const debit = { ...entry, kind: "debit" as const, value: cost.text, held: hold.value, at };
    const isReported = settings.report === "elsewhere";
    const settled: LedgerEntry = isReported ? { ...debit, reportedAt: at + settings.reportWithin } : debit;
    ledger.put(settled);
    this.#resolved = "captured";
    this.#core.settle(settled, usage);
    const pending = this.#core.behind(undefined, call);
    const capture = { captured: cost.text as DecimalString, exceededBy: exceeds(cost, hold.value) };
    return pending === undefined ? capture : { ...capture, pending };
  }

  /**
   * Gives back what was held.
   *
   * @throws CreditGateError `not_authorized`, `already_captured`, `already_released`, `expired`,
   * `closed`.
   */
  async release(): Promise<void> {
    const hold = this.#open();
    this.#resolved = "released";
    this.#core.ledger.remove(hold);
  }

  /** Releases the hold, if it is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#entry !== undefined && !this.#core.isClosed && this.#state() === "open") await this.release();
  }

  #open(): LedgerEntry {
    const entry = this.#entry;
    if (entry === undefined) throw new CreditGateError("not_authorized", "nothing was authorised");
    this.#core.checkOpen();
    const state = this.#state();
    if (state !== "open") throw new CreditGateError(state, MESSAGES[state]);
    return entry;
  }

  #state(): "open" | "already_captured" | "already_released" | "expired" {
    const entry = this.#entry;
    if (entry === undefined) return "already_released";
    const kept = this.#core.ledger.find(entry.customer, entry.key);
    if (this.#resolved === "captured" || kept?.kind === "debit") return "already_captured";
    if (this.#resolved === "released") return "already_released";
    if (entry.expiresAt !== undefined && this.#core.settings.now() >= entry.expiresAt) return "expired";
    return kept === entry ? "open" : "already_released";
  }
}

const MESSAGES = {
  already_captured: "the hold was captured before",
  already_released: "the hold was released before",
  expired: "the hold has expired and counts no more: spend what the work cost",
};

function exceeds(cost: ParsedDecimal, held: string): DecimalString {
  const difference = subtract(cost.text, held);
  return (difference.startsWith("-") ? "0" : difference) as DecimalString;
}
