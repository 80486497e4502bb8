/** The owner of one resident account of the engine. */

import type { DecimalString, DraftInvoice, EngineProfile, FeeKeyParts, InvoicePreview, UsageAnswer } from "../types.js";
import type { Account as Handle } from "../wasm/gate_bg.js";
import { canonicalDraft } from "./draft.js";
import { toCreditGateError } from "./fault.js";
import { engine } from "./start.js";
import type { AccountOptions, EngineDecision, EngineExplanation, EngineSummary } from "./types.js";

/** What is to be spent, as the engine takes it. */
export interface Cost {
  readonly isCredits: boolean;
  /** Canonical decimal text. */
  readonly value: string;
}

/** A provider's wallets, as parsed from its JSON. */
export interface WalletsJson {
  readonly wallets: readonly unknown[];
  readonly grants?: Readonly<Record<string, readonly unknown[]>>;
  readonly usage?: UsageAnswer;
}

/** Fee keys beyond this many get no place of their own for mere checks: they are answered one by one. */
const MOST_SLOTS_FOR_CHECKS = 64;

/**
 * One customer's wallets inside the engine, with the debits and holds against them. The one owner of its handle:
 * whoever replaces it calls {@link ResidentAccount.free}.
 */
export class ResidentAccount {
  readonly #profile: EngineProfile;
  readonly #handle: Handle;
  readonly #slots = new Map<string, number>();

  /**
   * @throws CreditGateError `invalid_response` or `decimal_out_of_range` with the path of a bad field;
   * `invalid_input` at `taxRate`.
   */
  constructor(profile: EngineProfile, json: WalletsJson, options: AccountOptions) {
    this.#profile = profile;
    const grants = json.grants === undefined ? undefined : Object.entries(json.grants);
    try {
      this.#handle = new (engine().Account)(profile, json.wallets, grants, json.usage, options);
    } catch (thrown) {
      throw toCreditGateError(thrown);
    }
  }

  /** The place of a fee key; `undefined` when only a debit would get one more. */
  slot(key: FeeKeyParts): number | undefined {
    const slot = this.#slots.get(key.id);
    if (slot !== undefined || this.#slots.size >= MOST_SLOTS_FOR_CHECKS) return slot;
    return this.#newSlot(key);
  }

  #newSlot(key: FeeKeyParts): number {
    const slot = this.#call(() => this.#handle.slot(key.id));
    this.#slots.set(key.id, slot);
    return slot;
  }

  /** 1 covered, 0 short, 2 unknown; `mantissa` is a safe integer. */
  covers(slot: number, mantissa: number, scale: number, now: number): number {
    try {
      return this.#handle.covers(slot, mantissa, scale, now);
    } catch (thrown) {
      throw toCreditGateError(thrown);
    }
  }

  /** What is left for a slot; `undefined` where that is not known. */
  available(slot: number, now: number): DecimalString | undefined {
    return this.#call(() => this.#handle.available(slot, now)) as DecimalString | undefined;
  }

  /** When what is left changes by the passing of time alone; Infinity if it does not. */
  nextChangeAt(now: number): number {
    return this.#call(() => this.#handle.nextChangeAt(now));
  }

  /** The whole answer, for a slot or for a key that has none. */
  decide(key: FeeKeyParts, cost: Cost, now: number): EngineDecision {
    const slot = this.slot(key);
    return this.#call(() =>
      slot === undefined
        ? this.#handle.decideOnce(key.id, cost.isCredits, cost.value, now)
        : this.#handle.decide(slot, cost.isCredits, cost.value, now),
    );
  }

  explain(key: FeeKeyParts, now: number): EngineExplanation {
    return this.#call(() => this.#handle.explain(key.id, now));
  }

  /** Adds a debit or hold. */
  add(key: FeeKeyParts, cost: Cost): void {
    const slot = this.#slots.get(key.id) ?? this.#newSlot(key);
    this.#call(() => this.#handle.add(slot, cost.isCredits, cost.value, false));
  }

  /** The same, unless answers would then not fit the engine's decimals. @throws CreditGateError; nothing has changed */
  spend(key: FeeKeyParts, cost: Cost, now: number): void {
    this.add(key, cost);
    try {
      this.nextChangeAt(now);
    } catch (error) {
      this.giveBack(key, cost);
      throw error;
    }
  }

  /** Takes a debit or hold off again. A faulty account keeps it until its snapshot is replaced. */
  giveBack(key: FeeKeyParts, cost: Cost): void {
    const slot = this.#slots.get(key.id);
    if (slot === undefined) return;
    try {
      this.#handle.add(slot, cost.isCredits, cost.value, true);
    } catch {
      // It then over-counts, and never the other way.
    }
  }

  /** What there is to know of the wallets before any usage. */
  summary(): EngineSummary {
    return this.#call(() => this.#handle.summary());
  }

  /** How credits would pay a draft, whatever debits and holds there are: invoices are paid from settled balances. */
  preview(invoice: DraftInvoice, now: number): InvoicePreview {
    const draft = canonicalDraft(invoice, this.#profile);
    return this.#call(() => this.#handle.preview(draft, now));
  }

  /** The wallets with nothing but what the rules read, as their provider would send them. */
  redacted(): WalletsJson {
    const { wallets, grants = [] } = this.#call(() => this.#handle.redacted());
    return grants.length === 0 ? { wallets } : { wallets, grants: Object.fromEntries(grants) };
  }

  free(): void {
    this.#handle.free();
  }

  #call<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      throw toCreditGateError(thrown);
    }
  }
}
