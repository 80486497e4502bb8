/** Every answer has the keys, nulls and kinds of the payload that was recorded for it. */
import { describe, expect, it } from "vitest";
import { at, type Json, listAt, useSandbox } from "./harness.js";
import { expectShape, payload } from "./payloads.js";

const harness = useSandbox();
const REQUEST = at(payload("lago/wallet_create_request.json") as Json, "wallet");
const PREFIX = "/customers/acme/wallets/prepaid_api_credits";

/** A wallet made by the recorded request, with its first credits. */
async function wallet(fields: Json = {}): Promise<string> {
  await harness.lago.post("/customers", { customer: { external_id: "acme", currency: "EUR", name: "Acme" } });
  const { body } = await harness.lago.post("/wallets", { wallet: { ...REQUEST, external_customer_id: "acme", ...fields } });
  harness.sandbox.control.clock({ advance: 50 });
  return String(at(body, "wallet")["lago_id"]);
}

async function transactions(id: string, fields: Json): Promise<readonly Json[]> {
  const { body } = await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, ...fields } });
  return listAt(body, "wallet_transactions");
}

/** The sandbox has no custom sections: they are left out of both sides. */
function withoutSections({ applied_invoice_custom_sections: _, ...rest }: Json): Json {
  return rest;
}

/** What Lago sends beside the recorded keys. */
function recorded({ customer: _, subscriptions: __, ...rest }: Json): Json {
  return { ...rest, fees: listAt(rest, "fees").slice(0, 1) };
}

