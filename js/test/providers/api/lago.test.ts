import { describe, expect, it } from "vitest";
import type { LagoApi } from "../../../providers/lago/api/index.js";
import { failure, numbered } from "../context.js";
import { payload } from "../server.js";
import { all, always, asked, KEY, lagoAt } from "./harness.js";

const read = (name: string, field: string): unknown => (payload(`lago_${name}`) as Record<string, unknown>)[field];
const WALLET = read("wallet", "wallet") as { readonly lago_id: string };
const CREATE = read("wallet_create_request", "wallet") as never;
const TOP_UP = read("wallet_transactions_create_request", "wallet_transaction") as { readonly wallet_id: string };
const id = WALLET.lago_id;
const byId = `/v1/wallets/${id}`;
const byCode = "/v1/customers/cust_acme_042/wallets/prepaid_api_credits";
const { external_customer_id: _, ...ofCustomer } = CREATE as Record<string, unknown>;
const alert = { alert_type: "wallet_ongoing_balance_amount", code: "low_ongoing", thresholds: [{ code: "warn", value: "8000" }, { value: "500", recurring: true }] } as const;
const event = { transaction_id: "t1", external_subscription_id: "sub_1", code: "api_calls", timestamp: "1787335200.000", properties: { calls: 3 } };
const section = { code: "api_calls", external_id: "cust_acme_042" };
const page = "per_page=100&page=1";
const onePage = { meta: { current_page: 1, next_page: null, prev_page: null, total_pages: 1, total_count: 1 } };

/** The call, the recorded answer (or the answer itself), the field that comes back, and what must have been asked. */
type Case = readonly [name: string, call: (api: LagoApi) => Promise<unknown>, answer: string | object, field: string, sent: readonly unknown[]];

const acme = (api: LagoApi) => api.customer("cust_acme_042");
const alerts = (api: LagoApi) => acme(api).alerts("prepaid_api_credits");
const shares = read("wallet_transaction_consumptions", "wallet_transaction_consumptions");
const fundings = read("wallet_transaction_fundings", "wallet_transaction_fundings");

