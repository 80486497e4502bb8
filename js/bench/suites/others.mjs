/**
 * The nearest local checks that others ship, as installed from npm, each on its own equivalent of "may this customer
 * spend that?", and the network check that a gate replaces: the wallets asked for over loopback, from our own sandbox,
 * for each check. The others' equivalents know no wallets: they are given one figure of what is left.
 */
import assert from "node:assert/strict";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import schematic from "@schematichq/schematic-typescript-node";
import { startSandbox } from "creditgate/sandbox";
import { CUSTOMERS, PRICE, UNITS, USAGE, cachedGate, customerId } from "../customers.mjs";
import { keep, race, results } from "../measure.mjs";
import { walker } from "../rules/walk.mjs";

export const name = "others";

const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));
/** Currency units that each of the others' customers has left. */
const LEFT = 50;

const SCHEMATIC = "Schematic's rules engine (a credit condition of a plan entitlement)";
const CEDAR = "Cedar (a policy that compares two decimals of four places)";
const NETWORK = "network check (sandbox over loopback, then decimal.js)";

export async function run({ pace }) {
  const gate = await cachedGate("flexprice", 3);
  const meter = gate.meter(USAGE.flexprice);
  const sandbox = await startSandbox();
  const contestants = {
    "meter.covers": (customer, units) => meter.covers(customer, units),
    checkCached: (customer, units) => gate.checkCached({ customer, ...USAGE.flexprice, units }).allowed,
    [SCHEMATIC]: await schematicCheck(),
    [CEDAR]: cedarCheck(),
    [NETWORK]: networkCheck(sandbox),
  };
  try {
    for (const [who, check] of Object.entries(contestants)) {
      assert.equal(await check(ids[1], UNITS.covered), true, who);
      assert.equal(await check(ids[1], UNITS.short), false, who);
    }
    const times = await race(inTurn(contestants), pace);
    return { results: results(name, "one check, covered", times), budgets: [] };
  } finally {
    await Promise.all([gate.close(), sandbox.close()]);
  }
}

function inTurn(contestants) {
  return Object.fromEntries(
    Object.entries(contestants).map(([who, check]) => {
      let turn = 0;
      const next = () => ids[(turn = (turn + 1) % CUSTOMERS)];
      const isAsync = check.constructor.name === "AsyncFunction";
      return [who, isAsync ? async () => keep(await check(next(), UNITS.covered)) : () => keep(check(next(), UNITS.covered))];
    }),
  );
}

/** Its customers are companies, its flags and companies objects that it serialises for each check. */
async function schematicCheck() {
  const engine = new schematic.RulesEngineClient();
  await engine.initialize();
  const own = { account_id: "account", environment_id: "environment" };
  const condition = {
    ...own, id: "condition", condition_type: "credit", operator: "lte", resource_ids: [], trait_value: "", credit_id: "credits", consumption_rate: Number(PRICE),
  };
  const rule = {
    ...own, id: "rule", flag_id: "flag", name: "credits", priority: 1, rule_type: "plan_entitlement", value: true, conditions: [condition], condition_groups: [],
  };
  const flag = { ...own, id: "flag", key: "tokens", default_value: false, rules: [rule] };
  const company = (id) => ({
    ...own, id, base_plan_id: null, billing_product_ids: [], credit_balances: { credits: LEFT }, keys: { id }, metrics: [], plan_ids: [],
    plan_version_ids: [], rules: [], traits: [],
  });
  const companies = new Map(ids.map((id) => [id, company(id)]));
  return async (customer, units) => (await engine.checkFlagWithOptions(flag, companies.get(customer), null, { usage: units })).value;
}

/** The policy is parsed beforehand; the request and the customer cross for each check. */
function cedarCheck() {
  const policy = 'permit(principal, action == Action::"spend", resource) when { principal.left.greaterThanOrEqual(context.cost) };';
  assert.equal(cedar.preparsePolicySet("bench", { staticPolicies: policy }).type, "success");
  const decimal = (amount) => ({ __extn: { fn: "decimal", arg: amount.toFixed(4) } });
  const entities = new Map(ids.map((id) => [id, [{ uid: { type: "Customer", id }, attrs: { left: decimal(LEFT) }, parents: [] }]]));
  return (customer, units) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: "Customer", id: customer },
      action: { type: "Action", id: "spend" },
      resource: { type: "Meter", id: "tokens" },
      context: { cost: decimal(Number(PRICE) * units) },
      preparsedPolicySetId: "bench",
      entities: entities.get(customer),
    });
    return answer.response.decision === "allow";
  };
}

function networkCheck({ control, flexprice: { baseUrl, apiKey } }) {
  for (const customer of ids) for (const balance of ["10", "15", "25"]) control.wallets({ provider: "flexprice", customer, currency: "USD", balance });
  const headers = { "x-api-key": apiKey };
  return async (customer, units) => {
    const url = `${baseUrl}/customers/wallets?lookup_key=${customer}&include_real_time_balance=true`;
    const response = await fetch(url, { headers });
    assert.equal(response.status, 200);
    return walker("decimal.js", "flexprice", new Map([[customer, await response.json()]])).covers(customer, units);
  };
}
