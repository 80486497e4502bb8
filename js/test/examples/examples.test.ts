/**
 * The examples, run as they are: a customer spends until denied, tops up, and the webhook lets the next request
 * through. They run on the built package, on real time, because a delivery's signature has a date.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startUpstream, type Upstream } from "../../scripts/demo/upstream.mjs";
import { type Kv, startKv } from "../../scripts/lib/kv.mjs";
import { startWorker } from "../../scripts/lib/worker.mjs";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { type ProviderApi, providerApi } from "../sandbox/harness.js";
import { type Program, startProgram } from "./program.js";

let sandbox: Sandbox;
let upstream: Upstream;

beforeEach(async () => {
  sandbox = await startSandbox();
  upstream = await startUpstream();
});

afterEach(async () => {
  await upstream.close();
  await sandbox.close();
});

/** What deliveries are signed with. The endpoint that is answered with it hears of nothing that happens here. */
const secretOf = (provider: "flexprice" | "lago") =>
  sandbox.control.webhooks({ provider, url: "http://127.0.0.1:9/", event_types: ["wallet.terminated"], ...(provider === "lago" ? { signature: "hmac" as const } : {}) })
    .endpoint.secret ?? "";

/** The statuses of so many requests, one after the other. */
async function statuses(ask: () => Promise<Response>, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await ask()).status);
  return found;
}

/** Registers an endpoint; what it answers tells that every delivery to it was accepted, and that there was one. */
function hears(provider: "flexprice" | "lago", url: string): () => Promise<void> {
  const { endpoint } = sandbox.control.webhooks({ provider, url, ...(provider === "lago" ? { signature: "hmac" as const } : {}) });
  return async () => {
    const { deliveries } = await sandbox.control.deliveries();
    const attempts = deliveries.filter(({ endpoint_id }) => endpoint_id === endpoint.id).map((delivery) => delivery.attempts);
    expect(attempts.length).toBeGreaterThan(0);
    for (const attempt of attempts) expect(attempt).toMatchObject([{ status: 204 }]);
  };
}

async function topUpFlexprice(api: ProviderApi): Promise<void> {
  const { list } = await api.get("/customers/wallets?lookup_key=acme");
  const { status } = await api.post(`/wallets/${String(list[0]?.["id"])}/top-up`, { credits_to_add: "5", transaction_reason: "PURCHASED_CREDIT_DIRECT" });
  expect(status).toBe(200);
}

async function topUpLago(api: ProviderApi): Promise<void> {
  const { body } = await api.get("/wallets?external_customer_id=acme");
  const wallet_id = (body["wallets"] as { lago_id: string }[])[0]?.lago_id;
  const { status } = await api.post("/wallet_transactions", { wallet_transaction: { wallet_id, granted_credits: "5" } });
  expect(status).toBe(200);
}

describe.each(["examples/hono/src/server.ts", "examples/express/src/server.ts"])("%s", (entry) => {
  let program: Program;

  beforeEach(async () => {
    sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "0.03" });
    const { baseUrl, apiKey } = sandbox.flexprice;
    program = await startProgram(entry, { FLEXPRICE_BASE_URL: baseUrl, FLEXPRICE_API_KEY: apiKey, FLEXPRICE_WEBHOOK_SECRET: secretOf("flexprice") });
  });

  const complete = (headers: Record<string, string> = { "x-customer": "acme" }) => fetch(`${program.url}/complete`, { method: "POST", headers });

  test("spends, denies, hears of the top-up, spends on, and reports everything before it ends", async () => {
    expect(await statuses(complete, 5)).toEqual([200, 200, 200, 402, 402]);
    const denied = await complete();
    expect(denied.headers.get("content-type")).toBe("application/problem+json");
    expect(await denied.json()).toMatchObject({ status: 402, reason: "insufficient_balance" });

    const heard = hears("flexprice", `${program.url}/webhooks/flexprice`);
    await topUpFlexprice(providerApi("flexprice", sandbox.flexprice));
    await heard();
    expect(await statuses(complete, 1)).toEqual([200]);

    expect(await program.stop()).toBe(0);
    expect(sandbox.control.requests().flexprice.events_accepted).toBe(4);
  });

  test("believes no delivery that is not signed, and nobody without a name", async () => {
    const forged = await fetch(`${program.url}/webhooks/flexprice`, { method: "POST", body: '{"event_type":"wallet.updated"}' });
    expect(forged.status).toBe(401);
    expect(await forged.json()).toMatchObject({ code: "webhook_signature_missing" });
    expect((await complete({})).status).toBe(401);
    expect(await program.stop()).toBe(0);
  });
});

describe("examples/worker", () => {
  let kv: Kv;
  let bindings: Record<string, string>;
  let worker: { readonly url: string; readonly close: () => Promise<void> };

  beforeEach(async () => {
    const { flexprice, lago } = sandbox;
    kv = await startKv();
    bindings = {
      UPSTREAM_URL: upstream.url,
      FLEXPRICE_BASE_URL: flexprice.baseUrl,
      FLEXPRICE_API_KEY: flexprice.apiKey,
      FLEXPRICE_WEBHOOK_SECRET: secretOf("flexprice"),
      LAGO_BASE_URL: lago.baseUrl,
      LAGO_API_KEY: lago.apiKey,
      LAGO_HMAC_KEY: secretOf("lago"),
    };
    worker = await startOne();
  });

  afterEach(async () => {
    await worker.close();
    await kv.close();
  });

  const startOne = () => startWorker("examples/worker/src/index.ts", bindings, { SNAPSHOTS: kv.host });
  const complete = (provider: string, at = worker) => () =>
    fetch(`${at.url}/${provider}/complete`, { method: "POST", headers: { "x-customer": "acme" }, body: JSON.stringify({ metric: "tokens", units: 1000 }) });

  test("with Flexprice", async () => {
    sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "0.03" });
    expect(await statuses(complete("flexprice"), 5)).toEqual([200, 200, 200, 402, 402]);
    const heard = hears("flexprice", `${worker.url}/flexprice/webhooks`);
    await topUpFlexprice(providerApi("flexprice", sandbox.flexprice));
    await heard();
    expect(await statuses(complete("flexprice"), 1)).toEqual([200]);
    expect(upstream.served).toHaveLength(4);
  });

  test("with Lago", async () => {
    sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR", tax_rate: "20", subscription: "sub_1" });
    sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "0.04" });
    expect(await statuses(complete("lago"), 5)).toEqual([200, 200, 200, 402, 402]); // 0.012 each, with tax
    const heard = hears("lago", `${worker.url}/lago/webhooks`);
    await topUpLago(providerApi("lago", sandbox.lago));
    await heard();
    expect(await statuses(complete("lago"), 1)).toEqual([200]);
  });

  test("another isolate answers from Workers KV what this one fetched", async () => {
    sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "0.03" });
    expect(await statuses(complete("flexprice"), 1)).toEqual([200]);
    await expect.poll(() => kv.values.size).toBeGreaterThan(0); // written behind the answer
    const calls = sandbox.control.requests().flexprice.wallets;
    const other = await startOne();
    expect(await statuses(complete("flexprice", other), 1)).toEqual([200]);
    expect(sandbox.control.requests().flexprice.wallets).toBe(calls);
    await other.close();
  });

  test("believes no forged delivery", async () => {
    const forged = await fetch(`${worker.url}/lago/webhooks`, { method: "POST", body: "{}" });
    expect(forged.status).toBe(401);
    expect((await fetch(`${worker.url}/nobody/webhooks`, { method: "POST", body: "{}" })).status).toBe(404);
  });
});
