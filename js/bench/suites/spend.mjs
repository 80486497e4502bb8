/**
 * A check that debits what it allows: `spendCached` and `meter.spend`, against the same rule by hand, which walks the wallets,
 * subtracts what was debited so far and adds to it.
 */
import assert from "node:assert/strict";
import { CUSTOMERS, USAGE, cachedGate, customerId, walletsOf } from "../customers.mjs";
import { keep, race, results } from "../measure.mjs";
import { spender } from "../rules/walk.mjs";

export const name = "spend";

/** So few that no customer's wallets run out while it is timed. */
const UNITS = 1;
const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));

export async function run({ pace }) {
  const all = [];
  for (const profile of ["flexprice", "lago"]) {
    const gate = await cachedGate(profile, 3);
    const meterGate = await cachedGate(profile, 3);
    const meter = meterGate.meter(USAGE[profile]);
    const json = new Map(ids.map((id, index) => [id, walletsOf[profile](index, 3)]));
    const spend = spender("decimal.js", profile, json);
    let turn = 0;
    const next = () => ids[(turn = (turn + 1) % CUSTOMERS)];
    const usage = () => ({ customer: next(), ...USAGE[profile], units: UNITS });
    for (let spent = 0; spent < 3 * CUSTOMERS; spent += 1) {
      const asked = usage();
      const [ours, theirs] = [gate.spendCached(asked), spend(asked)];
      assert.deepEqual([ours.allowed, ours.required, ours.available], [theirs.allowed, theirs.required, theirs.available]);
    }
    const times = await race(
      {
        spendCached: () => keep(gate.spendCached(usage())),
        "meter.spend": () => keep(meter.spend(next(), UNITS)),
        "decimal.js": () => keep(spend(usage())),
      },
      pace,
    );
    assert.equal(gate.spendCached(usage()).allowed, true, "the wallets ran out");
    all.push(...results(name, `${profile}, 3 wallets`, times));
    await gate.close();
    await meterGate.close();
  }
  return { results: all, budgets: [] };
}
