/** The pure functions of `creditgate/engine`, over the vectors that the native engine is held to. */
import { describe, expect, test } from "vitest";
import { coverage, previewInvoice } from "../../engine/index.js";
import type { InvoicePreview } from "../../types.js";
import { lagoDraft, lagoWallet, money, now, type Vector, vectors } from "./vectors.js";

function previewOf({ input }: Vector): InvoicePreview {
  const wallets = (input.wallets ?? []).map((wallet: unknown) => lagoWallet(wallet, 1_000));
  return previewInvoice({ profile: "lago", wallets }, lagoDraft(input), { now });
}

describe("previewInvoice", () => {
  test.each(vectors("lago/invoice.apply"))("$id: pays what Lago bills", (vector) => {
    const { expected, input } = vector;
    const currency = input.invoice.currency ?? "EUR";
    const preview = previewOf(vector);
    if (expected.prepaid_credit_amount_cents !== undefined) {
      expect(preview.credits).toBe(money(expected.prepaid_credit_amount_cents, currency));
    }
    if (expected.total_amount_cents_after !== undefined) {
      expect(preview.total).toBe(money(expected.total_amount_cents_after, currency));
    }
  });

  test.each(vectors("lago/invoice.preview_rounding"))("$id: gives Lago's own preview where it differs", (vector) => {
    const { real_invoice: billed, preview: shown } = vector.expected;
    const preview = previewOf(vector);
    expect({ credits: preview.credits, total: preview.total }).toEqual({
      credits: money(billed.prepaid_credit_amount_cents),
      total: money(billed.total_amount_cents),
    });
    expect(preview.shown ?? { credits: preview.credits, total: preview.total }).toEqual({
      credits: money(shown.prepaid_credit_amount_cents),
      total: money(shown.total_amount_cents),
    });
  });

  const wallet = { id: "w", currency: "usd", balance: "30" };
  const lines = [{ id: "tokens", amount: "40" }, { id: "seat", amount: 10n, priceType: "FIXED" }];

  test("says line by line what each wallet pays, and leaves the tax", () => {
    const preview = previewInvoice({ profile: "flexprice", wallets: [wallet] }, { currency: "usd", lines, taxRates: ["20"] }, { now });
    expect(preview.lines).toEqual([
      { id: "tokens", amount: "40", discount: "0", payable: "40", credits: [{ wallet: "w", amount: "30", credits: "30" }], skipped: [] },
      { id: "seat", amount: "10", discount: "0", payable: "10", credits: [], skipped: [{ wallet: "w", reason: "out_of_scope" }] },
    ]);
    expect(preview).toMatchObject({ subtotal: "50", tax: "10", totalBefore: "60", credits: "30", total: "30", shown: null, undefinedByProvider: [] });
    expect(preview.wallets).toEqual([
      { id: "w", name: null, verdict: "eligible", used: "30", creditsUsed: "30", balance: "30", balanceAfter: "0", ongoingBalance: null, expired: "0" },
    ]);
  });

  test("tells expired credits apart where grants are known", () => {
    const grants = { w: [{ type: "credit", transaction_status: "completed", credits_available: "12" }] };
    const preview = previewInvoice({ profile: "flexprice", wallets: [wallet], grants }, { currency: "USD", lines }, { now });
    expect(preview.credits).toBe("12");
    expect(preview.wallets[0]?.expired).toBe("18");
  });

  test("marks what the provider leaves open", () => {
    const short = [{ id: "a", amount: "20" }, { id: "b", amount: "20" }];
    const preview = previewInvoice({ profile: "flexprice", wallets: [wallet] }, { currency: "USD", lines: short }, { now });
    expect(preview.undefinedByProvider).toEqual(["lines"]);
  });

  test("takes credits off before tax as Lago's first guide did", () => {
    const lago = { lago_id: "w", currency: "EUR", balance_cents: 4000, applies_to: { fee_types: [], billable_metric_codes: [] } };
    const draft = { currency: "EUR", lines: [{ id: "plan", feeType: "subscription", amount: "100", taxRate: "20" }] };
    expect(previewInvoice({ profile: "lago-2022", wallets: [lago] }, draft, { now })).toMatchObject({ credits: "40", tax: "12", total: "72" });
    expect(previewInvoice({ profile: "lago", wallets: [lago] }, draft, { now })).toMatchObject({ credits: "40", tax: "20", total: "80" });
  });

  // What callers without types might give
  const bad: readonly (readonly [string, string, any])[] = [
    ["invalid_input", "invoice.surprise", { currency: "USD", lines, surprise: 1 }],
    ["invalid_input", "invoice.lines[0].surprise", { currency: "USD", lines: [{ id: "a", amount: "1", surprise: 1 }] }],
    ["invalid_input", "invoice.lines[0].feeType", { currency: "USD", lines: [{ id: "a", amount: "1", feeType: "charge" }] }],
    ["invalid_input", "invoice.lines", { currency: "USD" }],
    ["invalid_input", "invoice.lines[0].id", { currency: "USD", lines: [{ amount: "1" }] }],
    ["invalid_input", "invoice.lines[0].amount", { currency: "USD", lines: [{ id: "a" }] }],
    ["invalid_input", "invoice.lines[0].discount", { currency: "USD", lines: [{ id: "a", amount: "1", discount: "2" }] }],
    ["invalid_input", "invoice.coupons[0]", { currency: "USD", lines, coupons: [{}] }],
    ["invalid_input", "invoice.tax", { currency: "USD", lines, taxRates: ["20"], tax: "1" }],
    ["negative_amount", "invoice.total", { currency: "USD", lines, total: "-1" }],
    ["invalid_input", "invoice.currency", { currency: "dollars", lines }],
    ["negative_amount", "invoice.lines[0].amount", { currency: "USD", lines: [{ id: "a", amount: "-1" }] }],
    ["invalid_decimal", "invoice.taxRates[0]", { currency: "USD", lines, taxRates: [0.1] }],
  ];
  test.each(bad)("refuses bad input: %s at %s", (code, path, invoice) => {
    expect(() => previewInvoice({ profile: "flexprice", wallets: [wallet] }, invoice, { now })).toThrow(expect.objectContaining({ code, path }));
  });

  test("refuses wallets that cannot be read, with the field", () => {
    const wallets = [{ id: "w", currency: "usd" }];
    expect(() => previewInvoice({ profile: "flexprice", wallets }, { currency: "USD", lines }, { now })).toThrow(
      expect.objectContaining({ code: "invalid_response", path: "wallets[0].balance" }),
    );
  });
});

