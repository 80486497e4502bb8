import { describe, expect, it } from "vitest";
import type { FlexpriceApi } from "../../../providers/flexprice/api/index.js";
import { failure, numbered } from "../context.js";
import { payload } from "../server.js";
import type { Script } from "../server.js";
import { all, always, asked, flexpriceAt, KEY } from "./harness.js";

const WALLETS = (payload("flexprice_wallets_list") as { readonly items: unknown }).items;
const WALLET = payload("flexprice_wallet") as { readonly id: string };
const CREATE = payload("flexprice_create_request") as never;
const TOP_UP = payload("flexprice_topup_request_direct") as never;
const DEBIT = payload("flexprice_debit_request") as never;
const TRANSACTIONS = payload("flexprice_transactions_list") as { readonly items: object[] };
const id = WALLET.id;
const at = `/v1/wallets/${id}`;

/** The call, the recorded answer, what must have been asked, and what comes back if it is not the answer itself. */
type Case = readonly [name: string, call: (api: FlexpriceApi) => Promise<unknown>, answer: string, sent: readonly unknown[], result?: unknown];

const event = { event_name: "llm.tokens", external_customer_id: "acme", event_id: "evt-000001", timestamp: "2026-08-21T18:00:00Z", source: "edge", properties: { model: "large", tokens: 1536 } };
const preview = payload("flexprice_invoice_preview_request");

