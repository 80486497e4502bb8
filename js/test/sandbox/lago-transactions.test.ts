/** Voids, payments and what funded what (lago 3.4, 3.7). */
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, at, HOUR, type Json, listAt, useSandbox } from "./harness.js";

const harness = useSandbox();

beforeEach(() => {
  harness.sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR" });
});

function walletWith(fields: Json = {}): string {
  return harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", ...fields }).id;
}

const ask = (fields: Json): Promise<Answer> => harness.lago.post("/wallet_transactions", { wallet_transaction: fields });

async function made(fields: Json): Promise<readonly Json[]> {
  return listAt((await ask(fields)).body, "wallet_transactions");
}

async function madeId(fields: Json): Promise<string> {
  return String((await made(fields))[0]?.["lago_id"]);
}

async function transaction(id: string): Promise<Json> {
  return at((await harness.lago.get(`/wallet_transactions/${id}`)).body, "wallet_transaction");
}

async function shown(id: string): Promise<Json> {
  return at((await harness.lago.get(`/wallets/${id}`)).body, "wallet");
}

function refusal(field: string, ...codes: string[]) {
  return { status: 422, body: { status: 422, error: "Unprocessable Entity", code: "validation_errors", error_details: { [field]: codes } } };
}

describe("Lago: targeted voids (R-CONS-3)", () => {
  it("take from one grant only: so much, or all that is left", async () => {
    const id = walletWith();
    const first = await madeId({ wallet_id: id, granted_credits: "10" });
    const second = await madeId({ wallet_id: id, granted_credits: "5" });
    expect(await made({ wallet_id: id, voided_credits: "2", voided_transaction_id: second })).toMatchObject([{ transaction_status: "voided", amount: "2.0" }]);
    expect(await transaction(first)).toMatchObject({ remaining_amount_cents: 1000 });
    expect(await transaction(second)).toMatchObject({ remaining_amount_cents: 300, remaining_credit_amount: "3.0" });
    expect(await made({ wallet_id: id, voided_transaction_id: second })).toMatchObject([{ transaction_status: "voided", credit_amount: "3.0" }]);
    expect(await shown(id)).toMatchObject({ balance_cents: 1000, credits_balance: "10.0", consumed_credits: "5.0" });
  });

  it("are refused where there is nothing to take", async () => {
    const id = walletWith();
    const grant = await madeId({ wallet_id: id, granted_credits: "5" });
    await ask({ wallet_id: id, granted_credits: "5" });
    const target = { wallet_id: id, voided_transaction_id: grant };
    expect(await ask({ ...target, voided_credits: "6" })).toMatchObject(refusal("amount_cents", "exceeds_remaining_transaction_amount"));
    expect(await ask({ ...target, voided_transaction_id: "nope" })).toMatchObject(refusal("voided_transaction_id", "wallet_transaction_not_found"));
    expect(await ask({ ...target, voided_credits: "6", granted_credits: "1" })).toMatchObject(refusal("amount_cents", "exceeds_remaining_transaction_amount"));
    expect(await shown(id)).toMatchObject({ balance_cents: 1000 });
    await ask(target);
    expect(await ask(target)).toMatchObject(refusal("voided_transaction_id", "no_remaining_amount"));
    const pending = await madeId({ wallet_id: id, paid_credits: "5" });
    expect(await ask({ ...target, voided_transaction_id: pending })).toMatchObject(refusal("voided_transaction_id", "no_remaining_amount"));
  });

  it("need a traceable wallet (R-CONS-5)", async () => {
    const id = walletWith({ traceable: false });
    const grant = await madeId({ wallet_id: id, granted_credits: "5" });
    expect(await transaction(grant)).toMatchObject({ remaining_amount_cents: null, remaining_credit_amount: null });
    expect(await ask({ wallet_id: id, voided_transaction_id: grant })).toMatchObject(refusal("voided_transaction_id", "wallet_not_traceable"));
    expect(await harness.lago.get(`/wallet_transactions/${grant}/consumptions`)).toMatchObject(refusal("wallet", "not_traceable"));
    const { body } = await harness.lago.post("/wallets", { wallet: { external_customer_id: "acme", rate_amount: "1" } });
    const later = await madeId({ wallet_id: at(body, "wallet")["lago_id"], granted_credits: "1" });
    expect(await transaction(later)).toMatchObject({ remaining_amount_cents: null });
  });
});