const CASES: readonly Case[] = [
  ["wallets.create", ({ wallets }) => wallets.create(CREATE), "wallet_created_response", "wallet", ["POST", "/v1/wallets", { wallet: CREATE }]],
  ["wallets.get", ({ wallets }) => wallets.get(id), "wallet", "wallet", ["GET", byId]],
  ["wallets.list", ({ wallets }) => all(wallets.list({ external_customer_id: "a&b", currency: "EUR", billing_entity_codes: ["x", "y"] })), "wallets_list", "wallets", ["GET", `/v1/wallets?external_customer_id=a&b&currency=EUR&billing_entity_codes[]=x&billing_entity_codes[]=y&${page}`]],
  ["wallets.update", ({ wallets }) => wallets.update(id, { name: "API", applies_to: { fee_types: [] } }), "wallet", "wallet", ["PUT", byId, { wallet: { name: "API", applies_to: { fee_types: [] } } }]],
  ["wallets.terminate", ({ wallets }) => wallets.terminate(id), "wallet_terminated", "wallet", ["DELETE", byId]],
  ["wallets.metadata.replace", ({ wallets }) => wallets.metadata.replace(id, { a: "b" }), { metadata: { a: "b" } }, "metadata", ["POST", `${byId}/metadata`, { metadata: { a: "b" } }]],
  ["wallets.metadata.merge", ({ wallets }) => wallets.metadata.merge(id, { a: "b" }), { metadata: { a: "b", c: "d" } }, "metadata", ["PATCH", `${byId}/metadata`, { metadata: { a: "b" } }]],
  ["wallets.metadata.deleteKey", ({ wallets }) => wallets.metadata.deleteKey(id, "a/b"), { metadata: { c: "d" } }, "metadata", ["DELETE", `${byId}/metadata/a%2Fb`]],
  ["customer.wallets.create", (api) => acme(api).wallets.create(ofCustomer as never), "wallet_created_response", "wallet", ["POST", "/v1/customers/cust_acme_042/wallets", { wallet: ofCustomer }]],
  ["customer.wallets.get", (api) => acme(api).wallets.get("prepaid_api_credits"), "wallet", "wallet", ["GET", byCode]],
  ["customer.wallets.list", (api) => all(acme(api).wallets.list({ currency: "EUR" })), "wallets_list", "wallets", ["GET", `/v1/customers/cust_acme_042/wallets?currency=EUR&${page}`]],
  ["customer.wallets.update", (api) => acme(api).wallets.update("prepaid_api_credits", { priority: 1 }), "wallet", "wallet", ["PUT", byCode, { wallet: { priority: 1 } }]],
  ["customer.wallets.terminate", (api) => acme(api).wallets.terminate("prepaid_api_credits"), "wallet_terminated", "wallet", ["DELETE", byCode]],
  ["customer.wallets.metadata.merge", (api) => acme(api).wallets.metadata.merge("prepaid_api_credits", { a: "b" }), { metadata: { a: "b" } }, "metadata", ["PATCH", `${byCode}/metadata`, { metadata: { a: "b" } }]],
  ["customer.currentUsage", (api) => acme(api).currentUsage({ external_subscription_id: "sub_1", apply_taxes: false }), "customer_usage", "customer_usage", ["GET", "/v1/customers/cust_acme_042/current_usage?external_subscription_id=sub_1&apply_taxes=false"]],
  ["walletTransactions.create", ({ walletTransactions }) => walletTransactions.create(TOP_UP), "wallet_transactions_create_response", "wallet_transactions", ["POST", "/v1/wallet_transactions", { wallet_transaction: TOP_UP }]],
  ["walletTransactions.get", ({ walletTransactions }) => walletTransactions.get("t1"), "wallet_transaction", "wallet_transaction", ["GET", "/v1/wallet_transactions/t1"]],
  ["walletTransactions.list", ({ walletTransactions }) => all(walletTransactions.list(id, { status: "settled", metadata: { order: "7" } })), { wallet_transactions: numbered("lago_id", 0, 2), ...onePage }, "wallet_transactions", ["GET", `${byId}/wallet_transactions?status=settled&metadata[order]=7&${page}`]],
  ["walletTransactions.paymentUrl", ({ walletTransactions }) => walletTransactions.paymentUrl("t1"), "wallet_transaction_payment_url", "wallet_transaction_payment_details", ["POST", "/v1/wallet_transactions/t1/payment_url"]],
  ["walletTransactions.consumptions", ({ walletTransactions }) => all(walletTransactions.consumptions("t1")), { shares, wallet_transaction_consumptions: shares, ...onePage }, "shares", ["GET", `/v1/wallet_transactions/t1/consumptions?${page}`]],
  ["walletTransactions.fundings", ({ walletTransactions }) => all(walletTransactions.fundings("t1")), { fundings, wallet_transaction_fundings: fundings, ...onePage }, "fundings", ["GET", `/v1/wallet_transactions/t1/fundings?${page}`]],
  ["alerts.create", (api) => alerts(api).create(alert), "wallet_alert", "alert", ["POST", `${byCode}/alerts`, { alert }]],
  ["alerts.createBatch", (api) => alerts(api).createBatch([alert, alert]), "wallet_alerts_list", "alerts", ["POST", `${byCode}/alerts`, { alerts: [alert, alert] }]],
  ["alerts.list", (api) => all(alerts(api).list()), "wallet_alerts_list", "alerts", ["GET", `${byCode}/alerts?${page}`]],
  ["alerts.get", (api) => alerts(api).get("low_ongoing"), "wallet_alert", "alert", ["GET", `${byCode}/alerts/low_ongoing`]],
  ["alerts.update", (api) => alerts(api).update("low_ongoing", { name: null, thresholds: [{ value: 9 }] }), "wallet_alert", "alert", ["PUT", `${byCode}/alerts/low_ongoing`, { alert: { name: null, thresholds: [{ value: "9" }] } }]],
  ["alerts.delete", (api) => alerts(api).delete("low_ongoing"), "wallet_alert", "alert", ["DELETE", `${byCode}/alerts/low_ongoing`]],
  ["alerts.deleteAll", (api) => alerts(api).deleteAll(), {}, "nothing", ["DELETE", `${byCode}/alerts`]],
  ["events.send", ({ events }) => events.send(event), { event: { lago_id: "e1", ...event } }, "event", ["POST", "/v1/events", { event }]],
  ["events.batch", ({ events }) => events.batch([event]), { events: [{ lago_id: "e1", ...event }] }, "events", ["POST", "/v1/events/batch", { events: [event] }]],
  ["invoices.get", ({ invoices }) => invoices.get("i1"), "invoice_draft", "invoice", ["GET", "/v1/invoices/i1"]],
  ["invoices.list", ({ invoices }) => all(invoices.list({ external_customer_id: "acme", status: "draft" })), { invoices: [{ lago_id: "i1", number: "7" }], ...onePage }, "invoices", ["GET", `/v1/invoices?external_customer_id=acme&status=draft&${page}`]],
  ["invoices.preview", ({ invoices }) => invoices.preview({ customer: section, plan_code: "pro" }), "invoice_preview", "invoice", ["POST", "/v1/invoices/preview", { customer: section, plan_code: "pro" }]],
];

