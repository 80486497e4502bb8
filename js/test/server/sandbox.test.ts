/** The handlers in front of the sandbox: what a page is given, and what never leaves the server. */
import { expect, test } from "vitest";
import { previewInvoice } from "../../engine/index.js";
import { CreditGate } from "../../gate/gate.js";
import { flexpriceApi } from "../../providers/flexprice/api/index.js";
import { flexprice } from "../../providers/flexprice/index.js";
import { lago } from "../../providers/lago/index.js";
import { type Endpoint, portalEndpoint, previewEndpoint, verifySnapshot } from "../../server/index.js";
import type { DraftInvoice } from "../../types.js";
import { HOUR, MINUTE, START, useSandbox } from "../sandbox/harness.js";
import { KEY, PUBLIC_KEY } from "../signed/snapshot.js";

const harness = useSandbox();
const SHOP = "https://shop.example";
const now = () => START;
const authenticate = (request: Request) => request.headers.get("x-session") ?? undefined;

async function ask(endpoint: Endpoint, customer: string, method = "GET") {
  const response = await endpoint(new Request(`${SHOP}/credits`, { method, headers: { origin: SHOP, "x-session": customer } }));
  const text = await response.text();
  const { lago: { apiKey: lagoKey }, flexprice: { apiKey } } = harness.sandbox;
  const payload = /^\{"snapshot":"[\w-]+\.([\w-]+)\./.exec(text)?.[1] ?? "";
  const told = [JSON.stringify(Object.fromEntries(response.headers)), text, Buffer.from(payload, "base64url").toString()].join();
  for (const secret of [apiKey, lagoKey]) expect(told).not.toContain(secret);
  return { status: response.status, body: JSON.parse(text) as Record<string, never> };
}

async function expectSame(gate: CreditGate, customer: string, draft: DraftInvoice) {
  const endpoint = previewEndpoint({ gate, key: KEY, origins: [SHOP], authenticate, now });
  const { status, body } = await ask(endpoint, customer);
  expect(status).toBe(200);
  const { snapshot } = await verifySnapshot(body["snapshot"] ?? "", { publicKey: PUBLIC_KEY, customer, origin: SHOP, now: START });
  const { snapshot: info, ...preview } = await gate.preview(customer, draft);
  expect(JSON.stringify(previewInvoice(snapshot, draft, { now: START }))).toBe(JSON.stringify(preview));
  expect(snapshot).toMatchObject({ fetchedAt: info.fetchedAt, asOf: info.asOf, freshness: info.freshness });
  return preview;
}

test("Flexprice: the page previews as the gate does, from grants that have expired too", async () => {
  const { control } = harness.sandbox;
  control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "30" });
  const wallet = control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "0", conversion_rate: "0.5" });
  const credits = { credits_to_add: 40, transaction_reason: "FREE_CREDIT_GRANT", expiry_date_utc: new Date(START + MINUTE).toISOString() };
  await harness.flexprice.post(`/wallets/${wallet.id}/top-up`, credits);
  control.clock({ advance: 2 * MINUTE });
  const gate = new CreditGate({ provider: flexprice({ ...harness.sandbox.flexprice, grants: "fetch" }), now: () => START + 2 * MINUTE });
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "45.5" }, { id: "seat", amount: "10", priceType: "FIXED" }], taxRates: ["20"], coupons: [{ percent: "10" }] };
  const endpoint = previewEndpoint({ gate, key: KEY, origins: [SHOP], authenticate, now });
  const { snapshot } = await verifySnapshot((await ask(endpoint, "acme")).body["snapshot"] ?? "", { publicKey: PUBLIC_KEY, customer: "acme", origin: SHOP, now: START });
  const { snapshot: _, ...preview } = await gate.preview("acme", draft);
  expect(JSON.stringify(previewInvoice(snapshot, draft, { now: START + 2 * MINUTE }))).toBe(JSON.stringify(preview));
  expect(preview).toMatchObject({ credits: "30", wallets: [{ used: "30" }, { used: "0", expired: "20" }] });
});

