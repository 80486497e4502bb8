import { describe, expect, it } from "vitest";
import { type Api, type Answer, at, HOUR, listAt, START, useSandbox } from "./harness.js";

const harness = useSandbox();

const MONTHLY = { trigger: "interval", interval: "monthly" };

async function customer(externalId = "acme"): Promise<Answer> {
  return harness.lago.post("/customers", { customer: { external_id: externalId, currency: "EUR", name: "Acme" } });
}

async function create(wallet: Record<string, unknown> = {}): Promise<Answer> {
  await customer();
  return harness.lago.post("/wallets", { wallet: { external_customer_id: "acme", rate_amount: "1.0", currency: "EUR", ...wallet } });
}

async function createId(wallet: Record<string, unknown> = {}): Promise<string> {
  return String(at((await create(wallet)).body, "wallet")["lago_id"]);
}

/** Lets the first credits of new wallets land. */
function land(): void {
  harness.sandbox.control.clock({ advance: 50 });
}

async function shown(id: string): Promise<Record<string, unknown>> {
  return at((await harness.lago.get(`/wallets/${id}`)).body, "wallet");
}

function refusal(field: string, ...codes: string[]) {
  return { status: 422, body: { status: 422, error: "Unprocessable Entity", code: "validation_errors", error_details: { [field]: codes } } };
}

describe("Lago: authentication and errors", () => {
  it("refuses a wrong or missing key", async () => {
    for (const authorization of ["Bearer wrong", "", harness.sandbox.lago.apiKey]) {
      expect(await harness.lago.get("/wallets", { authorization })).toMatchObject({ status: 401, body: { status: 401, error: "Unauthorized" } });
    }
  });

  it("wants the root key and knows no other wallet", async () => {
    expect(await harness.lago.post("/wallets", {})).toMatchObject({
      status: 400,
      body: { status: 400, error: "BadRequest: param is missing or the value is empty or invalid: wallet" },
    });
    expect(await harness.lago.get("/wallets/nope")).toMatchObject({ status: 404, body: { error: "Not Found", code: "wallet_not_found" } });
    expect((await harness.lago.lenient.get("/nowhere")).status).toBe(404);
  });
});

describe("Lago: customers and subscriptions", () => {
  it("makes and changes a customer with one verb, answering 200", async () => {
    expect(await customer()).toMatchObject({ status: 200, body: { customer: { external_id: "acme", currency: "EUR", name: "Acme", created_at: "2026-09-01T12:00:00Z" } } });
    const { body } = await harness.lago.post("/customers", { customer: { external_id: "acme", name: "Acme Ltd" } });
    expect(body).toMatchObject({ customer: { name: "Acme Ltd", currency: "EUR" } });
  });

  it("subscribes, making the customer when there is none", async () => {
    const subscription = { external_customer_id: "new", external_id: "sub-1", plan_code: "pro" };
    expect(await harness.lago.post("/subscriptions", { subscription })).toMatchObject({
      status: 200,
      body: { subscription: { external_id: "sub-1", external_customer_id: "new", plan_code: "pro", status: "active" } },
    });
    expect(await harness.lago.post("/subscriptions", { subscription: { external_id: "sub-2" } })).toMatchObject(refusal("plan_code", "value_is_mandatory"));
    const taken = { ...subscription, external_customer_id: "other" };
    expect(await harness.lago.post("/subscriptions", { subscription: taken })).toMatchObject(refusal("external_id", "value_already_exist"));
  });
});

