/** Growth with the number of wallets: gates of customers with 1 to 50 wallets, in one race. */
import { CUSTOMERS, UNITS, USAGE, cachedGate, customerId } from "../customers.mjs";
import { keep, race, ratio, results } from "../measure.mjs";

export const name = "wallets";

const SIZES = [1, 3, 10, 50];
const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));

export async function run({ pace }) {
  const all = [];
  const budgets = [];
  for (const profile of ["flexprice", "lago"]) {
    const covers = {};
    const decides = {};
    const gates = [];
    for (const size of SIZES) {
      const gate = await cachedGate(profile, size);
      gates.push(gate);
      const meter = gate.meter(USAGE[profile]);
      let turn = 0;
      const next = () => ids[(turn = (turn + 1) % CUSTOMERS)];
      covers[`${size} wallets`] = () => keep(meter.covers(next(), UNITS.covered));
      decides[`${size} wallets`] = () => keep(gate.checkCached({ customer: next(), ...USAGE[profile], units: UNITS.covered }));
    }
    for (const [what, contest] of [["meter.covers", covers], ["checkCached", decides]]) {
      const times = await race(contest, pace);
      all.push(...results(name, `${profile}, ${what}, covered`, times));
      budgets.push({ name: `${profile}: ${what}, 50 wallets / 1`, value: ratio(times, "50 wallets", "1 wallets"), limit: 1.3, is: "at most" });
    }
    for (const gate of gates) await gate.close();
  }
  return { results: all, budgets };
}
