import { expect, test } from "vitest";
import { previewInvoice } from "../../engine/index.js";
import { CreditGateError } from "../../errors.js";
import { type PortalApi, portalEndpoint, type PortalEndpointOptions } from "../../server/index.js";

const NOW = Date.UTC(2026, 10, 21, 12);
const SHOP = "https://shop.example";
const SESSION = { token: "session-token", expires_at: "2026-11-21T13:00:00Z", url: "https://portal.example/?token=session-token" };
const WALLET = {
  id: "w1", customer_id: "cust_secret", currency: "usd", balance: "30", real_time_balance: "12", wallet_status: "active", wallet_type: "PRE_PAID",
  conversion_rate: "1", is_cached_fallback: false, metadata: { note: "secret" }, auto_topup: { enabled: true, threshold: "1", amount: "5" },
};

function setUp({ session = async () => SESSION, wallets = async () => [WALLET] }: { session?: PortalApi["customers"]["portalSession"]; wallets?: () => Promise<readonly unknown[]> } = {}) {
  const errors: unknown[] = [];
  const asked: unknown[] = [];
  const clock = { now: NOW };
  const options: PortalEndpointOptions = {
    api: {
      baseUrl: "https://billing.test/v1",
      customers: { portalSession: async (customer) => (asked.push(customer), session(customer)) },
      wallets: { ofCustomer: async (customer) => (asked.push(customer), (clock.now += 40), wallets()) },
    },
    origins: [SHOP], authenticate: () => "cus_1", now: () => clock.now, onError: (error) => errors.push(error),
  };
  const endpoint = portalEndpoint(options);
  const ask = async (method: string, headers: Record<string, string> = { origin: SHOP }) => {
    const response = await endpoint(new Request(`${SHOP}/portal`, { method, headers }));
    return { response, status: response.status, body: (await response.json().catch(() => undefined)) as Record<string, unknown> };
  };
  return { ask, asked, errors, clock };
}

test("POST mints a session for who asks", async () => {
  const { ask, asked } = setUp();
  const { response, body } = await ask("POST");
  expect(body).toEqual({ token: "session-token", expiresAt: NOW + 3_600_000, baseUrl: "https://billing.test/v1" });
  expect(response.headers.get("cache-control")).toBe("private, no-store");
  expect(asked).toEqual(["cus_1"]);
});

test("POST needs the Origin of a listed page, whatever the URL", async () => {
  const { ask, asked } = setUp();
  const forms: Record<string, string>[] = [{}, { "sec-fetch-site": "same-origin" }, { origin: "https://evil.example" }, { origin: "null" }];
  for (const headers of forms) {
    expect(await ask("POST", headers)).toMatchObject({ status: 403, body: { code: "snapshot_wrong_origin" } });
  }
  expect(asked).toEqual([]);
});

test("GET reads the wallets, and gives what the rules read of them", async () => {
  const { ask, asked } = setUp();
  const { body } = await ask("GET");
  expect(body).toMatchObject({ profile: "flexprice", wallets: [{ id: "w1", balance: "30" }], fetchedAt: NOW + 40, asOf: NOW, freshness: "computed", advisory: true });
  expect(JSON.stringify(body)).not.toContain("secret");
  expect(asked).toEqual([{ externalId: "cus_1" }]);
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }] };
  const { profile, wallets } = body as { profile: "flexprice"; wallets: unknown[] };
  expect(JSON.stringify(previewInvoice({ profile, wallets }, draft, { now: NOW }))).toBe(JSON.stringify(previewInvoice({ profile: "flexprice", wallets: [WALLET] }, draft, { now: NOW })));
});

test("figures of Flexprice's cache are up to 30 minutes older", async () => {
  const { ask } = setUp({ wallets: async () => [{ ...WALLET, is_cached_fallback: true }] });
  expect((await ask("GET")).body).toMatchObject({ freshness: "cached_fallback", asOf: NOW - 1_800_000 });
});

test("whom Flexprice does not know has no wallets and no session; a wrong base URL is another thing", async () => {
  const fail = (details: object) => async () => { throw new CreditGateError("provider_not_found", "404", details); };
  const unknown = setUp({ session: fail({ providerCode: "not_found" }), wallets: fail({ providerCode: "not_found" }) });
  expect((await unknown.ask("GET")).body).toMatchObject({ wallets: [] });
  expect(await unknown.ask("POST")).toMatchObject({ status: 404, body: { code: "provider_not_found" } });
  expect(unknown.errors).toEqual([]);
  const lost = setUp({ session: fail({}), wallets: fail({}) });
  for (const method of ["GET", "POST"]) expect(await lost.ask(method)).toMatchObject({ status: 503, body: { code: "provider_not_found" } });
  expect(lost.errors).toHaveLength(2);
});

test.each([{ token: "t" }, { token: "t", expires_at: "soon" }, { expires_at: SESSION.expires_at }])("a session that cannot be used is no answer: %j", async (session) => {
  const { ask, errors } = setUp({ session: async () => session as never });
  expect(await ask("POST")).toMatchObject({ status: 503, body: { code: "invalid_response" } });
  expect(errors).toHaveLength(1);
});

test("wallets that cannot be read are no answer", async () => {
  const { ask } = setUp({ wallets: async () => [{ id: 7 }] });
  expect(await ask("GET")).toMatchObject({ status: 503, body: { code: "invalid_response" } });
});

test("other methods are refused, and HEAD is GET", async () => {
  const { ask } = setUp();
  for (const method of ["PUT", "DELETE"]) {
    const { response, status } = await ask(method);
    expect([status, response.headers.get("allow")]).toEqual([405, "POST, GET, HEAD, OPTIONS"]);
  }
  expect(await ask("HEAD")).toMatchObject({ status: 200, body: undefined });
  expect((await ask("OPTIONS")).response.headers.get("access-control-allow-methods")).toBe("POST, GET, HEAD, OPTIONS");
});

test.each([["portalEndpoint", null], ["portalEndpoint.api", { api: {} }], ["portalEndpoint.key", { key: "x" }], ["portalEndpoint.origins", { origins: ["*"] }]])("%s is refused", (path, changes) => {
  const good = { api: { baseUrl: "", customers: { portalSession: () => {} }, wallets: { ofCustomer: () => {} } }, origins: [SHOP], authenticate: () => "cus_1" };
  const options = changes === null ? changes : { ...good, ...changes };
  expect(() => portalEndpoint(options as never)).toThrowError(expect.objectContaining({ code: "invalid_option", path: expect.stringMatching(`^${path}`) }));
});
