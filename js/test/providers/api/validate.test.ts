import { describe, expect, it } from "vitest";
import type { FlexpriceApi } from "../../../providers/flexprice/api/index.js";
import type { LagoApi } from "../../../providers/lago/api/index.js";
import { failure } from "../context.js";
import { payload } from "../server.js";
import { always, flexpriceAt, lagoAt } from "./harness.js";

const at = (problems: readonly { readonly path: string; readonly code: string }[] | undefined) => problems?.map(({ path, code }) => [path, code]);
const request = (name: string, field: string): never => (payload(name) as Record<string, unknown>)[field] as never;

describe("a good request", () => {
  const lago: readonly (readonly [string, (api: LagoApi) => Promise<unknown>])[] = [
    ["createWallet", ({ validate }) => validate.createWallet(request("lago_wallet_create_request", "wallet"))],
    ["updateWallet", ({ validate }) => validate.updateWallet({ priority: 1, recurring_transaction_rules: [] }, { current: request("lago_wallet", "wallet") })],
    ["createTransaction", ({ validate }) => validate.createTransaction(request("lago_wallet_transactions_create_request", "wallet_transaction"), { wallet: request("lago_wallet", "wallet") })],
    ["createAlert", ({ validate }) => validate.createAlert({ alert_type: "wallet_balance_amount", code: "low", thresholds: [{ value: 100 }] }, { existing: [request("lago_wallet_alert", "alert")] })],
  ];
  it.each(lago)("has no problems: Lago's %s", async (_, call) => {
    const { client } = await lagoAt([]);
    expect(await call(client)).toEqual([]);
  });

  const flexprice: readonly (readonly [string, (api: FlexpriceApi) => Promise<unknown>])[] = [
    ["createWallet", ({ validate }) => validate.createWallet(payload("flexprice_create_request") as never, { existing: [] })],
    ["updateWallet", ({ validate }) => validate.updateWallet(payload("flexprice_update_request") as never)],
    ["topUp", ({ validate }) => validate.topUp(payload("flexprice_topup_request_direct") as never)],
    ["debit", ({ validate }) => validate.debit(payload("flexprice_debit_request") as never)],
  ];
  it.each(flexprice)("has no problems: Flexprice's %s", async (_, call) => {
    const { client } = await flexpriceAt([]);
    expect(await call(client)).toEqual([]);
  });
});

