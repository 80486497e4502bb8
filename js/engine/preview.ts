/** How credits would pay a draft invoice. */

import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../types.js";
import { readSnapshot } from "./coverage.js";
import { canonicalDraft } from "./draft.js";
import { toCreditGateError } from "./fault.js";
import { engine } from "./start.js";

/**
 * Says which wallet would pay how much of which line of a draft invoice, and what would be left, by the provider's own
 * rules. It pays from settled balances, as invoices do, whatever usage is pending.
 *
 * @param at - `now` in milliseconds since the epoch: credits that have expired by then pay nothing, where the provider
 * would not take them (Lago takes an expired wallet until its hourly job, R-EXP-3)
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount` for the draft
 * and `invalid_response` for the provider's wallets, with the path of the field.
 *
 * @example
 * ```ts
 * import { previewInvoice } from "creditgate/engine";
 *
 * const wallets = [{ id: "w", currency: "usd", balance: "30" }];
 * const preview = previewInvoice(
 *   { profile: "flexprice", wallets },
 *   { currency: "USD", lines: [{ id: "tokens", amount: "40" }, { id: "seat", amount: "10", priceType: "FIXED" }], taxRates: ["20"] },
 *   { now: Date.now() },
 * );
 * console.log(preview.lines[0]?.credits, preview.total); // [{ wallet: "w", amount: "30" }] "30"
 * ```
 */
export function previewInvoice(snapshot: WalletsSnapshot, invoice: DraftInvoice, at: { readonly now: number }): InvoicePreview {
  const { profile, wallets, grants } = readSnapshot(snapshot);
  const draft = canonicalDraft(invoice, profile);
  const entries = grants === undefined ? undefined : Object.entries(grants);
  try {
    return engine().previewInvoice(profile, wallets, entries, draft, at.now);
  } catch (thrown) {
    throw toCreditGateError(thrown);
  }
}
