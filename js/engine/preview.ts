/** How credits would pay a draft invoice. */

import { invalid } from "../input.js";
import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../types.js";
import type { Core } from "./core.js";
import { readSnapshot } from "./coverage.js";
import { canonicalDraft } from "./draft.js";

/** `previewInvoice` of one build of the engine. */
export function previewBy(core: Core, snapshot: WalletsSnapshot, invoice: DraftInvoice, at: { readonly now: number }): InvoicePreview {
  const wallets = readSnapshot(snapshot);
  if (!Number.isFinite(at.now)) throw invalid("now", "must be milliseconds since the epoch");
  return core.preview(wallets, canonicalDraft(invoice, wallets.profile), at.now);
}