describe("every call", () => {
  for (const [name, call, answer, field, sent] of CASES) {
    it(name, async () => {
      const body = (typeof answer === "string" ? payload(`lago_${answer}`) : answer) as Record<string, unknown>;
      const { client, server } = await lagoAt([{ body }]);
      expect(await call(client)).toEqual(body[field]);
      expect(server.asked.map(asked)).toEqual([sent]);
      expect(server.asked[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, accept: "application/json" });
    });
  }

  it("knows metadata of which nothing is left", async () => {
    const { client } = await lagoAt([{ body: { metadata: null } }]);
    expect(await client.wallets.metadata.deleteAll(id)).toEqual({});
  });

  it("knows a top-up that creates nothing", async () => {
    const { client } = await lagoAt([{ body: { wallet_transactions: [] } }]);
    expect(await client.walletTransactions.create({ wallet_id: id, paid_credits: 0 })).toEqual([]);
  });
});

describe("what is sent", () => {
  it("has credits as strings, at any depth: Lago refuses numbers", async () => {
    const { client, server } = await lagoAt(always({ body: { wallet: WALLET, wallet_transactions: [] } }));
    await client.wallets.create({
      external_customer_id: "acme", rate_amount: 1, paid_credits: 10n, granted_credits: "5.50", paid_top_up_min_amount_cents: 500,
      recurring_transaction_rules: [{ trigger: "threshold", method: "target", threshold_credits: -5, target_ongoing_balance: 200, paid_credits: 1, granted_credits: 0 }],
    });
    await client.wallets.update(id, { recurring_transaction_rules: [{ trigger: "interval", interval: "weekly", paid_credits: 7n }] });
    await client.walletTransactions.create({ wallet_id: id, paid_credits: 1, granted_credits: 2n, voided_credits: "3" });
    expect(server.asked.map(({ body }) => body)).toEqual([
      {
        wallet: {
          external_customer_id: "acme", rate_amount: "1", paid_credits: "10", granted_credits: "5.50", paid_top_up_min_amount_cents: 500,
          recurring_transaction_rules: [{ trigger: "threshold", method: "target", threshold_credits: "-5", target_ongoing_balance: "200", paid_credits: "1", granted_credits: "0" }],
        },
      },
      { wallet: { recurring_transaction_rules: [{ trigger: "interval", interval: "weekly", paid_credits: "7" }] } },
      { wallet_transaction: { wallet_id: id, paid_credits: "1", granted_credits: "2", voided_credits: "3" } },
    ]);
  });

  it.each([
    ["paid_credits", ({ walletTransactions }: LagoApi) => walletTransactions.create({ wallet_id: id, paid_credits: 0.1 })],
    ["rate_amount", ({ wallets }: LagoApi) => wallets.create({ external_customer_id: "acme", rate_amount: 2 ** 53 })],
    ["recurring_transaction_rules[1].paid_credits", ({ wallets }: LagoApi) => wallets.update(id, { recurring_transaction_rules: [{ trigger: "interval" }, { trigger: "interval", paid_credits: 1.5 }] })],
    ["thresholds[1].value", (api: LagoApi) => alerts(api).create({ ...alert, thresholds: [{ value: 1 }, { value: Infinity }] })],
  ])("is never a float: %s", async (path, call) => {
    const { client, server } = await lagoAt([]);
    expect(await failure(call(client))).toMatchObject({ code: "invalid_decimal", path });
    expect(server.asked).toEqual([]);
  });

  it("addresses one alert, and never by accident all of them", async () => {
    const { client, server } = await lagoAt(always({ body: {} }));
    expect(await failure(alerts(client).delete(""))).toMatchObject({ code: "invalid_input", path: "alertCode" });
    expect(() => client.customer("..")).toThrow(expect.objectContaining({ code: "invalid_input", path: "externalId" }));
    expect(await failure(client.wallets.metadata.deleteKey(id, ""))).toMatchObject({ code: "invalid_input", path: "key" });
    expect(server.asked).toEqual([]);
  });
});