describe("coverage", () => {
  const wallets = [{ id: "w", currency: "usd", balance: "25", real_time_balance: "4", is_cached_fallback: false }];

  test("answers as the gate does, with its explanation", () => {
    const answer = coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now });
    expect(answer).toMatchObject({ outcome: "short", reason: "insufficient_balance", required: "5", available: "4", shortfall: "1", precision: "exact", nextChangeAt: null });
    expect(answer.explanation.pendingUsage).toBe("21");
  });

  test("wants a tax rate where balances include tax, and nowhere else", () => {
    const lago = [{ lago_id: "w", currency: "EUR", balance_cents: 1000, ongoing_balance_cents: 1000, applies_to: { fee_types: [], billable_metric_codes: [] } }];
    const ask = (profile: "lago" | "lago-2022", options: object) => coverage({ profile, wallets: lago }, { currency: "EUR", amount: "10" }, { now, ...options });
    expect(ask("lago", { taxRate: "20" }).outcome).toBe("short");
    expect(ask("lago-2022", {}).outcome).toBe("covered");
    expect(() => ask("lago", {})).toThrow(expect.objectContaining({ code: "invalid_input", path: "taxRate" }));
    expect(() => ask("lago-2022", { taxRate: "20" })).toThrow(expect.objectContaining({ path: "taxRate" }));
  });

  test("pays no add-on with credits of 2022", () => {
    const lago = [{ lago_id: "w", currency: "EUR", balance_cents: 1000, applies_to: { fee_types: [], billable_metric_codes: [] } }];
    const answer = coverage({ profile: "lago-2022", wallets: lago }, { currency: "EUR", amount: "1", feeType: "add_on" }, { now });
    expect(answer).toMatchObject({ outcome: "short", reason: "out_of_scope" });
  });

  test.each([
    ["snapshot.profile", () => coverage({ profile: "stripe" as never, wallets }, { currency: "USD", amount: "5" }, { now })],
    ["snapshot.wallets", () => coverage({ profile: "lago", wallets: {} as never }, { currency: "USD", amount: "5" }, { now })],
    ["usage.customer", () => coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5", customer: "c" } as never, { now })],
    ["usage.amount", () => coverage({ profile: "flexprice", wallets }, { currency: "USD" }, { now })],
    ["options.now", () => coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now: Number.NaN })],
    ["options.surprise", () => coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now, surprise: 1 } as never)],
  ])("refuses bad input at %s", (path, ask) => {
    expect(ask).toThrow(expect.objectContaining({ code: "invalid_input", path }));
  });
});
