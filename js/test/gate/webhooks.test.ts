/** Webhooks handled by a gate: what they change, what they must not, and what the provider is answered. */
import { describe, expect, test } from "vitest";
import type { ProviderIds, TelemetryEvent, WebhookEvent } from "../../types.js";
import { flexpriceWebhooks, lagoWebhooks } from "../../webhooks/index.js";
import { HMAC_KEY, hmacRequest, post, SECRET, type Svix, svixRequest } from "../webhooks/deliveries.js";
import { eur, failure, type FakeProvider, flexpriceWallet, flush, harness, type HarnessOptions, lagoWallet, memory, MINUTE, money, NOW, providerError, said, SECOND, usd } from "./harness.js";

const webhooks = flexpriceWebhooks({ secret: SECRET });

/** A wallet with the ids that events name. */
const wallet = (balance: string, id = "w1", customer = "cust_1") => ({ ...flexpriceWallet({ id, balance }), customer_id: customer });
const body = (fields: object = {}) => JSON.stringify({ event_type: "wallet.updated", wallet: { id: "w1", customer_id: "cust_1" }, ...fields });

function setUp(options: HarnessOptions = {}) {
  const events: WebhookEvent[] = [];
  const lookUps: ProviderIds[] = [];
  const found = new Map<string, string | Error>();
  const own = harness({
    wallets: [wallet("1")],
    webhooks,
    onWebhook: (event) => void events.push(event),
    provider: (fake: FakeProvider) =>
      Object.assign(fake, {
        findCustomer: async (ids: ProviderIds, { fetch }: { fetch: typeof globalThis.fetch }) => {
          lookUps.push(ids);
          await fetch("https://billing.test/customers");
          const answer = found.get(ids.customerId ?? ids.walletId ?? "");
          if (answer instanceof Error) throw answer;
          return answer;
        },
      }),
    ...options,
  });
  let count = 0;
  const deliver = (svix: Svix = {}) =>
    own.gate.handleWebhook(svixRequest({ body: body(), id: `msg_${(count += 1)}`, at: own.clock.now(), ...svix }), { waitUntil: own.waitUntil });
  return { ...own, events, lookUps, found, deliver };
}

const problem = async (response: Response) => ({ status: response.status, ...((await response.json()) as { code: string }) });
const types = (telemetry: readonly TelemetryEvent[]) => telemetry.map(({ type }) => type).filter((type) => type.startsWith("webhook"));

