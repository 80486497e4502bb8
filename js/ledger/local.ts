/** The ledger of one instance, in its memory. */

import type { Ledger, LedgerEntry, LedgerSetup, LedgerStats } from "../types.js";

/** How often a full ledger looks for entries of customers who never came back, ms. */
const SWEEP_INTERVAL = 1000;

interface Book {
  readonly entries: Map<string, LedgerEntry>;
  /** The earliest expiry of a hold in here. */
  nextExpiry: number;
}

/** Sees its own instance's debits and holds only, and forgets them with the instance. */
export function localLedger(setup: LedgerSetup): Ledger {
  return new LocalLedger(setup);
}

class LocalLedger implements Ledger {
  readonly #options: LedgerSetup;
  readonly #books = new Map<string, Book>();
  /** From when on figures contain every debit that was dropped, by customer, the least recent first. */
  readonly #reflected = new Map<string, number>();
  #size = 0;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(options: LedgerSetup) {
    this.#options = options;
  }

  hasRoom(now: number): boolean {
    if (this.#size >= this.#options.capacity && now - this.#sweptAt >= SWEEP_INTERVAL) this.#sweep(now);
    return this.#size < this.#options.capacity;
  }

  find(customer: string, key: string): LedgerEntry | undefined {
    return this.#books.get(customer)?.entries.get(key);
  }

  entries(customer: string): Iterable<LedgerEntry> {
    return this.#books.get(customer)?.entries.values() ?? [];
  }

  put(entry: LedgerEntry): void {
    let book = this.#books.get(entry.customer);
    // First, so that an entry that cannot be counted is not kept either.
    const replaced = book?.entries.get(entry.key);
    this.#options.onChange(entry, replaced);
    if (book === undefined) {
      book = { entries: new Map(), nextExpiry: Number.POSITIVE_INFINITY };
      this.#books.set(entry.customer, book);
    }
    book.entries.set(entry.key, entry);
    book.nextExpiry = Math.min(book.nextExpiry, entry.expiresAt ?? Number.POSITIVE_INFINITY);
    if (replaced === undefined) this.#size += 1;
  }

  remove(entry: LedgerEntry): void {
    const book = this.#books.get(entry.customer);
    if (book?.entries.get(entry.key) !== entry) return;
    book.entries.delete(entry.key);
    if (book.entries.size === 0) this.#books.delete(entry.customer);
    this.#size -= 1;
    this.#options.onChange(undefined, entry);
  }

  reported(entry: LedgerEntry, at: number): void {
    const book = this.#books.get(entry.customer);
    if (book?.entries.get(entry.key) === entry) book.entries.set(entry.key, { ...entry, reportedAt: at });
  }

  reconcile(customer: string, asOf: number): void {
    for (const entry of this.entries(customer)) {
      if (entry.reportedAt === undefined || !this.#isReflected(entry, asOf)) continue;
      this.remove(entry);
      this.#note(customer, entry.reportedAt + this.#options.reflectWithin, asOf);
    }
  }

  mayLack(customer: string, asOf: number): boolean {
    return asOf < (this.#reflected.get(customer) ?? Number.NEGATIVE_INFINITY);
  }

  /** Remembers from when on figures contain a dropped debit, as long as figures can be older than that. */
  #note(customer: string, since: number, asOf: number): void {
    const latest = Math.max(since, this.#reflected.get(customer) ?? Number.NEGATIVE_INFINITY);
    this.#reflected.delete(customer);
    this.#reflected.set(customer, latest);
    for (const [other, time] of this.#reflected) {
      if (this.#reflected.size <= this.#options.capacity && time > asOf - this.#options.oldestFigures) return;
      this.#reflected.delete(other);
    }
  }

  expire(customer: string, now: number): void {
    const book = this.#books.get(customer);
    if (book === undefined || now < book.nextExpiry) return;
    book.nextExpiry = Number.POSITIVE_INFINITY;
    for (const entry of book.entries.values()) {
      if (entry.expiresAt === undefined) continue;
      if (entry.expiresAt <= now) this.remove(entry);
      else book.nextExpiry = Math.min(book.nextExpiry, entry.expiresAt);
    }
  }

  stats(): LedgerStats {
    let unreported = 0;
    for (const { entries } of this.#books.values()) {
      for (const entry of entries.values()) if (entry.kind === "debit" && entry.reportedAt === undefined) unreported += 1;
    }
    return {
      kind: "local",
      entries: this.#size,
      unreported,
      overspendBound: "what other instances spend, and this one spent before a restart, until the provider's figures contain it",
    };
  }

  /** Whether figures computed at `asOf` or later must contain a debit. */
  #isReflected(entry: LedgerEntry, asOf: number): boolean {
    return entry.reportedAt !== undefined && asOf >= entry.reportedAt + this.#options.reflectWithin;
  }

  /**
   * Drops what no snapshot that may still answer can lack: customers who never come back are never reconciled.
   */
  #sweep(now: number): void {
    this.#sweptAt = now;
    const asOf = now - this.#options.oldestFigures;
    for (const customer of [...this.#books.keys()]) {
      this.expire(customer, now);
      this.reconcile(customer, asOf);
    }
  }
}
