/**
 * Bytes that `meter.covers` allocates a call, over a million of them.
 * `node --expose-gc --max-semi-space-size=512 --min-semi-space-size=512 allocation.mjs`: the young generation is large enough
 * that nothing is collected while it counts, so the heap's growth is what was allocated.
 */
import { CUSTOMERS, UNITS, USAGE, cachedGate, customerId } from "../customers.mjs";

const CALLS = 1_000_000;
const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));

/** Bytes a call, once it is compiled: until then numbers are boxed. */
function allocated(run) {
  for (let warm = 0; warm < 4; warm += 1) run();
  gc();
  const before = process.memoryUsage().heapUsed;
  run();
  return (process.memoryUsage().heapUsed - before) / CALLS;
}

let seen = 0;
/** V8 answers `Date.now()` with a number on the heap, whoever calls it. */
const clock = allocated(() => {
  for (let index = 0; index < CALLS; index += 1) if (Date.now() > 0) seen += 1;
});
const answer = { clock };
for (const profile of ["flexprice", "lago"]) {
  const gate = await cachedGate(profile, 3);
  const meter = gate.meter(USAGE[profile]);
  for (const [outcome, units] of Object.entries(UNITS)) {
    answer[`${profile}, ${outcome}`] = allocated(() => {
      for (let index = 0; index < CALLS; index += 1) if (meter.covers(ids[index % CUSTOMERS], units) === (outcome === "covered")) seen += 1;
    });
  }
  await gate.close();
}
if (seen !== 25 * CALLS) throw new Error(`${seen} answers were right`);
console.log(JSON.stringify(answer));
