/** Changing wallets, their metadata, and the routes by customer and code (lago 2, 3.9). */
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, at, type Json, listAt, useSandbox } from "./harness.js";
import { payload } from "./payloads.js";

const harness = useSandbox();
const BY_CODE = "/customers/acme/wallets/main";

beforeEach(async () => {
  await harness.lago.post("/customers", { customer: { external_id: "acme", currency: "EUR" } });
});

async function wallet(fields: Json = {}): Promise<string> {
  const { body } = await harness.lago.post("/wallets", { wallet: { external_customer_id: "acme", rate_amount: "1", code: "main", ...fields } });
  return String(at(body, "wallet")["lago_id"]);
}

const update = (id: string, fields: Json): Promise<Answer> => harness.lago.put(`/wallets/${id}`, { wallet: fields });

function refusal(field: string, ...codes: string[]) {
  return { status: 422, body: { status: 422, error: "Unprocessable Entity", code: "validation_errors", error_details: { [field]: codes } } };
}

describe("Lago: changing a wallet", () => {
  it("changes what is given, and takes back what is null", async () => {
    harness.sandbox.control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "1" });
    const id = await wallet({ name: "Main" });
    const fields = {
      name: "Other",
      code: "other",
      priority: 7,
      expiration_at: "2027-01-01T00:00:00Z",
      invoice_requires_successful_payment: true,
      paid_top_up_min_amount_cents: 500,
      paid_top_up_max_amount_cents: 1000,
      applies_to: { fee_types: ["charge"], billable_metric_codes: ["tokens"] },
      metadata: { region: "eu" },
      payment_method: { payment_method_type: "manual" },
      purchase_order_number: "PO-1",
    };
    const { status, body } = await update(id, fields);
    expect(status).toBe(200);
    expect(at(body, "wallet")).toMatchObject({ ...fields, payment_method: { payment_method_id: null, payment_method_type: "manual" }, rate_amount: "1.0" });
    const taken = { name: null, expiration_at: null, paid_top_up_min_amount_cents: null, paid_top_up_max_amount_cents: null, purchase_order_number: null };
    expect(at((await update(id, { ...taken, applies_to: { fee_types: [] } })).body, "wallet")).toMatchObject({
      ...taken,
      code: "other",
      applies_to: { fee_types: [], billable_metric_codes: ["tokens"] },
      metadata: { region: "eu" },
    });
  });

  it("replaces the rule, changes the one it names, and ends it", async () => {
    const id = await wallet({ recurring_transaction_rules: [{ trigger: "threshold", threshold_credits: "10", paid_credits: "50" }] });
    const rulesOf = async (fields: Json) => listAt(at((await update(id, fields)).body, "wallet"), "recurring_transaction_rules");
    const [rule] = await rulesOf({ name: "Kept" });
    const [changed] = await rulesOf({ recurring_transaction_rules: [{ lago_id: rule?.["lago_id"], trigger: "threshold", threshold_credits: "20" }] });
    expect(changed).toMatchObject({ lago_id: rule?.["lago_id"], threshold_credits: "20.0", paid_credits: "50.0" });
    const [replaced] = await rulesOf({ recurring_transaction_rules: [{ trigger: "interval", interval: "weekly", granted_credits: "5" }] });
    expect(replaced).toMatchObject({ trigger: "interval", interval: "weekly", granted_credits: "5.0", paid_credits: "0.0" });
    expect(replaced?.["lago_id"]).not.toBe(rule?.["lago_id"]);
    expect(await rulesOf({ recurring_transaction_rules: [] })).toEqual([]);
  });

  it.each([
    [{ priority: 0 }, refusal("priority", "value_is_invalid")],
    [{ expiration_at: "2026-09-01T12:00:00Z" }, refusal("expiration_at", "invalid_date")],
    [{ applies_to: { fee_types: ["fees"] } }, refusal("allowed_fee_types", "invalid_fee_types")],
    [{ applies_to: { billable_metric_codes: ["unheard_of"] } }, refusal("billable_metrics", "invalid_identifier")],
    [{ paid_top_up_min_amount_cents: 5, paid_top_up_max_amount_cents: 4 }, refusal("paid_top_up_max_amount_cents", "value_is_invalid")],
    [{ code: "taken" }, refusal("code", "value_already_exist")],
    [{ payment_method: { payment_method_id: "pm_1", payment_method_type: "provider" } }, refusal("payment_method", "invalid_payment_method")],
    [{ recurring_transaction_rules: [{ trigger: "sometimes" }] }, refusal("recurring_transaction_rules", "invalid_recurring_rule")],
    [{ recurring_transaction_rules: [{ trigger: "interval", interval: "monthly", paid_credits: "4" }], paid_top_up_min_amount_cents: 500 }, refusal("recurring_transaction_rules", "invalid_recurring_rule")],
  ])("refuses %j", async (fields, expected) => {
    await wallet({ code: "taken" });
    expect(await update(await wallet(), fields)).toMatchObject(expected);
  });

  it("judges the rule there is by new limits (R-THR-6)", async () => {
    const id = await wallet({ recurring_transaction_rules: [{ trigger: "threshold", threshold_credits: "1", paid_credits: "5" }] });
    expect(await update(id, { paid_top_up_min_amount_cents: 501 })).toMatchObject(refusal("recurring_transaction_rules", "invalid_recurring_rule"));
    expect((await update(id, { paid_top_up_min_amount_cents: 500 })).status).toBe(200);
  });

  it("wants the root key, an active wallet, and one that there is", async () => {
    const id = await wallet();
    expect(await harness.lago.put(`/wallets/${id}`, {})).toMatchObject({ status: 400, body: payload("lago/error_400.json") });
    expect(await update("nope", { name: "x" })).toMatchObject({ status: 404, body: payload("lago/error_404.json") });
    await harness.lago.delete(`/wallets/${id}`);
    expect(await update(id, { name: "x" })).toMatchObject({ status: 422, body: payload("lago/error_422_wallet_terminated.json") });
  });
});

