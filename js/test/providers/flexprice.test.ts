import { describe, expect, it } from "vitest";
import { flexprice } from "../../providers/flexprice/index.js";
import type { FlexpriceOptions } from "../../providers/flexprice/index.js";
import type { Provider } from "../../types.js";
import { failure, NOW, numbered, testContext, usageEvent, sendEvents } from "./context.js";
import { payload, serve } from "./server.js";
import type { Asked, Reply, TestServer } from "./server.js";

const KEY = "sk_secret_key";
const WALLETS = payload("flexprice_customer_wallets_query") as Record<string, unknown>[];

function providerOf(server: TestServer, options: Partial<FlexpriceOptions> = {}): Provider {
  return flexprice({ apiKey: KEY, baseUrl: `${server.url}/v1/`, retries: 0, ...options });
}

describe("wallets", () => {
  it("asks by external id for computed balances", async () => {
    const server = await serve([{ body: WALLETS }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toEqual({ found: true, wallets: WALLETS, sentAt: NOW });
    expect(server.asked[0]).toMatchObject({ method: "GET", path: "/v1/customers/wallets", headers: { "x-api-key": KEY } });
    expect([...(server.asked[0]?.query ?? [])]).toEqual([["lookup_key", "acme"], ["include_real_time_balance", "true"]]);
    expect(server.asked[0]?.headers).not.toHaveProperty("x-max-live");
  });

  it("asks by Flexprice's own id", async () => {
    const server = await serve([{ body: WALLETS }]);
    await providerOf(server, { customers: "id" }).fetchWallets("cust_1", testContext());
    expect([...(server.asked[0]?.query ?? [])]).toEqual([["id", "cust_1"], ["include_real_time_balance", "true"]]);
  });

  it("accepts a cached figure up to maxCachedAge, in whole seconds rounded down", async () => {
    const server = await serve([{ body: WALLETS }]);
    await providerOf(server, { maxCachedAge: 60_999 }).fetchWallets("acme", testContext());
    expect(server.asked[0]?.query.get("from_cache")).toBe("true");
    expect(server.asked[0]?.headers["x-max-live"]).toBe("60");
  });

  it.each(["a/b", "../admin", "kräm ✓", "a b+c", "?x=1&id=2#f", "100%", "'\"<>", "%2F"])("addresses the customer %j", async (customer) => {
    const server = await serve([{ body: [] }]);
    await providerOf(server).fetchWallets(customer, testContext());
    expect(server.asked[0]?.path).toBe("/v1/customers/wallets");
    expect(server.asked[0]?.query.getAll("lookup_key")).toEqual([customer]);
    expect(server.asked[0]?.query.has("id")).toBe(false);
  });

  it("knows a customer without wallets", async () => {
    const server = await serve([{ body: payload("flexprice_customer_wallets_empty") }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toEqual({ found: true, wallets: [], sentAt: NOW });
  });

  it("accepts a list in items", async () => {
    const list = payload("flexprice_wallets_list") as { readonly items: unknown };
    const server = await serve([{ body: list }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toMatchObject({ found: true, wallets: list.items });
  });

  it.each(["flexprice_error_404", "flexprice_error_legacy_documented"])("does not find the customer: %s", async (name) => {
    const server = await serve([{ status: 404, body: payload(name) }]);
    expect(await providerOf(server).fetchWallets("nobody", testContext())).toEqual({ found: false, wallets: [], sentAt: NOW });
  });

  it.each(["404 page not found", "", '{"message":"Not Found"}'])("tells a wrong base URL from an unknown customer: %j", async (body) => {
    const server = await serve([{ status: 404, body }]);
    expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "provider_not_found" });
  });

  it.each(["", "<html>", "{}", "null", '"x"', "[1]", "[null]", "[[]]", '{"items":{}}', '[{"id":"w"},7]'])("refuses %j", async (body) => {
    const server = await serve([{ body }]);
    const error = await failure(providerOf(server, { retries: 2 }).fetchWallets("acme", testContext()));
    expect(error.code).toBe("invalid_response");
    expect(server.asked).toHaveLength(1);
  });

  it("refuses a body beyond 8 MiB", async () => {
    const server = await serve([{ body: [{ id: "x".repeat(8 * 1024 * 1024) }] }]);
    expect(await failure(providerOf(server).fetchWallets("acme", testContext()))).toMatchObject({ code: "invalid_response" });
  });

  it("passes numbers on as they are", async () => {
    const server = await serve([{ body: '[{"id":"w","balance":12.5}]' }]);
    expect(await providerOf(server).fetchWallets("acme", testContext())).toMatchObject({ wallets: [{ id: "w", balance: 12.5 }] });
  });

  it("retries twice unless told otherwise", async () => {
    const server = await serve([{ status: 500, body: payload("flexprice_error_500") }, { status: 429 }, { body: WALLETS }]);
    const context = testContext();
    const provider = flexprice({ apiKey: KEY, baseUrl: `${server.url}/v1` });
    const answer = await provider.fetchWallets("acme", context);
    expect(answer.wallets).toEqual(WALLETS);
    expect(answer.sentAt).toBe(NOW + 2 + context.slept.reduce((sum, ms) => sum + ms, 0));
  });
});

describe("grants", () => {
  /** Wallets at the customer's endpoint, `pages` at the transactions of any wallet. */
  function script(wallets: unknown, pages: (asked: Asked) => Reply): (asked: Asked) => Reply {
    return (asked) => (asked.path === "/v1/customers/wallets" ? { body: wallets } : pages(asked));
  }
  const wallet = (id: string, fields: object = {}): object => ({ id, wallet_status: "active", wallet_type: "PRE_PAID", ...fields });

  it("reads the credits of whatever the engine counts as active and prepaid: older shapes too", async () => {
    const wallets = [{ id: "plain" }, wallet("promotional", { wallet_type: "PROMOTIONAL" }), wallet("frozen", { wallet_status: "frozen" })];
    const server = await serve(script(wallets, () => ({ body: { items: [], pagination: { total: 0 } } })));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(Object.keys(answer.grants ?? {}).sort()).toEqual(["plain", "promotional"]);
  });

  it("reads the credits of active prepaid wallets, by wallet id", async () => {
    const list = payload("flexprice_transactions_list") as { readonly items: unknown };
    const wallets = [
      wallet("w/1"),
      wallet("w2"),
      wallet("w3", { wallet_type: "POST_PAID" }),
      wallet("w4", { wallet_status: "closed" }),
      { wallet_status: "active", wallet_type: "PRE_PAID" },
    ];
    const server = await serve(script(wallets, () => ({ body: list })));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(answer).toEqual({ found: true, wallets, grants: { "w/1": list.items, w2: list.items }, sentAt: NOW });
    const asked = server.asked.slice(1);
    expect(asked.map(({ path }) => path).sort()).toEqual(["/v1/wallets/w%2F1/transactions", "/v1/wallets/w2/transactions"]);
    expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
      type: "credit", transaction_status: "completed", credits_available_gt: "0", limit: "1000", offset: "0",
    });
  });

  it("reads all pages", async () => {
    const server = await serve(script([wallet("w")], ({ query }) => {
      const offset = Number(query.get("offset"));
      const items = numbered("id", offset, Math.min(1000, 2300 - offset));
      return { body: { items, pagination: { total: 2300, limit: 1000, offset: offset + 1000 } } };
    }));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(answer.grants?.["w"]).toEqual(numbered("id", 0, 2300));
    expect(server.asked.slice(1).map(({ query }) => query.get("offset"))).toEqual(["0", "1000", "2000"]);
  });

  it("follows total where the server allows fewer per page", async () => {
    const server = await serve(script([wallet("w")], ({ query }) => {
      const offset = Number(query.get("offset"));
      return { body: { items: numbered("id", offset, Math.min(50, 120 - offset)), pagination: { total: 120, limit: 50 } } };
    }));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(answer.grants?.["w"]).toHaveLength(120);
  });

  it("counts a grant once that a new one moved to the next page", async () => {
    const server = await serve(script([wallet("w")], ({ query }) => {
      const offset = Number(query.get("offset"));
      return { body: { items: offset === 0 ? numbered("id", 0, 1000) : numbered("id", 999, 3) } };
    }));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(answer.grants?.["w"]).toEqual(numbered("id", 0, 1002));
  });

  it("ends where the list shrank meanwhile", async () => {
    const server = await serve(script([wallet("w")], ({ query }) => {
      const items = query.get("offset") === "0" ? numbered("id", 0, 1000) : [];
      return { body: { items, pagination: { total: 1001 } } };
    }));
    const answer = await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext());
    expect(answer.grants?.["w"]).toHaveLength(1000);
  });

  it("refuses a page that repeats", async () => {
    const server = await serve(script([wallet("w")], () => ({ body: { items: numbered("id", 0, 1000), pagination: { total: 9999 } } })));
    const error = await failure(providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext()));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(server.asked).toHaveLength(3);
  });

  it.each(["[]", "{}", '{"items":[7]}', "oops"])("refuses %j", async (body) => {
    const server = await serve(script([wallet("w")], () => ({ body })));
    const error = await failure(providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext()));
    expect(error.code).toBe("invalid_response");
  });

  it("fails as a whole when one wallet's cannot be read", async () => {
    const server = await serve(script([wallet("w1"), wallet("w2")], ({ path }) => (path.includes("w2") ? { status: 403 } : { body: { items: [] } })));
    const error = await failure(providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext()));
    expect(error.code).toBe("provider_forbidden");
  });

  it("asks for nothing more when the customer is unknown", async () => {
    const server = await serve([{ status: 404, body: payload("flexprice_error_404") }]);
    expect(await providerOf(server, { grants: "fetch" }).fetchWallets("acme", testContext())).toEqual({ found: false, wallets: [], sentAt: NOW });
  });
});

