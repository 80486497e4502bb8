/** A gate, the sandbox's real APIs, and deliveries as the providers would send them. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CreditGate } from "../../gate/gate.js";
import { flexprice } from "../../providers/flexprice/index.js";
import { lago } from "../../providers/lago/index.js";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { memoryStore } from "../../store/memory.js";
import type { GateOptions } from "../../types.js";
import { flexpriceWebhooks, lagoWebhooks } from "../../webhooks/index.js";
import { HMAC_KEY, hmacRequest, SECRET, svixRequest } from "../webhooks/deliveries.js";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(() => void sandbox.control.reset({}));

afterAll(() => sandbox.close());

async function ask(base: string, key: Record<string, string>, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, { headers: { ...key, "content-type": "application/json" }, ...init });
  expect(response.ok, await response.clone().text()).toBe(true);
  return response.json();
}

test("Flexprice: a top-up and its slim event, resolved by the index, and by a look-up where nothing was cached", async () => {
  const { baseUrl, apiKey } = sandbox.flexprice;
  const api = (path: string, body?: object) => ask(baseUrl, { "x-api-key": apiKey }, path, body);
  const store = memoryStore();
  const started = Date.now();
  let ticks = 0; // time passes from one look at the clock to the next, however fast the machine
  const gateOf = (options: Partial<GateOptions> = {}) =>
    new CreditGate({ provider: flexprice({ apiKey, baseUrl }), webhooks: flexpriceWebhooks({ secret: SECRET }), revalidateAfter: 3_600_000, now: () => started + (ticks += 1), ...options });
  sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "1" });
  const usage = { customer: "acme", amount: "20", currency: "USD" };
  const serves = gateOf({ store, memoryFor: 0 });
  const alone = gateOf();
  const hears = gateOf({ store, memoryFor: 0 }); // has never seen a wallet
  for (const gate of [serves, alone]) expect((await gate.spend(usage)).outcome).toBe("short");

  const [wallet] = (await api(`/customers/wallets?lookup_key=acme`)) as { id: string; customer_id: string }[];
  await api(`/wallets/${wallet?.id}/top-up`, { credits_to_add: "100", transaction_reason: "FREE_CREDIT_GRANT" });
  const body = JSON.stringify({ event_type: "wallet.transaction.created", transaction: { id: "wtxn_1", wallet_id: wallet?.id, customer_id: wallet?.customer_id } });
  const calls = alone.stats().billingCalls;
  const kept: Promise<unknown>[] = [];
  for (const gate of [alone, hears]) {
    expect((await gate.handleWebhook(svixRequest({ body, at: started }), { waitUntil: (promise) => void kept.push(promise) })).status).toBe(204);
  }
  await Promise.all(kept);
  expect(alone.stats().billingCalls).toBe(calls + 1); // the refetch: the index knew whose it was
  await serves.checkCached(usage).pending; // looks into the store behind its answer, which is the old one
  for (const gate of [alone, serves, hears]) expect((await gate.spend(usage)).outcome).toBe("covered");

  const stranger = gateOf({ onWebhook: ({ customer }) => expect(customer).toBe("acme") });
  expect((await stranger.handleWebhook(svixRequest({ body, at: started }))).status).toBe(204);
  expect(stranger.stats().billingCalls).toBe(1); // the look-up
  await stranger.invalidate({ walletId: wallet?.id });
  expect(stranger.stats().billingCalls).toBe(1);
});

test("Lago: granted credits and their event", async () => {
  const { baseUrl, apiKey } = sandbox.lago;
  const api = (path: string, body?: object) => ask(baseUrl, { authorization: `Bearer ${apiKey}` }, path, body);
  sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "0", subscription: "sub_1" });
  sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "1" });
  const gate = new CreditGate({ provider: lago({ apiKey, baseUrl }), taxRate: "0", webhooks: lagoWebhooks({ hmacKey: HMAC_KEY }), revalidateAfter: 3_600_000 });
  const usage = { customer: "acme", amount: "20", currency: "EUR" };
  expect((await gate.spend(usage)).outcome).toBe("short");

  const { wallets } = (await api("/wallets?external_customer_id=acme")) as { wallets: { lago_id: string }[] };
  await api("/wallet_transactions", { wallet_transaction: { wallet_id: wallets[0]?.lago_id, granted_credits: "100.0" } });
  const body = JSON.stringify({ webhook_type: "wallet.updated", object_type: "wallet", wallet: { lago_id: wallets[0]?.lago_id, external_customer_id: "acme" } });
  const kept: Promise<unknown>[] = [];
  expect((await gate.handleWebhook(hmacRequest(body), { waitUntil: (promise) => void kept.push(promise) })).status).toBe(204);
  await Promise.all(kept);
  expect((await gate.spend(usage)).outcome).toBe("covered");

  const stranger = new CreditGate({ provider: lago({ apiKey, baseUrl }), taxRate: "0" });
  await stranger.invalidate({ walletId: wallets[0]?.lago_id });
  expect(stranger.stats().billingCalls).toBe(1);
});
