/** The vectors of invoices, as callers of the pure functions write them. */
import { readFileSync } from "node:fs";
import type { DraftInvoice } from "../../types.js";

export interface Vector {
  readonly id: string;
  // A vector is whatever its file says.
  readonly input: any;
  readonly expected: any;
}

export function vectors(file: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${file}.json`, import.meta.url), "utf8")).vectors;
}

export const now = Date.parse("2026-11-20T12:00:00Z");
const EXPONENTS: Readonly<Record<string, number>> = { JPY: 0, KWD: 3 };

/** Minor units as text to currency units as text, by moving the point. */
export function money(cents: string | number | undefined | null, currency = "EUR"): string {
  const exponent = EXPONENTS[currency] ?? 2;
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(cents ?? 0)) ?? [];
  const digits = whole.padStart(exponent + 1, "0");
  const text = `${digits.slice(0, digits.length - exponent)}.${digits.slice(digits.length - exponent)}${fraction}`;
  return sign + text.replace(/\.?0*$/, "");
}

/** A wallet of a vector as the API lists it. */
export function lagoWallet(json: Vector["input"], newest: number): unknown {
  return {
    lago_id: json.id,
    code: json.code ?? null,
    status: json.status ?? "active",
    currency: json.currency ?? "EUR",
    rate_amount: json.rate_amount ?? "1",
    balance_cents: json.balance_cents,
    ongoing_balance_cents: json.balance_cents,
    priority: json.priority ?? 50,
    created_at: new Date(now - 1000 * (newest - (json.created_order ?? 0))).toISOString(),
    applies_to: { fee_types: json.allowed_fee_types ?? [], billable_metric_codes: json.target_metrics ?? [] },
  };
}

/** The draft of a vector of an invoice. */
export function lagoDraft({ invoice, fees = [], events_targeting_wallets: targeting }: Vector["input"]): DraftInvoice {
  const currency = invoice.currency ?? "EUR";
  const lines = fees.map((fee: Vector["input"], index: number) => ({
    id: String(index),
    feeType: fee.fee_type,
    ...(fee.metric == null ? {} : { metric: fee.metric }),
    ...(targeting && fee.charge_accepts_target_wallet && fee.target_wallet_code != null ? { targetWallet: fee.target_wallet_code } : {}),
    amount: money(fee.amount_cents, currency),
    discount: money(fee.precise_coupons_amount_cents, currency),
    tax: money(fee.taxes_precise_amount_cents, currency),
    creditNotes: money(fee.precise_credit_notes_amount_cents, currency),
  }));
  return { currency, lines, total: money(invoice.total_amount_cents, currency) };
}
