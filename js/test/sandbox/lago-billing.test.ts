/** From plans and usage to invoices that wallets pay, and back (lago 1.7, 3.3, 3.5, 3.7). */
import { beforeEach, describe, expect, it } from "vitest";
import type { InvoiceRequest } from "../../sandbox/index.js";
import { type Answer, at, HOUR, type Json, listAt, useSandbox } from "./harness.js";

const harness = useSandbox();
const USAGE = "/customers/acme/current_usage?external_subscription_id=s";

beforeEach(() => {
  const { control } = harness.sandbox;
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "20", subscription: "s" });
  for (const code of ["tokens", "images"]) control.metrics({ provider: "lago", code, currency: "EUR", unit_price: "1" });
});

const walletWith = (fields: Json = {}): string => harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", ...fields }).id;
const shown = async (id: string): Promise<Json> => at((await harness.lago.get(`/wallets/${id}`)).body, "wallet");

let events = 0;
function use(units: number, code = "tokens", properties: Json = {}, subscription = "s"): Promise<Answer> {
  events += 1;
  return harness.lago.post("/events", { event: { transaction_id: `b${events}`, external_subscription_id: subscription, code, properties: { units, ...properties } } });
}

function finalize(): Json[] {
  return harness.sandbox.control.finalize({ provider: "lago", customer: "acme" }).invoices;
}

async function settledOf(id: string, kind: string): Promise<readonly Json[]> {
  return listAt((await harness.lago.get(`/wallets/${id}/wallet_transactions?transaction_status=${kind}`)).body, "wallet_transactions");
}

function setUp(fields: Omit<InvoiceRequest, "provider" | "customer">): string {
  return harness.sandbox.control.invoices({ provider: "lago", customer: "acme", ...fields }).id;
}

describe("Lago: plans and subscriptions", () => {
  it("answers the plan of a subscription, with how its charges are billed", async () => {
    harness.sandbox.control.plans({ provider: "lago", code: "pro", amount_cents: 2900, charges: [{ metric: "tokens", pay_in_advance: true }, { metric: "images", accepts_target_wallet: true }] });
    expect((await harness.lago.get("/plans/pro")).body).toMatchObject({
      plan: {
        code: "pro",
        amount_cents: 2900,
        amount_currency: "EUR",
        charges: [
          { billable_metric_code: "tokens", pay_in_advance: true, accepts_target_wallet: false, charge_model: "standard", properties: { amount: "1" } },
          { billable_metric_code: "images", pay_in_advance: false, accepts_target_wallet: true },
        ],
      },
    });
    expect(await harness.lago.get("/plans/free")).toMatchObject({ status: 404, body: { code: "plan_not_found" } });
    expect((await harness.lago.get("/plans/sandbox")).body).toMatchObject({ plan: { charges: [{ billable_metric_code: "tokens" }, { billable_metric_code: "images" }] } });
  });

  it("lists active subscriptions", async () => {
    await harness.lago.post("/subscriptions", { subscription: { external_customer_id: "acme", external_id: "t", plan_code: "pro" } });
    await harness.lago.post("/subscriptions", { subscription: { external_customer_id: "globex", external_id: "g", plan_code: "pro" } });
    const ids = async (query: string) => listAt((await harness.lago.get(`/subscriptions?${query}`)).body, "subscriptions").map((subscription) => subscription["external_id"]);
    expect(await ids("external_customer_id=acme")).toEqual(["s", "t"]);
    expect(await ids("external_customer_id=acme&plan_code=pro&status[]=active")).toEqual(["t"]);
    expect(await ids("external_customer_id=acme&status[]=terminated")).toEqual([]);
    expect((await harness.lago.get("/subscriptions?external_customer_id=nobody")).body).toMatchObject({ subscriptions: [], meta: { current_page: 0 } });
  });

  it("bills only what the plan charges for", async () => {
    harness.sandbox.control.plans({ provider: "lago", code: "narrow", charges: [{ metric: "tokens" }] });
    await harness.lago.post("/subscriptions", { subscription: { external_customer_id: "acme", external_id: "t", plan_code: "narrow" } });
    await use(5, "tokens", {}, "t");
    await use(7, "images", {}, "t");
    const { body } = await harness.lago.get("/customers/acme/current_usage?external_subscription_id=t");
    expect(at(body, "customer_usage")).toMatchObject({ amount_cents: 500, charges_usage: [{ billable_metric: { code: "tokens" } }] });
  });
});