const CASES: readonly Case[] = [
  ["wallets.create", ({ wallets }) => wallets.create(CREATE), "wallet", ["POST", "/v1/wallets", CREATE]],
  ["wallets.get", ({ wallets }) => wallets.get(id), "wallet_minimal", ["GET", at]],
  ["wallets.get with the breakdown", ({ wallets }) => wallets.get(id, { breakdown: true }), "wallet", ["GET", `${at}?expand=credits_available_breakdown`]],
  ["wallets.list", ({ wallets }) => wallets.list({ status: "active", wallet_ids: ["a", "b"] }), "wallets_list", ["GET", "/v1/wallets?status=active&wallet_ids=a&wallet_ids=b"], WALLETS],
  ["wallets.search, always with a limit", ({ wallets }) => wallets.search(), "wallets_list", ["POST", "/v1/wallets/search", { limit: 1000 }], WALLETS],
  ["wallets.search by filter", ({ wallets }) => wallets.search({ wallet_ids: [id], status: "active" }, { breakdown: true }), "wallets_list", ["POST", "/v1/wallets/search", { wallet_ids: [id], status: "active", expand: "credits_available_breakdown", limit: 1000 }], WALLETS],
  ["wallets.ofCustomer by external id", ({ wallets }) => wallets.ofCustomer({ externalId: "a&b" }), "customer_wallets_query", ["GET", "/v1/customers/wallets?lookup_key=a&b&include_real_time_balance=true"]],
  ["wallets.ofCustomer by Flexprice's id", ({ wallets }) => wallets.ofCustomer({ id: "cust_1" }, { breakdown: true }), "customer_wallets_query", ["GET", "/v1/customers/wallets?id=cust_1&include_real_time_balance=true&expand=credits_available_breakdown"]],
  ["wallets.ofCustomer from the cache", ({ wallets }) => wallets.ofCustomer({ id: "cust_1" }, { maxCachedAge: 5_999 }), "customer_wallets_query", ["GET", "/v1/customers/wallets?id=cust_1&include_real_time_balance=true&from_cache=true"]],
  ["wallets.ofCustomer, settled balances", ({ wallets }) => wallets.ofCustomer({ id: "cust_1" }, { balances: "settled" }), "customer_wallets_query_plain", ["GET", "/v1/customers/wallets?id=cust_1"]],
  ["wallets.balance, computed", ({ wallets }) => wallets.balance(id, { breakdown: true }), "wallet_balance_fresh", ["GET", `${at}/balance/real-time?expand=credits_available_breakdown`]],
  ["wallets.balance, cached", ({ wallets }) => wallets.balance(id, { maxCachedAge: Infinity }), "wallet_balance_cached", ["GET", `${at}/balance/real-time-cached`]],
  ["wallets.update", ({ wallets }) => wallets.update(id, payload("flexprice_update_request") as never), "wallet", ["PUT", at, payload("flexprice_update_request")]],
  ["wallets.topUp", ({ wallets }) => wallets.topUp(id, TOP_UP), "topup_response_direct", ["POST", `${at}/top-up`, TOP_UP]],
  ["wallets.topUp, invoiced", ({ wallets }) => wallets.topUp(id, payload("flexprice_topup_request_invoiced") as never), "topup_response_invoiced_pending", ["POST", `${at}/top-up`, payload("flexprice_topup_request_invoiced")]],
  ["wallets.topUp, pay first", ({ wallets }) => wallets.topUp(id, TOP_UP), "topup_response_checkout", ["POST", `${at}/top-up`, TOP_UP]],
  ["wallets.debit", ({ wallets }) => wallets.debit(id, DEBIT), "debit_response", ["POST", `${at}/debit`, DEBIT]],
  ["wallets.terminate", ({ wallets }) => wallets.terminate(id), "terminate_response", ["POST", `${at}/terminate`]],
  ["wallets.modify", ({ wallets }) => wallets.modify(id, { modification_type: "prepaid_to_postpaid" }), "modify_response", ["POST", `${at}/modify`, { modification_type: "prepaid_to_postpaid" }]],
  ["wallets.transactions", ({ wallets }) => all(wallets.transactions(id, { type: "credit", credits_available_gt: 0 })), "transactions_list", ["GET", `${at}/transactions?type=credit&credits_available_gt=0&limit=100&offset=0`], TRANSACTIONS.items],
  ["wallets.searchTransactions", ({ wallets }) => all(wallets.searchTransactions({ id, type: "credit", expand: "wallet" }, { pageSize: 1000 })), "transactions_list", ["POST", "/v1/wallets/transactions/search", { id, type: "credit", expand: "wallet", limit: 1000, offset: 0 }], TRANSACTIONS.items],
  ["events.send", ({ events }) => events.send(event), "event_response", ["POST", "/v1/events", event]],
  ["events.sendBulk", ({ events }) => events.sendBulk((payload("flexprice_events_bulk_request") as { events: never }).events), "events_bulk_response", ["POST", "/v1/events/bulk", payload("flexprice_events_bulk_request")]],
  ["invoices.preview", ({ invoices }) => invoices.preview(preview as never), "invoice_preview_response", ["POST", "/v1/invoices/preview", preview]],
];

describe("every call", () => {
  for (const [name, call, answer, sent, result = payload(`flexprice_${answer}`)] of CASES) {
    it(name, async () => {
      const { client, server } = await flexpriceAt([{ body: payload(`flexprice_${answer}`) }]);
      expect(await call(client)).toEqual(result);
      expect(server.asked.map(asked)).toEqual([sent]);
      expect(server.asked[0]?.headers).toMatchObject({ "x-api-key": KEY, accept: "application/json" });
    });
  }

  it("customers.get and customers.portalSession", async () => {
    const session = { url: "https://portal.test/s", token: "t", expires_at: "2026-08-21T19:00:00Z" };
    const { client, server } = await flexpriceAt([{ body: { id: "cust_1", external_id: "acme" } }, { body: session }]);
    expect(await client.customers.get("cust_1")).toEqual({ id: "cust_1", external_id: "acme" });
    expect(await client.customers.portalSession("a/b")).toEqual(session);
    expect(server.asked.map(asked)).toEqual([["GET", "/v1/customers/cust_1"], ["GET", "/v1/customers/portal/a%2Fb"]]);
  });

  it("states how old a cached balance may be, in whole seconds", async () => {
    const { client, server } = await flexpriceAt(always({ body: WALLET }));
    await client.wallets.balance(id, { maxCachedAge: 60_999 });
    await client.wallets.balance(id, { maxCachedAge: Infinity });
    await client.wallets.balance(id);
    expect(server.asked.map(({ headers }) => headers["x-max-live"])).toEqual(["60", undefined, undefined]);
    expect(await failure(client.wallets.balance(id, { maxCachedAge: 999 }))).toMatchObject({ code: "invalid_option", path: "maxCachedAge" });
  });
});