describe("events", () => {
  const accepted: Reply = { status: 202, body: payload("flexprice_event_response") };

  it("sends one to /events, as recorded", async () => {
    const server = await serve([accepted]);
    const event = usageEvent("evt-000001", { properties: { model: "large", tokens: 1536 } });
    await sendEvents(providerOf(server, { source: "edge" }), [event], testContext());
    expect(server.asked[0]).toMatchObject({ method: "POST", path: "/v1/events", headers: { "x-api-key": KEY } });
    expect(server.asked[0]?.body).toEqual({ ...(payload("flexprice_event_request") as object), timestamp: "2026-08-21T18:00:00.000Z" });
  });

  it("sends several to /events/bulk, a thousand at a time, in order", async () => {
    const server = await serve(() => ({ status: 202, body: payload("flexprice_events_bulk_response") }));
    const events = Array.from({ length: 2001 }, (_, index) => usageEvent(`k${index}`));
    await sendEvents(providerOf(server), events, testContext());
    expect(server.asked.map(({ path }) => path)).toEqual(["/v1/events/bulk", "/v1/events/bulk", "/v1/events"]);
    const [first, second] = server.asked.map(({ body }) => (body as { readonly events: { readonly event_id: string }[] }).events);
    expect(first).toHaveLength(1000);
    expect(second?.[0]?.event_id).toBe("k1000");
    expect(server.asked[2]?.body).toEqual({
      event_name: "llm.tokens", external_customer_id: "acme", event_id: "k2000", timestamp: "2026-08-21T18:00:00.000Z", properties: { tokens: 1536 },
    });
  });

  it("takes no events where customers go by Flexprice's id, which the API does not take", async () => {
    expect(providerOf(await serve([]), { customers: "id" }).sendEvents).toBeUndefined();
  });

  it("sends nothing for no events", async () => {
    const server = await serve([]);
    await sendEvents(providerOf(server), [], testContext());
    expect(server.asked).toEqual([]);
  });

  it("retries, since events are idempotent by key", async () => {
    const server = await serve([{ fault: "drop" }, { status: 503 }, accepted]);
    await sendEvents(providerOf(server, { retries: 2 }), [usageEvent("k")], testContext());
    expect(server.asked.map(({ body }) => (body as { readonly event_id: string }).event_id)).toEqual(["k", "k", "k"]);
  });

  it("stops at the first call that is refused", async () => {
    const server = await serve([{ status: 400, body: payload("flexprice_error_400_validation") }]);
    const events = Array.from({ length: 1500 }, (_, index) => usageEvent(`k${index}`));
    const error = await failure(sendEvents(providerOf(server), events, testContext()));
    expect(error).toMatchObject({ code: "provider_rejected", providerCode: "validation_error" });
    expect(server.asked).toHaveLength(1);
  });

  it("does not call every 404 an unknown customer", async () => {
    const server = await serve([{ status: 404, body: payload("flexprice_error_404") }]);
    expect(await failure(sendEvents(providerOf(server), [usageEvent("k")], testContext()))).toMatchObject({ code: "provider_not_found" });
  });
});