describe("Lago: current usage", () => {
  it("leaves tax out on request", async () => {
    await use(10);
    expect((await harness.lago.get(USAGE)).body).toMatchObject({ customer_usage: { amount_cents: 1000, taxes_amount_cents: 200, total_amount_cents: 1200 } });
    expect((await harness.lago.get(`${USAGE}&apply_taxes=false`)).body).toMatchObject({ customer_usage: { amount_cents: 1000, taxes_amount_cents: 0, total_amount_cents: 1000 } });
  });
});

describe("Lago: finalizing", () => {
  it("makes an invoice of the usage, which the wallets pay in order (R-APP-2, R-APP-10)", async () => {
    const first = walletWith({ balance: "10", priority: 1, code: "first" });
    const second = walletWith({ balance: "100" });
    await use(30);
    const [invoice = {}] = finalize();
    expect(invoice).toMatchObject({ status: "finalized", invoice_type: "subscription", fees_amount_cents: 3000, taxes_amount_cents: 600, prepaid_credit_amount_cents: 3600, prepaid_granted_credit_amount_cents: 3600, prepaid_purchased_credit_amount_cents: null, total_amount_cents: 0, payment_status: "succeeded" });
    expect(await shown(first)).toMatchObject({ balance_cents: 0, ongoing_balance_cents: 0, consumed_credits: "10.0", last_consumed_credit_at: "2026-09-01T12:00:00Z" });
    expect(await shown(second)).toMatchObject({ balance_cents: 7400, ongoing_balance_cents: 7400, ongoing_usage_balance_cents: 0 });
    expect(await settledOf(first, "invoiced")).toMatchObject([{ transaction_type: "outbound", amount: "10.0", lago_invoice_id: invoice["lago_id"], status: "settled" }]);
    expect((await harness.lago.get(USAGE)).body).toMatchObject({ customer_usage: { amount_cents: 0, charges_usage: [] } });
    expect(finalize()).toEqual([]);
  });

  it("leaves to pay what no wallet may, and keeps limits (R-APP-9)", async () => {
    const id = walletWith({ balance: "100", applies_to: { billable_metric_codes: ["images"] } });
    await use(10);
    await use(20, "images");
    expect(finalize()).toMatchObject([{ prepaid_credit_amount_cents: 2400, total_amount_cents: 1200, payment_status: "pending" }]);
    expect(await shown(id)).toMatchObject({ balance_cents: 7600 });
  });

  it("does not split what is not traced (R-CONS-6)", async () => {
    walletWith({ balance: "100", traceable: false });
    await use(10);
    expect(finalize()).toMatchObject([{ prepaid_credit_amount_cents: 1200, prepaid_granted_credit_amount_cents: null, prepaid_purchased_credit_amount_cents: null }]);
  });

  it("keeps the ongoing balance through a grace period (R-ONG-3)", async () => {
    const id = walletWith({ balance: "100" });
    await use(10);
    harness.sandbox.control.refresh();
    expect(await shown(id)).toMatchObject({ ongoing_balance_cents: 8800 });
    const [draft = {}] = harness.sandbox.control.finalize({ provider: "lago", customer: "acme", draft: true }).invoices;
    expect(draft).toMatchObject({ status: "draft", prepaid_credit_amount_cents: 0, total_amount_cents: 1200 });
    expect(await shown(id)).toMatchObject({ balance_cents: 10000, ongoing_balance_cents: 8800 });
    harness.sandbox.control.finalize({ provider: "lago", invoice: String(draft["lago_id"]) });
    expect(await shown(id)).toMatchObject({ balance_cents: 8800, ongoing_balance_cents: 8800 });
  });

  it("is done over HTTP too", async () => {
    const plan = await harness.control.post("/plans", { provider: "lago", code: "pro", charges: [{ metric: "tokens" }] });
    expect(plan).toMatchObject({ status: 200, body: { plan: { code: "pro", charges: [{ billable_metric_code: "tokens" }] } } });
    const fees = [{ item_code: "tokens", amount_cents: 100 }];
    const { body } = await harness.control.post("/invoices", { provider: "lago", customer: "acme", fees });
    expect(body).toMatchObject({ invoice: { lago_id: body["id"], status: "draft", total_amount_cents: 120 } });
    expect((await harness.control.post("/finalize", { provider: "lago", invoice: body["id"] })).body).toMatchObject({ invoices: [{ lago_id: body["id"], status: "finalized" }] });
  });

  it("refuses what is no draft, and both or neither", () => {
    const { control } = harness.sandbox;
    const id = setUp({ status: "finalized", fees: [{ item_code: "tokens", amount_cents: 100 }] });
    expect(() => control.finalize({ provider: "lago", invoice: id })).toThrow("is not a draft");
    expect(() => control.finalize({ provider: "lago", customer: "nobody" })).toThrow("is not known");
    expect(() => control.finalize({ provider: "lago" } as never)).toThrow('needs either "invoice" or "customer"');
  });
});

