/** Vectors of invoices that wallets pay: each a customer of the sandbox, a draft, and the figures that must be shown. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Control } from "creditgate/sandbox";
import type { Customer } from "../../../examples/checkout/src/customers.ts";
import type { DraftInvoice, DraftLine } from "../../types.js";

/** Currency units as decimal text. What a vector says nothing about is absent. */
export interface Expected {
  readonly subtotal?: string | undefined;
  readonly discount?: string | undefined;
  readonly tax?: string | undefined;
  readonly credits?: string | undefined;
  readonly total?: string | undefined;
  /** What each wallet pays, by the vector's id of it; who is missing pays nothing. */
  readonly paid?: Readonly<Record<string, string>> | undefined;
  /** What some wallets have afterwards. */
  readonly after?: Readonly<Record<string, string>> | undefined;
}

export interface Case {
  readonly customer: Customer;
  readonly draft: DraftInvoice;
  readonly expected: Expected;
  /** Puts the wallets into the sandbox; answers its ids of them by the vector's. */
  setUp(control: Control): Readonly<Record<string, string>>;
}

type Cents = number | string;

interface LagoVector {
  readonly id: string;
  readonly input: {
    readonly invoice: { readonly currency: string; readonly total_amount_cents: Cents };
    readonly wallets: readonly {
      readonly id: string; readonly code?: string; readonly currency: string; readonly status: "active" | "terminated"; readonly priority: number;
      readonly created_order: number; readonly balance_cents: Cents; readonly allowed_fee_types: readonly string[]; readonly target_metrics: readonly string[];
    }[];
    readonly fees: readonly {
      readonly fee_type: string; readonly metric: string | null; readonly amount_cents: Cents; readonly precise_coupons_amount_cents: Cents;
      readonly taxes_precise_amount_cents: Cents; readonly precise_credit_notes_amount_cents: Cents;
      readonly charge_accepts_target_wallet?: boolean; readonly target_wallet_code?: string;
    }[];
    readonly events_targeting_wallets?: boolean;
  };
  readonly expected: {
    readonly allocations?: Readonly<Record<string, Cents>>;
    readonly prepaid_credit_amount_cents?: Cents;
    readonly total_amount_cents_after?: Cents;
    readonly balances_after?: Readonly<Record<string, Cents>>;
    readonly real_invoice?: { readonly prepaid_credit_amount_cents: Cents; readonly total_amount_cents: Cents };
  };
}

interface FlexpriceVector {
  readonly id: string;
  readonly input: {
    readonly currency: string;
    readonly lines: readonly { readonly id: string; readonly amount: string; readonly price_type?: string; readonly line_item_discount?: string; readonly invoice_level_discount?: string }[];
    readonly wallets: readonly { readonly id: string; readonly balance: string }[];
    readonly sort_wallets?: boolean;
    readonly line_coupons?: readonly unknown[];
    readonly invoice_coupons?: readonly { readonly type: string; readonly value: string }[];
    readonly tax_rates?: readonly string[];
  };
  readonly expected: {
    readonly subtotal?: string; readonly total_discount?: string; readonly total_tax?: string; readonly total_prepaid_credits_applied?: string; readonly total?: string;
    readonly debits?: Readonly<Record<string, string>>;
  };
}

const folder = resolve(import.meta.dirname, "../../../tests/vectors");
const vectorsOf = <T>(name: string) => (JSON.parse(readFileSync(resolve(folder, `${name}.json`), "utf8")) as { readonly vectors: readonly T[] }).vectors;

/** All of them that a preview can be asked. */
export function cases(): Case[] {
  const lago = ["lago/invoice.apply", "lago/invoice.preview_rounding"].flatMap((name) => vectorsOf<LagoVector>(name));
  const flexprice = vectorsOf<FlexpriceVector>("flexprice/invoice.credit_application");
  // The order of wallets is the profile's in a preview, and a line's own coupon is its `discount`.
  const askable = flexprice.filter(({ input }) => input.sort_wallets !== false && (input.line_coupons ?? []).length === 0);
  return [...lago.map(lagoCase), ...askable.map(flexpriceCase)];
}