test("Lago: the page previews as the gate does, with its wallets' limits", async () => {
  const { control } = harness.sandbox;
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "20", subscription: "s" });
  control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "12.34", priority: 1, applies_to: { billable_metric_codes: ["images"] } });
  control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "20" });
  const gate = new CreditGate({ provider: lago(harness.sandbox.lago), taxRate: "20", now });
  const lines = [{ id: "a", amount: "9.99", metric: "images", taxRate: "20" }, { id: "b", amount: "29", feeType: "subscription", taxRate: "5.5" }];
  expect(await expectSame(gate, "acme", { currency: "EUR", lines })).toMatchObject({ credits: "31.99" });
});

test("each customer gets the own wallets, who is not known gets none, and a token serves nobody else", async () => {
  const { control } = harness.sandbox;
  control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "30" });
  control.wallets({ provider: "flexprice", customer: "globex", currency: "USD", balance: "7" });
  const gate = new CreditGate({ provider: flexprice(harness.sandbox.flexprice), now });
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }] };
  expect((await expectSame(gate, "globex", draft)).credits).toBe("7");
  expect(await expectSame(gate, "nobody", draft)).toMatchObject({ credits: "0", total: "40", wallets: [] });
  const { body } = await ask(previewEndpoint({ gate, key: KEY, origins: [SHOP], authenticate, now }), "globex");
  const verifying = verifySnapshot(body["snapshot"] ?? "", { publicKey: PUBLIC_KEY, customer: "acme", origin: SHOP, now: START });
  await expect(verifying).rejects.toMatchObject({ code: "snapshot_wrong_customer" });
});

test("a billing API that fails is a 503 with its code, and the key stays here", async () => {
  harness.sandbox.control.faults({ provider: "flexprice", route: "wallets", status: 500 });
  const gate = new CreditGate({ provider: flexprice({ ...harness.sandbox.flexprice, retries: 0 }), now });
  const errors: unknown[] = [];
  const endpoint = previewEndpoint({ gate, key: KEY, origins: [SHOP], authenticate, now, onError: (error) => errors.push(error) });
  expect(await ask(endpoint, "acme")).toMatchObject({ status: 503, body: { code: "provider_unavailable" } });
  expect(errors).toHaveLength(1);
});

test("a portal session lets the page ask Flexprice itself, until it ends; or the handler asks for it", async () => {
  const { control, flexprice: { baseUrl } } = harness.sandbox;
  control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "30" });
  control.wallets({ provider: "flexprice", customer: "globex", currency: "USD", balance: "7" });
  const endpoint = portalEndpoint({ api: flexpriceApi(harness.sandbox.flexprice), origins: [SHOP], authenticate, now });
  const { status, body } = await ask(endpoint, "acme", "POST");
  expect([status, body]).toEqual([200, { token: expect.any(String), expiresAt: START + HOUR, baseUrl }]);
  const asPage = () => fetch(`${body["baseUrl"]}/customer/portal/wallets`, { method: "POST", headers: { "x-session-token": body["token"] ?? "" } });
  const wallets = (await (await asPage()).json()) as unknown[];
  expect(wallets).toMatchObject([{ balance: "30" }]);

  const own = await ask(endpoint, "acme");
  expect(own.body).toMatchObject({ profile: "flexprice", wallets: [{ balance: "30" }], freshness: "computed", asOf: START, advisory: true });
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }] };
  const snapshot = { profile: "flexprice", wallets: own.body["wallets"] ?? [] } as const;
  expect(JSON.stringify(previewInvoice(snapshot, draft, { now: START }))).toBe(JSON.stringify(previewInvoice({ profile: "flexprice", wallets }, draft, { now: START })));

  control.clock({ advance: HOUR });
  expect((await asPage()).status).toBe(401);
});

test("whom Flexprice does not know gets no session, and no wallets", async () => {
  const endpoint = portalEndpoint({ api: flexpriceApi(harness.sandbox.flexprice), origins: [SHOP], authenticate, now });
  expect(await ask(endpoint, "nobody", "POST")).toMatchObject({ status: 404, body: { code: "provider_not_found" } });
  expect(await ask(endpoint, "nobody")).toMatchObject({ status: 200, body: { wallets: [] } });
});
