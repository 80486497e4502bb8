/** The gate inside workerd: the engine, a real KV namespace, the runtime's own Web APIs. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { isCreditGateError } from "../../errors.js";
import { CreditGate } from "../../gate/gate.js";
import { flexprice } from "../../providers/flexprice/index.js";
import { workersKv } from "../../store/workers-kv.js";

const wallet = {
  id: "wallet_1", currency: "usd", balance: "10", wallet_status: "active", wallet_type: "PRE_PAID", conversion_rate: "1",
  real_time_balance: "7.5", is_cached_fallback: false,
};

function setUp(answers: unknown[] = [[wallet]]) {
  const calls: string[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    calls.push(String(input));
    const answer = answers[Math.min(calls.length, answers.length) - 1];
    return answer instanceof Response ? answer : Response.json(answer);
  };
  const gate = (options = {}) => new CreditGate({ provider: flexprice({ apiKey: "key", retries: 0 }), fetch, ...options });
  return { calls, gate };
}

const usage = { customer: "cus_1", amount: "2.5", currency: "USD" };

test("spends down to the last cent and not beyond", async () => {
  const { calls, gate } = setUp();
  const own = gate();
  const outcomes = [];
  for (let index = 0; index < 4; index += 1) outcomes.push((await own.spend(usage)).outcome);
  expect(outcomes).toEqual(["covered", "covered", "covered", "short"]);
  expect(calls).toHaveLength(1);
});

test("a denial is a Response that a Worker can return", async () => {
  const { gate } = setUp();
  const response = (await gate().spend({ ...usage, amount: "8" })).toResponse();
  expect(response.status).toBe(402);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({ reason: "insufficient_balance", shortfall: "0.5" });
});

test("two isolates share a snapshot through Workers KV", async () => {
  const { calls, gate } = setUp();
  const store = workersKv(env.SNAPSHOTS);
  const customer = `cus_${crypto.randomUUID()}`;
  expect((await gate({ store }).check({ ...usage, customer })).outcome).toBe("covered");
  expect((await gate({ store }).check({ ...usage, customer })).outcome).toBe("covered");
  expect(calls).toHaveLength(1);
});

test("an invalidation reaches the other isolate through Workers KV", async () => {
  const { calls, gate } = setUp();
  const store = workersKv(env.SNAPSHOTS);
  const customer = `cus_${crypto.randomUUID()}`;
  const first = gate({ store });
  await first.check({ ...usage, customer });
  await first.invalidate(customer);
  await gate({ store }).check({ ...usage, customer });
  expect(calls).toHaveLength(2);
});

test("a billing API that fails is an unknown with its reason, and lets nothing through", async () => {
  const { gate } = setUp([new Response("<html>", { status: 502 })]);
  expect(await gate().spend(usage)).toMatchObject({ outcome: "unknown", reason: "provider_unavailable", allowed: false });
});

test("bad input is told by code and path", async () => {
  const { gate } = setUp();
  const error = await gate().spend({ ...usage, amount: "1e400" }).catch((thrown: unknown) => thrown);
  expect(isCreditGateError(error) && { code: error.code, path: error.path }).toEqual({ code: "invalid_decimal", path: "usage.amount" });
});