describe("what is sent", () => {
  it("has amounts as strings, at any depth", async () => {
    const { client, server } = await flexpriceAt(always({ body: WALLET }));
    await client.wallets.create({
      external_customer_id: "acme", currency: "usd", conversion_rate: 1, initial_credits_to_load: 500n, topup_conversion_rate: "0.50",
      auto_topup: { enabled: true, threshold: 20, amount: 200n, invoicing: true },
      alert_settings: { critical: { threshold: 0, condition: "below" }, warning: null },
    });
    expect(server.asked[0]?.body).toEqual({
      external_customer_id: "acme", currency: "usd", conversion_rate: "1", initial_credits_to_load: "500", topup_conversion_rate: "0.50",
      auto_topup: { enabled: true, threshold: "20", amount: "200", invoicing: true },
      alert_settings: { critical: { threshold: "0", condition: "below" }, warning: null },
    });
  });

  it("has every field of the documented request, for servers that take them", async () => {
    const documented = payload("flexprice_create_request_documented") as Record<string, unknown>;
    const { client, server } = await flexpriceAt(always({ body: payload("flexprice_wallet_documented") }));
    await client.wallets.create({
      auto_topup_amount: 100, auto_topup_min_balance: 20, auto_topup_trigger: "disabled", config: { allowed_price_types: ["ALL"] },
      conversion_rate: 1, currency: "usd", customer_id: "cust_01JQX2M4", description: "Launch credits", initial_credits_to_load: 500,
      initial_credits_to_load_expiry_date: 20261231, metadata: { campaign: "launch" }, name: "Prepaid Wallet", wallet_type: "PROMOTIONAL",
    });
    expect(server.asked[0]?.body).toEqual({ ...documented, auto_topup_amount: "100", auto_topup_min_balance: "20", conversion_rate: "1", initial_credits_to_load: "500" });
  });

  it.each([
    [{ conversion_rate: 0.1 }, "conversion_rate"],
    [{ auto_topup: { amount: 1e300 } }, "auto_topup.amount"],
    [{ alert_settings: { info: { threshold: NaN, condition: "below" } } }, "alert_settings.info.threshold"],
  ])("is never a float: %j", async (fields, path) => {
    const { client, server } = await flexpriceAt([]);
    const error = await failure(client.wallets.create({ external_customer_id: "acme", currency: "usd", ...fields } as never));
    expect(error).toMatchObject({ code: "invalid_decimal", path });
    expect(server.asked).toEqual([]);
  });

  it.each(["", ".", ".."])("addresses nothing else by the id %j", async (walletId) => {
    const { client, server } = await flexpriceAt(always({ body: {} }));
    expect(await failure(client.wallets.get(walletId))).toMatchObject({ code: "invalid_input", path: "walletId" });
    expect(await failure(client.wallets.terminate(walletId))).toMatchObject({ code: "invalid_input", path: "walletId" });
    expect(server.asked).toEqual([]);
  });

  it("names a customer in one way", async () => {
    const { client } = await flexpriceAt([]);
    for (const customer of [{}, { id: "a", externalId: "b" }]) {
      expect(await failure(client.wallets.ofCustomer(customer as never))).toMatchObject({ code: "invalid_input", path: "customer" });
    }
  });

  it("dates an event, so that its repeat is the same one", async () => {
    const { client, server } = await flexpriceAt([{ status: 503 }, { status: 202, body: { message: "", event_id: "" } }], { source: "edge" });
    await client.events.send({ event_id: "e1", event_name: "tokens", external_customer_id: "acme" });
    expect(server.asked[0]?.body).toEqual({ timestamp: "2026-08-21T18:00:00.000Z", source: "edge", event_id: "e1", event_name: "tokens", external_customer_id: "acme" });
    expect(server.asked[1]?.body).toEqual(server.asked[0]?.body);
  });

  it.each([undefined, ""])("has the caller's own event ids, not %j", async (event_id) => {
    const { client, server } = await flexpriceAt([]);
    const nameless = { event_name: "tokens", external_customer_id: "acme", event_id } as never;
    expect(await failure(client.events.send(nameless))).toMatchObject({ code: "invalid_input", path: "event_id" });
    expect(await failure(client.events.sendBulk([event, nameless]))).toMatchObject({ code: "invalid_input", path: "events[1].event_id" });
    expect(server.asked).toEqual([]);
  });

  it.each([0, 1001])("is 1 to 1000 events, not %i", async (count) => {
    const { client, server } = await flexpriceAt([]);
    const events = Array.from({ length: count }, () => event);
    expect(await failure(client.events.sendBulk(events))).toMatchObject({ code: "invalid_input", path: "events" });
    expect(server.asked).toEqual([]);
  });
});