describe("Lago: charges that are special", () => {
  it("bills in advance with each event, so that the ongoing balance nets to nothing more (R-ONG-5)", async () => {
    harness.sandbox.control.plans({ provider: "lago", code: "sandbox", charges: [{ metric: "tokens", pay_in_advance: true }] });
    const id = walletWith({ balance: "100" });
    await use(10);
    expect(await shown(id)).toMatchObject({ balance_cents: 8800, ongoing_balance_cents: 8800 });
    expect(await settledOf(id, "invoiced")).toMatchObject([{ amount: "12.0" }]);
    expect((await harness.lago.get(USAGE)).body).toMatchObject({ customer_usage: { amount_cents: 1000 } });
    expect(finalize()).toEqual([]);
  });

  it("lets events name the wallet that pays (R-APP-4, R-APP-9)", async () => {
    harness.sandbox.control.plans({ provider: "lago", code: "sandbox", charges: [{ metric: "tokens", accepts_target_wallet: true }] });
    const main = walletWith({ balance: "100", priority: 1, code: "main" });
    const team = walletWith({ balance: "5", code: "team" });
    await use(1);
    await use(2, "tokens", { target_wallet_code: "team" });
    await use(4, "tokens", { target_wallet_code: "nobody" });
    harness.sandbox.control.refresh();
    expect(await shown(main)).toMatchObject({ ongoing_usage_balance_cents: 120 });
    expect(await shown(team)).toMatchObject({ ongoing_usage_balance_cents: 240 });
    const [charge = {}] = listAt(at((await harness.lago.get(USAGE)).body, "customer_usage"), "charges_usage");
    expect(charge).toMatchObject({ units: "7.0", amount_cents: 700, grouped_usage: [{ grouped_by: { target_wallet_code: null } }, { amount_cents: 200, grouped_by: { target_wallet_code: "team" } }, {}] });
    expect(finalize()).toMatchObject([{ prepaid_credit_amount_cents: 360, total_amount_cents: 480 }]);
    expect(await shown(team)).toMatchObject({ balance_cents: 260 });
  });
});

