/** The providers' own invoices as drafts: those of the documented payloads, and those that the sandbox answers. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prorate } from "../../decimal.js";
import { draftFromFlexprice, draftFromLago, previewInvoice } from "../../engine/index.js";
import { isCreditGateError } from "../../errors.js";
import { flexpriceApi } from "../../providers/flexprice/api/index.js";
import { lagoApi } from "../../providers/lago/api/index.js";
import { MINUTE, START, useSandbox } from "../sandbox/harness.js";

type Any = any;

const payload = (path: string): Any => JSON.parse(readFileSync(new URL(`../sandbox/payloads/${path}`, import.meta.url), "utf8"));
const now = START;

function failure(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!isCreditGateError(error)) throw error;
    return `${error.code} ${error.path}`;
  }
}

describe("Lago's payloads", () => {
  const wallet = { lago_id: "w", currency: "EUR", status: "active", balance_cents: 12_000, rate_amount: "1.0", applies_to: { fee_types: ["charge"], billable_metric_codes: [] } };
  const billed = payload("lago/invoice_finalized_with_prepaid.json").invoice;

  test.each(["lago/invoice_preview.json", "lago/invoice_draft.json"])("%s is paid as it was billed, and shown as previewed", (path) => {
    const draft = draftFromLago(payload(path));
    expect(draft).toMatchObject({
      currency: "EUR", total: "59.59",
      lines: [
        { feeType: "charge", metric: "api_calls", amount: "16.66", discount: "0", tax: "3.332" },
        { feeType: "charge", metric: "storage_gb", amount: "4", discount: "0", tax: "0.8" },
        { feeType: "subscription", amount: "29", discount: "0", tax: "5.8" },
      ],
    });
    expect(draft.lines[2]).not.toHaveProperty("metric");
    const preview = previewInvoice({ profile: "lago", wallets: [wallet] }, draft, { now });
    const shown = payload("lago/invoice_preview.json").invoice;
    expect([preview.credits, preview.total]).toEqual([billed.prepaid_credit_amount_cents / 100, billed.total_amount_cents / 100].map(String));
    expect(preview.shown).toEqual({ credits: String(shown.prepaid_credit_amount_cents / 100), total: String(shown.total_amount_cents / 100) });
  });

  test("lines are named by their fees, or by their place", () => {
    expect(draftFromLago(payload("lago/invoice_preview.json")).lines.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    const draft = payload("lago/invoice_draft.json").invoice;
    expect(draftFromLago(draft).lines.map(({ id }) => id)).toEqual(draft.fees.map(({ lago_id }: Any) => lago_id));
  });

  test("an invoice that was finalized is refused: its credits are taken", () => {
    expect(failure(() => draftFromLago({ invoice: billed }))).toBe("invalid_response invoice.status");
  });
});

/** The least that is an invoice of Lago's. */
const fee = (changes: object = {}) => ({ item: { type: "charge", code: "tokens" }, amount_cents: 1_000, taxes_precise_amount: "2.0", ...changes });
const invoice = (changes: object = {}) => ({ currency: "EUR", fees: [fee()], sub_total_including_taxes_amount_cents: 1_200, ...changes });