describe("what is answered", () => {
  it("has amounts as strings where an older server sends numbers", async () => {
    const { client } = await flexpriceAt([{ body: payload("flexprice_wallet_documented") }]);
    expect(await client.wallets.get(id)).toMatchObject({
      balance: "480.25", credit_balance: "480.25", conversion_rate: "1", auto_topup_amount: "100", auto_topup_min_balance: "20", wallet_type: "PROMOTIONAL",
    });
  });

  it("writes numbers out in full", async () => {
    const body = '{"balance":1e21,"credit_balance":-1.5e-7,"real_time_balance":1.25e+22,"metadata":{"amount":7},"unread":1.5}';
    const { client } = await flexpriceAt([{ body }]);
    expect(await client.wallets.get(id)).toEqual({
      balance: "1000000000000000000000", credit_balance: "-0.00000015", real_time_balance: "12500000000000000000000", metadata: { amount: 7 }, unread: 1.5,
    });
  });

  it("may wrap a customer's wallets, as some servers do", async () => {
    const { client } = await flexpriceAt([{ body: { items: [{ id: "w1", balance: 2.5 }] } }]);
    expect(await client.wallets.ofCustomer({ id: "c" })).toEqual([{ id: "w1", balance: "2.5" }]);
  });

  it.each(["", "<html>", "[]", "null", '"x"'])("is no wallet: %j", async (body) => {
    const { client } = await flexpriceAt([{ body }]);
    expect(await failure(client.wallets.get(id))).toMatchObject({ code: "invalid_response" });
  });

  it.each(["{}", '{"items":{}}', '{"items":[1]}'])("is no list: %j", async (body) => {
    const { client } = await flexpriceAt(always({ body }));
    expect(await failure(client.wallets.list())).toMatchObject({ code: "invalid_response" });
    expect(await failure(client.wallets.ofCustomer({ id: "c" }))).toMatchObject({ code: "invalid_response" });
  });
});