describe("Lago: invoices that were set up", () => {
  it("reach the ongoing balance as drafts, coupons taken off (R-ONG-3)", async () => {
    const id = walletWith({ balance: "100" });
    setUp({ fees: [{ item_type: "subscription", item_code: "pro", amount_cents: 1000, coupons_amount_cents: "100.5" }] });
    setUp({ status: "finalized", fees: [{ item_code: "tokens", amount_cents: 500 }] });
    harness.sandbox.control.refresh();
    // 1000 + round(899.5 x 20 %) - 100.5
    expect(await shown(id)).toMatchObject({ ongoing_balance_cents: 8920, ongoing_usage_balance_cents: 1079 });
  });

  it("are taken off the usage that progressive billing has billed, and off the next invoice (R-ONG-4)", async () => {
    const id = walletWith({ balance: "100" });
    await use(10);
    setUp({ invoice_type: "progressive_billing", status: "finalized", subscription: "s", fees: [{ item_code: "tokens", amount_cents: 600 }] });
    harness.sandbox.control.refresh();
    expect(await shown(id)).toMatchObject({ ongoing_usage_balance_cents: 480 });
    expect(finalize()).toMatchObject([{ fees_amount_cents: 1000, progressive_billing_credit_amount_cents: 600, sub_total_excluding_taxes_amount_cents: 400, taxes_amount_cents: 80, prepaid_credit_amount_cents: 480, total_amount_cents: 0 }]);
    expect(await shown(id)).toMatchObject({ balance_cents: 9520, ongoing_balance_cents: 9520 });
  });

  it("are listed newest first, without fees, with filters", async () => {
    for (const status of ["draft", "finalized"] as const) {
      setUp({ status, fees: [{ item_code: "tokens", amount_cents: 100 }] });
      harness.sandbox.control.clock({ advance: 24 * HOUR });
    }
    const list = async (query: string) => listAt((await harness.lago.get(`/invoices?external_customer_id=acme${query}`)).body, "invoices");
    expect((await list("")).map(({ status }) => status)).toEqual(["finalized", "draft"]);
    expect((await list(""))[0]).not.toHaveProperty("fees");
    expect(await list("&status=draft&invoice_type=subscription&payment_status=pending&currency=EUR")).toHaveLength(1);
    expect(await list("&issuing_date_from=2026-09-02")).toMatchObject([{ issuing_date: "2026-09-02" }]);
    expect(await list("&issuing_date_to=2026-09-01")).toMatchObject([{ issuing_date: "2026-09-01" }]);
    expect((await harness.lago.get("/invoices?external_customer_id=nobody")).body).toMatchObject({ invoices: [], meta: { current_page: 0 } });
    expect(await harness.lago.get("/invoices/nope")).toMatchObject({ status: 404, body: { code: "invoice_not_found" } });
  });

  it("have credit notes before credits (R-APP-3)", async () => {
    walletWith({ balance: "100" });
    const id = setUp({ fees: [{ item_code: "tokens", amount_cents: 1000 }], credit_notes_amount_cents: 300 });
    expect(harness.sandbox.control.finalize({ provider: "lago", invoice: id }).invoices).toMatchObject([{ credit_notes_amount_cents: 300, prepaid_credit_amount_cents: 900, total_amount_cents: 0 }]);
  });
});

