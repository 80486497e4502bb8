/**
 * The contests inside workerd. Its clocks stand still while a request runs, so nothing is timed in here: a request
 * runs one contestant so many times, and who asked times the answer.
 */
import { CUSTOMERS, UNITS, USAGE, cachedGate, customerId, walletsOf } from "../customers.mjs";
import { LIBRARIES, floor, walker } from "../rules/walk.mjs";

const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));
const contests = new Map();

async function contest(profile, count) {
  const name = `${profile} ${count}`;
  const made = contests.get(name);
  if (made !== undefined) return made;
  const gate = await cachedGate(profile, count);
  const meter = gate.meter(USAGE[profile]);
  const json = new Map(ids.map((id, index) => [id, walletsOf[profile](index, count)]));
  const usage = (customer, units) => ({ customer, ...USAGE[profile], units });
  const checks = {
    empty: () => true,
    "meter.covers": (customer, units) => meter.covers(customer, units),
    "plain numbers, precomputed (not exact)": floor(profile, json),
    checkCached: (customer, units) => gate.checkCached(usage(customer, units)).allowed,
  };
  for (const library of Object.keys(LIBRARIES)) {
    const { covers, decide } = walker(library, profile, json);
    checks[library] = covers;
    checks[`${library}, decision`] = (customer, units) => decide(usage(customer, units)).allowed;
  }
  contests.set(name, checks);
  return checks;
}

function run(check, units, calls) {
  let covered = 0;
  for (let index = 0; index < calls; index += 1) if (check(ids[index % CUSTOMERS], units)) covered += 1;
  return covered;
}

export default {
  async fetch(request) {
    const { profile, count, outcome, name, calls } = Object.fromEntries(new URL(request.url).searchParams);
    const checks = await contest(profile, Number(count));
    if (name === "") return Response.json(Object.keys(checks));
    const covered = run(checks[name], UNITS[outcome], Number(calls));
    return Response.json({ covered });
  },
};