describe("draftFromLago", () => {
  test("takes an invoice with or without what it is wrapped in, and no more than it needs", () => {
    const draft = { currency: "EUR", lines: [{ id: "0", feeType: "charge", metric: "tokens", amount: "10", discount: "0", tax: "2" }], total: "12" };
    expect(draftFromLago(invoice())).toEqual(draft);
    expect(draftFromLago({ invoice: invoice({ surprise: {} }) })).toEqual(draft);
  });

  test("keeps the total that Lago tells, where the fees come to another", () => {
    const draft = draftFromLago(invoice({ sub_total_including_taxes_amount_cents: 1_203 }));
    expect(previewInvoice({ profile: "lago", wallets: [] }, draft, { now })).toMatchObject({ totalBefore: "12.03", total: "12.03" });
  });

  test("takes coupons per fee, in minor units with a fraction, and targets", () => {
    const item = { type: "charge", code: "tokens", grouped_by: { target_wallet_code: "gold" } };
    const { lines } = draftFromLago(invoice({ fees: [fee({ item, precise_coupons_amount_cents: "333.33333" })] }));
    expect(lines).toMatchObject([{ discount: "3.3333333", targetWallet: "gold" }]);
    const untargeted = [{ grouped_by: {} }, { grouped_by: null }, { grouped_by: { target_wallet_code: null, region: "eu" } }];
    for (const grouped of untargeted) expect(draftFromLago(invoice({ fees: [fee({ item: { ...item, ...grouped } })] })).lines[0]).not.toHaveProperty("targetWallet");
  });

  test("splits credit notes over what is left of the fees (R-APP-3)", () => {
    const fees = [fee(), fee({ amount_cents: 500, taxes_precise_amount: "1", precise_coupons_amount_cents: "500" }), fee({ amount_cents: 0, taxes_precise_amount: "0" })];
    const draft = draftFromLago(invoice({ fees, sub_total_including_taxes_amount_cents: 1_300, credit_notes_amount_cents: 100 }));
    expect(draft.lines.map(({ creditNotes }) => creditNotes)).toEqual(["0.923076923", "0.076923077", undefined]);
    expect(draft.total).toBe("12");
  });

  test.each([["JPY", "1000", "1200"], ["KWD", "1", "1.2"], ["CLF", "0.1", "0.12"], ["eur", "10", "12"]])("%s has its own minor unit", (currency, amount, total) => {
    expect(draftFromLago(invoice({ currency }))).toMatchObject({ currency: currency.toUpperCase(), lines: [{ amount }], total });
  });

  test("reads amounts as numbers or text, with an exponent too, and the rounded tax where there is no other", () => {
    const texts = invoice({ fees: [fee({ amount_cents: "1000", taxes_precise_amount: 2, precise_coupons_amount_cents: 1e-7 })], sub_total_including_taxes_amount_cents: "1200" });
    expect(draftFromLago(texts)).toMatchObject({ lines: [{ amount: "10", discount: "0.000000001", tax: "2" }], total: "12" });
    expect(draftFromLago(invoice({ fees: [fee({ taxes_precise_amount: "3.0e-05" })] })).lines).toMatchObject([{ tax: "0.00003" }]);
    expect(draftFromLago(invoice({ fees: [fee({ taxes_precise_amount: null, taxes_amount_cents: 199 })] })).lines).toMatchObject([{ tax: "1.99" }]);
  });

  test.each<[string, unknown]>([
    ["invoice", null], ["invoice", []], ["invoice", { invoice: [] }], ["invoice.currency", {}], ["invoice.currency", invoice({ currency: "EURO" })],
    ["invoice.fees", invoice({ fees: undefined })], ["invoice.fees[0]", invoice({ fees: [null] })], ["invoice.fees[1].amount_cents", invoice({ fees: [fee(), fee({ amount_cents: undefined })] })],
    ["invoice.fees[0].amount_cents", invoice({ fees: [fee({ amount_cents: -1 })] })], ["invoice.fees[0].amount_cents", invoice({ fees: [fee({ amount_cents: "ten" })] })], ["invoice.fees[0].amount_cents", invoice({ fees: [fee({ amount_cents: Number.NaN })] })], ["invoice.fees[0].amount_cents", invoice({ fees: [fee({ amount_cents: {} })] })],
    ["invoice.fees[0].amount_currency", invoice({ fees: [fee({ amount_currency: "USD" })] })], ["invoice.fees[0].item", invoice({ fees: [fee({ item: undefined })] })], ["invoice.fees[0].item.type", invoice({ fees: [fee({ item: {} })] })], ["invoice.fees[0].item.code", invoice({ fees: [fee({ item: { type: "charge" } })] })],
    ["invoice.fees[0].taxes_amount_cents", invoice({ fees: [fee({ taxes_precise_amount: undefined })] })], ["invoice.fees[0].item.grouped_by", invoice({ fees: [fee({ item: { type: "charge", code: "a", grouped_by: "x" } })] })],
    ["invoice.sub_total_including_taxes_amount_cents", invoice({ sub_total_including_taxes_amount_cents: undefined })], ["invoice.credit_notes_amount_cents", invoice({ credit_notes_amount_cents: 1_201 })],
    ["invoice.invoice_type", invoice({ invoice_type: "one_off" })], ["invoice.invoice_type", invoice({ invoice_type: "credit" })], ["invoice.status", invoice({ lago_id: "i", status: "finalized" })], ["invoice.status", invoice({ lago_id: "i" })],
  ])("refuses at %s", (path, json) => {
    expect(failure(() => draftFromLago(json))).toBe(`invalid_response ${path}`);
  });

  test("an amount that does not fit is out of range", () => {
    expect(failure(() => draftFromLago(invoice({ fees: [fee({ amount_cents: "9".repeat(29) })] })))).toBe("decimal_out_of_range invoice.fees[0].amount_cents");
  });
});