describe("Lago: metadata of a wallet", () => {
  it.each([["by id"], ["by code"]])("is replaced, merged and deleted, %s", async (family) => {
    const id = await wallet({ metadata: { a: "1" } });
    const path = `${family === "by id" ? `/wallets/${id}` : BY_CODE}/metadata`;
    expect((await harness.lago.post(path, { metadata: { b: "2", c: "3" } })).body).toEqual({ metadata: { b: "2", c: "3" } });
    expect((await harness.lago.patch(path, { metadata: { c: "4", d: "5" } })).body).toEqual({ metadata: { b: "2", c: "4", d: "5" } });
    expect((await harness.lago.put(path, { metadata: { d: "6" } })).body).toEqual({ metadata: { b: "2", c: "4", d: "6" } });
    expect((await harness.lago.delete(`${path}/b`)).body).toEqual({ metadata: { c: "4", d: "6" } });
    expect((await harness.lago.delete(`${path}/b`)).body).toEqual({ metadata: { c: "4", d: "6" } });
    expect(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet")["metadata"]).toEqual({ c: "4", d: "6" });
    expect(await harness.lago.delete(path)).toMatchObject({ status: 200, body: { metadata: null } });
    expect(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet")).not.toHaveProperty("metadata");
  });

  it("belongs to a wallet that there is", async () => {
    expect(await harness.lago.post("/wallets/nope/metadata", { metadata: {} })).toMatchObject({ status: 404, body: { code: "wallet_not_found" } });
  });
});

describe("Lago: wallets by customer and code", () => {
  it("has the same verbs", async () => {
    const created = await harness.lago.post("/customers/acme/wallets", { wallet: { rate_amount: "1", code: "main" } });
    expect(created).toMatchObject({ status: 200, body: { wallet: { code: "main", external_customer_id: "acme", currency: "EUR" } } });
    expect(listAt((await harness.lago.get("/customers/acme/wallets")).body, "wallets")).toHaveLength(1);
    expect((await harness.lago.put(BY_CODE, { wallet: { name: "Main" } })).body).toMatchObject({ wallet: { name: "Main" } });
    expect((await harness.lago.get(BY_CODE)).body).toMatchObject({ wallet: { code: "main", name: "Main", status: "active" } });
    expect((await harness.lago.delete(BY_CODE)).body).toMatchObject({ wallet: { status: "terminated" } });
  });

  it("may hit a terminated wallet, whose code is free again", async () => {
    const id = await wallet();
    await harness.lago.delete(`/wallets/${id}`);
    expect(await wallet()).not.toBe(id);
    expect((await harness.lago.get(BY_CODE)).body).toMatchObject({ wallet: { lago_id: id, status: "terminated" } });
  });

  it("knows no other customer and no other code", async () => {
    expect(await harness.lago.get("/customers/nobody/wallets")).toMatchObject({ status: 404, body: { code: "customer_not_found" } });
    expect(await harness.lago.post("/customers/nobody/wallets", { wallet: { rate_amount: "1" } })).toMatchObject({ status: 404, body: { code: "customer_not_found" } });
    expect(await harness.lago.get("/customers/acme/wallets/nope")).toMatchObject({ status: 404, body: { code: "wallet_not_found" } });
    expect(await harness.lago.post("/customers/acme/wallets", {})).toMatchObject({ status: 400, body: payload("lago/error_400.json") });
  });

  it("filters by billing entity", async () => {
    await wallet();
    expect(listAt((await harness.lago.get("/wallets?billing_entity_codes[]=sandbox")).body, "wallets")).toHaveLength(1);
    expect(listAt((await harness.lago.get("/wallets?billing_entity_codes[]=other")).body, "wallets")).toEqual([]);
  });
});

describe("Lago: customers", () => {
  it("are got by external id, with their time zone", async () => {
    await harness.lago.post("/customers", { customer: { external_id: "acme", timezone: "America/New_York" } });
    expect(await harness.lago.get("/customers/acme")).toMatchObject({ status: 200, body: { customer: { external_id: "acme", currency: "EUR", timezone: "America/New_York" } } });
    expect(await harness.lago.get("/customers/nobody")).toMatchObject({ status: 404, body: { code: "customer_not_found" } });
    expect(await harness.lago.post("/customers", { customer: { external_id: "acme", timezone: "Mars/Base" } })).toMatchObject(refusal("timezone", "value_is_invalid"));
  });
});