describe("Lago: voiding an invoice (R-VOIDINV-1)", () => {
  it("brings purchased credits back as granted ones", async () => {
    const id = walletWith();
    const { body } = await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, paid_credits: "50" } });
    harness.sandbox.control.pay({ provider: "lago", id: String(listAt(body, "wallet_transactions")[0]?.["lago_id"]) });
    await use(10);
    const [{ lago_id: invoiceId } = {}] = finalize();
    expect(await shown(id)).toMatchObject({ balance_cents: 3800, consumed_credits: "12.0" });
    expect(await harness.lago.post(`/invoices/${String(invoiceId)}/void`)).toMatchObject({ status: 200, body: { invoice: { status: "voided", voided_at: "2026-09-01T12:00:00Z" } } });
    expect(await shown(id)).toMatchObject({ balance_cents: 5000, credits_balance: "50.0", consumed_credits: "0.0" });
    expect(await settledOf(id, "granted")).toMatchObject([{ amount: "12.0", lago_voided_invoice_id: invoiceId, lago_invoice_id: null, remaining_amount_cents: 1200 }]);
    expect(await harness.lago.post(`/invoices/${String(invoiceId)}/void`)).toMatchObject({ status: 405, body: { status: 405, error: "Method Not Allowed", code: "not_voidable" } });
  });

  it("leaves terminated wallets and top-ups alone", async () => {
    const id = walletWith({ balance: "50" });
    const { body } = await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, paid_credits: "5" } });
    const [purchase] = listAt(body, "wallet_transactions");
    harness.sandbox.control.pay({ provider: "lago", id: String(purchase?.["lago_id"]) });
    await use(10);
    const [{ lago_id: invoiceId } = {}] = finalize();
    await harness.lago.delete(`/wallets/${id}`);
    await harness.lago.post(`/invoices/${String(invoiceId)}/void`);
    await harness.lago.post(`/invoices/${String(purchase?.["lago_invoice_id"])}/void`);
    expect(await shown(id)).toMatchObject({ balance_cents: 4300 });
  });
});

describe("Lago: previews", () => {
  const preview = (body: Json) => harness.lago.post("/invoices/preview", body);
  const ours = { customer: { external_id: "acme" }, subscriptions: { external_ids: ["s"] } };

  it("apply credits and keep nothing (R-PREV-1)", async () => {
    const id = walletWith({ balance: "5" });
    await use(10);
    expect(await preview(ours)).toMatchObject({ status: 200, body: { invoice: { lago_id: null, number: "", prepaid_credit_amount_cents: 500, total_amount_cents: 700, fees: [{ lago_id: null, amount_cents: 1000 }] } } });
    expect(await shown(id)).toMatchObject({ balance_cents: 500 });
    expect(listAt((await harness.lago.get("/invoices")).body, "invoices")).toEqual([]);
  });

  it("cut both numbers (R-PREV-2)", async () => {
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", tax_rate: "20.5" });
    walletWith({ balance: "100", applies_to: { billable_metric_codes: ["images"] } });
    await use(1);
    harness.sandbox.control.metrics({ provider: "lago", code: "images", currency: "EUR", unit_price: "0.33" });
    await use(1, "images");
    // 120.5 + 39.765 = 160 with tax rounded for the invoice; 39.765 of it is credits.
    expect((await preview(ours)).body).toMatchObject({ invoice: { sub_total_including_taxes_amount_cents: 160, prepaid_credit_amount_cents: 39, total_amount_cents: 120 } });
    expect(finalize()).toMatchObject([{ prepaid_credit_amount_cents: 40, total_amount_cents: 120 }]);
  });

  it("know plans to come", async () => {
    harness.sandbox.control.plans({ provider: "lago", code: "pro", amount_cents: 2900 });
    walletWith({ balance: "100" });
    const body = { customer: { external_id: "acme" }, plan_code: "pro" };
    expect((await preview(body)).body).toMatchObject({ invoice: { fees_amount_cents: 2900, prepaid_credit_amount_cents: 3480, total_amount_cents: 0 } });
  });

  it.each([
    [{}, 400, { error: "BadRequest: param is missing or the value is empty or invalid: customer" }],
    [{ customer: { external_id: "nobody" }, plan_code: "pro" }, 404, { code: "customer_not_found" }],
    [{ customer: { external_id: "acme" }, plan_code: "none" }, 404, { code: "plan_not_found" }],
    [{ customer: { external_id: "acme" }, subscriptions: { external_ids: ["none"] } }, 404, { code: "subscription_not_found" }],
    [{ customer: { name: "New" }, plan_code: "pro" }, 501, { code: "not_implemented" }],
    [{ ...ours, coupons: [{ code: "half" }] }, 501, { code: "not_implemented" }],
  ])("refuse %j", async (body, status, expected) => {
    expect(await preview(body)).toMatchObject({ status, body: expected });
  });
});