describe("a bad request", () => {
  it("has all its problems told at once, with Lago's paths and codes", async () => {
    const { client } = await lagoAt([]);
    const problems = await client.validate.createWallet({
      external_customer_id: "acme", rate_amount: "0.5", currency: "EUR", paid_credits: "ten", expiration_at: "2020-01-01T00:00:00Z",
      recurring_transaction_rules: [{ trigger: "interval", paid_credits: 1 }],
    });
    expect(at(problems)).toEqual(expect.arrayContaining([
      ["paid_credits", "invalid_paid_credits"], ["paid_credits", "invalid_amount"],
      ["expiration_at", "invalid_date"], ["recurring_transaction_rules[0].interval", "invalid_recurring_rule"],
    ]));
  });

  it("is bad by what the wallet is", async () => {
    const { client } = await lagoAt([]);
    const wallet = request("lago_wallet_terminated", "wallet");
    expect(at(await client.validate.updateWallet({ name: "x" }, { current: wallet }))).toEqual([["wallet_id", "wallet_is_terminated"]]);
    expect(at(await client.validate.createTransaction({ wallet_id: "w1", paid_credits: 1 }, { wallet: request("lago_wallet", "wallet") }))).toEqual([["paid_credits", "amount_below_minimum"]]);
    const existing = [request("lago_wallet_alert", "alert")];
    const alert = { alert_type: "wallet_ongoing_balance_amount", code: "again", thresholds: [{ value: 1 }] } as const;
    expect(at(await client.validate.createAlert(alert, { existing }))).toEqual([["base", "alert_already_exists"]]);
  });

  it("has all its problems told at once, by Flexprice's fields", async () => {
    const { client } = await flexpriceAt([]);
    const problems = await client.validate.topUp({ credits_to_add: -1, transaction_reason: "GIFT" as never, expiry_date_utc: "2020-01-01T00:00:00Z" });
    expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(["credits_to_add", "transaction_reason", "expiry_date_utc"]));
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["validation_error"]));
  });

  it("is one wallet too many", async () => {
    const { client } = await flexpriceAt([]);
    const existing = payload("flexprice_customer_wallets_by_id") as never;
    expect(at(await client.validate.createWallet({ external_customer_id: "acme", currency: "USD" }, { existing }))).toEqual([["currency", "already_exists"]]);
    const postPaid = { external_customer_id: "acme", currency: "USD", wallet_type: "POST_PAID" } as const;
    expect(await client.validate.createWallet(postPaid, { existing })).toEqual([]);
    expect(at(await client.validate.createWallet(postPaid, { existing, unique: "currency" }))).toEqual([["currency", "already_exists"]]);
  });

  const lago: readonly (readonly [string, string, (api: LagoApi) => Promise<unknown>])[] = [
    ["wallets.create", "rate_amount", ({ wallets }) => wallets.create({ external_customer_id: "acme", rate_amount: 0 })],
    ["wallets.create, of no customer", "external_customer_id", ({ wallets }) => wallets.create({ external_customer_id: "", rate_amount: 1 })],
    ["customer.wallets.create", "rate_amount", (api) => api.customer("acme").wallets.create({ rate_amount: 0 })],
    ["wallets.update", "priority", ({ wallets }) => wallets.update("w1", { priority: 51 })],
    ["customer.wallets.update", "priority", (api) => api.customer("acme").wallets.update("main", { priority: 0 })],
    ["walletTransactions.create", "paid_credits", ({ walletTransactions }) => walletTransactions.create({ wallet_id: "w1", paid_credits: "-1" })],
    ["a misspelt field", "free_credits", ({ walletTransactions }) => walletTransactions.create({ wallet_id: "w1", free_credits: "1" } as never)],
    ["alerts.create", "thresholds", (api) => api.customer("acme").alerts("main").create({ alert_type: "wallet_balance_amount", code: "a", thresholds: [] })],
    ["alerts.createBatch", "[1].alert_type", (api) => api.customer("acme").alerts("main").createBatch([
      { alert_type: "wallet_balance_amount", code: "a", thresholds: [{ value: 1 }] },
      { alert_type: "mood" as never, code: "b", thresholds: [{ value: 1 }] },
    ])],
  ];
  it.each(lago)("is not sent: Lago's %s", async (_, path, call) => {
    const { client, server, invalidated } = await lagoAt([], { validate: true });
    const error = await failure(call(client));
    expect(error).toMatchObject({ code: "invalid_input", path: error.problems?.[0]?.path });
    expect(error.problems?.map((problem) => problem.path)).toContain(path);
    expect(error.message).toContain(path);
    expect([server.asked, invalidated]).toEqual([[], []]);
  });

  const flexprice: readonly (readonly [string, string, (api: FlexpriceApi) => Promise<unknown>])[] = [
    ["wallets.create", "wallet_type", ({ wallets }) => wallets.create({ external_customer_id: "acme", currency: "usd", wallet_type: "PROMOTIONAL" })],
    ["wallets.update", "config.allowed_price_types", ({ wallets }) => wallets.update("w1", { config: { allowed_price_types: ["MOOD" as never] } })],
    ["wallets.topUp", "transaction_reason", ({ wallets }) => wallets.topUp("w1", { credits_to_add: 1, transaction_reason: "PURCHASED_CREDIT" as never })],
    ["wallets.debit", "idempotency_key", ({ wallets }) => wallets.debit("w1", { credits: 1, transaction_reason: "MANUAL_BALANCE_DEBIT" } as never)],
  ];
  it.each(flexprice)("is not sent: Flexprice's %s", async (_, path, call) => {
    const { client, server } = await flexpriceAt([], { validate: true });
    const error = await failure(call(client));
    expect(error).toMatchObject({ code: "invalid_input" });
    expect(error.problems?.map((problem) => problem.path)).toContain(path);
    expect(server.asked).toEqual([]);
  });

  it("is the billing API's to judge where nobody validates", async () => {
    const refusal = { status: 422, body: payload("lago_error_422_validation") };
    const off = await lagoAt(always(refusal), { validate: false, fetch });
    expect(await failure(off.client.walletTransactions.create({ wallet_id: "w1", paid_credits: "-1" }))).toMatchObject({ code: "provider_rejected", status: 422 });
    const once = await lagoAt(always(refusal), { validate: true, fetch });
    expect(await failure(once.client.walletTransactions.create({ wallet_id: "w1", paid_credits: "-1" }, { validate: false }))).toMatchObject({ code: "provider_rejected" });
    expect([...off.server.asked, ...once.server.asked]).toHaveLength(2);
  });
});