describe("a hint", () => {
  test("a top-up's webhook makes the next spend allowed", async () => {
    const { gate, run, provider, deliver, kept, clock, events } = setUp();
    expect((await run(gate.spend(usd("5")))).allowed).toBe(false);
    await clock.advance(SECOND);
    provider.answers.set("cus_1", [wallet("100")]);
    const response = await deliver();
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(gate.checkCached(usd("5")).outcome).not.toBe("short");
    expect(kept).toHaveLength(1);
    await Promise.all(kept);
    expect(gate.checkCached(usd("5"))).toMatchObject({ outcome: "covered", available: "100" });
    expect(provider.calls).toHaveLength(2);
    expect(events).toMatchObject([{ kind: "wallet", type: "wallet.updated", walletId: "w1", customerId: "cust_1", customer: "cus_1" }]);
  });

  test("a termination's webhook ends what was covered at once, even if the provider cannot be reached", async () => {
    const { gate, run, provider, deliver, kept } = setUp({ wallets: [wallet("100")] });
    await run(gate.check(usd("5")));
    provider.answers.set("cus_1", providerError("provider_unavailable"));
    await deliver({ body: body({ event_type: "wallet.terminated" }) });
    await Promise.all(kept);
    expect(gate.checkCached(usd("5"))).toMatchObject({ outcome: "unknown", allowed: false });
  });

  test("without waitUntil the refetch goes on by itself", async () => {
    const { gate, run, provider, clock } = setUp();
    await run(gate.check(usd("5")));
    provider.answers.set("cus_1", [wallet("100")]);
    await gate.handleWebhook(svixRequest({ body: body(), at: clock.now() }));
    await flush();
    expect(gate.checkCached(usd("5"))).toMatchObject({ outcome: "covered" });
  });

  test("in whatever order events come, the figures are those that are fetched last", async () => {
    const { gate, run, provider, deliver, kept } = setUp();
    await run(gate.check(usd("5")));
    provider.answers.set("cus_1", [wallet("7")]);
    for (const type of ["wallet.transaction.updated", "wallet.created", "wallet.transaction.created"]) await deliver({ body: body({ event_type: type }) });
    await Promise.all(kept);
    expect(gate.checkCached(usd("5"))).toMatchObject({ available: "7" });
  });

  test("a customer who is not cached here, with no store to fill, is not fetched", async () => {
    const { provider, deliver, found, kept } = setUp();
    found.set("cust_1", "cus_1");
    expect((await deliver()).status).toBe(204);
    await Promise.all(kept);
    expect(provider.calls).toHaveLength(0);
  });

  test("many of one customer at once cost one refetch, and one that follows it", async () => {
    const { gate, run, provider, deliver, kept, clock } = setUp();
    await run(gate.check(usd("5")));
    provider.latency = 100;
    for (let i = 0; i < 12; i++) await deliver();
    provider.answers.set("cus_1", [wallet("9")]);
    await clock.run(Promise.all(kept));
    expect(provider.calls).toHaveLength(3);
    expect(gate.checkCached(usd("5"))).toMatchObject({ outcome: "covered", available: "9" });
    await deliver();
    await clock.run(Promise.all(kept));
    expect(provider.calls).toHaveLength(4);
  });

  test("refetches leave half of the burst to the calls of others", async () => {
    const { gate, run, provider, deliver, kept, clock } = setUp({ rateLimit: { perSecond: 1, burst: 8 } });
    for (let i = 0; i < 8; i++) {
      provider.answers.set(`cus_${i}`, [wallet("1", `w${i}`, `cust_${i}`)]);
      await run(gate.check(usd("1", { customer: `cus_${i}` })));
    }
    await clock.advance(8 * SECOND);
    for (let i = 0; i < 8; i++) expect((await deliver({ body: body({ wallet: { id: `w${i}` } }) })).status).toBe(204);
    await clock.run(Promise.all(kept));
    expect(provider.calls).toHaveLength(12);
    expect((await run(gate.spend(usd("1", { customer: "cus_7" })))).allowed).toBe(true);
  });

  test("every kind is one but `other`, which is told and changes nothing", async () => {
    const { gate, run, provider, deliver, kept, events, telemetry } = setUp();
    await run(gate.check(usd("5")));
    expect((await deliver({ body: body({ event_type: "invoice.update.finalized", customer: { external_id: "cus_1" } }) })).status).toBe(204);
    expect((await deliver({ body: body({ event_type: "plan.created" }) })).status).toBe(204);
    await Promise.all(kept);
    expect(provider.calls).toHaveLength(1);
    expect(gate.checkCached(usd("1")).outcome).toBe("covered");
    expect(events).toMatchObject([{ kind: "other", type: "invoice.update.finalized", customer: "cus_1" }, { kind: "other", customer: undefined }]);
    expect(telemetry).toContainEqual({ type: "webhook", event: "plan.created", kind: "other", deliveryId: "msg_2", customer: undefined });
    await deliver({ body: body({ event_type: "wallet.ongoing_balance.dropped", alert: { current_balance: "1", state: "in_alarm" } }) });
    await Promise.all(kept);
    expect(provider.calls).toHaveLength(2);
    expect(events[2]).toMatchObject({ kind: "alert", customer: "cus_1", alert: { direction: "dropped", value: "1" } });
  });
});