function lagoCase({ id, input, expected }: LagoVector): Case {
  const { invoice, wallets, fees, events_targeting_wallets: isTargeting = false } = input;
  const customer = { id: `vector-${id}`, name: id, about: "vector", provider: "lago" } as const;
  const lines = fees.map((fee, place): DraftLine => ({
    id: String(place),
    amount: units(fee.amount_cents),
    discount: units(fee.precise_coupons_amount_cents),
    feeType: fee.fee_type,
    tax: units(fee.taxes_precise_amount_cents),
    creditNotes: units(fee.precise_credit_notes_amount_cents),
    ...(fee.metric === null ? {} : { metric: fee.metric }),
    ...(isTargeting && fee.charge_accepts_target_wallet === true ? { targetWallet: fee.target_wallet_code } : {}),
  }));
  const billed = expected.real_invoice;
  return {
    customer,
    draft: { currency: invoice.currency, lines, total: units(invoice.total_amount_cents) },
    expected: {
      credits: optional(billed?.prepaid_credit_amount_cents ?? expected.prepaid_credit_amount_cents),
      total: optional(billed?.total_amount_cents ?? expected.total_amount_cents_after),
      paid: amounts(expected.allocations),
      after: amounts(expected.balances_after),
    },
    setUp(control) {
      control.customers({ provider: "lago", external_id: customer.id, currency: invoice.currency });
      const made = wallets.map((wallet) => {
        const { id: name, code = name, currency, status, priority, created_order, balance_cents } = wallet;
        const applies_to = { fee_types: wallet.allowed_fee_types, billable_metric_codes: wallet.target_metrics };
        const created_at = CREATED + created_order * 1000;
        return [name, control.wallets({ provider: "lago", customer: customer.id, currency, status, name, code, priority, applies_to, created_at, balance: units(balance_cents) }).id];
      });
      return Object.fromEntries(made) as Record<string, string>;
    },
  };
}

function flexpriceCase({ id, input, expected }: FlexpriceVector): Case {
  const customer = { id: `vector-${id}`, name: id, about: "vector", provider: "flexprice" } as const;
  const currency = input.currency.toUpperCase();
  const lines = input.lines.map((line): DraftLine => ({
    id: line.id,
    amount: line.amount,
    discount: sum([line.line_item_discount ?? "0", line.invoice_level_discount ?? "0"]),
    priceType: line.price_type,
  }));
  const coupons = (input.invoice_coupons ?? []).map(({ type, value }) => (type === "percentage" ? { percent: value } : { amount: value }));
  return {
    customer,
    draft: { currency, lines, coupons, taxRates: input.tax_rates ?? [] },
    expected: {
      subtotal: expected.subtotal,
      discount: expected.total_discount,
      tax: expected.total_tax,
      credits: expected.total_prepaid_credits_applied,
      total: expected.total,
      paid: expected.debits,
    },
    setUp(control) {
      const made = input.wallets.map(({ id: name, balance }) => [name, control.wallets({ provider: "flexprice", customer: customer.id, currency, balance }).id]);
      return Object.fromEntries(made) as Record<string, string>;
    },
  };
}

const CREATED = Date.parse("2026-01-01T00:00:00Z");

/** Every currency of these vectors of Lago's has two decimals. */
function units(cents: Cents): string {
  const [whole = "", fraction = ""] = String(cents).split(".");
  const digits = whole.padStart(3, "0");
  return plain(`${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`);
}

const optional = (cents: Cents | undefined) => (cents === undefined ? undefined : units(cents));
const amounts = (cents: Readonly<Record<string, Cents>> | undefined) =>
  cents && Object.fromEntries(Object.entries(cents).map(([wallet, amount]) => [wallet, units(amount)]));

const DECIMALS = 12;

/** The sum of decimals. */
export function sum(values: readonly string[]): string {
  const scaled = values.map((value) => {
    const [whole = "0", fraction = ""] = value.split(".");
    return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
  });
  const total = String(scaled.reduce((all, value) => all + value, 0n)).padStart(DECIMALS + 1, "0");
  return plain(`${total.slice(0, -DECIMALS)}.${total.slice(-DECIMALS)}`);
}

/** Without the zeros that say nothing. */
export const plain = (value: string): string => value.replace(/^(-?)0+(?=\d)/, "$1").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
