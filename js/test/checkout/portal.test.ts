/** Flexprice's customer portal, asked by the page with a session that the shop's handler mints. */
import { expect, test } from "vitest";
import { CheckoutPreview } from "../../browser/checkout.js";
import { flexpricePortal, type FlexpricePortalOptions } from "../../browser/flexprice-portal.js";
import { isCreditGateError } from "../../errors.js";
import { flexpriceApi } from "../../providers/flexprice/api/index.js";
import { portalEndpoint } from "../../server/index.js";
import { validated } from "../openapi/validate.js";
import { HOUR, MINUTE, START, useSandbox } from "../sandbox/harness.js";

const SHOP = "https://shop.example";
const PORTAL = `${SHOP}/portal`;
const time = { now: START };
const harness = useSandbox({ now: () => time.now });

/** A page of the shop: its requests go to the shop's handler, or to the sandbox, held to its description. */
function setUp(options: Partial<FlexpricePortalOptions> = {}) {
  time.now = START;
  const { baseUrl, apiKey } = harness.sandbox.flexprice;
  const requests: { readonly url: string; readonly headers: Headers }[] = [];
  const endpoint = portalEndpoint({ api: flexpriceApi({ apiKey, baseUrl }), origins: [SHOP], now: () => time.now, authenticate: () => "cus_1" });
  const flexprice = validated(globalThis.fetch, { provider: "flexprice", baseUrl, requests: "accepted" });
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { url, headers } = new Request(input, init);
    requests.push({ url, headers });
    if (url !== PORTAL) return flexprice(input, init);
    return endpoint(new Request(PORTAL, { ...init, headers: { origin: SHOP } }));
  };
  const source = flexpricePortal({ session: PORTAL, fetch, now: () => time.now, ...options });
  const asked = () => requests.splice(0).map(({ url }) => url.replace(baseUrl, "").replace(/wallets\/[^/]+/, "wallets/id").replace(/\?.*/, ""));
  return { source, requests, asked, fetch: () => source.fetch(new AbortController().signal) };
}

function addWallet(fields: object): void {
  harness.sandbox.control.wallets({ provider: "flexprice", customer: "cus_1", currency: "USD", ...fields });
}

async function refusal(promise: Promise<unknown>) {
  const thrown: unknown = await promise.then(() => "nothing was thrown", (error: unknown) => error);
  if (!isCreditGateError(thrown)) throw thrown;
  return thrown;
}

test("asks Flexprice with the session's token, never with the API key, and mints one session for many fetches", async () => {
  addWallet({ balance: "25" });
  const { requests, asked, fetch } = setUp();
  const snapshot = await fetch();
  expect(snapshot).toMatchObject({
    profile: "flexprice", wallets: [{ balance: "25" }], grants: undefined, freshness: "computed", asOf: START, fetchedAt: START, expiresAt: START + 10 * MINUTE,
  });
  expect(JSON.stringify(requests.map(({ url, headers }) => [url, [...headers]]))).not.toContain(harness.sandbox.flexprice.apiKey);
  await fetch();
  expect(asked()).toEqual([PORTAL, "/customer/portal/wallets", "/customer/portal/wallets"]);
});

test("a page previews from it, and sees a top-up when it refreshes", async () => {
  addWallet({ balance: "25" });
  const { source } = setUp();
  const checkout = new CheckoutPreview({ source, now: () => time.now });
  await checkout.load();
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }] };
  expect(checkout.preview(draft).total).toBe("15");
  addWallet({ balance: "10" });
  await checkout.refresh();
  expect(checkout.preview(draft).total).toBe("5");
  checkout.close();
});

test("with grants, credits that have expired pay nothing", async () => {
  const grants = [{ credits: "20" }, { credits: "5", expiry_date: START - HOUR }];
  addWallet({ balance: "25", grants });
  addWallet({ balance: "50", wallet_type: "POST_PAID" });
  const { source, asked } = setUp({ grants: "fetch" });
  const checkout = new CheckoutPreview({ source, now: () => time.now });
  await checkout.load();
  expect(checkout.preview({ currency: "USD", lines: [{ id: "tokens", amount: "22" }] }).wallets[0]).toMatchObject({ balance: "25", expired: "5" });
  expect(asked()).toEqual([PORTAL, "/customer/portal/wallets", "/customer/portal/wallets/id/transactions"]);
  checkout.close();
});