describe("Lago: wallets", () => {
  it("answers zero balances, and the credits land a moment later (R-NEW-3)", async () => {
    const { body } = await create({ name: "Prepaid", rate_amount: "0.5", granted_credits: "240.0", paid_credits: "10", metadata: { region: "eu" } });
    const wallet = at(body, "wallet");
    const id = String(wallet["lago_id"]);
    expect(wallet).toEqual({
      lago_id: id,
      lago_customer_id: expect.any(String),
      external_customer_id: "acme",
      billing_entity_code: "sandbox",
      status: "active",
      currency: "EUR",
      name: "Prepaid",
      code: "prepaid",
      purchase_order_number: null,
      rate_amount: "0.5",
      credits_balance: "0.0",
      credits_ongoing_balance: "0.0",
      credits_ongoing_usage_balance: "0.0",
      balance_cents: 0,
      ongoing_balance_cents: 0,
      ongoing_usage_balance_cents: 0,
      consumed_credits: "0.0",
      created_at: "2026-09-01T12:00:00Z",
      expiration_at: null,
      last_balance_sync_at: null,
      last_consumed_credit_at: null,
      terminated_at: null,
      invoice_requires_successful_payment: false,
      paid_top_up_min_amount_cents: null,
      paid_top_up_max_amount_cents: null,
      priority: 50,
      recurring_transaction_rules: [],
      applies_to: { fee_types: [], billable_metric_codes: [] },
      applied_invoice_custom_sections: [],
      payment_method: { payment_method_id: null, payment_method_type: "provider" },
      metadata: { region: "eu" },
    });
    harness.sandbox.control.clock({ advance: 49 });
    expect(await shown(id)).toMatchObject({ balance_cents: 0 });
    harness.sandbox.control.clock({ advance: 1 });
    expect(await shown(id)).toMatchObject({
      credits_balance: "240.0",
      balance_cents: 12000,
      credits_ongoing_balance: "240.0",
      ongoing_balance_cents: 12000,
      last_balance_sync_at: "2026-09-01T12:00:00Z",
    });
    const transactions = listAt((await harness.lago.get(`/wallets/${id}/wallet_transactions`)).body, "wallet_transactions");
    expect(transactions.map(({ transaction_status, status }) => [transaction_status, status])).toEqual([
      ["granted", "settled"],
      ["purchased", "pending"],
    ]);
  });

  it.each([
    [{ external_customer_id: "nobody" }, refusal("customer", "customer_not_found")],
    [{ granted_credits: 10 }, refusal("granted_credits", "invalid_granted_credits", "invalid_amount")],
    [{ paid_credits: "-1" }, refusal("paid_credits", "invalid_paid_credits", "invalid_amount")],
    [{ granted_credits: "0.001" }, refusal("granted_credits", "amount_rounds_to_zero")],
    [{ priority: 51 }, refusal("priority", "value_is_invalid")],
    [{ expiration_at: "2026-08-31T00:00:00Z" }, refusal("expiration_at", "invalid_date")],
    [{ applies_to: { fee_types: ["fees"] } }, refusal("applies_to", "invalid_limitations")],
    [{ applies_to: { billable_metric_codes: ["unheard_of"] } }, refusal("applies_to", "invalid_limitations")],
    [{ recurring_transaction_rules: [MONTHLY, MONTHLY] }, refusal("recurring_transaction_rules", "invalid_number_of_recurring_rules")],
    [{ recurring_transaction_rules: [{ trigger: "sometimes" }] }, refusal("recurring_transaction_rules", "invalid_recurring_rule")],
    [{ paid_credits: "4", paid_top_up_min_amount_cents: 500 }, refusal("paid_credits", "amount_below_minimum")],
    [{ paid_credits: "6", paid_top_up_max_amount_cents: 500 }, refusal("paid_credits", "amount_above_maximum")],
    [{ rate_amount: "0" }, refusal("rate_amount", "value_is_invalid")],
  ])("refuses %j", async (wallet, expected) => {
    expect(await create(wallet)).toMatchObject(expected);
  });

  it("allows six active wallets, with a code each", async () => {
    const codes: unknown[] = [];
    for (let count = 0; count < 6; count += 1) {
      codes.push(at((await create({ code: `wallet_${count}` })).body, "wallet")["code"]);
    }
    expect(codes).toEqual(["wallet_0", "wallet_1", "wallet_2", "wallet_3", "wallet_4", "wallet_5"]);
    expect(await create()).toMatchObject(refusal("customer", "wallet_limit_reached"));
  });

  it("refuses a code that is taken, and makes a default one unique", async () => {
    expect(at((await create()).body, "wallet")["code"]).toBe("default");
    expect(at((await create()).body, "wallet")["code"]).toBe(`default_${START / 1000}`);
    expect(await create({ code: "default" })).toMatchObject(refusal("code", "value_already_exist"));
  });

  it("lists all statuses, newest first, in pages", async () => {
    for (const [code, created_at] of [["old", START - HOUR], ["older", START - 2 * HOUR], ["new", START]] as const) {
      harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: code === "old" ? "USD" : "EUR", code, created_at, status: code === "older" ? "terminated" : "active" });
    }
    const list = async (query: string) => {
      const { body } = await harness.lago.get(`/wallets?external_customer_id=acme${query}`);
      return { codes: listAt(body, "wallets").map((wallet) => wallet["code"]), meta: body["meta"] };
    };
    expect((await list("")).codes).toEqual(["new", "old", "older"]);
    expect(await list("&per_page=2")).toEqual({ codes: ["new", "old"], meta: { current_page: 1, next_page: 2, prev_page: null, total_pages: 2, total_count: 3 } });
    expect(await list("&per_page=2&page=2")).toEqual({ codes: ["older"], meta: { current_page: 2, next_page: null, prev_page: 1, total_pages: 2, total_count: 3 } });
    expect((await list("&per_page=2&page=9")).codes).toEqual([]);
    expect((await list("&currency=USD")).codes).toEqual(["old"]);
    expect((await harness.lago.get("/wallets")).body["meta"]).toMatchObject({ total_count: 3 });
  });

  it("answers an empty list with page 0 for an unknown customer", async () => {
    expect((await harness.lago.get("/wallets?external_customer_id=nobody")).body).toEqual({
      wallets: [],
      meta: { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 },
    });
  });

  it("terminates, keeps the balances, and does nothing the second time (R-EXP-2)", async () => {
    const id = await createId({ granted_credits: "5", recurring_transaction_rules: [{ trigger: "threshold", threshold_credits: "1.0" }] });
    expect(await shown(id)).toMatchObject({ recurring_transaction_rules: [{ trigger: "threshold", method: "fixed", status: "active", threshold_credits: "1.0" }] });
    harness.sandbox.control.clock({ advance: 512 });
    const ended = { status: "terminated", terminated_at: "2026-09-01T12:00:00.512Z", balance_cents: 500, recurring_transaction_rules: [] };
    expect((await harness.lago.delete(`/wallets/${id}`)).body).toMatchObject({ wallet: ended });
    harness.sandbox.control.clock({ advance: 1000 });
    expect(await harness.lago.delete(`/wallets/${id}`)).toMatchObject({ status: 200, body: { wallet: ended } });
  });

  it("terminates expired wallets when the job runs, not before (R-EXP-1, R-EXP-3)", async () => {
    const id = await createId({ expiration_at: "2026-09-01T13:00:00Z" });
    harness.sandbox.control.clock({ advance: 2 * HOUR });
    expect(await shown(id)).toMatchObject({ status: "active", expiration_at: "2026-09-01T13:00:00Z" });
    expect(harness.sandbox.control.sweep()).toEqual({ credits_expired: 0, wallets_terminated: 1 });
    expect(await shown(id)).toMatchObject({ status: "terminated" });
  });
});

