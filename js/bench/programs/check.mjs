/**
 * A check over 1, 3, 10 and 50 wallets, covered and short, without and with scope. Two contests: units in and a boolean
 * out (`meter.covers`), and a usage in and a decision with its figures out (`checkCached`, `check`); each against the
 * same rule by hand, which walks the wallets.
 */
import assert from "node:assert/strict";
import { CUSTOMERS, UNITS, USAGE, cachedGate, customerId, walletsOf } from "../customers.mjs";
import { keep, race, ratio, results } from "../measure.mjs";
import { LIBRARIES, floor, walker } from "../rules/walk.mjs";

const FLOOR = "plain numbers, precomputed (not exact)";
const SIZES = [1, 3, 10, 50];
/** What the budgets are about. */
const TYPICAL = 3;
const ABOUT = { flexprice: "Flexprice, no scope", lago: "Lago, scope and tax" };

const ids = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index));

/** Everything that answers the same question, by contest and name. */
async function contests(profile, count) {
  const gate = await cachedGate(profile, count);
  const meter = gate.meter(USAGE[profile]);
  const json = new Map(ids.map((id, index) => [id, walletsOf[profile](index, count)]));
  const walkers = Object.keys(LIBRARIES).map((library) => [library, walker(library, profile, json)]);
  const covers = {
    "meter.covers": (customer, units) => meter.covers(customer, units),
    ...Object.fromEntries(walkers.map(([library, walk]) => [library, walk.covers])),
    [FLOOR]: floor(profile, json),
  };
  const decide = {
    checkCached: (usage) => gate.checkCached(usage),
    check: async (usage) => await gate.check(usage),
    ...Object.fromEntries(walkers.map(([library, walk]) => [library, walk.decide])),
  };
  return { covers, decide, close: () => gate.close() };
}

/** Around the edge of what each customer has. */
const AGREED = [0, 1, UNITS.covered, 1_000_000, 3_000_000, 5_000_000, 20_000_000, 100_000_000, UNITS.short];

/** Nothing is timed that does not answer as the others do. */
async function agree({ covers, decide }, profile) {
  for (const customer of ids) {
    for (const units of AGREED) {
      const usage = { customer, ...USAGE[profile], units };
      const { allowed, required, available, shortfall } = decide["decimal.js"](usage);
      for (const [who, check] of Object.entries(covers)) assert.equal(check(customer, units), allowed, `${who}: ${customer}, ${units} units`);
      for (const [who, check] of Object.entries(decide)) {
        const answer = await check(usage);
        const figures = { allowed: answer.allowed, required: answer.required, available: answer.available, shortfall: answer.shortfall };
        assert.deepEqual(figures, { allowed, required, available, shortfall }, `${who}: ${customer}, ${units} units`);
      }
    }
  }
}

/** Each call is about another customer. */
function coversInTurn(check, units) {
  let turn = 0;
  return () => {
    turn = (turn + 1) % CUSTOMERS;
    return keep(check(ids[turn], units));
  };
}

/** As it is called: with an object made for the call. */
function decidesInTurn(check, fields, units) {
  let turn = 0;
  const usage = () => {
    turn = (turn + 1) % CUSTOMERS;
    return { customer: ids[turn], ...fields, units };
  };
  return check.constructor.name === "AsyncFunction" ? async () => keep(await check(usage())) : () => keep(check(usage()));
}

const entries = (contest, wrap) => Object.fromEntries(Object.entries(contest).map(([who, check]) => [who, wrap(check)]));

async function run(profile, { pace, quick }) {
  const all = [];
  const budgets = [];
  for (const count of quick ? [TYPICAL] : SIZES) {
    const { covers, decide, close } = await contests(profile, count);
    await agree({ covers, decide }, profile);
    for (const outcome of quick ? ["covered"] : ["covered", "short"]) {
      const units = UNITS[outcome];
      const booleans = await race(entries(covers, (check) => coversInTurn(check, units)), pace);
      const decisions = await race(entries(decide, (check) => decidesInTurn(check, USAGE[profile], units)), pace);
      const about = `${ABOUT[profile]}, ${count} wallet${count === 1 ? "" : "s"}, ${outcome}`;
      all.push(...results("check", about, booleans), ...results("decision", about, decisions));
      if (outcome === "covered" && count === TYPICAL) budgets.push(...judge(profile, booleans, decisions));
    }
    await close();
  }
  return { results: all, budgets };
}

function judge(profile, booleans, decisions) {
  const atLeast = (what, value, limit) => ({ name: `${profile}, ${TYPICAL} wallets: ${what}`, value, limit, is: "at least" });
  return [
    atLeast("BigInt / meter.covers", ratio(booleans, "BigInt", "meter.covers"), 1),
    atLeast("decimal.js / meter.covers", ratio(booleans, "decimal.js", "meter.covers"), 20),
    atLeast("decimal.js / checkCached", ratio(decisions, "decimal.js", "checkCached"), 3),
    atLeast("big.js / checkCached", ratio(decisions, "big.js", "checkCached"), 3),
  ];
}

const [profile, options] = process.argv.slice(2);
console.log(JSON.stringify(await run(profile, JSON.parse(options))));
