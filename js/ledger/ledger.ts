/** Where holds and pending debits live. */

import type { FeeKeyParts } from "../fee-key.js";

/** Usage spent here (`debit`) or authorised but not settled (`hold`). */
export interface LedgerEntry {
  /** Counts once per customer. */
  readonly key: string;
  readonly kind: "debit" | "hold";
  readonly customer: string;
  readonly feeKey: FeeKeyParts;
  readonly isCredits: boolean;
  /** Canonical decimal text, before tax. */
  readonly value: string;
  /** When it was spent or authorised. */
  readonly at: number;
  /** Debits: when the provider had accepted the usage event; `undefined` while it has not. */
  readonly reportedAt?: number;
  /** Debits that were held first: the value that was held. */
  readonly held?: string;
  /** Holds: when they stop counting. */
  readonly expiresAt?: number;
}

/** Told of every change of what counts against a customer. One that throws refuses what is added. */
export type LedgerListener = (added: LedgerEntry | undefined, removed: LedgerEntry | undefined) => void;

export interface LedgerStats {
  readonly kind: "local" | "shared";
  /** Debits and holds kept. */
  readonly entries: number;
  /** Debits whose report has not been accepted, and which therefore stay. */
  readonly unreported: number;
  /** What bounds the overspend of many instances. */
  readonly overspendBound: string;
}

/**
 * Debits and holds, apart from snapshots: they survive a snapshot's eviction. One that many instances share
 * extends this by leases; the local one is synchronous and complete.
 */
export interface Ledger {
  /** Whether one more entry fits at `now`. */
  hasRoom(now: number): boolean;
  find(customer: string, key: string): LedgerEntry | undefined;
  /** All that counts against a customer. */
  entries(customer: string): Iterable<LedgerEntry>;
  /** Keeps an entry, in place of one with its key. @throws what the listener throws; then nothing has changed */
  put(entry: LedgerEntry): void;
  remove(entry: LedgerEntry): void;
  /** The same entry with the time of its report. */
  reported(entry: LedgerEntry, at: number): void;
  /** Drops the debits that a snapshot of `asOf` must contain. */
  reconcile(customer: string, asOf: number): void;
  /** Whether figures of `asOf` may lack a debit that was dropped because newer figures contained it. */
  mayLack(customer: string, asOf: number): boolean;
  /** Drops a customer's holds that have expired at `now`. */
  expire(customer: string, now: number): void;
  stats(): LedgerStats;
}