describe("Lago: what was consumed by what", () => {
  it("is listed from both ends, by priority, granted first (R-CONS-1)", async () => {
    const id = walletWith();
    const granted = await madeId({ wallet_id: id, granted_credits: "3" });
    const urgent = await madeId({ wallet_id: id, granted_credits: "2", priority: 1 });
    const voided = await madeId({ wallet_id: id, voided_credits: "4" });
    const { body } = await harness.lago.get(`/wallet_transactions/${voided}/fundings`);
    const fundings = listAt(body, "wallet_transaction_fundings");
    expect(fundings.map((share) => [at(share, "wallet_transaction")["lago_id"], share["amount_cents"]])).toEqual([[urgent, 200], [granted, 200]]);
    const consumptions = (await harness.lago.get(`/wallet_transactions/${granted}/consumptions`)).body;
    expect(consumptions).toMatchObject({
      wallet_transaction_consumptions: [{ amount_cents: 200, credit_amount: "2.0", wallet_transaction: { lago_id: voided } }],
      meta: { current_page: 1, total_count: 1 },
    });
  });

  it("is empty where nothing was, and refused in the wrong direction", async () => {
    const id = walletWith();
    const granted = await madeId({ wallet_id: id, granted_credits: "3" });
    const voided = await madeId({ wallet_id: id, voided_credits: "1" });
    const untouched = await madeId({ wallet_id: id, granted_credits: "3" });
    expect((await harness.lago.get(`/wallet_transactions/${untouched}/consumptions`)).body).toMatchObject({ wallet_transaction_consumptions: [], meta: { current_page: 0 } });
    expect(await harness.lago.get(`/wallet_transactions/${granted}/fundings`)).toMatchObject(refusal("transaction_type", "invalid_transaction_type"));
    expect(await harness.lago.get(`/wallet_transactions/${voided}/consumptions`)).toMatchObject(refusal("transaction_type", "invalid_transaction_type"));
    expect(await harness.lago.get("/wallet_transactions/nope/fundings")).toMatchObject({ status: 404, body: { code: "wallet_transaction_not_found" } });
  });
});

