/** How webhooks travel: signatures, checked here with node:crypto alone, retries by the clock, filters. */
import { createHmac, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startSandbox, type WebhookRequest } from "../../sandbox/index.js";
import { at, HOUR, type Json, listAt, MINUTE, START, useSandbox } from "./harness.js";
import { expectShape } from "./payloads.js";
import { type Received, useReceiver } from "./receiver.js";

const harness = useSandbox();
const receiver = useReceiver();
const SECOND = 1000;

const register = (request: Omit<WebhookRequest, "url">) => harness.sandbox.control.webhooks({ url: receiver.url, ...request }).endpoint;

/** One webhook of each provider: a wallet's creation. */
async function happen(provider: "flexprice" | "lago", name = "Acme"): Promise<void> {
  if (provider === "flexprice") {
    await harness.flexprice.post("/customers", { external_id: name });
    await harness.flexprice.post("/wallets", { external_customer_id: name, currency: "USD" });
  } else {
    await harness.lago.post("/customers", { customer: { external_id: name } });
    await harness.lago.post("/wallets", { wallet: { external_customer_id: name, rate_amount: "1", currency: "EUR", name } });
  }
}

function first(): Received {
  const [received] = receiver.received;
  if (received === undefined) throw new Error("nothing was received");
  return received;
}

const deliveries = async () => (await harness.sandbox.control.deliveries()).deliveries;
const attempts = async () => (await deliveries()).map((delivery) => delivery.attempts.map(({ at: time, status }) => [time - START, status]));