describe("whose it is", () => {
  test("the payload says, in its fuller shapes", async () => {
    const { gate, run, provider, deliver, kept, lookUps } = setUp({ wallets: money("1") });
    await run(gate.check(usd("5")));
    provider.answers.set("cus_1", money("9"));
    await deliver({ body: body({ customer: { external_id: "cus_1" } }) });
    await Promise.all(kept);
    expect(gate.checkCached(usd("5")).allowed).toBe(true);
    expect(lookUps).toEqual([]);
  });

  test.each([
    ["the wallet alone", { wallet: { id: "w1" } }],
    ["the customer alone", { wallet: { customer_id: "cust_1" } }],
    ["a new wallet of a known customer", { wallet: { id: "w2", customer_id: "cust_1" } }],
  ])("what was cached says, by %s", async (_, fields) => {
    const { gate, run, deliver, events, lookUps } = setUp();
    await run(gate.check(usd("5")));
    await deliver({ body: body(fields) });
    expect([events[0]?.customer, lookUps]).toEqual(["cus_1", []]);
  });

  test("one look-up says, and is remembered", async () => {
    const { deliver, events, lookUps, found, gate } = setUp();
    found.set("cust_1", "cus_1");
    for (let i = 0; i < 3; i++) await deliver();
    expect(events.map(({ customer }) => customer)).toEqual(["cus_1", "cus_1", "cus_1"]);
    expect(lookUps).toEqual([{ walletId: "w1", customerId: "cust_1" }]);
    expect(gate.stats().billingCalls).toBe(1);
  });

  test("look-ups leave half of the burst to the calls of who pays; the others come again", async () => {
    const { gate, run, provider, deliver } = setUp();
    const answers: number[] = [];
    for (let i = 0; i < 60; i++) answers.push((await deliver({ body: body({ wallet: { customer_id: `stranger_${i}` } }) })).status);
    expect(answers.filter((status) => status === 204)).toHaveLength(20);
    expect(answers.filter((status) => status === 503)).toHaveLength(40);
    provider.answers.set("cus_1", [wallet("100")]);
    expect((await run(gate.spend(usd("5")))).allowed).toBe(true);
  });

  test("nobody is looked up where nobody hears, nothing is shared and nothing cached", async () => {
    const { deliver, lookUps, gate, run } = setUp({ onWebhook: undefined });
    expect((await deliver()).status).toBe(204);
    expect(lookUps).toEqual([]);
    await run(gate.check(usd("5")));
    expect((await deliver({ body: body({ wallet: { customer_id: "cust_2" } }) })).status).toBe(204);
    expect(lookUps).toHaveLength(1);
  });

  test("nobody: acknowledged, and told without a customer", async () => {
    const { deliver, events, kept, telemetry, found, lookUps } = setUp();
    expect((await deliver()).status).toBe(204);
    found.set("cust_1", "x".repeat(2_000));
    expect((await deliver()).status).toBe(204);
    expect((await deliver({ body: '{"event_type":"wallet.updated"}' })).status).toBe(204);
    expect(events.map(({ customer }) => customer)).toEqual([undefined, undefined, undefined]);
    expect(lookUps).toHaveLength(2);
    expect(kept).toEqual([]);
    expect(telemetry.filter(({ type }) => type === "webhook")).toHaveLength(3);
  });

  test("a look-up that fails is answered 503, and the delivery counts when it comes again", async () => {
    const { deliver, found, events, telemetry } = setUp();
    found.set("cust_1", providerError("provider_throttled", { retryAfter: 2_500 }));
    const response = await deliver({ id: "again" });
    expect(response.headers.get("retry-after")).toBe("3");
    expect(await problem(response)).toMatchObject({ status: 503, code: "provider_throttled" });
    expect(types(telemetry)).toEqual(["webhook_failed"]);
    found.set("cust_1", "cus_1");
    expect((await deliver({ id: "again" })).status).toBe(204);
    expect(events).toHaveLength(1);
  });

  test("a look-up that hangs is given up", async () => {
    const { deliver, clock } = setUp({ provider: (fake) => Object.assign(fake, { findCustomer: () => new Promise<undefined>(() => {}) }) });
    const response = deliver();
    while (clock.sleeping === 0) await flush();
    await clock.advance(2 * SECOND);
    expect(await problem(await response)).toMatchObject({ status: 503, code: "provider_timeout" });
  });

  test("a provider that cannot look up leaves what it cannot name", async () => {
    const { gate, clock } = harness({ webhooks });
    expect((await gate.handleWebhook(svixRequest({ body: body(), at: clock.now() }))).status).toBe(204);
  });

  test("where the caller uses the provider's ids, the payload's external id is nobody's", async () => {
    const { deliver, events, lookUps, gate } = setUp({ provider: (fake) => Object.assign(fake, { customers: "id" as const }) });
    await deliver({ body: body({ customer: { external_id: "acme" } }) });
    expect([events[0]?.customer, lookUps]).toEqual(["cust_1", []]);
    await gate.invalidate({ customerId: "cust_1" });
  });

  test("the index is bounded: the oldest ids are looked up again", async () => {
    const { gate, run, provider, deliver, found, lookUps } = setUp({ maxSnapshots: 2 });
    for (let i = 1; i <= 4; i++) {
      provider.answers.set(`cus_${i}`, [wallet("1", `w${i}`, `cust_${i}`)]);
      await run(gate.check(usd("1", { customer: `cus_${i}` })));
    }
    found.set("cust_1", "cus_1");
    await deliver({ body: body({ wallet: { id: "w4" } }) });
    expect(lookUps).toHaveLength(0);
    await deliver();
    expect(lookUps).toHaveLength(1);
  });

  test("wallets that are over are not indexed", async () => {
    const { gate, run, deliver, lookUps } = setUp({ wallets: [{ ...wallet("0", "old"), wallet_status: "closed" }] });
    await run(gate.check(usd("1")));
    await deliver({ body: body({ wallet: { id: "old" } }) });
    expect(lookUps).toEqual([expect.objectContaining({ walletId: "old" })]);
  });
});

