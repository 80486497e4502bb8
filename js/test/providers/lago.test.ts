import { describe, expect, it } from "vitest";
import { lago } from "../../providers/lago/index.js";
import type { LagoOptions } from "../../providers/lago/index.js";
import type { Provider } from "../../types.js";
import { failure, NOW, numbered, testContext, usageEvent, sendEvents } from "./context.js";
import { payload, serve } from "./server.js";
import type { Reply, TestServer } from "./server.js";

const KEY = "sk_secret_key";
const LIST = payload("lago_wallets_list") as { readonly wallets: Record<string, unknown>[] };
const DUPLICATE = { transaction_id: ["value_already_exist"] };

function providerOf(server: TestServer, options: Partial<LagoOptions> = {}): Provider {
  return lago({ apiKey: KEY, baseUrl: `${server.url}/api/v1`, retries: 0, ...options });
}

function page(wallets: readonly unknown[], next: unknown): Reply {
  return { body: { wallets, meta: { next_page: next } } };
}

describe("wallets", () => {
  it("asks for the customer's", async () => {
    const server = await serve([{ body: LIST }]);
    expect(await providerOf(server).fetchWallets("cust_acme_042", testContext())).toEqual({ found: true, wallets: LIST.wallets, sentAt: NOW });
    expect(server.asked[0]).toMatchObject({ method: "GET", path: "/api/v1/wallets", headers: { authorization: `Bearer ${KEY}` } });
    expect(Object.fromEntries(server.asked[0]?.query ?? [])).toEqual({ external_customer_id: "cust_acme_042", per_page: "100", page: "1" });
  });

  it.each(["a/b", "kräm ✓", "a b+c", "x&external_customer_id=y", "100%"])("addresses the customer %j", async (customer) => {
    const server = await serve([{ body: LIST }]);
    await providerOf(server).fetchWallets(customer, testContext());
    expect(server.asked[0]?.query.getAll("external_customer_id")).toEqual([customer]);
  });

  it("knows a customer without wallets", async () => {
    const server = await serve([{ body: payload("lago_wallets_list_empty") }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toEqual({ found: true, wallets: [], sentAt: NOW });
  });

  it("does not find the customer", async () => {
    const server = await serve([{ status: 404, body: { status: 404, error: "Not Found", code: "customer_not_found" } }]);
    expect(await providerOf(server).fetchWallets("nobody", testContext())).toEqual({ found: false, wallets: [], sentAt: NOW });
  });

  it.each(["", "not found", "{}", '{"status":404,"error":"Not Found","code":"resource_not_found"}'])(
    "tells a wrong base URL from an unknown customer: %j",
    async (body) => {
      const server = await serve([{ status: 404, body }]);
      expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "provider_not_found" });
    },
  );

  it.each(["", "<html>", "[]", "{}", "null", '{"wallets":[],"meta":{}}', '{"wallets":[]}', '{"wallets":{},"meta":{"next_page":null}}',
    '{"wallets":[7],"meta":{"next_page":null}}', '{"wallets":[],"meta":{"next_page":"2"}}', '{"wallets":[],"meta":{"next_page":1.5}}'])(
    "refuses %j",
    async (body) => {
      const server = await serve([{ body }]);
      const error = await failure(providerOf(server, { retries: 2 }).fetchWallets("acme", testContext()));
      expect(error.code).toBe("invalid_response");
      expect(server.asked).toHaveLength(1);
    },
  );

  it("retries twice unless told otherwise, X-RateLimit-Reset included", async () => {
    const server = await serve([{ status: 429, headers: { "x-ratelimit-reset": "1" } }, { fault: "drop" }, { body: LIST }]);
    const context = testContext();
    await lago({ apiKey: KEY, baseUrl: `${server.url}/api/v1` }).fetchWallets("acme", context);
    expect(context.slept[0]).toBeGreaterThanOrEqual(1100);
    expect(server.asked).toHaveLength(3);
  });
});

describe("pages", () => {
  it("follows next_page; sentAt is the first page's answered attempt", async () => {
    const server = await serve([
      { status: 503 },
      page(numbered("lago_id", 0, 100), 2),
      page(numbered("lago_id", 100, 100), 3),
      page(numbered("lago_id", 200, 1), null),
    ]);
    const context = testContext();
    const answer = await providerOf(server, { retries: 1 }).fetchWallets("acme", context);
    expect(answer.wallets).toEqual(numbered("lago_id", 0, 201));
    expect(answer.sentAt).toBe(NOW + 1 + (context.slept[0] ?? NaN));
    expect(server.asked.map(({ query }) => query.get("page"))).toEqual(["1", "1", "2", "3"]);
  });

  it("counts a wallet once that a new one moved to the next page", async () => {
    const server = await serve([page(numbered("lago_id", 0, 100), 2), page(numbered("lago_id", 99, 2), null)]);
    const answer = await providerOf(server).fetchWallets("acme", testContext());
    expect(answer.wallets).toEqual(numbered("lago_id", 0, 101));
  });

  it("leaves wallets without an id to the engine", async () => {
    const server = await serve([page([{ name: "a" }, { name: "a" }], null)]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toMatchObject({ wallets: [{ name: "a" }, { name: "a" }] });
  });

  it.each([["stays", 1], ["goes backwards", 0]])("refuses a next_page that %s", async (_, next) => {
    const server = await serve([page(numbered("lago_id", 0, 100), next)]);
    expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "invalid_response" });
  });

  it("refuses a page that repeats under another number", async () => {
    const server = await serve([page(numbered("lago_id", 0, 100), 2), page(numbered("lago_id", 0, 100), 3)]);
    expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "invalid_response" });
    expect(server.asked).toHaveLength(2);
  });

  it("refuses a list without an end", async () => {
    const server = await serve(({ query }) => page([{ lago_id: query.get("page") }], Number(query.get("page")) + 1));
    expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "invalid_response" });
    expect(server.asked).toHaveLength(50);
  });

  it("does not find a customer who was deleted between pages", async () => {
    const server = await serve([page(numbered("lago_id", 0, 100), 2), { status: 404, body: { code: "customer_not_found" } }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toMatchObject({ found: false, wallets: [] });
  });
});