describe("pages", () => {
  it("never follow the pagination of the wallets, which is made up", async () => {
    const body = { items: numbered("id", 0, 60), pagination: { total: 500, limit: 50, offset: 0 } };
    const { client, server } = await flexpriceAt(always({ body }));
    expect(await client.wallets.list()).toHaveLength(60);
    expect(await client.wallets.search()).toHaveLength(60);
    expect(server.asked).toHaveLength(2);
  });

  it("of transactions are read as they are asked for, each transaction once", async () => {
    const { client, server } = await flexpriceAt(({ query }) => {
      const offset = Number(query.get("offset"));
      // One is added before the second page is read: the last of the first page comes again.
      const items = numbered("id", offset === 0 ? 0 : offset - 1, Math.min(10, 26 - offset));
      return { body: { items, pagination: { total: 26, limit: 10, offset: offset + 10 } } };
    });
    const list = client.wallets.transactions(id, {}, { pageSize: 10 });
    expect(server.asked).toEqual([]);
    await list.next();
    expect(server.asked).toHaveLength(1);
    expect([{ id: "id_0" }, ...(await all(list))]).toEqual(numbered("id", 0, 25));
    expect(server.asked.map(({ query }) => query.get("offset"))).toEqual(["0", "10", "20"]);
  });

  it("of transactions may be smaller than was asked for: the server's maximum", async () => {
    const { client, server } = await flexpriceAt(({ query }) => {
      const offset = Number(query.get("offset"));
      return { body: { items: numbered("id", offset, Math.min(50, 120 - offset)), pagination: { total: 120, limit: 50, offset } } };
    });
    expect(await all(client.wallets.transactions(id))).toEqual(numbered("id", 0, 120));
    expect(server.asked.map(({ query }) => query.get("offset"))).toEqual(["0", "50", "100"]);
  });

  it("that repeat are refused", async () => {
    const { client } = await flexpriceAt(always({ body: { items: numbered("id", 0, 10), pagination: { total: 99 } } }));
    expect(await failure(all(client.wallets.searchTransactions({}, { pageSize: 10 })))).toMatchObject({ code: "invalid_response" });
  });
});