describe("each once", () => {
  test("a repeat is acknowledged with 200 and not handled", async () => {
    const { deliver, gate, run, provider, kept, events, telemetry } = setUp();
    await run(gate.check(usd("5")));
    for (const status of [204, 200, 200]) expect((await deliver({ id: "msg" })).status).toBe(status);
    await Promise.all(kept);
    expect([events.length, provider.calls.length]).toEqual([1, 2]);
    expect(types(telemetry)).toEqual(["webhook", "webhook_duplicate", "webhook_duplicate"]);
  });

  test("a repeat with another signature is one too, a forged one is still forged", async () => {
    const { deliver, clock } = setUp();
    await deliver({ id: "msg" });
    await clock.advance(10 * MINUTE);
    expect((await deliver({ id: "msg" })).status).toBe(200);
    expect((await deliver({ id: "msg", secrets: ["whsec_AAAA"] })).status).toBe(401);
  });

  test("what listens throws: 503, the hint stands, and the delivery is handled when it comes again", async () => {
    let fails = true;
    const heard: WebhookEvent[] = [];
    const { deliver, gate, run, provider, kept, telemetry } = setUp({
      onWebhook: async (event) => {
        heard.push(event);
        if (fails) throw new Error("mail server down");
      },
    });
    await run(gate.check(usd("5")));
    provider.answers.set("cus_1", [wallet("100")]);
    const refused = await problem(await deliver({ id: "msg" }));
    expect(refused).toMatchObject({ status: 503, code: "webhook_unhandled" });
    expect(JSON.stringify(refused)).not.toContain("mail server");
    await Promise.all(kept);
    expect(gate.checkCached(usd("5")).allowed).toBe(true);
    expect(telemetry.find(({ type }) => type === "webhook_failed")).toMatchObject({ error: { code: "webhook_unhandled", cause: new Error("mail server down") } });
    fails = false;
    expect((await deliver({ id: "msg" })).status).toBe(204);
    expect(heard).toHaveLength(2);
  });

  test("a server that gives no ids is heard every time", async () => {
    const { gate, events } = setUp({ webhooks: flexpriceWebhooks({ allowUnsigned: true }) });
    for (let i = 0; i < 2; i++) expect((await gate.handleWebhook(post(body()))).status).toBe(204);
    expect(events).toHaveLength(2);
  });

  test("ids are remembered within bounds", async () => {
    const { deliver } = setUp();
    const plain = { body: '{"event_type":"plan.created"}' };
    await deliver({ ...plain, id: "first" });
    for (let i = 0; i < 10_000; i++) await deliver(plain);
    expect((await deliver({ ...plain, id: "msg_10001" })).status).toBe(200);
    expect((await deliver({ ...plain, id: "first" })).status).toBe(204);
  }, 60_000); // Ten thousand signatures.
});

