/**
 * `npm run bench [-- --json] [--suite NAME] [--quick] [--write]`: comparisons on the same work in one run, and the budgets of
 * design.md section 9. Fails when a budget is not met.
 *
 * `--check` is the regression check: ratios of one quick run against those kept in ratios.json. `--keep` writes them,
 * `--write` the figures into README.md; with --json the last line is one JSON object.
 */
import { parseArgs } from "node:util";
import { Failure, main } from "../scripts/lib/failure.mjs";
import { say } from "../scripts/lib/progress.mjs";
import { check, keepRatios } from "./check.mjs";
import { machine } from "./machine.mjs";
import { budgetLines, resultLines } from "./print.mjs";
import { writeReadme } from "./readme.mjs";

/** In the order in which they run; those marked are part of the regression check. */
const SUITES = [
  { name: "check", isChecked: true },
  { name: "wallets", isChecked: true },
  { name: "spend", isChecked: true },
  { name: "others" },
  { name: "build", isChecked: true },
  { name: "preview", isChecked: true },
  { name: "cold" },
  { name: "memory", isChecked: true },
  { name: "allocation", isChecked: true },
  { name: "workerd" },
];

const PACE = { rounds: 7, milliseconds: 30 };
const QUICK = { rounds: 12, milliseconds: 3 };

main(async (args) => {
  const options = parse(args);
  if (options.check) return regressions(choose(options));
  const { results, budgets } = await measure(choose(options), options.quick || options.keep);
  const report = { machine: machine(), results: results.map(({ rounds, ...result }) => result), budgets };
  const people = options.json ? process.stderr : process.stdout;
  const print = (lines) => people.write(`${lines.join("\n")}\n`);
  if (options.keep) keepRatios(results);
  print([...resultLines(results), "", "budgets", ...budgetLines(budgets)]);
  if (options.write) writeReadme(report);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return budgets.every(({ ok }) => ok) ? 0 : 1;
});

async function measure(suites, isQuick) {
  const results = [];
  const budgets = [];
  for (const { name } of suites) {
    say(`bench: ${name} ...`);
    const suite = await import(`./suites/${name}.mjs`);
    const found = await suite.run({ pace: isQuick ? QUICK : PACE, quick: isQuick });
    results.push(...found.results);
    budgets.push(...found.budgets.map((budget) => ({ ...budget, ok: budget.is === "at least" ? budget.value >= budget.limit : budget.value <= budget.limit })));
  }
  return { results, budgets };
}

/** A busy moment passes, what is lost stays lost: a suite with a worse ratio is measured again before it counts. */
const ATTEMPTS = 3;

async function regressions(suites) {
  let problems = [];
  let left = suites;
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt += 1) {
    problems = check((await measure(left, true)).results);
    left = left.filter(({ name }) => problems.some(({ suite }) => suite === name));
  }
  for (const { text } of problems) process.stdout.write(`FAILED: ${text}\n`);
  if (problems.length === 0) process.stdout.write("bench: no ratio is worse than what was kept\n");
  return problems.length === 0 ? 0 : 1;
}

function parse(args) {
  const flag = { type: "boolean", default: false };
  const names = ["json", "quick", "check", "keep", "write"];
  try {
    return parseArgs({ args, options: { suite: { type: "string", multiple: true, default: [] }, ...Object.fromEntries(names.map((name) => [name, flag])) } }).values;
  } catch (error) {
    throw new Failure(`${error.message}\nusage: npm run bench [-- --json] [--suite NAME] [--quick] [--check] [--keep] [--write]`, { exitCode: 2 });
  }
}

function choose({ suite: names, check: isCheck, keep }) {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) throw new Failure(`There is no suite ${unknown.join(", ")}. The suites: ${SUITES.map(({ name }) => name).join(", ")}`, { exitCode: 2 });
  if (names.length > 0) return SUITES.filter(({ name }) => names.includes(name));
  return isCheck || keep ? SUITES.filter(({ isChecked }) => isChecked) : SUITES;
}