describe("a top-up counts once", () => {
  const done = payload("flexprice_topup_response_direct") as { readonly wallet_transaction: object };
  const conflict = { status: 409, body: payload("flexprice_error_409_idempotency") };
  const found = { body: TRANSACTIONS };
  const wallet = { body: WALLET };

  it("with a key of its own, sent again with the same one", async () => {
    const { client, server } = await flexpriceAt([{ fault: "drop" }, { status: 500 }, { body: done }]);
    await client.wallets.topUp(id, { credits_to_add: 5, transaction_reason: "FREE_CREDIT_GRANT" });
    const keys = server.asked.map(({ body }) => (body as { idempotency_key: string }).idempotency_key);
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  });

  it("with another key for each call", async () => {
    const { client, server } = await flexpriceAt(always({ body: done }));
    const request = { credits_to_add: 5, transaction_reason: "FREE_CREDIT_GRANT" } as const;
    await Promise.all([client.wallets.topUp(id, request), client.wallets.topUp(id, request)]);
    const [first, second] = server.asked.map(({ body }) => (body as { idempotency_key: string }).idempotency_key);
    expect(first).not.toBe(second);
  });

  it("and is found again when its first attempt had succeeded unheard", async () => {
    const { client, server, invalidated } = await flexpriceAt([{ fault: "drop" }, conflict, found, wallet]);
    expect(await client.wallets.topUp(id, TOP_UP)).toEqual({ wallet_transaction: TRANSACTIONS.items[1], wallet: WALLET });
    expect(server.asked.slice(2).map(asked)).toEqual([
      ["GET", `${at}/transactions?type=credit&transaction_reason=PURCHASED_CREDIT_DIRECT&limit=1000`],
      ["GET", at],
    ]);
    expect(invalidated).toHaveLength(1);
  });

  it("and is found again though its amount was rounded to 9 decimals", async () => {
    const { client } = await flexpriceAt([{ fault: "drop" }, conflict, found, wallet]);
    const { credits_to_add: _, ...request } = TOP_UP as Record<string, unknown>;
    expect(await client.wallets.topUp(id, { ...request, amount: "100.0000000001" } as never)).toMatchObject({ wallet_transaction: { amount: "100" } });
  });

  it("and is found again when an earlier call had made it", async () => {
    const { client } = await flexpriceAt([conflict, found, wallet]);
    expect(await client.wallets.topUp(id, TOP_UP)).toMatchObject({ wallet_transaction: { idempotency_key: "order-8841" } });
  });

  it("is found again by its amount of money, too", async () => {
    const { client } = await flexpriceAt([conflict, found, wallet]);
    const { credits_to_add: _, ...request } = TOP_UP as Record<string, unknown>;
    expect(await client.wallets.topUp(id, { ...request, amount: "100.0" } as never)).toMatchObject({ wallet_transaction: { amount: "100" } });
  });

  it.each([{ credits_to_add: "5" }, { credits_to_add: "200.0000000005" }, { credits_to_add: undefined, amount: "99" }])("but stays unknown after an open attempt when the key is of another top-up: %j", async (fields) => {
    const { client } = await flexpriceAt([{ status: 502 }, conflict, found]);
    const error = await failure(client.wallets.topUp(id, { ...(TOP_UP as object), ...fields } as never));
    expect(error).toMatchObject({ code: "outcome_unknown", status: 409, providerCode: "already_exists", write: { ids: { idempotency_key: "order-8841" } } });
  });

  it("but a key of a top-up for another reason is refused, though the server lists all reasons", async () => {
    const { client } = await flexpriceAt([conflict, found]);
    const error = await failure(client.wallets.topUp(id, { ...(TOP_UP as object), transaction_reason: "FREE_CREDIT_GRANT" } as never));
    expect(error).toMatchObject({ code: "provider_rejected", providerCode: "already_exists" });
  });

  it.each([{ credits_to_add: "201" }, { credits_to_add: undefined, amount: "99" }, { idempotency_key: "another" }])("but a key of something else is refused: %j", async (fields) => {
    const { client } = await flexpriceAt([conflict, found, wallet]);
    const error = await failure(client.wallets.topUp(id, { ...(TOP_UP as object), ...fields } as never));
    expect(error).toMatchObject({ code: "provider_rejected", status: 409, providerCode: "already_exists" });
  });

  it.each<readonly [string, Script]>([
    ["refused", [{ fault: "drop" }, conflict, { status: 400 }]],
    ["in trouble", [{ status: 502 }, conflict, { status: 500 }, { status: 500 }, { status: 500 }]],
    ["throttled", [{ status: 502 }, conflict, { status: 429, headers: { "retry-after": "60" } }]],
    ["without the wallet", [{ status: 502 }, conflict, found, { status: 403 }]],
    ["not readable, after an earlier call's key", [conflict, { body: "no json" }]],
  ])("and stays unknown when the search fails: %s", async (_, script) => {
    const { client, invalidated } = await flexpriceAt(script);
    const error = await failure(client.wallets.topUp(id, TOP_UP));
    expect(error).toMatchObject({ code: "outcome_unknown", write: { repeatable: true, ids: { wallet_id: id, idempotency_key: "order-8841" } } });
    expect(invalidated).toEqual([{ walletId: id }]);
  });

  it("and stays unknown when its time is over during the search, which has no time of its own", async () => {
    const answers = [{ status: 502 }, conflict];
    const api = await flexpriceAt(() => {
      const answer = answers.shift();
      if (answer !== undefined) return answer;
      queueMicrotask(() => api.expire());
      return { fault: "hang" };
    });
    const error = await failure(api.client.wallets.topUp(id, TOP_UP));
    expect(error).toMatchObject({ code: "outcome_unknown", cause: { code: "provider_timeout" }, write: { ids: { idempotency_key: "order-8841" } } });
    expect(api.invalidated).toEqual([{ walletId: id }]);
  });

  it("and stays unknown when the search finds nothing", async () => {
    const { client } = await flexpriceAt([{ fault: "drop" }, conflict, { body: { items: [] } }]);
    const error = await failure(client.wallets.topUp(id, TOP_UP));
    expect(error).toMatchObject({ code: "outcome_unknown", status: 409, write: { repeatable: true, ids: { wallet_id: id, idempotency_key: "order-8841" } } });
  });
});