describe("what is refused", () => {
  const cases: [string, Svix, number, string][] = [
    ["not signed", { headers: { "svix-signature": undefined } }, 401, "webhook_signature_missing"],
    ["forged", { secrets: ["whsec_AAAA"] }, 401, "webhook_signature_invalid"],
    ["by another algorithm", { headers: { "svix-signature": "v2,abcd" } }, 401, "webhook_algorithm_refused"],
    ["stale", { at: NOW - 6 * MINUTE }, 401, "webhook_stale"],
    ["from the future", { at: NOW + 6 * MINUTE }, 401, "webhook_from_future"],
    ["malformed", { headers: { "svix-timestamp": "now" } }, 400, "webhook_signature_malformed"],
    ["no event", { body: "[]" }, 400, "webhook_invalid"],
    ["too large", { body: `"${"x".repeat(1_048_576)}"` }, 413, "webhook_too_large"],
  ];
  test.each(cases)("%s", async (_, svix, status, code) => {
    const { deliver, gate, run, provider, events, telemetry } = setUp();
    await run(gate.check(usd("1")));
    const response = await deliver(svix);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await problem(response)).toMatchObject({ status, code, type: "about:blank" });
    expect([events.length, provider.calls.length, gate.checkCached(usd("1")).outcome]).toEqual([0, 1, "covered"]);
    expect(telemetry.find(({ type }) => type === "webhook_refused")).toMatchObject({ error: { code } });
  });

  test("mistakes in the program are thrown", async () => {
    const { gate, clock } = setUp();
    const read = svixRequest({ at: clock.now() });
    await read.text();
    expect(await failure(() => gate.handleWebhook(read))).toMatchObject({ code: "invalid_input", path: "request" });
    expect(await failure(() => gate.handleWebhook(svixRequest(), { waituntil: () => {} } as never))).toMatchObject({ code: "invalid_input", path: "options.waituntil" });
    expect(await failure(() => harness().gate.handleWebhook(svixRequest()))).toMatchObject({ code: "invalid_option", path: "webhooks" });
    await gate.close();
    expect(await failure(() => gate.handleWebhook(svixRequest()))).toMatchObject({ code: "closed" });
  });

  test.each<[string, HarnessOptions]>([
    ["webhooks", { webhooks: {} as never }], ["webhooks", { webhooks: null as never }], ["webhooks", { profile: "lago" }],
    ["onWebhook", { webhooks, onWebhook: "log" as never }], ["onWebhook", { webhooks: undefined, onWebhook: () => {} }],
  ])("the option %s", async (path, options) => {
    expect(await failure(() => harness({ webhooks, ...options }))).toMatchObject({ code: "invalid_option", path });
  });

  test("something unforeseen in the verifier is no refusal", async () => {
    const { gate } = setUp({ webhooks: { ...webhooks, verify: async () => Promise.reject(new TypeError("odd")) } });
    expect(await problem(await gate.handleWebhook(svixRequest()))).toMatchObject({ status: 503, code: "webhook_unhandled" });
  });
});