describe("draftFromFlexprice", () => {
  const answered = () => payload("flexprice/invoice_preview_response.json");

  test("the documented payload is paid as its note says", () => {
    const draft = draftFromFlexprice(answered());
    expect(draft).toEqual({
      currency: "USD", tax: "11.7", total: "128.7",
      lines: [{ id: "inv_line_01", priceType: "FIXED", amount: "30", discount: "3" }, { id: "inv_line_02", priceType: "USAGE", amount: "100", discount: "10" }],
    });
    const wallets = [{ id: "w", currency: "usd", balance: "50" }];
    expect(previewInvoice({ profile: "flexprice", wallets }, draft, { now })).toMatchObject({ subtotal: "130", discount: "13", tax: "11.7", totalBefore: "128.7", credits: "50", total: "78.7" });
  });

  test("keeps the total that Flexprice tells, never below what credits leave", () => {
    const draft = draftFromFlexprice({ ...answered(), total: "40" });
    expect(previewInvoice({ profile: "flexprice", wallets: [{ id: "w", currency: "usd", balance: "50" }] }, draft, { now })).toMatchObject({ totalBefore: "40", credits: "50", total: "0" });
  });

  test("a line without a price type is not paid by credits, one without an id has its place, and no lines are none", () => {
    const line_items = [{ amount: 5 }, { price_type: null, amount: "6" }, { id: "", price_type: "USAGE", amount: "7" }].slice(0, 2);
    expect(draftFromFlexprice({ currency: "usd", total: "11", line_items })).toEqual({
      currency: "USD", tax: "0", total: "11", lines: [{ id: "0", priceType: "FIXED", amount: "5", discount: "0" }, { id: "1", priceType: "FIXED", amount: "6", discount: "0" }],
    });
    expect(draftFromFlexprice({ currency: "usd", total: "0" }).lines).toEqual([]);
  });

  test.each<[string, object | null]>([
    ["invoice", null], ["invoice.currency", { currency: "dollars" }], ["invoice.total", { total: null }], ["invoice.total", { total: "-1" }], ["invoice.total_tax", { total_tax: "a" }],
    ["invoice.line_items", { line_items: {} }], ["invoice.line_items[0].amount", { line_items: [{}] }], ["invoice.line_items[0].amount", { line_items: [{ amount: "-5" }] }], ["invoice.line_items[0].currency", { line_items: [{ amount: "5", currency: "eur" }] }],
    ["invoice.line_items[0].line_item_discount", { line_items: [{ amount: "5", line_item_discount: true }] }], ["invoice.line_items[0].price_type", { line_items: [{ amount: "5", price_type: 1 }] }],
    ["invoice.invoice_status", { invoice_status: "FINALIZED" }], ["invoice.total_prepaid_credits_applied", { total_prepaid_credits_applied: "5" }],
  ])("refuses at %s", (path, changes) => {
    expect(failure(() => draftFromFlexprice(changes && { ...answered(), ...changes }))).toBe(`invalid_response ${path}`);
  });
});