test("more credits than a page of them are all read", async () => {
  addWallet({ balance: "1100", grants: Array.from({ length: 1_100 }, () => ({ credits: "1" })) });
  const { fetch, asked } = setUp({ grants: "fetch" });
  const { wallets, grants = {} } = await fetch();
  const { id } = wallets[0] as { id: string };
  expect(new Set(grants[id]?.map((grant) => (grant as { id: string }).id)).size).toBe(1_100);
  expect(asked().filter((path) => path.endsWith("/transactions")).length).toBe(2);
});

test("a session that is about to end is replaced before; one that is refused, once", async () => {
  addWallet({ balance: "25" });
  const { fetch, asked } = setUp();
  await fetch();
  time.now += HOUR - 29_000;
  await fetch();
  expect(asked()).toEqual([PORTAL, "/customer/portal/wallets", PORTAL, "/customer/portal/wallets"]);
  harness.sandbox.control.reset({});
  addWallet({ balance: "30" });
  expect(await fetch()).toMatchObject({ wallets: [{ balance: "30" }] });
  expect(asked()).toEqual(["/customer/portal/wallets", PORTAL, "/customer/portal/wallets"]);
});

test("a new session that is refused is an error, told by its code", async () => {
  const { baseUrl } = harness.sandbox.flexprice;
  let minted = 0;
  const session = async () => {
    minted += 1;
    return { token: "made-up", expiresAt: START + HOUR, baseUrl: `${baseUrl}/` };
  };
  expect(await refusal(setUp({ session }).fetch())).toMatchObject({ code: "provider_unauthorized", status: 401 });
  expect(minted).toBe(1);
});

test("through the handler, where Flexprice's CORS does not let the page ask", async () => {
  addWallet({ balance: "25" });
  const { fetch, asked } = setUp({ ask: "endpoint", validFor: MINUTE });
  expect(await fetch()).toEqual({
    profile: "flexprice", wallets: [expect.objectContaining({ balance: "25" })], freshness: "computed", asOf: START, fetchedAt: START, expiresAt: START + MINUTE,
  });
  expect(asked()).toEqual([PORTAL]);
});

test("figures of Flexprice's cache are told as that old", async () => {
  const wallets = [{ id: "w1", currency: "usd", balance: "5", is_cached_fallback: false }, { id: "w2", currency: "usd", balance: "5" }];
  const session = async () => ({ token: "t", expiresAt: START + HOUR, baseUrl: "https://flexprice.test/v1" });
  const { fetch } = setUp({ session, fetch: async () => Response.json(wallets) });
  expect(await fetch()).toMatchObject({ freshness: "cached_fallback", asOf: START - 30 * MINUTE });
});

test("a customer whom Flexprice does not know has no session", async () => {
  expect(await refusal(setUp().fetch())).toMatchObject({ code: "provider_not_found", status: 404 });
});

test.each<[string, unknown]>([
  ["a session without a token", { expiresAt: START + HOUR, baseUrl: "https://flexprice.test/v1" }],
  ["no session", undefined],
])("%s cannot be read", async (_, answer) => {
  expect(await refusal(setUp({ session: async () => answer as never }).fetch())).toMatchObject({ code: "invalid_response" });
});

test.each<[string, unknown]>([
  ["wallets that are no list", { items: [] }],
  ["a list of something else", [1]],
])("%s cannot be read", async (_, answer) => {
  const session = async () => ({ token: "t", expiresAt: START + HOUR, baseUrl: "https://flexprice.test/v1" });
  expect(await refusal(setUp({ session, fetch: async () => Response.json(answer) }).fetch())).toMatchObject({ code: "invalid_response" });
});

test.each<[string, object]>([
  ["session", {}],
  ["session", { session: async () => ({}), ask: "endpoint" }],
  ["ask", { session: PORTAL, ask: "shop" }],
  ["grants", { session: PORTAL, grants: true }],
  ["grants", { session: PORTAL, ask: "endpoint", grants: "fetch" }],
  ["validFor", { session: PORTAL, validFor: 10 }],
  ["apiKey", { session: PORTAL, apiKey: "secret" }],
])("refuses its option %s", async (name, options) => {
  const refused = await refusal(Promise.resolve().then(() => flexpricePortal(options as never)));
  expect(refused).toMatchObject({ code: "invalid_option", path: `flexpricePortal.${name}` });
});