describe("by a shared store", () => {
  /** A gate that hears webhooks and one that serves, as two isolates. */
  function pair(options: HarnessOptions = {}) {
    const store = memory();
    // Time passes from one look at the clock to the next, as it does.
    let ticks = 0;
    const hears: ReturnType<typeof setUp> = setUp({ store, now: () => hears.clock.now() + (ticks += 1), ...options });
    const serves = harness({ store, beside: hears, webhooks });
    return { store, hears, serves };
  }

  test("the gate that serves learns of it, at most memoryFor later", async () => {
    const { hears, serves } = pair();
    expect((await serves.run(serves.gate.check(usd("5")))).allowed).toBe(false);
    await hears.clock.advance(SECOND);
    hears.provider.answers.set("cus_1", [wallet("100")]);
    expect((await hears.deliver()).status).toBe(204);
    expect(hears.lookUps).toEqual([]); // the store knows whose it is
    await Promise.all(hears.kept);
    await hears.clock.advance(29 * SECOND);
    const calls = hears.provider.calls.length;
    await serves.gate.checkCached(usd("5")).pending;
    expect(serves.gate.checkCached(usd("5"))).toMatchObject({ available: "100" });
    expect(hears.provider.calls).toHaveLength(calls); // taken from the store, where the other put it
  });

  test("a gate that never saw the customer refuses what was stored before", async () => {
    const { hears, serves, store } = pair({ wallets: [wallet("100")] });
    await serves.run(serves.gate.check(usd("5")));
    await hears.clock.advance(SECOND);
    hears.provider.answers.set("cus_1", [wallet("0")]);
    await hears.deliver({ body: body({ event_type: "wallet.terminated" }) });
    await Promise.all(hears.kept);
    const third = harness({ store, beside: hears });
    await third.clock.advance(SECOND);
    expect((await third.run(third.gate.check(usd("5")))).allowed).toBe(false);
  });

  test("a repeat that reaches another instance is one there too", async () => {
    const { hears, serves } = pair();
    await hears.deliver({ id: "msg" });
    const response = await serves.gate.handleWebhook(svixRequest({ body: body(), id: "msg", at: serves.clock.now() }));
    expect(response.status).toBe(200);
  });

  test("a look-up's answer is shared", async () => {
    const { hears, serves } = pair();
    hears.found.set("cust_1", "cus_1");
    await hears.deliver();
    await serves.gate.handleWebhook(svixRequest({ body: body(), id: "other", at: serves.clock.now() }));
    expect(hears.lookUps).toHaveLength(1);
  });

  test("a customer nobody uses is not fetched, and pushes nobody out", async () => {
    const { hears, serves } = pair({ maxSnapshots: 1 });
    await hears.run(hears.gate.check(usd("1")));
    hears.found.set("cust_9", "cus_9");
    expect((await hears.deliver({ body: body({ wallet: { customer_id: "cust_9" } }) })).status).toBe(204);
    await Promise.all(hears.kept);
    expect(hears.provider.calls).toHaveLength(1);
    expect(hears.gate.checkCached(usd("1")).outcome).toBe("covered");
    expect(serves.gate.stats().snapshots).toBe(0);
  });

  test("a gate that is closed meanwhile fetches nothing more", async () => {
    const { hears, serves } = pair();
    await serves.run(serves.gate.check(usd("5")));
    const response = hears.deliver();
    await flush();
    await hears.gate.close();
    await response;
    await Promise.all(hears.kept);
    expect(hears.gate.stats().snapshots).toBe(0);
  });

  test("only a gate that hears webhooks fills it with ids", async () => {
    const store = memory();
    const { gate, run } = harness({ store, wallets: [wallet("1")] });
    await run(gate.check(usd("1")));
    expect([...store.values.keys()].filter((key) => key.includes(":customer:"))).toEqual([]);
    const hears = harness({ store, webhooks, wallets: [wallet("1")] });
    await hears.run(hears.gate.refresh("cus_1"));
    await hears.run(hears.gate.refresh("cus_1"));
    expect([...store.values].filter(([key]) => key.includes(":customer:"))).toEqual([
      ["creditgate:1:customer:flexprice:test:wallet:w1", "cus_1"],
      ["creditgate:1:customer:flexprice:test:customer:cust_1", "cus_1"],
    ]);
  });

  test("one that does not take the invalidation makes the provider send again", async () => {
    const store = memory();
    let isDown = true;
    const broken = { get: store.get, set: async (...args: Parameters<typeof store.set>) => (isDown ? Promise.reject(new Error("down")) : store.set(...args)) };
    const { deliver, found, events } = setUp({ store: broken });
    found.set("cust_1", "cus_1");
    expect(await problem(await deliver({ id: "msg" }))).toMatchObject({ status: 503, code: "webhook_unhandled" });
    isDown = false;
    expect(events).toMatchObject([{ customer: "cus_1" }]); // the listener misses nothing
    expect((await deliver({ id: "msg" })).status).toBe(204);
    expect(events).toHaveLength(2);
  });

  test("one that takes an invalidation slowly has taken it", async () => {
    const store = memory();
    const slow = { ...store, set: async (...args: Parameters<typeof store.set>) => clock.sleep(4 * SECOND, new AbortController().signal).then(() => store.set(...args)) };
    const { gate, clock, run } = harness({ store: slow });
    await run(gate.invalidate("cus_1"));
    expect([...store.values.keys()]).toEqual(["creditgate:1:epoch:flexprice:test:cus_1"]);
  });

  test("one that cannot be read costs look-ups, no deliveries", async () => {
    const store = memory();
    const { deliver, found, events, gate } = setUp({ store: { ...store, get: async () => Promise.reject(new Error("down")) } });
    found.set("cust_1", "cus_1");
    expect((await deliver()).status).toBe(204);
    expect(events).toMatchObject([{ customer: "cus_1" }]);
    expect(gate.stats().storeFailures).toBeGreaterThan(0);
  });
});

