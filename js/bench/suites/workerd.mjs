/**
 * The contests of `check` inside workerd, and its first check. Workerd's clocks stand still while a request runs (the flag
 * that lets them go has steps of 3 ms, and would change what `Date.now` costs the gate), so each request runs one
 * contestant many times and is timed from outside over loopback, less the same number of calls of nothing.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startWorker } from "../../scripts/lib/worker.mjs";
import { median, ratio, results } from "../measure.mjs";

export const name = "workerd";

const file = (path) => fileURLToPath(new URL(`../programs/${path}`, import.meta.url));

/** What a request should take, so that the connection's own time is small beside it. */
const REQUEST_MS = 40;

export async function run({ pace, quick }) {
  const worker = await startWorker(file("worker.mjs"), {});
  const all = [];
  const budgets = [];
  try {
    for (const profile of ["flexprice", "lago"]) {
      for (const count of quick ? [3] : [1, 3, 10, 50]) {
        for (const outcome of quick ? ["covered"] : ["covered", "short"]) {
          const times = await race(worker.url, { profile, count, outcome }, pace);
          const about = `${profile}, ${count} wallet${count === 1 ? "" : "s"}, ${outcome}`;
          const isDecision = (who) => who === "checkCached" || who.endsWith("decision");
          const of = (keep) => Object.fromEntries(Object.entries(times).filter(([who]) => keep(who)));
          all.push(...results(name, about, of((who) => !isDecision(who))), ...results(`${name}, decision`, about, of(isDecision)));
          if (count !== 3 || outcome !== "covered") continue;
          const atLeast = (what, value, limit) => ({ name: `workerd, ${profile}, 3 wallets: ${what}`, value, limit, is: "at least" });
          budgets.push(
            atLeast("BigInt / meter.covers", ratio(times, "BigInt", "meter.covers"), 1),
            atLeast("decimal.js / meter.covers", ratio(times, "decimal.js", "meter.covers"), 20),
            atLeast("decimal.js / checkCached", ratio(times, "decimal.js, decision", "checkCached"), 3),
            atLeast("big.js / checkCached", ratio(times, "big.js, decision", "checkCached"), 3),
          );
        }
      }
    }
  } finally {
    await worker.close();
  }
  all.push(...(await cold(quick)));
  return { results: all, budgets };
}

async function ask(url, parameters) {
  const start = performance.now();
  const response = await fetch(`${url}/?${new URLSearchParams(parameters)}`);
  const answer = await response.json();
  return { answer, milliseconds: performance.now() - start };
}

async function race(url, { profile, count, outcome }, { rounds }) {
  const { answer: names } = await ask(url, { profile, count, outcome, name: "", calls: 0 });
  const calls = {};
  for (const who of names) {
    const run = async (number) => {
      const { answer, milliseconds } = await ask(url, { profile, count, outcome, name: who, calls: number });
      assert.equal(answer.covered, outcome === "covered" || who === "empty" ? number : 0, `${who}: ${count} wallets, ${outcome}`);
      return milliseconds;
    };
    // Until it is compiled, and until a request takes long enough.
    let number = 1_000;
    while ((await run(number)) < REQUEST_MS) number *= 2;
    calls[who] = { run, number };
  }
  const times = Object.fromEntries(names.filter((who) => who !== "empty").map((who) => [who, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const who of Object.keys(times)) {
      const { run, number } = calls[who];
      const nothing = await calls.empty.run(number);
      times[who].push((((await run(number)) - nothing) * 1e6) / number);
    }
  }
  return times;
}

/** The first request of a fresh workerd, with a check and without. */
async function cold(quick) {
  const took = { nothing: [], "first check": [] };
  for (let round = 0; round < (quick ? 3 : 7); round += 1) {
    for (const [what, path] of [["nothing", "/"], ["first check", "/?check"]]) {
      const worker = await startWorker(file("first-worker.mjs"), {});
      const start = performance.now();
      const text = await (await fetch(worker.url + path)).text();
      took[what].push(performance.now() - start);
      assert.equal(text, what === "nothing" ? "nothing" : "true");
      await worker.close();
    }
  }
  const nothing = median(took.nothing);
  return Object.entries(took).map(([what, ms]) => ({ suite: name, case: "first request of a fresh workerd", name: what, nsPerOp: median(ms) * 1e6, ratioToBest: median(ms) / nothing }));
}