describe("lists", () => {
  const pageOf = (from: number, count: number, next: number | null) => ({ body: { wallets: numbered("lago_id", from, count), meta: { next_page: next } } });

  it("are read page by page, as they are asked for", async () => {
    const { client, server } = await lagoAt([pageOf(0, 2, 2), pageOf(2, 2, 3), pageOf(4, 1, null)]);
    const list = client.wallets.list({}, { pageSize: 2 });
    await list.next();
    expect(server.asked).toHaveLength(1);
    expect(await all(list)).toEqual(numbered("lago_id", 1, 4));
    expect(server.asked.map(({ query }) => `${query.get("page")}/${query.get("per_page")}`)).toEqual(["1/2", "2/2", "3/2"]);
  });

  it("stop being read when nobody goes on", async () => {
    const { client, server } = await lagoAt([pageOf(0, 2, 2)]);
    for await (const wallet of client.wallets.list()) if (wallet.lago_id === "id_1") break;
    expect(server.asked).toHaveLength(1);
  });

  it("of wallets are filtered by status here", async () => {
    const { client, server } = await lagoAt(always({ body: payload("lago_wallets_list") }));
    const statuses = async (status?: "active" | "terminated") => (await all(client.wallets.list(status && { status }))).map((wallet) => wallet.status);
    expect(await statuses("terminated")).toEqual(["terminated"]);
    expect(await statuses("active")).toEqual(["active", "active", "active"]);
    expect(await statuses()).toHaveLength(4);
    expect(server.asked.some(({ query }) => query.has("status"))).toBe(false);
  });

  it("may be empty", async () => {
    const { client } = await lagoAt([{ body: payload("lago_wallets_list_empty") }]);
    expect(await all(client.wallets.list())).toEqual([]);
  });

  it.each([
    ["repeat", [pageOf(0, 2, 2), pageOf(0, 2, 3)]],
    ["go backwards", [pageOf(0, 2, 2), pageOf(2, 2, 1)]],
    ["do not say what is next", [{ body: { wallets: [] } }]],
    ["are none", [{ body: { wallets: {}, meta: { next_page: null } } }]],
  ])("are refused when their pages %s", async (_, script) => {
    const { client } = await lagoAt(script);
    expect(await failure(all(client.wallets.list()))).toMatchObject({ code: "invalid_response" });
  });
});

describe("events count once", () => {
  const duplicate = (details: object) => ({ status: 422, body: { status: 422, error: "Unprocessable Entity", code: "validation_errors", error_details: details } });
  const known = { transaction_id: ["value_already_exist"] };

  it("with a time of their own, sent again as they were", async () => {
    const { client, server } = await lagoAt([{ status: 502 }, { body: { event } }]);
    await client.events.send({ transaction_id: "t1", external_subscription_id: "sub_1", code: "api_calls" });
    expect(server.asked[0]?.body).toEqual({ event: { timestamp: "1787335200.000", transaction_id: "t1", external_subscription_id: "sub_1", code: "api_calls" } });
    expect(server.asked[1]?.body).toEqual(server.asked[0]?.body);
  });

  it("and are accepted when the repeat finds them there", async () => {
    const one = await lagoAt([{ fault: "drop" }, duplicate(known)]);
    expect(await one.client.events.send(event)).toEqual(event);
    const two = await lagoAt([{ fault: "drop" }, duplicate({ 0: known, 1: known })]);
    expect(await two.client.events.batch([event, { ...event, transaction_id: "t2" }])).toEqual([event, { ...event, transaction_id: "t2" }]);
  });

  it("but an id that was used before is refused, and so is half a batch", async () => {
    const one = await lagoAt([duplicate(known)]);
    expect(await failure(one.client.events.send(event))).toMatchObject({ code: "provider_rejected", problems: [{ path: "transaction_id", code: "value_already_exist" }] });
    const two = await lagoAt([{ fault: "drop" }, duplicate({ 1: known })]);
    const error = await failure(two.client.events.batch([event, event]));
    expect(error).toMatchObject({ code: "outcome_unknown", write: { repeatable: true } });
    expect(error.cause).toMatchObject({ problems: [{ path: "[1].transaction_id", code: "value_already_exist" }] });
  });

  it.each([0, 101])("are 1 to 100 in a batch, not %i", async (count) => {
    const { client } = await lagoAt([]);
    expect(await failure(client.events.batch(Array.from({ length: count }, () => event)))).toMatchObject({ code: "invalid_input", path: "events" });
  });
});