describe("invalidate by the provider's ids", () => {
  const without: HarnessOptions = { webhooks: undefined, onWebhook: undefined };

  test.each([["with webhooks", {}], ["without", without]])("a wallet's or a customer's, from the index or by a look-up: %s", async (_, options) => {
    for (const ids of [{ walletId: "w1" }, { customerId: "cust_1" }, { walletId: "unseen", customerId: "cust_1" }]) {
      const { gate, run, provider, lookUps } = setUp(options);
      await run(gate.check(usd("5")));
      provider.answers.set("cus_1", [wallet("100")]);
      await gate.invalidate(ids);
      expect((await run(gate.spend(usd("5")))).allowed).toBe(true);
      expect(lookUps).toEqual([]);
    }
    const { gate, found, lookUps } = setUp(options);
    found.set("w9", "cus_9");
    for (let i = 0; i < 2; i++) await gate.invalidate({ walletId: "w9" });
    expect(lookUps).toHaveLength(1);
  });

  test("of customers whom the provider has renamed, who was fetched last counts", async () => {
    const { gate, run, provider } = harness();
    // Known to the cache, though not to the provider, before the other.
    await run(gate.check(usd("1", { customer: "new" })));
    provider.answers.set("old", [wallet("10")]);
    await run(gate.check(usd("1", { customer: "old" })));
    provider.answers.set("old", null).set("new", [wallet("10")]);
    await run(gate.refresh("new"));
    provider.answers.set("new", [wallet("0")]);
    await gate.invalidate({ walletId: "w1" });
    expect(said(await run(gate.check(usd("1", { customer: "new" }))))).toBe("short: insufficient_balance");
  });

  test("without webhooks the ids are those of whoever is cached at the first, and of every answer after it", async () => {
    const { gate, run, provider, lookUps } = setUp(without);
    const check = async (customer: string, ...wallets: object[]) => {
      provider.answers.set(customer, wallets);
      await run(gate.check(usd("1", { customer })));
    };
    const outdates = async (ids: ProviderIds, customer: string) => {
      const calls = provider.calls.length;
      await gate.invalidate(ids);
      await run(gate.check(usd("1", { customer })));
      return provider.calls.length - calls === 1;
    };
    provider.answers.set("gone", null);
    await run(gate.check(usd("1", { customer: "gone" })));
    await check("cus_1", wallet("1", "w1", "cust_1"), { ...wallet("1", "w2", "cust_1"), wallet_status: "frozen" });
    await check("cus_2", wallet("1", "w3", "cust_2"));
    expect(await outdates({ walletId: "w2" }, "cus_1")).toBe(true);
    expect(await outdates({ customerId: "cust_2" }, "cus_2")).toBe(true);
    await check("cus_3", wallet("1", "w4", "cust_3"));
    expect(await outdates({ walletId: "w4" }, "cus_3")).toBe(true);
    expect(lookUps).toEqual([]);
  });

  test("of whom nobody knows marks nothing; a look-up that fails says so", async () => {
    const { gate, found } = setUp();
    await gate.invalidate({ walletId: "w9" });
    found.set("w9", providerError("provider_unavailable"));
    expect(await failure(() => gate.invalidate({ walletId: "w9" }))).toMatchObject({ code: "provider_unavailable" });
  });

  test.each([
    ["customer", {}], ["customer", null], ["customer", 7], ["customer", []], ["customer.wallet", { wallet: "w1" }],
    ["customer.walletId", { walletId: "" }], ["customer.customerId", { customerId: 7 }], ["customer", ""],
  ])("bad input at %s: %j", async (path, ids) => {
    const { gate } = setUp();
    expect(await failure(() => gate.invalidate(ids as never))).toMatchObject({ code: "invalid_input", path });
  });
});

