/** A gate that reconstructs, on the sandbox's Lago: what it refuses is what billing would leave unpaid there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CreditGate } from "../../gate/gate.js";
import { lago } from "../../providers/lago/index.js";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(() => sandbox.close());

async function post(path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${sandbox.lago.apiKey}`, "content-type": "application/json" };
  const response = await fetch(sandbox.lago.baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.ok, await response.clone().text()).toBe(true);
}

test("billing is rerun where a sum of balances is too high, and what it leaves unpaid is refused", async () => {
  const { control } = sandbox;
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR" });
  for (const code of ["a", "b"]) control.metrics({ provider: "lago", code, currency: "EUR", unit_price: "1" });
  control.plans({ provider: "lago", code: "plan", currency: "EUR", charges: [{ metric: "a" }, { metric: "b" }] });
  await post("/subscriptions", { subscription: { external_customer_id: "acme", external_id: "sub", plan_code: "plan" } });
  const scope = { provider: "lago", customer: "acme", currency: "EUR", balance: "10" } as const;
  control.wallets({ ...scope, code: "any", priority: 1, applies_to: { fee_types: ["charge"] } });
  control.wallets({ ...scope, code: "b", priority: 2, applies_to: { billable_metric_codes: ["b"] } });
  await post("/events", { event: { transaction_id: "e1", external_subscription_id: "sub", code: "a", properties: { units: 8 } } });
  control.refresh();

  const gateOf = (whenScopesOverlap: "estimate" | "reconstruct", refreshInterval?: "none") =>
    new CreditGate({
      provider: lago({ ...sandbox.lago, ...(refreshInterval === undefined ? {} : { refreshInterval }) }),
      taxRate: "0",
      whenScopesOverlap,
    });
  const b = (amount: string) => ({ customer: "acme", amount, currency: "EUR", metric: "b" });
  // 12 for b would be the largest bucket: it would empty `any`, and leave the 8 of a unpaid.
  expect(await gateOf("estimate").check(b("12"))).toMatchObject({ outcome: "covered", precision: "estimate" });
  for (const gate of [gateOf("reconstruct"), gateOf("reconstruct", "none")]) {
    expect(await gate.check(b("12"))).toMatchObject({ outcome: "short", precision: "exact" });
    expect(await gate.spend(b("7"))).toMatchObject({ outcome: "covered", precision: "exact" });
    await gate.close();
  }
});