describe("events", () => {
  const subscribed = (key: string, at = NOW) => usageEvent(key, { subscription: "sub_1", at });
  const refused = (details: unknown): Reply => ({
    status: 422,
    body: { status: 422, error: "Unprocessable Entity", code: "validation_errors", error_details: details },
  });
  const keysOf = (body: unknown): string[] => {
    const { event, events } = body as { readonly event?: { transaction_id: string }; readonly events?: { transaction_id: string }[] };
    return (events ?? (event === undefined ? [] : [event])).map(({ transaction_id }) => transaction_id);
  };

  it("sends one to /events", async () => {
    const server = await serve([{}]);
    await sendEvents(providerOf(server), [subscribed("k", NOW + 123)], testContext());
    expect(server.asked[0]).toMatchObject({ method: "POST", path: "/api/v1/events", headers: { authorization: `Bearer ${KEY}` } });
    expect(server.asked[0]?.body).toEqual({
      event: { transaction_id: "k", external_subscription_id: "sub_1", code: "llm.tokens", timestamp: "1787335200.123", properties: { tokens: 1536 } },
    });
  });

  it("sends several to /events/batch, a hundred at a time, in order", async () => {
    const server = await serve(() => ({}));
    await sendEvents(providerOf(server), Array.from({ length: 201 }, (_, index) => subscribed(`k${index}`)), testContext());
    expect(server.asked.map(({ path }) => path)).toEqual(["/api/v1/events/batch", "/api/v1/events/batch", "/api/v1/events"]);
    expect(server.asked.flatMap(({ body }) => keysOf(body))).toEqual(Array.from({ length: 201 }, (_, index) => `k${index}`));
  });

  it("sends nothing for no events", async () => {
    const server = await serve([]);
    await sendEvents(providerOf(server), [], testContext());
    expect(server.asked).toEqual([]);
  });

  it.each([undefined, ""])("needs a subscription before anything is sent: %j", async (subscription) => {
    const server = await serve([]);
    const without = usageEvent("k1", subscription === undefined ? {} : { subscription });
    const events = [...Array.from({ length: 100 }, (_, index) => subscribed(`k${index}`)), without];
    const error = await failure(sendEvents(providerOf(server), events, testContext()));
    expect(error).toMatchObject({ code: "invalid_input", path: "usage.event.subscription" });
    expect(server.asked).toEqual([]);
  });

  it("counts an event that was accepted before as accepted", async () => {
    const server = await serve([{ fault: "drop" }, refused(DUPLICATE)]);
    await sendEvents(providerOf(server, { retries: 1 }), [subscribed("k")], testContext());
    expect(server.asked).toHaveLength(2);
  });

  it("sends a batch again without what was accepted before", async () => {
    const server = await serve([refused({ 0: DUPLICATE, 2: DUPLICATE }), refused({ 1: DUPLICATE }), {}]);
    await sendEvents(providerOf(server), ["a", "b", "c", "d"].map((key) => subscribed(key)), testContext());
    expect(server.asked.map(({ body }) => keysOf(body))).toEqual([["a", "b", "c", "d"], ["b", "d"], ["b"]]);
    expect(server.asked[2]?.path).toBe("/api/v1/events");
  });

  it("is done when all of a batch was accepted before", async () => {
    const server = await serve([refused({ 0: DUPLICATE, 1: DUPLICATE })]);
    await sendEvents(providerOf(server), [subscribed("a"), subscribed("b")], testContext());
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ["another error beside", { 0: DUPLICATE, 1: { timestamp: ["invalid_format"] } }],
    ["another field beside", { 0: { ...DUPLICATE, code: ["value_is_mandatory"] } }],
    ["an index that was not sent", { 7: DUPLICATE }],
    ["no index", DUPLICATE],
    ["no details", {}],
  ])("fails where a batch is refused with %s", async (_, details) => {
    const server = await serve([refused(details)]);
    const error = await failure(sendEvents(providerOf(server), [subscribed("a"), subscribed("b")], testContext()));
    expect(error).toMatchObject({ code: "provider_rejected", status: 422, providerCode: "validation_errors" });
    expect(server.asked).toHaveLength(1);
  });

  it("fails where one event is refused for another reason", async () => {
    const server = await serve([refused({ code: ["value_is_mandatory"] })]);
    const error = await failure(sendEvents(providerOf(server), [subscribed("a")], testContext()));
    expect(error.message).toContain("value_is_mandatory");
  });
});