describe("Lago", () => {
  const lago = lagoWebhooks({ hmacKey: HMAC_KEY });
  const own = (cents: number) => [{ ...lagoWallet({ id: "w1", cents }), lago_customer_id: "c1" }];

  test("its events name the customer; repeats are told by their unique key", async () => {
    const heard: WebhookEvent[] = [];
    const { gate, run, provider, waitUntil, kept } = harness({ profile: "lago", wallets: own(100), webhooks: lago, onWebhook: (event) => void heard.push(event) });
    expect((await run(gate.spend(eur("5")))).allowed).toBe(false);
    provider.answers.set("cus_1", own(10_000));
    const told = JSON.stringify({ webhook_type: "wallet_transaction.updated", object_type: "wallet_transaction", wallet_transaction: { lago_id: "t1", lago_wallet_id: "w1", wallet: { external_customer_id: "cus_1" } } });
    for (const status of [204, 200]) expect((await gate.handleWebhook(hmacRequest(told), { waitUntil })).status).toBe(status);
    expect((await gate.handleWebhook(hmacRequest(told, { "x-lago-unique-key": "key-2" }), { waitUntil })).status).toBe(204);
    await Promise.all(kept);
    expect(gate.checkCached(eur("5")).allowed).toBe(true);
    expect(heard).toMatchObject([{ kind: "transaction", customer: "cus_1", transactionId: "t1" }, { kind: "transaction" }]);
  });

  test.each([{ walletId: "w1" }, { customerId: "c1" }])("invalidate by %j, which nothing else tells", async (ids) => {
    const { gate, run, provider } = harness({ profile: "lago", wallets: own(100) });
    await run(gate.check(eur("5")));
    provider.answers.set("cus_1", own(10_000));
    await gate.invalidate(ids);
    expect((await run(gate.spend(eur("5")))).allowed).toBe(true);
  });

  test("a key that cannot be had is answered 503", async () => {
    const { gate } = harness({ profile: "lago", webhooks: lagoWebhooks({ apiKey: "key" }), fetch: async () => new Response("{}", { status: 500 }), sleep: async () => {} });
    const request = hmacRequest("{}", { "x-lago-signature-algorithm": "jwt" });
    expect(await problem(await gate.handleWebhook(request))).toMatchObject({ status: 503, code: "webhook_key_unavailable" });
  });
});
