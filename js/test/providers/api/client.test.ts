import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { CreditGateError } from "../../../errors.js";
import type { CreditGate } from "../../../gate/gate.js";
import type { FlexpriceApi, Invalidates } from "../../../providers/flexprice/api/index.js";
import { flexpriceApi } from "../../../providers/flexprice/api/index.js";
import type { LagoApi } from "../../../providers/lago/api/index.js";
import { lagoApi } from "../../../providers/lago/api/index.js";
import { flexprice } from "../../../providers/flexprice/index.js";
import { lago } from "../../../providers/lago/index.js";
import { failure, NOW } from "../context.js";
import { payload } from "../server.js";
import type { Reply, Script } from "../server.js";
import { all, always, flexpriceAt, KEY, lagoAt } from "./harness.js";

const wallet = { body: payload("lago_wallet") };
const flexpriceWallet = { body: payload("flexprice_wallet") };
const topUp = (api: LagoApi) => api.walletTransactions.create({ wallet_id: "w1", paid_credits: 5 });

/** Every write that does not come twice to the same, and every one that does. */
const LAGO_ONCE: readonly (readonly [string, (api: LagoApi) => Promise<unknown>, object])[] = [
  ["wallets.create", (api) => api.wallets.create({ external_customer_id: "acme", rate_amount: 1 }), { external_customer_id: "acme" }],
  ["wallets.create", (api) => api.customer("acme").wallets.create({ rate_amount: 1 }), { external_customer_id: "acme" }],
  ["wallets.terminate", (api) => api.customer("acme").wallets.terminate("main"), { external_customer_id: "acme", wallet_code: "main" }],
  ["wallets.update", (api) => api.customer("acme").wallets.update("main", {}), { external_customer_id: "acme", wallet_code: "main" }],
  ["walletTransactions.create", topUp, { wallet_id: "w1" }],
  ["alerts.update", (api) => api.customer("acme").alerts("main").update("a", { code: "b" }), { external_customer_id: "acme", wallet_code: "main" }],
  ["alerts.create", (api) => api.customer("acme").alerts("main").create({ alert_type: "wallet_balance_amount", code: "a", thresholds: [{ value: "1" }] }), { external_customer_id: "acme", wallet_code: "main" }],
  ["alerts.createBatch", (api) => api.customer("acme").alerts("main").createBatch([{ alert_type: "wallet_balance_amount", code: "a", thresholds: [{ value: "1" }] }]), { external_customer_id: "acme", wallet_code: "main" }],
];
const LAGO_REPEATABLE: readonly (readonly [string, (api: LagoApi) => Promise<unknown>, object])[] = [
  ["wallets.update", (api) => api.wallets.update("w1", {}), { wallet_id: "w1" }],
  ["wallets.terminate", (api) => api.wallets.terminate("w1"), { wallet_id: "w1" }],
  ["wallets.metadata.merge", (api) => api.wallets.metadata.merge("w1", {}), { wallet_id: "w1" }],
  ["alerts.update", (api) => api.customer("acme").alerts("main").update("a", {}), { external_customer_id: "acme", wallet_code: "main" }],
  ["alerts.delete", (api) => api.customer("acme").alerts("main").delete("a"), { external_customer_id: "acme", wallet_code: "main" }],
  ["alerts.deleteAll", (api) => api.customer("acme").alerts("main").deleteAll(), { external_customer_id: "acme", wallet_code: "main" }],
  ["events.send", (api) => api.events.send({ transaction_id: "t", code: "c", external_subscription_id: "s" }), { transaction_id: "t" }],
];
const FLEXPRICE_ONCE: readonly (readonly [string, (api: FlexpriceApi) => Promise<unknown>, object])[] = [
  ["wallets.create", (api) => api.wallets.create({ external_customer_id: "acme", currency: "usd" }), { external_customer_id: "acme", currency: "usd" }],
  ["wallets.debit", (api) => api.wallets.debit("w1", { credits: 1, transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "k" }), { wallet_id: "w1", idempotency_key: "k" }],
  ["wallets.terminate", (api) => api.wallets.terminate("w1"), { wallet_id: "w1" }],
  ["wallets.modify", (api) => api.wallets.modify("w1", { modification_type: "prepaid_to_postpaid" }), { wallet_id: "w1" }],
];
const FLEXPRICE_REPEATABLE: readonly (readonly [string, (api: FlexpriceApi) => Promise<unknown>, object])[] = [
  ["wallets.update", (api) => api.wallets.update("w1", {}), { wallet_id: "w1" }],
  ["wallets.topUp", (api) => api.wallets.topUp("w1", { credits_to_add: 1, transaction_reason: "FREE_CREDIT_GRANT", idempotency_key: "k" }), { wallet_id: "w1", idempotency_key: "k" }],
  ["events.send", (api) => api.events.send({ event_name: "e", external_customer_id: "acme", event_id: "i" }), { event_id: "i" }],
  ["events.sendBulk", (api) => api.events.sendBulk([{ event_id: "i", event_name: "e", external_customer_id: "acme" }]), {}],
];

