/** Webhooks handled inside workerd: its own WebCrypto and streams, a real KV namespace, two gates as two isolates. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { CreditGate } from "../../gate/gate.js";
import { flexprice } from "../../providers/flexprice/index.js";
import { workersKv } from "../../store/workers-kv.js";
import { flexpriceWebhooks } from "../../webhooks/index.js";
import { SECRET, type Svix, svixRequest } from "../webhooks/deliveries.js";

/** A billing API with one customer, whose balance may change. */
function billing() {
  const customer = `cus_${crypto.randomUUID()}`;
  const ids = { id: `wallet_${customer}`, customer_id: `cust_${customer}` };
  const started = Date.now();
  let ticks = 0; // time passes from one look at the clock to the next, which in workerd it does with I/O only
  const state = { balance: "1", calls: [] as string[] };
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const { pathname } = new URL(String(input));
    state.calls.push(pathname);
    if (!pathname.endsWith("/customers/wallets")) return Response.json({ id: ids.customer_id, external_id: customer });
    const figures = { balance: state.balance, real_time_balance: state.balance, conversion_rate: "1", is_cached_fallback: false };
    return Response.json([{ ...ids, ...figures, currency: "usd", wallet_status: "active", wallet_type: "PRE_PAID" }]);
  };
  const gate = (options = {}) =>
    new CreditGate({ provider: flexprice({ apiKey: "key", retries: 0 }), fetch, webhooks: flexpriceWebhooks({ secret: SECRET }), revalidateAfter: 3_600_000, now: () => started + (ticks += 1), ...options });
  const body = JSON.stringify({ event_type: "wallet.updated", wallet: ids });
  const deliver = async (own: CreditGate, svix: Svix = {}) => {
    const kept: Promise<unknown>[] = [];
    const response = await own.handleWebhook(svixRequest({ body, id: `msg_${customer}`, at: started, ...svix }), { waitUntil: (promise) => void kept.push(promise) });
    await Promise.all(kept);
    return response.status;
  };
  return { state, gate, deliver, usage: { customer, amount: "20", currency: "USD" } };
}

test("a top-up's webhook makes the next spend allowed", async () => {
  const { state, gate, deliver, usage } = billing();
  const own = gate();
  expect((await own.spend(usage)).outcome).toBe("short");
  state.balance = "100";
  expect(await deliver(own)).toBe(204);
  expect(own.spendCached(usage).outcome).toBe("covered");
  expect(await deliver(own)).toBe(200);
  expect(state.calls).toHaveLength(2);
});

test("an isolate that serves learns of a webhook that another heard, through Workers KV", async () => {
  const { state, gate, deliver, usage } = billing();
  const store = workersKv(env.SNAPSHOTS);
  const serves = gate({ store, memoryFor: 0 });
  const hears = gate({ store });
  expect((await serves.spend(usage)).outcome).toBe("short");
  state.balance = "100";
  expect(await deliver(hears)).toBe(204);
  const looked: Promise<unknown>[] = [];
  serves.checkCached(usage, { waitUntil: (promise) => void looked.push(promise) });
  await Promise.all(looked);
  expect((await serves.spend(usage)).outcome).toBe("covered");
  expect(state.calls.filter((path) => !path.endsWith("/wallets"))).toEqual([]); // KV knew whose the wallet is
  expect(await deliver(serves)).toBe(200); // and that the delivery was handled
});

test("a slim event is resolved by a look-up where nobody has cached the customer and somebody listens", async () => {
  const { state, gate, deliver } = billing();
  expect(await deliver(gate())).toBe(204);
  expect(state.calls).toHaveLength(0);
  const heard: unknown[] = [];
  expect(await deliver(gate({ onWebhook: ({ customer }: { customer?: string }) => void heard.push(customer) }))).toBe(204);
  expect(state.calls).toHaveLength(1);
  expect(heard).toHaveLength(1);
  expect(heard[0]).toEqual(expect.any(String));
});

test("what is forged changes nothing", async () => {
  const { state, gate, deliver, usage } = billing();
  const own = gate();
  await own.check(usage);
  expect(await deliver(own, { secrets: ["whsec_AAAA"] })).toBe(401);
  expect(await deliver(own, { at: Date.now() - 600_000 })).toBe(401);
  expect(await deliver(own, { arrives: "{}" })).toBe(401);
  expect(state.calls).toHaveLength(1);
});