describe("Lago: paying for a purchase", () => {
  const pay = (id: string, outcome: "succeeded" | "failed") => harness.sandbox.control.pay({ provider: "lago", id, outcome }).transaction;

  it("fails and may succeed later; what has settled stays so (R-TX-3, R-TX-4)", async () => {
    const id = walletWith();
    const [purchase] = await made({ wallet_id: id, paid_credits: "25" });
    const transactionId = String(purchase?.["lago_id"]);
    const invoiceId = String(purchase?.["lago_invoice_id"]);
    expect(pay(transactionId, "failed")).toMatchObject({ status: "failed", failed_at: "2026-09-01T12:00:00Z" });
    expect((await harness.lago.get(`/invoices/${invoiceId}`)).body).toMatchObject({ invoice: { invoice_type: "credit", status: "finalized", payment_status: "failed", total_amount_cents: 2500 } });
    expect(await shown(id)).toMatchObject({ balance_cents: 0 });
    harness.sandbox.control.clock({ advance: HOUR });
    expect(pay(invoiceId, "succeeded")).toMatchObject({ status: "settled", failed_at: null, settled_at: "2026-09-01T13:00:00Z", remaining_amount_cents: 2500 });
    expect(pay(transactionId, "failed")).toMatchObject({ status: "settled" });
    expect(await shown(id)).toMatchObject({ balance_cents: 2500, ongoing_balance_cents: 2500 });
    expect((await harness.lago.get(`/invoices/${invoiceId}`)).body).toMatchObject({ invoice: { payment_status: "succeeded", total_due_amount_cents: 0 } });
  });

  it("shows an invoice that waits for its payment only then (R-TX-2)", async () => {
    const id = walletWith();
    const [purchase] = await made({ wallet_id: id, paid_credits: "25", invoice_requires_successful_payment: true });
    expect(purchase).toMatchObject({ invoice_requires_successful_payment: true });
    const path = `/invoices/${String(purchase?.["lago_invoice_id"])}`;
    expect(await harness.lago.get(path)).toMatchObject({ status: 404, body: { code: "invoice_not_found" } });
    pay(String(purchase?.["lago_id"]), "succeeded");
    expect((await harness.lago.get(path)).body).toMatchObject({ invoice: { status: "finalized", payment_status: "succeeded" } });
  });

  it("has an address while it is to be paid", async () => {
    const id = walletWith();
    const [paid, granted] = await made({ wallet_id: id, paid_credits: "25", granted_credits: "5" });
    const url = (which: Json | undefined) => harness.lago.post(`/wallet_transactions/${String(which?.["lago_id"])}/payment_url`);
    expect((await url(paid)).body).toMatchObject({ wallet_transaction_payment_details: { lago_wallet_transaction_id: paid?.["lago_id"], external_customer_id: "acme" } });
    expect(await url(granted)).toMatchObject(refusal("base", "wallet_transaction_not_purchased"));
    pay(String(paid?.["lago_id"]), "succeeded");
    expect(await url(paid)).toMatchObject(refusal("base", "wallet_transaction_already_settled"));
    expect((await harness.lago.post("/wallet_transactions/nope/payment_url")).status).toBe(404);
  });
});

describe("Lago: requests for transactions", () => {
  it.each([
    [{ name: "" }, refusal("name", "invalid_value")],
    [{ name: "n".repeat(256) }, refusal("name", "too_long")],
    [{ metadata: "campaign" }, refusal("metadata", "invalid_type")],
    [{ metadata: [{ key: "k".repeat(21), value: "v" }] }, refusal("metadata", "key_too_long")],
    [{ metadata: Array.from({ length: 16 }, (_, index) => ({ key: `k${index}`, value: "v" })) }, refusal("metadata", "too_many_keys")],
    [{ voided_credits: 1 }, refusal("voided_credits", "invalid_voided_credits", "invalid_amount")],
  ])("refuses %j", async (fields, expected) => {
    expect(await ask({ wallet_id: walletWith(), granted_credits: "1", ...fields })).toMatchObject(expected);
  });

  it("keeps name, priority, metadata and order number, and finds by metadata", async () => {
    const id = walletWith();
    const metadata = [{ key: "campaign", value: "launch" }, { key: "team", value: "a" }];
    expect(await made({ wallet_id: id, granted_credits: "1", name: "Gift", priority: 3, metadata, purchase_order_number: "PO" })).toMatchObject([
      { name: "Gift", priority: 3, metadata, purchase_order_number: "PO" },
    ]);
    await ask({ wallet_id: id, granted_credits: "2" });
    const found = async (query: string) => listAt((await harness.lago.get(`/wallets/${id}/wallet_transactions?${query}`)).body, "wallet_transactions");
    expect(await found("metadata[campaign]=launch&metadata[team]=a")).toMatchObject([{ name: "Gift" }]);
    expect(await found("metadata[campaign]=launch&metadata[team]=b")).toEqual([]);
  });

  it("wants the root key, and a transaction that there is", async () => {
    expect(await harness.lago.post("/wallet_transactions", { wallet_id: "x" })).toMatchObject({
      status: 400,
      body: { error: "BadRequest: param is missing or the value is empty or invalid: wallet_transaction" },
    });
    expect(await harness.lago.get("/wallet_transactions/nope")).toMatchObject({ status: 404, body: { code: "wallet_transaction_not_found" } });
  });
});