describe("webhooks: signatures", () => {
  it("Flexprice: Svix's, over id, timestamp and the raw body", async () => {
    const { secret = "" } = register({ provider: "flexprice" });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    await happen("flexprice");
    const [delivery] = await deliveries();
    const { headers, raw } = first();
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["svix-id"]).toBe(delivery?.id);
    expect(headers["svix-timestamp"]).toBe(String(START / 1000));
    const mac = createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${delivery?.id}.${START / 1000}.${raw}`);
    expect(headers["svix-signature"]).toBe(`v1,${mac.digest("base64")}`);
    expect(raw).toBe(delivery?.body);
  });

  it("Flexprice, self-hosted: none", async () => {
    expect(register({ provider: "flexprice", signature: "none" })).not.toHaveProperty("secret");
    await happen("flexprice");
    await deliveries();
    expect(Object.keys(receiver.received[0]?.headers ?? {}).filter((name) => name.includes("svix") || name.includes("signature"))).toEqual([]);
  });

  it("Lago: HMAC, over bytes that are escaped as Rails does", async () => {
    const { secret = "" } = register({ provider: "lago", signature: "hmac" });
    await happen("lago", "R&D <a>\u2028");
    const [delivery] = await deliveries();
    const { headers, raw, json } = first();
    expect(headers).toMatchObject({
      "x-lago-signature": createHmac("sha256", secret).update(raw).digest("base64"),
      "x-lago-signature-algorithm": "hmac",
      "x-lago-unique-key": delivery?.id,
    });
    expect(raw).toContain(String.raw`"name":"R\u0026D \u003ca\u003e\u2028"`);
    expect(at(json, "wallet")["name"]).toBe("R&D <a>\u2028");
  });

  it("Lago: a token, by the key that the API serves", async () => {
    const { public_key: pem = "", issuer } = register({ provider: "lago" });
    const served = await harness.lago.get("/webhooks/json_public_key");
    expectShape(served.body, "lago/webhooks_json_public_key.json");
    expect(Buffer.from(String(at(served.body, "webhook")["public_key"]), "base64").toString()).toBe(pem);
    const plain = await fetch(`${harness.sandbox.lago.baseUrl}/webhooks/public_key`, { headers: { authorization: `Bearer ${harness.sandbox.lago.apiKey}` } });
    expect(await plain.text()).toBe(at(served.body, "webhook")["public_key"]);
    expect(plain.headers.get("content-type")).toMatch(/^text\/plain/);
    await happen("lago");
    await deliveries();
    const { headers, raw } = first();
    expect(headers["x-lago-signature-algorithm"]).toBe("jwt");
    const [head = "", claims = "", signature = ""] = String(headers["x-lago-signature"]).split(".");
    expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({ alg: "RS256" });
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({ data: raw, iss: issuer });
    expect(verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), createPublicKey(pem), Buffer.from(signature, "base64url"))).toBe(true);
    expect(issuer).toBe(harness.sandbox.lago.baseUrl.replace("/api/v1", ""));
  });

  it("keys survive a reset, endpoints and deliveries do not", async () => {
    const { secret } = register({ provider: "flexprice" });
    await happen("flexprice");
    harness.sandbox.control.reset();
    expect(await deliveries()).toEqual([]);
    await happen("flexprice", "globex");
    expect(await deliveries()).toEqual([]);
    expect(register({ provider: "flexprice" }).secret).toBe(secret);
  });
});

describe("webhooks: retries by the sandbox's clock", () => {
  it("Lago tries three times, 3 and 18 seconds apart, with one key", async () => {
    register({ provider: "lago", signature: "hmac", event_types: ["wallet.created"] });
    // Neither a 203 nor a redirect is a success.
    receiver.answer(203, 302, 500);
    await happen("lago");
    expect(await attempts()).toEqual([[[0, 203]]]);
    harness.sandbox.control.clock({ advance: 3 * SECOND - 1 });
    expect(await attempts()).toEqual([[[0, 203]]]);
    harness.sandbox.control.clock({ advance: 1 });
    expect(await attempts()).toEqual([[[0, 203], [3 * SECOND, 302]]]);
    expect(await deliveries()).toMatchObject([{ status: "pending", next_attempt_at: START + 21 * SECOND }]);
    harness.sandbox.control.clock({ advance: 18 * SECOND });
    expect(await deliveries()).toMatchObject([{ status: "failed", next_attempt_at: null, attempts: [{}, {}, { at: START + 21 * SECOND, status: 500 }] }]);
    harness.sandbox.control.clock({ advance: HOUR });
    await deliveries();
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers["x-lago-unique-key"])).size).toBe(1);
    expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1);
  });

  it("Svix tries eight times on its schedule, with one id and a new timestamp each", async () => {
    register({ provider: "flexprice" });
    receiver.answer(...Array.from({ length: 8 }, () => 500));
    await happen("flexprice");
    const waits = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    for (const wait of waits) {
      await deliveries();
      harness.sandbox.control.clock({ advance: wait });
    }
    const times = waits.reduce<number[]>((sums, wait) => [...sums, (sums.at(-1) ?? 0) + wait], [0]);
    expect(await attempts()).toEqual([times.map((time) => [time, 500])]);
    expect(await deliveries()).toMatchObject([{ status: "failed" }]);
    expect(new Set(receiver.received.map(({ headers }) => headers["svix-id"])).size).toBe(1);
    expect(receiver.received.map(({ headers }) => Number(headers["svix-timestamp"]))).toEqual(times.map((time) => (START + time) / 1000));
  });

  it("stops at the first success, and counts what is not there as a failure", async () => {
    register({ provider: "flexprice" });
    register({ provider: "flexprice", signature: "none" });
    receiver.answer(500, 500);
    await happen("flexprice");
    await deliveries();
    harness.sandbox.control.clock({ advance: HOUR });
    expect(await deliveries()).toMatchObject([
      { status: "delivered", attempts: [{ status: 500 }, { status: 200 }] },
      { status: "delivered", attempts: [{ status: 500 }, { status: 200 }] },
    ]);
    harness.sandbox.control.webhooks({ provider: "lago", url: "http://127.0.0.1:1/", signature: "hmac" });
    await happen("lago");
    const delivery = (await deliveries()).at(-1);
    expect(delivery).toMatchObject({ status: "pending", attempts: [{ at: START + HOUR }] });
    expect(delivery?.attempts[0]?.error).toBeTypeOf("string");
  });

  it("sends again what Flexprice is asked to, under the same id", async () => {
    register({ provider: "flexprice" });
    await happen("flexprice");
    const [delivery] = await deliveries();
    const retry = (id: string | undefined) => harness.flexprice.post("/webhooks/retry", { system_event_id: id });
    expect((await retry(delivery?.event_id)).status).toBe(202);
    expect(await deliveries()).toMatchObject([{ status: "delivered", attempts: [{ status: 200 }, { status: 200 }] }]);
    expect(new Set(receiver.received.map(({ headers }) => headers["svix-id"])).size).toBe(1);
    expect(await retry("sysevt_unknown")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await retry(undefined)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });

  it("happens by itself on a running clock, the first top-up and a retry", { timeout: 120_000 }, async () => {
    const running = await startSandbox({ lagoGrantDelay: 1 });
    receiver.answer(500);
    try {
      running.control.webhooks({ provider: "lago", url: receiver.url, signature: "hmac", event_types: ["wallet_transaction.created"] });
      const headers = { authorization: `Bearer ${running.lago.apiKey}`, "content-type": "application/json" };
      const post = (path: string, body: Json) => fetch(running.lago.baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
      await post("/customers", { customer: { external_id: "acme" } });
      await post("/wallets", { wallet: { external_customer_id: "acme", rate_amount: "1", currency: "EUR", granted_credits: "5" } });
      await expect.poll(() => receiver.received.length, { timeout: 90_000 }).toBe(2);
      expect(new Set(receiver.received.map(({ headers }) => headers["x-lago-unique-key"])).size).toBe(1);
    } finally {
      await running.close();
    }
  });
});

describe("webhooks: endpoints", () => {
  it("hear only their provider and their types, each in a delivery of its own", async () => {
    const created = register({ provider: "flexprice", event_types: ["wallet.created"] });
    const all = register({ provider: "flexprice" });
    register({ provider: "flexprice", event_types: ["wallet.terminated"] });
    register({ provider: "lago", signature: "hmac" });
    await happen("flexprice");
    const sent = await deliveries();
    expect(sent.map(({ endpoint_id }) => endpoint_id)).toEqual([created.id, all.id]);
    // One Svix message for both.
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(new Set(sent.map(({ event_id }) => event_id)).size).toBe(1);
  });

  it("are registered and listed over HTTP too", async () => {
    const { body } = await harness.control.post("/webhooks", { provider: "lago", url: receiver.url, signature: "hmac" });
    expect(at(body, "endpoint")).toMatchObject({ provider: "lago", url: receiver.url, event_types: null, signature: "hmac" });
    await happen("lago");
    const listed = await harness.control.get("/deliveries");
    expect(listAt(listed.body, "deliveries")).toMatchObject([{ provider: "lago", event_type: "wallet.created", status: "delivered" }]);
  });

  it.each<[Json, string]>([
    [{ provider: "stripe", url: "http://127.0.0.1/" }, "provider"],
    [{ provider: "lago" }, "url"],
    [{ provider: "lago", url: "http://example.com/" }, "url"],
    [{ provider: "lago", url: "ftp://127.0.0.1/" }, "url"],
    [{ provider: "lago", url: "http://localhost/", signature: "svix" }, "signature"],
    [{ provider: "flexprice", url: "http://localhost/", signature: "jwt" }, "signature"],
    [{ provider: "flexprice", url: "http://localhost/", shape: "large" }, "shape"],
    [{ provider: "lago", url: "http://localhost/", shape: "full" }, "shape"],
    [{ provider: "flexprice", url: "http://localhost/", event_types: ["wallet.depleted_ongoing_balance"] }, "event_types[0]"],
    [{ provider: "flexprice", url: "http://localhost/", events: [] }, "events"],
  ])("refuses %j", async (request, path) => {
    expect(await harness.control.post("/webhooks", request)).toMatchObject({ status: 400, body: { code: "invalid_input", path } });
  });

  it("are at most ten at Lago", () => {
    for (let count = 0; count < 10; count += 1) register({ provider: "lago", signature: "hmac" });
    expect(() => register({ provider: "lago", signature: "hmac" })).toThrow(expect.objectContaining({ code: "invalid_input", path: "url" }));
    register({ provider: "flexprice" });
  });
});
