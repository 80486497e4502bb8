/**
 * Bytes that `meter.covers` allocates a call, over a million of them.
 * `node --expose-gc --max-semi-space-size=512 --min-semi-space-size=512 allocation.mjs`: the young generation is large enough
 * that nothing is collected while it counts, so the heap's growth is what was allocated.
 */
import { CUSTOMERS, UNITS, USAGE, cachedGate, customerId } from "../customers.mjs";

const CALLS = 1_000_000;
const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));
const answer = {};
for (const profile of ["flexprice", "lago"]) {
  const gate = await cachedGate(profile, 3);
  const meter = gate.meter(USAGE[profile]);
  let covered = 0;
  const run = (units) => {
    for (let index = 0; index < CALLS; index += 1) if (meter.covers(ids[index % CUSTOMERS], units)) covered += 1;
  };
  // Until it is compiled, numbers are boxed.
  for (const units of Object.values(UNITS)) run(units);
  for (const units of Object.values(UNITS)) run(units);
  for (const [outcome, units] of Object.entries(UNITS)) {
    gc();
    const before = process.memoryUsage().heapUsed;
    run(units);
    answer[`${profile}, ${outcome}`] = (process.memoryUsage().heapUsed - before) / CALLS;
  }
  if (covered !== 3 * CALLS) throw new Error(`${covered} calls were covered`);
  await gate.close();
}
console.log(JSON.stringify(answer));