describe("Lago's answers have the recorded shapes", () => {
  it("a wallet, made and got", async () => {
    await harness.lago.post("/customers", { customer: { external_id: "acme" } });
    const [asked = {}] = listAt(REQUEST, "recurring_transaction_rules");
    const rule = { ...asked, transaction_name: "Automatic top-up", transaction_metadata: [{ key: "origin", value: "auto_top_up" }] };
    const request = { ...REQUEST, external_customer_id: "acme", metadata: undefined, recurring_transaction_rules: [rule] };
    const { body } = await harness.lago.post("/wallets", { wallet: request });
    const created = at(payload("lago/wallet_created_response.json") as Json, "wallet");
    const shown = withoutSections(at(body, "wallet"));
    expect(Object.keys(shown)).toEqual(Object.keys(withoutSections(created)));
    expect(shown).toMatchObject({ credits_balance: "0.0", balance_cents: 0, last_balance_sync_at: null, rate_amount: "0.5" });
    expectShape(listAt(shown, "recurring_transaction_rules")[0], "lago/recurring_transaction_rule_threshold_fixed.json");
  });

  it("a rule of the other kind", async () => {
    const rule = { trigger: "interval", method: "target", interval: "monthly", target_ongoing_balance: "200", grants_target_top_up: true, started_at: "2026-08-15T00:00:00Z" };
    const id = await wallet({ recurring_transaction_rules: [rule] });
    const shown = listAt(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet"), "recurring_transaction_rules")[0];
    expectShape(shown, "lago/recurring_transaction_rule_interval_target.json");
    const constant = { target_ongoing_balance: "200.0", threshold_credits: "0.0", paid_credits: "0.0", grants_target_top_up: true, started_at: "2026-08-15T00:00:00Z" };
    expect(shown).toMatchObject(constant);
  });

  it("an empty list", async () => {
    expect((await harness.lago.get("/wallets")).body).toEqual(payload("lago/wallets_list_empty.json"));
  });

  it("transactions: made, got, listed, failed", async () => {
    const id = await wallet();
    const made = await transactions(id, { paid_credits: "50.0", granted_credits: "10.0", voided_credits: "28.56888", name: "Top-up", metadata: [{ key: "campaign", value: "launch" }] });
    const expected = listAt(payload("lago/wallet_transactions_create_response.json") as Json, "wallet_transactions");
    expect(made.map((transaction) => Object.keys(transaction))).toEqual(expected.map((transaction) => Object.keys(transaction)));
    const figures = ({ status, transaction_status, transaction_type, amount, credit_amount, remaining_amount_cents, remaining_credit_amount }: Json) =>
      ({ status, transaction_status, transaction_type, amount, credit_amount, remaining_amount_cents, remaining_credit_amount });
    expect(made.map(figures)).toEqual(expected.map(figures));

    const paid = String(made[0]?.["lago_id"]);
    harness.sandbox.control.pay({ provider: "lago", id: paid, outcome: "failed" });
    const failed = (await harness.lago.get(`/wallet_transactions/${paid}`)).body;
    expect(at(failed, "wallet_transaction")).toMatchObject({ status: "failed", failed_at: "2026-09-01T12:00:00Z", settled_at: null, remaining_amount_cents: null });
    harness.sandbox.control.pay({ provider: "lago", id: paid });
    const { body } = await harness.lago.get(`/wallet_transactions/${paid}`);
    expectShape({ wallet_transaction: { ...at(body, "wallet_transaction"), metadata: [] } }, "lago/wallet_transaction.json");

    const list = (await harness.lago.get(`/wallets/${id}/wallet_transactions?per_page=2&page=1`)).body;
    const shape = payload("lago/wallet_transactions_list.json") as Json;
    expect(Object.keys(list)).toEqual(Object.keys(shape));
    expect(Object.keys(listAt(list, "wallet_transactions")[0] ?? {})).toEqual(Object.keys(listAt(shape, "wallet_transactions")[0] ?? {}));
  });

  it("a remaining amount that is not rounded to 5 decimals (R-CONV-7)", async () => {
    const id = await wallet({ rate_amount: "1.375", paid_credits: "0", granted_credits: "0", recurring_transaction_rules: [] });
    const [made] = await transactions(id, { granted_credits: "0.72727", metadata: [{ key: "campaign", value: "launch" }] });
    const { body } = await harness.lago.get(`/wallet_transactions/${String(made?.["lago_id"])}`);
    expectShape(body, "lago/wallet_transaction_unrounded_remaining.json");
    expect(body).toMatchObject({ wallet_transaction: { credit_amount: "0.72727", remaining_credit_amount: "0.7272727272727273" } });
  });

  it("what funded what, and where to pay", async () => {
    const id = await wallet({ granted_credits: "0", recurring_transaction_rules: [] });
    const [paid] = await transactions(id, { paid_credits: "50", name: "Top-up" });
    const path = `/wallet_transactions/${String(paid?.["lago_id"])}`;
    expectShape((await harness.lago.post(`${path}/payment_url`)).body, "lago/wallet_transaction_payment_url.json");
    harness.sandbox.control.pay({ provider: "lago", id: String(paid?.["lago_id"]) });
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", subscription: "sub_acme_1" });
    harness.sandbox.control.metrics({ provider: "lago", code: "api_calls", currency: "EUR", unit_price: "0.01" });
    await harness.lago.post("/events", { event: { transaction_id: "1", external_subscription_id: "sub_acme_1", code: "api_calls", properties: { units: 1999 } } });
    harness.sandbox.control.finalize({ provider: "lago", customer: "acme" });
    const consumptions = (await harness.lago.get(`${path}/consumptions`)).body;
    expectShape(consumptions, "lago/wallet_transaction_consumptions.json");
    const [share] = listAt(consumptions, "wallet_transaction_consumptions");
    expect(share).toMatchObject({ amount_cents: 1999, credit_amount: "39.98", wallet_transaction: { transaction_status: "invoiced", amount: "19.99" } });
    const outbound = String(at(share ?? {}, "wallet_transaction")["lago_id"]);
    expectShape((await harness.lago.get(`/wallet_transactions/${outbound}/fundings`)).body, "lago/wallet_transaction_fundings.json");
  });

  it("alerts", async () => {
    await wallet();
    const thresholds = [{ code: "warn", value: "8000" }, { code: "critical", value: "2000" }, { code: "more", value: "500", recurring: true }];
    await harness.lago.post(`${PREFIX}/alerts`, { alert: { alert_type: "wallet_ongoing_balance_amount", code: "low_ongoing", name: "Low ongoing balance", thresholds } });
    harness.sandbox.control.refresh();
    await harness.lago.put(PREFIX, { wallet: { priority: 2 } });
    harness.sandbox.control.refresh();
    expectShape((await harness.lago.get(`${PREFIX}/alerts/low_ongoing`)).body, "lago/wallet_alert.json");
    expectShape((await harness.lago.get(`${PREFIX}/alerts`)).body, "lago/wallet_alerts_list.json");
  });

  it("current usage", async () => {
    const { control } = harness.sandbox;
    control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "20", subscription: "sub_acme_1" });
    control.metrics({ provider: "lago", code: "api_calls", currency: "EUR", unit_price: "0.001" });
    await harness.lago.post("/events", { event: { transaction_id: "1", external_subscription_id: "sub_acme_1", code: "api_calls", properties: { units: 16_660 } } });
    expectShape((await harness.lago.get("/customers/acme/current_usage?external_subscription_id=sub_acme_1")).body, "lago/customer_usage.json");
  });

  it("invoices: a draft, a final one, a preview, with the recorded figures", async () => {
    const { control } = harness.sandbox;
    control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "20" });
    for (const [code, price] of [["api_calls", "0.1666"], ["storage_gb", "0.04"]] as const) control.metrics({ provider: "lago", code, currency: "EUR", unit_price: price });
    control.plans({ provider: "lago", code: "pro_plan", amount_cents: 2900, charges: [{ metric: "api_calls" }, { metric: "storage_gb" }] });
    await harness.lago.post("/subscriptions", { subscription: { external_customer_id: "acme", external_id: "sub_acme_1", plan_code: "pro_plan" } });
    const { id } = control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "10", rate_amount: "0.5", applies_to: { fee_types: ["charge"] } });
    const [purchase] = await transactions(id, { paid_credits: "220" });
    control.pay({ provider: "lago", id: String(purchase?.["lago_id"]) });
    for (const code of ["api_calls", "storage_gb"]) {
      await harness.lago.post("/events", { event: { transaction_id: code, external_subscription_id: "sub_acme_1", code, properties: { units: 100 } } });
    }
    const preview = at((await harness.lago.post("/invoices/preview", { customer: { external_id: "acme" }, subscriptions: { external_ids: ["sub_acme_1"] } })).body, "invoice");
    const recordedPreview = at(payload("lago/invoice_preview.json") as Json, "invoice");
    expectFigures(preview, recordedPreview);
    expectShape({ invoice: recorded(preview) }, "lago/invoice_preview.json");

    const [draft = {}] = control.finalize({ provider: "lago", customer: "acme", draft: true }).invoices;
    expectFigures(draft, at(payload("lago/invoice_draft.json") as Json, "invoice"));
    const draftId = String(draft["lago_id"]);
    expectShape({ invoice: recorded(at((await harness.lago.get(`/invoices/${draftId}`)).body, "invoice")) }, "lago/invoice_draft.json");

    control.finalize({ provider: "lago", invoice: draftId });
    const final = at((await harness.lago.get(`/invoices/${draftId}`)).body, "invoice");
    expectFigures(final, at(payload("lago/invoice_finalized_with_prepaid.json") as Json, "invoice"));
    expectShape({ invoice: recorded(final) }, "lago/invoice_finalized_with_prepaid.json");
  });
});

const FIGURES = /amount_cents$|^status$|_status$|^currency$|^invoice_type$/;
const FEE_FIGURES = /amount_cents$|^precise_(total_)?amount$|^taxes_rate$/;

/** All amounts of the invoice and of its fees. */
function expectFigures(actual: Json, expected: Json): void {
  const figures = (json: Json) => Object.fromEntries(Object.entries(json).filter(([key]) => FIGURES.test(key)));
  expect(figures(actual)).toEqual(figures(expected));
  const fees = (json: Json) => listAt(json, "fees").map((fee) => Object.fromEntries(Object.entries(fee).filter(([key]) => FEE_FIGURES.test(key))));
  expect(fees(actual)).toEqual(fees(expected));
}
