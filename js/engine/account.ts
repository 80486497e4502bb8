/** The owner of one resident account of the engine. */

import { type ParsedDecimal, parseDecimal, plain, POWERS, sumOf } from "../decimal.js";
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

/** A fee key's place in the engine, with the engine's figures that its checks go by until something changes them. */
export class Place {
  /** Since when they hold: a clock may be set back. */
  since = Number.POSITIVE_INFINITY;
  /** When time changes them; in the past when a debit or hold has. */
  until = Number.NEGATIVE_INFINITY;
  /** The largest covered cost in units of so many decimal places; `NaN` where it takes more than a figure to tell. */
  limit = Number.NaN;
  scale = 0;
  precision: "exact" | "estimate" = "exact";
  /** Until when whoever owns the account need look at nothing but the limit; in the past once it has changed. */
  quietUntil = Number.NEGATIVE_INFINITY;
  /** What is left; `undefined` until somebody has asked or spent, or where it is not known. */
  available: DecimalString | undefined = undefined;

  constructor(
    readonly key: string,
    readonly slot: number,
    readonly next: Place | undefined,
  ) {}
}

/** Where the engine writes the figures of a place. They are read at once, so there is one for all accounts. */
let figuresOfAll: Float64Array | undefined;

function scratch(): Float64Array {
  figuresOfAll ??= new Float64Array(5);
  return figuresOfAll;
}

/** A debit or hold as it is counted. */
export interface Spent extends Cost {
  readonly feeKey: FeeKeyParts;
}

/** What is spent more than what it replaces; `undefined` where scalars cannot say. */
function difference(spent: Spent, replaced: Spent | undefined): ParsedDecimal | undefined {
  const value = parseDecimal(spent.value, "value");
  if (replaced === undefined) return value;
  if (replaced.isCredits !== spent.isCredits || replaced.feeKey.id !== spent.feeKey.id) return undefined;
  return sumOf(value, parseDecimal(replaced.value, "value"), -1);
}

/** Takes note of what the engine has written of a place. */
function note(place: Place, figures: Float64Array, scale: number, now: number): void {
  place.since = now;
  place.limit = figures[0] as number;
  place.until = figures[1] as number;
  place.precision = figures[2] === 1 ? "exact" : "estimate";
  place.available = undefined;
  place.scale = scale;
  place.quietUntil = Number.NEGATIVE_INFINITY;
}

/** What is left, where a figure can say it. */
function availableOf(figures: Float64Array): DecimalString | undefined {
  const [mantissa, scale] = [figures[3] as number, figures[4] as number];
  return Number.isNaN(mantissa) ? undefined : (plain(mantissa, scale) as DecimalString);
}

/**
 * One customer's wallets inside the engine, with the debits and holds against them. The one owner of its handle:
 * whoever replaces it calls {@link ResidentAccount.free}.
 */
export class ResidentAccount {
  readonly #profile: EngineProfile;
  readonly #handle: Handle;
  /** The newest first. A list: most customers are asked about for one key. */
  #places: Place | undefined = undefined;

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

  /** The newest place. */
  get newest(): Place | undefined {
    return this.#places;
  }

  /** The place of a fee key; `undefined` when only a debit would get one more. */
  #place(key: FeeKeyParts): Place | undefined {
    const place = this.#find(key);
    if (place !== undefined || (this.#places?.slot ?? 0) >= MOST_SLOTS_FOR_CHECKS - 1) return place;
    return this.#newPlace(key);
  }

  #find({ id }: FeeKeyParts): Place | undefined {
    let place = this.#places;
    while (place !== undefined && place.key !== id) place = place.next;
    return place;
  }