describe("the sandbox", () => {
  const harness = useSandbox({ lagoGrantDelay: 0 });

  test("Lago's previews: our credits and total are those that it shows, and those that it bills", async () => {
    const { control } = harness.sandbox;
    const api = lagoApi({ ...harness.sandbox.lago, now: () => START });
    let seen = 0;
    for (const [index, rate] of ["0", "5.5", "20", "20.5"].entries()) {
      const customer = `acme_${index}`;
      const subscription = `s_${index}`;
      control.customers({ provider: "lago", external_id: customer, currency: "EUR", tax_rate: rate, subscription });
      control.wallets({ provider: "lago", customer, currency: "EUR", balance: "3.21", priority: 1, applies_to: { billable_metric_codes: ["images"] } });
      control.wallets({ provider: "lago", customer, currency: "EUR", balance: String(7 * index + 1) });
      for (const [code, unit_price, units] of [["images", "0.333", "7"], ["tokens", "0.0101", "1234"]] as const) {
        control.metrics({ provider: "lago", code, currency: "EUR", unit_price, property: "units" } as Any);
        await harness.lago.post("/events", { event: { transaction_id: `${customer}-${code}`, external_subscription_id: subscription, code, properties: { units } } });
      }
      const told: Any = await api.invoices.preview({ customer: { external_id: customer }, subscriptions: { external_ids: [subscription] } } as Any);
      const { body } = await harness.lago.get(`/wallets?external_customer_id=${customer}`);
      const preview = previewInvoice({ profile: "lago", wallets: body["wallets"] as unknown[] }, draftFromLago(told), { now: START });
      const shown = preview.shown ?? preview;
      expect([shown.credits, shown.total], customer).toEqual([told.prepaid_credit_amount_cents / 100, told.total_amount_cents / 100].map(String));
      if (Number(preview.credits) > 0) seen += 1;
    }
    expect(seen).toBe(4);
  });

  test("Flexprice's previews: our credits and total are those of the provider's own rules", async () => {
    const { control } = harness.sandbox;
    for (const balance of ["50", "12.5"]) control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance });
    const { id } = control.subscriptions({
      provider: "flexprice", customer: "acme", currency: "USD", fixed: [{ name: "Platform fee", amount: "30" }], coupons: [{ type: "percentage", value: "10" }, { type: "fixed", value: "7.77" }], tax_rates: ["10", "2.5"],
    });
    control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "0.0001" });
    await harness.flexprice.post("/events", { event_name: "tokens", external_customer_id: "acme", properties: { units: "1000000" } });
    control.clock({ advance: 2 * MINUTE });
    const api = flexpriceApi({ ...harness.sandbox.flexprice, now: () => START });
    const { invoice: told, credits, totalAfter } = await api.invoices.previewAfterCredits({ subscription_id: id });
    const wallets = await api.wallets.ofCustomer({ externalId: "acme" });
    const preview = previewInvoice({ profile: "flexprice", wallets }, draftFromFlexprice(told), { now: START });
    expect(preview).toMatchObject({ totalBefore: told.total, discount: told.total_discount, tax: told.total_tax, credits, total: totalAfter });
    expect(credits).toBe("62.5");
  });
});

test("shares add up to what is shared, none is below zero, and none has more than ten places where the total has not", () => {
  const cents = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((units) => `${units / 100n}.${String(units % 100n).padStart(2, "0")}`.replace(/\.?0+$/, ""));
  fc.assert(
    fc.property(cents, fc.array(cents, { minLength: 1, maxLength: 8 }), (total, weights) => {
      fc.pre(weights.some((weight) => weight !== "0" && weight !== ""));
      const shares = prorate(total || "0", weights.map((weight) => weight || "0"));
      const units = (text: string) => BigInt(text.replace(".", "") + "0".repeat(10 - (text.split(".")[1]?.length ?? 0)));
      expect(shares.reduce((sum, share) => sum + units(share), 0n)).toBe(units(total || "0"));
      expect(shares.every((share) => !share.startsWith("-"))).toBe(true);
    }),
  );
});
