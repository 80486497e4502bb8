/** Whose an id of the provider's is. */
import { describe, expect, it } from "vitest";
import { flexprice } from "../../providers/flexprice/index.js";
import { lago } from "../../providers/lago/index.js";
import type { Provider, ProviderIds } from "../../types.js";
import { failure, testContext } from "./context.js";
import { payload, type Reply, serve } from "./server.js";

const find = async (make: (baseUrl: string) => Provider, ids: ProviderIds, replies: readonly Reply[]) => {
  const server = await serve(replies);
  const answer = make(server.url).findCustomer?.(ids, testContext());
  return { answer: answer ?? Promise.reject(new Error("cannot look up")), paths: () => server.asked.map(({ method, path, query }) => `${method} ${path}${query.toString()}`) };
};

describe("flexprice", () => {
  const external = (baseUrl: string) => flexprice({ apiKey: "key", baseUrl, retries: 0 });
  const byId = (baseUrl: string) => flexprice({ apiKey: "key", baseUrl, retries: 0, customers: "id" });
  const customer = { body: { id: "cust_1", external_id: "acme", name: "Acme" } };
  const wallet = { body: { id: "w1", customer_id: "cust_1", currency: "usd" } };
  const notFound = { status: 404, body: payload("flexprice_error_404") };

  it.each<[string, ProviderIds, readonly Reply[], string | undefined, readonly string[]]>([
    ["a customer's", { customerId: "cust_1" }, [customer], "acme", ["GET /customers/cust_1"]],
    ["a customer's, whatever the wallet", { customerId: "cust_1", walletId: "w1" }, [customer], "acme", ["GET /customers/cust_1"]],
    ["a wallet's", { walletId: "w1" }, [wallet, customer], "acme", ["GET /wallets/w1", "GET /customers/cust_1"]],
    ["an id that needs care", { customerId: "a/b?c" }, [customer], "acme", ["GET /customers/a%2Fb%3Fc"]],
    ["a wallet that is gone", { walletId: "w1" }, [notFound], undefined, ["GET /wallets/w1"]],
    ["a customer who is gone", { customerId: "cust_1" }, [notFound], undefined, ["GET /customers/cust_1"]],
    ["a customer without an external id", { customerId: "cust_1" }, [{ body: { id: "cust_1", external_id: "" } }], undefined, ["GET /customers/cust_1"]],
    ["an answer that says nothing", { customerId: "cust_1" }, [{ body: [] }], undefined, ["GET /customers/cust_1"]],
    ["nobody's", {}, [], undefined, []],
  ])("external id by %s", async (_, ids, replies, expected, asked) => {
    const { answer, paths } = await find(external, ids, replies);
    expect(await answer).toBe(expected);
    expect(paths()).toEqual(asked);
  });

  it("Flexprice's own id, where customers go by it", async () => {
    expect(byId("https://x.test").customers).toBe("id");
    const known = await find(byId, { customerId: "cust_1" }, []);
    expect([await known.answer, known.paths()]).toEqual(["cust_1", []]);
    const { answer, paths } = await find(byId, { walletId: "w1" }, [wallet]);
    expect([await answer, paths()]).toEqual(["cust_1", ["GET /wallets/w1"]]);
  });

  it.each([[404, "provider_not_found"], [401, "provider_unauthorized"], [500, "provider_unavailable"]])("a %s that is not Flexprice's 404 is a failure", async (status, code) => {
    const { answer } = await find(external, { customerId: "cust_1" }, [{ status, body: "<html>" }]);
    expect((await failure(answer)).code).toBe(code);
  });
});

describe("lago", () => {
  const make = (baseUrl: string) => lago({ apiKey: "key", baseUrl, retries: 0 });
  const notFound = payload("lago_error_404") as { code: string };

  it("by the wallet", async () => {
    const { answer, paths } = await find(make, { walletId: "w 1" }, [{ body: { wallet: { lago_id: "w 1", external_customer_id: "acme" } } }]);
    expect([await answer, paths()]).toEqual(["acme", ["GET /wallets/w%201"]]);
  });

  it("not by the customer, whom Lago finds by external id only", async () => {
    const { answer, paths } = await find(make, { customerId: "c1" }, []);
    expect([await answer, paths()]).toEqual([undefined, []]);
  });

  it("nobody, when the wallet is gone or the answer is no wallet", async () => {
    expect(await (await find(make, { walletId: "w1" }, [{ status: 404, body: { ...notFound, code: "wallet_not_found" } }])).answer).toBeUndefined();
    expect(await (await find(make, { walletId: "w1" }, [{ body: {} }])).answer).toBeUndefined();
  });

  it("a wrong base URL is a failure", async () => {
    const { answer } = await find(make, { walletId: "w1" }, [{ status: 404, body: { ...notFound, code: "resource_not_found" } }]);
    expect((await failure(answer)).code).toBe("provider_not_found");
  });
});
