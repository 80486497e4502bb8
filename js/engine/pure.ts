/** The pure functions over the gate's wasm. */

import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../types.js";
import { ResidentAccount } from "./account.js";
import type { Core } from "./core.js";
import { type Coverage, coverageBy, type CoverageOptions, type CoverageUsage } from "./coverage.js";
import { toCreditGateError } from "./fault.js";
import { previewBy } from "./preview.js";
import { engine } from "./start.js";

const wasm: Core = {
  coverage({ profile, ...json }, { key, cost }, options, now) {
    const account = new ResidentAccount(profile, json, options);
    try {
      return { ...account.decide(key, cost, now), explanation: account.explain(key, now) };
    } finally {
      account.free();
    }
  },
  preview({ profile, wallets, grants }, draft, now) {
    const entries = grants === undefined ? undefined : Object.entries(grants);
    try {
      return engine().previewInvoice(profile, wallets, entries, draft, now);
    } catch (thrown) {
      throw toCreditGateError(thrown);
    }
  },
};

/**
 * Answers from a provider's wallets alone whether they cover a usage.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount` for the
 * caller's input and `invalid_response` for the provider's, with the path of the field.
 *
 * @example
 * ```ts
 * import { coverage } from "creditgate/engine";
 *
 * const wallets = [{ id: "w", currency: "usd", balance: "25", real_time_balance: "4", is_cached_fallback: false }];
 * const answer = coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now: Date.now() });
 * console.log(answer.outcome, answer.shortfall); // short 1
 * ```
 */
export function coverage(snapshot: WalletsSnapshot, usage: CoverageUsage, options: CoverageOptions): Coverage {
  return coverageBy(wasm, snapshot, usage, options);
}

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
  return previewBy(wasm, snapshot, invoice, at);
}