describe("a write whose outcome is unknown", () => {
  const replies: readonly Reply[] = [{ fault: "drop" }, { status: 500 }, { status: 502, body: "<html>" }, { status: 408 }, { body: "no json" }, { fault: "drop-mid-body", body: { wallet: "cut in two" } }];

  describe.each(replies)("after %j", (reply) => {
    it.each(LAGO_ONCE)("is not repeated: Lago's %s", async (operation, call, ids) => {
      const { client, server } = await lagoAt(always(reply));
      const error = await failure(call(client));
      expect(error).toMatchObject({ code: "outcome_unknown", status: reply.status, write: { operation, sentAt: NOW, repeatable: false, ids } });
      expect(server.asked).toHaveLength(1);
    });

    it.each(FLEXPRICE_ONCE)("is not repeated: Flexprice's %s", async (operation, call, ids) => {
      const { client, server } = await flexpriceAt(always(reply));
      expect(await failure(call(client))).toMatchObject({ code: "outcome_unknown", write: { operation, repeatable: false, ids } });
      expect(server.asked).toHaveLength(1);
    });
  });

  it.each(LAGO_REPEATABLE)("is repeated where that is harmless: Lago's %s", async (operation, call, ids) => {
    const { client, server } = await lagoAt(always({ fault: "drop" }));
    expect(await failure(call(client))).toMatchObject({ code: "outcome_unknown", write: { operation, repeatable: true, ids } });
    expect(server.asked).toHaveLength(3);
  });

  it.each(FLEXPRICE_REPEATABLE)("is repeated where that is harmless: Flexprice's %s", async (operation, call, ids) => {
    const { client, server } = await flexpriceAt(always({ status: 503 }));
    expect(await failure(call(client))).toMatchObject({ code: "outcome_unknown", status: 503, write: { operation, repeatable: true, ids } });
    expect(server.asked).toHaveLength(3);
  });

  it("is not repeated when another wallet may have taken over its code: Lago's metadata", async () => {
    const { client, server } = await lagoAt(always({ status: 503 }));
    const error = await failure(client.customer("acme").wallets.metadata.deleteAll("main"));
    expect(error).toMatchObject({ code: "outcome_unknown", write: { operation: "wallets.metadata.deleteAll", repeatable: false } });
    expect(server.asked).toHaveLength(1);
  });

  it("is known after all when an alert is gone at the repeat of its deletion", async () => {
    const gone = { status: 404, body: { status: 404, error: "Not Found", code: "alert_not_found" } };
    const repeated = await lagoAt([{ fault: "drop" }, gone]);
    expect(await repeated.client.customer("acme").alerts("main").delete("a")).toBeNull();
    expect(repeated.server.asked).toHaveLength(2);
    const first = await lagoAt([gone]);
    expect(await failure(first.client.customer("acme").alerts("main").delete("a"))).toMatchObject({ code: "provider_not_found" });
  });

  it("says what to look at, and since when", async () => {
    const { client } = await lagoAt(always({ status: 504 }));
    const error = await failure(topUp(client));
    expect(error.message).toBe(
      "Lago: whether walletTransactions.create happened is unknown (Lago answered 504). Before repeating it, list the transactions " +
        "of wallet w1 (walletTransactions.list) and look for what was done since 2026-08-21T18:00:00.000Z.",
    );
    expect(error.cause).toMatchObject({ code: "provider_unavailable", status: 504 });
    const { client: other } = await flexpriceAt(always({ status: 504 }));
    expect((await failure(other.wallets.update("w1", {}))).message).toMatch(/Repeating it does no harm\.$/);
    const { message, write } = await failure(other.wallets.topUp("w1", { credits_to_add: 1, transaction_reason: "FREE_CREDIT_GRANT" }));
    expect(message).toContain(`Repeating it with the idempotency_key ${write?.ids["idempotency_key"]} does no harm.`);
    expect(write?.ids["idempotency_key"]).toMatch(/^[\da-f-]{36}$/);
  });

  it("stays unknown when a later attempt is refused", async () => {
    const { client, server } = await lagoAt([{ fault: "drop" }, { status: 401, body: payload("lago_error_401") }]);
    expect(await failure(client.wallets.update("w1", {}))).toMatchObject({ code: "outcome_unknown", status: 401 });
    expect(server.asked).toHaveLength(2);
  });

  it("makes the gate's snapshot outdated: it may have happened", async () => {
    const { client, invalidated } = await lagoAt(always({ status: 500 }));
    await failure(topUp(client));
    expect(invalidated).toEqual([{ walletId: "w1" }]);
  });
});

