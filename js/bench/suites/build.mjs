/** From a provider's parsed answer to a first decision: an account is built, asked once and freed. */
import assert from "node:assert/strict";
import { coverage } from "creditgate/engine";
import { CUSTOMERS, TAX_RATE, UNITS, USAGE, customerId, walletsOf } from "../customers.mjs";
import { keep, race, results } from "../measure.mjs";
import { walker } from "../rules/walk.mjs";

export const name = "build";

export async function run({ pace, quick }) {
  const all = [];
  for (const profile of ["flexprice", "lago"]) {
    for (const count of quick ? [3] : [1, 3, 10, 50]) {
      const answers = Array.from({ length: CUSTOMERS }, (_, index) => walletsOf[profile](index, count));
      const usage = { ...USAGE[profile], units: UNITS.covered };
      const options = { now: Date.now(), ...(profile === "lago" ? { taxRate: TAX_RATE } : {}) };
      const ours = (wallets) => coverage({ profile, wallets }, usage, options).outcome === "covered";
      const id = customerId(0);
      const theirs = (wallets) => walker("decimal.js", profile, new Map([[id, wallets]])).decide({ customer: id, ...usage }).allowed;
      for (const wallets of answers) assert.equal(ours(wallets), theirs(wallets));
      let turn = 0;
      const next = () => answers[(turn = (turn + 1) % CUSTOMERS)];
      const times = await race({ "coverage (build, decide, explain, free)": () => keep(ours(next())), "decimal.js (read, decide)": () => keep(theirs(next())) }, pace);
      all.push(...results(name, `${profile}, ${count} wallet${count === 1 ? "" : "s"}`, times));
    }
  }
  return { results: all, budgets: [] };
}
