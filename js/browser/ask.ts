/** Asking for a snapshot: within a time, and read with care. */

import { CreditGateError } from "../errors.js";
import type { DraftInvoice, Freshness, InvoicePreview } from "../types.js";
import { startTimeout } from "../watch/timer.js";
import type { PageEngine } from "./engines.js";
import type { PageSnapshot, SnapshotSource } from "./types.js";

/** How long a source may take, ms. */
const DEADLINE = 30_000;

const FRESHNESS: readonly Freshness[] = ["computed", "cached_fallback", "undated"];
const NOTHING: DraftInvoice = { currency: "USD", lines: [] };

/** Asks a source; gives up after the deadline, and when `closing` aborts. Whatever it does then leaves no timer behind. */
export async function askSource(source: SnapshotSource, closing: AbortSignal): Promise<PageSnapshot> {
  closing.throwIfAborted();
  const asking = new AbortController();
  const { signal } = asking;
  const close = () => asking.abort(closing.reason);
  const late = new CreditGateError("provider_timeout", `the wallets have not come within ${DEADLINE} ms`);
  const timer = startTimeout(DEADLINE, () => asking.abort(late));
  closing.addEventListener("abort", close);
  try {
    const givenUp = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    return await Promise.race([source.fetch(signal), givenUp]);
  } finally {
    timer.clear();
    closing.removeEventListener("abort", close);
  }
}

/** Reads all of a snapshot, so that what is wrong with it shows now. @throws CreditGateError `invalid_response`. */
export function checkSnapshot(engine: PageEngine, snapshot: PageSnapshot, now: number): void {
  const { asOf, fetchedAt, expiresAt, freshness } = snapshot;
  if (![asOf, fetchedAt, expiresAt].every(Number.isFinite) || !FRESHNESS.includes(freshness)) {
    throw new CreditGateError("invalid_response", "the snapshot lacks a time, or how fresh it is");
  }
  previewOf(engine, snapshot, NOTHING, now);
}

export function previewOf(engine: PageEngine, { profile, wallets, grants }: PageSnapshot, draft: DraftInvoice, now: number): InvoicePreview {
  return engine.previewInvoice({ profile, wallets, grants }, draft, { now });
}