describe("a write that did not happen", () => {
  it.each([
    ["lago_error_400", 400, "provider_rejected"],
    ["lago_error_401", 401, "provider_unauthorized"],
    ["lago_error_403", 403, "provider_forbidden"],
    ["lago_error_404", 404, "provider_not_found"],
    ["lago_error_405", 405, "provider_rejected"],
    ["lago_error_422_lock", 422, "provider_rejected"],
    ["lago_error_422_third_party", 422, "provider_rejected"],
    ["lago_error_429_provider", 429, "provider_throttled"],
  ])("says why: %s", async (name, status, code) => {
    const body = payload(name) as { readonly code?: string };
    const { client, server, invalidated } = await lagoAt(always({ status, body }));
    const error = await failure(topUp(client));
    expect([error.code, error.status, error.providerCode, error.write, error.problems]).toEqual([code, status, body.code, undefined, undefined]);
    expect(server.asked).toHaveLength(1);
    expect(invalidated).toEqual([]);
  });

  it.each([
    ["flexprice_error_400_validation", 400, "provider_rejected", "validation_error"],
    ["flexprice_error_400_insufficient", 400, "provider_rejected", "invalid_operation"],
    ["flexprice_create_conflict_409", 409, "provider_rejected", "already_exists"],
    ["flexprice_error_403_env", 403, "provider_forbidden", undefined],
    ["flexprice_error_404", 404, "provider_not_found", "not_found"],
    ["flexprice_error_429", 429, "provider_throttled", "too_many_requests"],
    ["flexprice_error_legacy_documented", 400, "provider_rejected", undefined],
  ])("says why: %s", async (name, status, code, providerCode) => {
    const { client, server } = await flexpriceAt(always({ status, body: payload(name) }));
    expect(await failure(client.wallets.create({ external_customer_id: "acme", currency: "usd" }))).toMatchObject({ code, status, providerCode });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ["lago_error_422_validation", [{ path: "paid_credits", code: "amount_below_minimum" }]],
    ["lago_error_422_wallet_limit", [{ path: "customer", code: "wallet_limit_reached" }]],
    ["lago_error_422_wallet_terminated", [{ path: "wallet_id", code: "wallet_is_terminated" }]],
  ])("says what is wrong, field by field: %s", async (name, problems) => {
    const { client } = await lagoAt([{ status: 422, body: payload(name) }]);
    expect(await failure(topUp(client))).toMatchObject({ code: "provider_rejected", providerCode: "validation_errors", problems });
  });

  it("is sent again when a rate limit in front of the API turned it away", async () => {
    const { client, server, slept } = await lagoAt([{ status: 429, headers: { "x-ratelimit-reset": "2" } }, { body: { wallet_transactions: [] } }]);
    await topUp(client);
    expect(server.asked).toHaveLength(2);
    expect(slept[0]).toBeGreaterThanOrEqual(2_000);
  });

  it("is known not to have happened when its time is over while it waits to be let in", async () => {
    const waits: number[] = [];
    const sleep = (ms: number, signal: AbortSignal) => {
      waits.push(ms);
      // The deadline comes during the second wait, which is the one between two attempts.
      return waits.length === 1 ? new Promise<void>((resolve) => (expire = resolve)) : (expire(), new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
    };
    let expire = (): void => undefined;
    const { client, server } = await lagoAt(always({ status: 429 }), { sleep });
    const error = await failure(topUp(client));
    expect([error.code, error.write]).toEqual(["provider_timeout", undefined]);
    expect(server.asked).toHaveLength(1);
  });

  it("was never sent: without a key, or aborted before", async () => {
    const { client, server } = await lagoAt(always(wallet), { apiKey: () => Promise.reject(new Error("vault is down")) });
    expect(await failure(topUp(client))).toMatchObject({ code: "provider_unauthorized" });
    const aborted = await lagoAt(always(wallet));
    const error = await failure(aborted.client.walletTransactions.create({ wallet_id: "w1" }, { signal: AbortSignal.abort("enough") }));
    expect([error.code, error.write, error.cause]).toEqual(["provider_timeout", undefined, "enough"]);
    expect([...server.asked, ...aborted.server.asked]).toEqual([]);
  });
});

describe("time", () => {
  it.each(["hang", "hang-mid-body"] as const)("ends a write that is not answered (%s), without a second request", async (fault) => {
    const api = await lagoAt(() => {
      queueMicrotask(() => api.expire());
      return { fault, body: { wallet_transactions: "long enough to be cut in two" } };
    });
    const error = await failure(topUp(api.client));
    expect(error).toMatchObject({ code: "outcome_unknown", write: { repeatable: false } });
    expect(error.cause).toMatchObject({ code: "provider_timeout", message: "Lago did not answer within 3600000 ms" });
    expect(api.server.asked).toHaveLength(1);
    expect(api.invalidated).toEqual([{ walletId: "w1" }]);
  });

  it("ends a read that is not answered", async () => {
    const api = await lagoAt(() => {
      queueMicrotask(() => api.expire());
      return { fault: "hang" };
    });
    expect(await failure(api.client.wallets.get("w1"))).toMatchObject({ code: "provider_timeout" });
  });

  it("ends a call whose fetch does not listen to its signal", async () => {
    const api = await lagoAt([], { fetch: () => (queueMicrotask(() => api.expire()), new Promise(() => undefined)) });
    expect(await failure(topUp(api.client))).toMatchObject({ code: "outcome_unknown" });
  });

  it("is the caller's signal's too", async () => {
    const controller = new AbortController();
    const reason = new CreditGateError("closed", "shutting down");
    const { client } = await lagoAt(() => {
      queueMicrotask(() => controller.abort(reason));
      return { fault: "hang" };
    });
    expect(await failure(client.wallets.get("w1", { signal: controller.signal }))).toBe(reason);
  });

  it.each(["closed", "provider_throttled", "provider_rejected"] as const)("leaves a write that was sent unknown, whatever ends it: %s", async (code) => {
    const controller = new AbortController();
    const reason = new CreditGateError(code, "enough");
    const { client, invalidated } = await lagoAt(() => {
      queueMicrotask(() => controller.abort(reason));
      return { fault: "hang" };
    });
    const error = await failure(client.walletTransactions.create({ wallet_id: "w1" }, { signal: controller.signal }));
    expect(error).toMatchObject({ code: "outcome_unknown", write: { sentAt: NOW } });
    expect(error.cause).toBe(reason);
    expect(invalidated).toEqual([{ walletId: "w1" }]);
  });

  it("does not leave a write unknown that a fetch of the caller's refused to send", async () => {
    const reason = new CreditGateError("throttled", "not now");
    const { client, invalidated } = await lagoAt([], { fetch: () => Promise.reject(reason) });
    expect(await failure(topUp(client))).toBe(reason);
    expect(invalidated).toEqual([]);
  });

  it("is per page of a list, and per call", async () => {
    const waits: number[] = [];
    const sleep = (ms: number, signal: AbortSignal) => (waits.push(ms), new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
    const page = (next: number | null) => ({ body: { wallets: [{ lago_id: `w${String(next)}` }], meta: { next_page: next } } });
    const { client } = await lagoAt([page(2), page(null), wallet], { sleep, timeout: 7_000 });
    await all(client.wallets.list());
    await client.wallets.get("w1", { timeout: 50 });
    expect(waits).toEqual([7_000, 7_000, 50]);
  });

  it.each([-1, NaN, Infinity, 2 ** 31, "1"])("is a duration that a timer can wait for, not %j", async (timeout) => {
    const { client, server } = await lagoAt([]);
    expect(await failure(client.wallets.get("w1", { timeout: timeout as number }))).toMatchObject({ code: "invalid_option", path: "timeout" });
    expect(server.asked).toEqual([]);
  });

  it("leaves nothing behind: no timer, no listener", async () => {
    const signals: AbortSignal[] = [];
    const sleep = (_: number, signal: AbortSignal) => (signals.push(signal), new Promise<void>(() => undefined));
    const { client } = await lagoAt(always(wallet), { sleep });
    const { signal } = new AbortController();
    await client.wallets.get("w1", { signal });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("comes by a real timer, and from the global clock and fetch, unless told otherwise", async () => {
    const { server } = await lagoAt(always({ fault: "hang" }));
    const client = lagoApi({ apiKey: KEY, baseUrl: `${server.url}/v1`, timeout: 30 });
    expect(await failure(client.wallets.get("w1"))).toMatchObject({ code: "provider_timeout" });
  });
});

describe("reads", () => {
  it.each([
    ["wallets.get", (api: LagoApi) => api.wallets.get("w1")],
    ["walletTransactions.paymentUrl", (api: LagoApi) => api.walletTransactions.paymentUrl("t1")],
    ["invoices.preview", (api: LagoApi) => api.invoices.preview({ customer: {}, plan_code: "pro" })],
  ])("are repeated, and fail as reads: %s", async (_, call) => {
    const { client, server, invalidated } = await lagoAt(always({ status: 503, body: { status: 503, error: "Unavailable" } }));
    expect(await failure(call(client))).toMatchObject({ code: "provider_unavailable", status: 503 });
    expect(server.asked).toHaveLength(3);
    expect(invalidated).toEqual([]);
  });

  it("are asked once with retries: 0", async () => {
    const { client, server } = await lagoAt(always({ status: 503 }), { retries: 0 });
    await failure(client.wallets.get("w1"));
    expect(server.asked).toHaveLength(1);
  });
});

describe("the gate", () => {
  const owner = { walletId: "wallet_01K3Q0Z8V6W9E4T2M5N7B1C3D4", customerId: "cust_01K3Q0Y1A2B3C4D5E6F7G8H9J0" };
  const lagoCases: readonly (readonly [string, (api: LagoApi) => Promise<unknown>, Script, unknown[]])[] = [
    ["wallets.create", (api) => api.wallets.create({ external_customer_id: "acme", rate_amount: 1 }), [wallet], ["acme"]],
    ["wallets.update", (api) => api.wallets.update("w1", {}), [wallet], ["cust_acme_042"]],
    ["wallets.terminate", (api) => api.wallets.terminate("w1"), [wallet], ["cust_acme_042"]],
    ["customer.wallets.terminate", (api) => api.customer("acme").wallets.terminate("main"), [wallet], ["cust_acme_042"]],
    ["customer.wallets.update, unanswered", (api) => api.customer("acme").wallets.update("main", {}).catch(() => 0), always({ status: 500 }), ["acme"]],
    ["wallets.update, unanswered", (api) => api.wallets.update("w1", {}).catch(() => 0), always({ status: 500 }), [{ walletId: "w1" }]],
    ["walletTransactions.create", topUp, [{ body: { wallet_transactions: [] } }], [{ walletId: "w1" }]],
    ["wallets.metadata.merge", (api) => api.wallets.metadata.merge("w1", {}), [{ body: { metadata: {} } }], []],
    ["alerts.deleteAll", (api) => api.customer("acme").alerts("main").deleteAll(), [{ body: {} }], []],
    ["events.send", (api) => api.events.send({ transaction_id: "t", code: "c", external_subscription_id: "s" }), [{ body: { event: {} } }], []],
    ["wallets.get", (api) => api.wallets.get("w1"), [wallet], []],
  ];
  it.each(lagoCases)("is told after Lago's %s", async (_, call, script, expected) => {
    const { client, invalidated } = await lagoAt(script);
    await call(client);
    expect(invalidated).toEqual(expected);
  });

  const flexpriceCases: readonly (readonly [string, (api: FlexpriceApi) => Promise<unknown>, Script, unknown[]])[] = [
    ["wallets.create", (api) => api.wallets.create({ external_customer_id: "acme", currency: "usd" }), [flexpriceWallet], ["acme"]],
    ["wallets.create by Flexprice's id", (api) => api.wallets.create({ customer_id: "cust_1", currency: "usd" }), [flexpriceWallet], [owner]],
    ["wallets.create, unanswered", (api) => api.wallets.create({ customer_id: "cust_1", currency: "usd" }).catch(() => 0), always({ status: 500 }), [{ customerId: "cust_1" }]],
    ["wallets.update", (api) => api.wallets.update(owner.walletId, {}), [flexpriceWallet], [owner]],
    ["wallets.topUp", (api) => api.wallets.topUp(owner.walletId, { credits_to_add: 1, transaction_reason: "CREDIT_NOTE" }), [{ body: payload("flexprice_topup_response_direct") }], [owner]],
    ["wallets.debit", (api) => api.wallets.debit(owner.walletId, { credits: 1, transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "k" }), [flexpriceWallet], [owner]],
    ["wallets.terminate", (api) => api.wallets.terminate("w1"), [{ body: { message: "" } }], [{ walletId: "w1" }]],
    ["wallets.modify", (api) => api.wallets.modify(owner.walletId, { modification_type: "prepaid_to_postpaid" }), [{ body: payload("flexprice_modify_response") }], [owner]],
    ["events.send", (api) => api.events.send({ event_id: "i", event_name: "e", external_customer_id: "acme" }), [{ body: {} }], []],
  ];
  it.each(flexpriceCases)("is told after Flexprice's %s", async (_, call, script, expected) => {
    const { client, invalidated } = await flexpriceAt(script);
    await call(client);
    expect(invalidated).toEqual(expected);
  });

  it("that knows customers by Flexprice's ids is told by those", async () => {
    const { client, invalidated } = await flexpriceAt(always(flexpriceWallet), { customers: "id" });
    await client.wallets.create({ external_customer_id: "acme", currency: "usd" });
    await client.wallets.update("w1", {});
    expect(invalidated).toEqual([owner.customerId, owner.customerId]);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("store is down"))],
    ["throws", () => { throw new Error("not mine"); }],
  ])("that %s does not undo a write", async (_, invalidate: Invalidates["invalidate"]) => {
    const { client } = await lagoAt([wallet], { gate: { invalidate } });
    expect(await client.wallets.terminate("w1")).toMatchObject({ external_customer_id: "cust_acme_042" });
  });

  it("that takes forever is let go when the call's time is over", async () => {
    const api = await lagoAt([wallet], { gate: { invalidate: () => (queueMicrotask(() => api.expire()), new Promise(() => undefined)) } });
    expect(await api.client.wallets.terminate("w1")).toMatchObject({ external_customer_id: "cust_acme_042" });
  });

  it("may be a CreditGate", () => {
    const accepts = (gate: CreditGate): Invalidates => gate;
    expect(accepts).toBeTypeOf("function");
  });
});

describe("options", () => {
  it("serve the provider too", () => {
    const ofFlexprice = { apiKey: KEY, region: "india", customers: "id", grants: "fetch", maxCachedAge: 1000, reflectWithin: 1, environment: "e", source: "s", retries: 1 } as const;
    expect([flexprice(ofFlexprice), flexpriceApi(ofFlexprice)]).toHaveLength(2);
    const ofLago = { apiKey: KEY, region: "eu", refreshInterval: 1, reflectWithin: 1, environment: "e", retries: 1 } as const;
    expect([lago(ofLago), lagoApi(ofLago)]).toHaveLength(2);
  });

  it.each([
    ["apiKey", { apiKey: "" }],
    ["baseUrl", { baseUrl: "x" }],
    ["timeout", { timeout: -1 }],
    ["timeout", { timeout: "1" }],
    ["timeout", { timeout: 2_147_483_648 }],
    ["validate", { validate: "no" }],
    ["gate", { gate: {} }],
    ["gate", { gate: null }],
    ["fetch", { fetch: 1 }],
    ["now", { now: 1 }],
    ["sleep", { sleep: 1 }],
    ["reportWithin", { reportWithin: 1 }],
  ])("refuse %s of %j", (option, options) => {
    for (const [profile, make] of [["flexprice", flexpriceApi], ["lago", lagoApi]] as const) {
      expect(() => make({ apiKey: KEY, ...options } as never)).toThrow(expect.objectContaining({ code: "invalid_option", path: `${profile}.${option}` }));
    }
  });
});