  #newPlace(key: FeeKeyParts): Place {
    const slot = this.#call(() => this.#handle.slot(key.id));
    this.#outdate();
    this.#places = new Place(key.id, slot, this.#places);
    return this.#places;
  }

  /** What the engine says of a place now. */
  #read(place: Place, scale: number, now: number): Float64Array {
    const figures = scratch();
    this.#call(() => this.#handle.figures(place.slot, scale, now, figures));
    note(place, figures, scale, now);
    return figures;
  }

  #outdate(): void {
    for (let place = this.#places; place !== undefined; place = place.next) {
      place.until = Number.NEGATIVE_INFINITY;
      place.quietUntil = Number.NEGATIVE_INFINITY;
    }
  }

  /**
   * Whether `mantissa / 10^scale` currency units before tax are covered; `undefined` where only {@link decide} can say.
   * `mantissa` is a safe integer, not below zero.
   */
  covers(key: FeeKeyParts, mantissa: number, scale: number, now: number): boolean | undefined {
    const place = this.#place(key);
    if (place === undefined) return undefined;
    if (now >= place.until || now < place.since) this.#read(place, scale, now);
    let units = mantissa;
    if (scale !== place.scale) {
      units = mantissa * (POWERS[place.scale - scale] ?? Number.NaN);
      if (!Number.isSafeInteger(units)) {
        this.#read(place, scale, now);
        units = mantissa;
      }
    }
    const { limit } = place;
    return Number.isNaN(limit) ? undefined : units <= limit;
  }

  /** The place of a key that {@link covers} has just answered for, with what is left. */
  withAvailable(key: FeeKeyParts, now: number): Place | undefined {
    const place = this.#find(key);
    if (place !== undefined) place.available ??= this.#available(place, now);
    return place;
  }

  #available(place: Place, now: number): DecimalString | undefined {
    return availableOf(this.#read(place, place.scale, now)) ?? this.#call(() => this.#handle.decide(place.slot, false, "0", now)).available ?? undefined;
  }

  /** When what is left changes by the passing of time alone; Infinity if it does not. */
  nextChangeAt(now: number): number {
    return this.#call(() => this.#handle.nextChangeAt(now));
  }

  /** The whole answer, for a slot or for a key that has none. */
  decide(key: FeeKeyParts, cost: Cost, now: number): EngineDecision {
    const place = this.#place(key);
    return this.#call(() =>
      place === undefined
        ? this.#handle.decideOnce(key.id, cost.isCredits, cost.value, now)
        : this.#handle.decide(place.slot, cost.isCredits, cost.value, now),
    );
  }

  explain(key: FeeKeyParts, now: number): EngineExplanation {
    return this.#call(() => this.#handle.explain(key.id, now));
  }

  /** Adds a debit or hold. */
  add(key: FeeKeyParts, cost: Cost): void {
    const { slot } = this.#find(key) ?? this.#newPlace(key);
    this.#outdate();
    this.#call(() => this.#handle.add(slot, cost.isCredits, cost.value, false));
  }

  /**
   * Adds a debit or hold, in place of another if any, unless answers would then not fit the engine's decimals.
   *
   * @throws CreditGateError; nothing has changed
   */
  spend(spent: Spent, now: number, replaced?: Spent): void {
    const units = difference(spent, replaced);
    if (units?.mantissa !== undefined) return this.#charge(spent, units.mantissa, units.scale, now);
    if (replaced !== undefined) this.giveBack(replaced.feeKey, replaced);
    try {
      this.add(spent.feeKey, spent);
      try {
        this.nextChangeAt(now);
      } catch (error) {
        this.giveBack(spent.feeKey, spent);
        throw error;
      }
    } catch (error) {
      if (replaced !== undefined) this.add(replaced.feeKey, replaced);
      throw error;
    }
  }

  /** Adds what scalars can say, and takes what checks then go by along. */
  #charge({ feeKey, isCredits }: Spent, mantissa: number, scale: number, now: number): void {
    const place = this.#find(feeKey) ?? this.#newPlace(feeKey);
    this.#outdate();
    const figures = scratch();
    this.#call(() => this.#handle.charge(place.slot, isCredits, mantissa, scale, place.scale, now, figures));
    note(place, figures, place.scale, now);
    // Whoever spends is told what is left, or asks next.
    place.available = availableOf(figures);
  }

  /** Takes a debit or hold off again. A faulty account keeps it until its snapshot is replaced. */
  giveBack(key: FeeKeyParts, cost: Cost): void {
    const place = this.#find(key);
    if (place === undefined) return;
    this.#outdate();
    try {
      this.#handle.add(place.slot, cost.isCredits, cost.value, true);
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

  /** The provider's ids of the wallets; of Lago's those that are not over. */
  walletIds(): readonly string[] {
    return this.#call(() => this.#handle.walletIds()).split("\0").slice(0, -1);
  }

  /** The wallets with nothing but what the rules read, as their provider would send them. */
  redacted(): WalletsJson {
    const { wallets, grants = [] } = this.#call(() => this.#handle.redacted());
    return grants.length === 0 ? { wallets } : { wallets, grants: Object.fromEntries(grants) };
  }

  free(): void {
    this.#places = undefined;
    this.#handle.free();
  }

  #call<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      // A call that trapped has lost the account: nothing may answer from what was read of it.
      this.#outdate();
      throw toCreditGateError(thrown);
    }
  }
}