describe("Lago: wallet transactions", () => {
  async function topUp(fields: Record<string, unknown>): Promise<Answer> {
    return harness.lago.post("/wallet_transactions", { wallet_transaction: fields });
  }

  it("makes paid, granted and voided ones, in this order", async () => {
    const id = await createId({ rate_amount: "0.5", granted_credits: "100" });
    land();
    const { status, body } = await topUp({ wallet_id: id, paid_credits: "50.0", granted_credits: "10.0", voided_credits: "28.56888", name: "Top-up" });
    expect(status).toBe(200);
    const [paid, granted, voided] = listAt(body, "wallet_transactions");
    expect(paid).toMatchObject({ status: "pending", transaction_status: "purchased", transaction_type: "inbound", amount: "25.0", credit_amount: "50.0", remaining_amount_cents: null, remaining_credit_amount: null, settled_at: null, name: "Top-up", priority: 50 });
    expect(paid?.["lago_invoice_id"]).toEqual(expect.any(String));
    expect(granted).toMatchObject({ status: "settled", transaction_status: "granted", amount: "5.0", remaining_amount_cents: 500, remaining_credit_amount: "10.0", lago_invoice_id: null });
    expect(voided).toMatchObject({ status: "settled", transaction_status: "voided", transaction_type: "outbound", amount: "14.28", credit_amount: "28.56888", remaining_amount_cents: null });
    expect(await shown(id)).toMatchObject({ balance_cents: 4072, credits_balance: "81.43112", consumed_credits: "28.56888", ongoing_balance_cents: 4072 });
  });

  it("settles a purchase when it is paid, once (R-TX-1, R-TX-3)", async () => {
    const id = await createId();
    const { body } = await topUp({ wallet_id: id, paid_credits: "25" });
    expect(await shown(id)).toMatchObject({ balance_cents: 0, credits_balance: "0.0" });
    const [purchase] = listAt(body, "wallet_transactions");
    for (const key of ["lago_id", "lago_invoice_id"]) {
      const paid = await harness.control.post("/pay", { provider: "lago", id: purchase?.[key] });
      expect(at(paid.body, "transaction")).toMatchObject({ status: "settled", settled_at: "2026-09-01T12:00:00Z", remaining_amount_cents: 2500 });
    }
    expect(await shown(id)).toMatchObject({ balance_cents: 2500, ongoing_balance_cents: 2500, credits_balance: "25.0" });
  });

  it("snaps purchased and granted credits to whole minor units (R-CONV-3, R-CONV-7)", async () => {
    const id = await createId({ rate_amount: "0.001" });
    const other = await createId({ rate_amount: "1.375", code: "other" });
    const { body } = await topUp({ wallet_id: id, granted_credits: "1034" });
    expect(listAt(body, "wallet_transactions")[0]).toMatchObject({ amount: "1.03", credit_amount: "1030.0" });
    const { body: odd } = await topUp({ wallet_id: other, granted_credits: "0.72727" });
    expect(listAt(odd, "wallet_transactions")[0]).toMatchObject({ amount: "1.0", credit_amount: "0.72727", remaining_credit_amount: "0.7272727272727273" });
  });

  it("makes nothing for zero or absent credits, and ignores unknown keys", async () => {
    const id = await createId();
    const nothing = { status: 200, body: { wallet_transactions: [] } };
    for (const fields of [{}, { paid_credits: "0", granted_credits: "0.0" }]) expect(await topUp({ wallet_id: id, ...fields })).toMatchObject(nothing);
    expect(await harness.lago.lenient.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, void_credits: "5" } })).toMatchObject(nothing);
  });

  it("refuses what Lago refuses", async () => {
    const id = await createId({ granted_credits: "10", paid_top_up_min_amount_cents: 500, paid_top_up_max_amount_cents: 1000 });
    land();
    expect(await topUp({ wallet_id: "nope", paid_credits: "1" })).toMatchObject(refusal("wallet_id", "wallet_not_found"));
    expect(await topUp({ wallet_id: id, paid_credits: 5 })).toMatchObject(refusal("paid_credits", "invalid_paid_credits", "invalid_amount"));
    expect(await topUp({ wallet_id: id, paid_credits: "4.99" })).toMatchObject(refusal("paid_credits", "amount_below_minimum"));
    expect(await topUp({ wallet_id: id, paid_credits: "10.01" })).toMatchObject(refusal("paid_credits", "amount_above_maximum"));
    expect((await topUp({ wallet_id: id, paid_credits: "10.01", ignore_paid_top_up_limits: true })).status).toBe(200);
    expect(await topUp({ wallet_id: id, voided_credits: "10.00001" })).toMatchObject(refusal("voided_credits", "insufficient_credits"));
    expect(await topUp({ wallet_id: id, granted_credits: "1", priority: 0 })).toMatchObject(refusal("priority", "value_is_invalid"));
    expect(await topUp({ wallet_id: id, voided_transaction_id: "x" })).toMatchObject(refusal("voided_transaction_id", "wallet_transaction_not_found"));
    await harness.lago.delete(`/wallets/${id}`);
    expect(await topUp({ wallet_id: id, granted_credits: "1" })).toMatchObject(refusal("wallet_id", "wallet_is_terminated"));
  });

  it("takes a void from granted before purchased, by priority, and lists with filters", async () => {
    const id = await createId();
    const { body } = await topUp({ wallet_id: id, paid_credits: "5", granted_credits: "3" });
    harness.sandbox.control.pay({ provider: "lago", id: String(listAt(body, "wallet_transactions")[0]?.["lago_id"]) });
    await topUp({ wallet_id: id, voided_credits: "4" });
    const remaining = async (query: string, api: Api = harness.lago) => {
      const answer = await api.get(`/wallets/${id}/wallet_transactions?${query}`);
      return listAt(answer.body, "wallet_transactions").map((transaction) => transaction["remaining_amount_cents"]);
    };
    expect(await remaining("transaction_status=granted")).toEqual([0]);
    expect(await remaining("transaction_status=purchased&status=settled")).toEqual([400]);
    expect(await remaining("transaction_type=outbound")).toEqual([null]);
    expect(await remaining("status=imaginary", harness.lago.lenient)).toHaveLength(3);
    expect((await harness.lago.get(`/wallets/${id}/wallet_transactions?per_page=2`)).body["meta"]).toMatchObject({ next_page: 2, total_count: 3 });
  });
});
