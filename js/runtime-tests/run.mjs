/**
 * `npm run test:runtimes`: packs the package, installs the tarball into a fresh project per set of tools, and runs
 * smoke.mjs in every set-up. A whole run writes the README's table. The last line is `N passed, M failed, K skipped`.
 *
 * `--part` runs what `npm test` does, `--only NAME,NAME` some set-ups, `--list` names them, `--json` ends with one
 * JSON object. A set-up that cannot run on this machine is skipped with its reason, and failed under CI.
 */
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../scripts/lib/exec.mjs";
import { describe, Failure, main } from "../scripts/lib/failure.mjs";
import { node24, root, scripts, toolEnv } from "../scripts/lib/paths.mjs";
import { step } from "../scripts/lib/progress.mjs";
import { browserVersion, closeBrowsers, Unavailable } from "./browsers.mjs";
import { inputModule } from "./judge.mjs";
import { PACKAGE_CHECKS } from "./package.mjs";
import { Project, runtimes } from "./project.mjs";
import { writeTable } from "./readme.mjs";
import { startBilling } from "./servers.mjs";
import { SETUPS, versionOf } from "./setups.mjs";

/** Projects at once: most of the time goes into installing. */
const AT_ONCE = 2;
const isCi = /^(1|true)$/i.test(process.env.CI ?? "");

function options(args) {
  const known = { part: { type: "boolean" }, only: { type: "string" }, list: { type: "boolean" }, json: { type: "boolean" }, update: { type: "boolean" } };
  try {
    return parseArgs({ args, options: known }).values;
  } catch (error) {
    throw new Failure(error.message, { exitCode: 2 });
  }
}

/** What to run: `checks` of the package, and set-ups. */
function choose({ part, only }) {
  const all = [...PACKAGE_CHECKS, ...SETUPS];
  const names = only?.split(",").map((name) => name.trim());
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Failure(`There is no set-up ${unknown}: --list names them.`, { exitCode: 2 });
  const isChosen = ({ name, part: inPart = true }) => (names?.includes(name) ?? true) && (!part || inPart);
  return { checks: PACKAGE_CHECKS.filter(isChosen), setups: SETUPS.filter((setup) => isChosen({ part: false, ...setup })) };
}

async function pack() {
  const log = join(runtimes, "logs", "pack.log");
  const { code, stdout, output } = await run(node24, [join(scripts, "pack.mjs")], { env: toolEnv(), log });
  if (code !== 0) throw new Failure(`The package could not be packed: ${output.trim()}`, { log });
  return stdout.trim().split("\n").at(-1);
}

/** Runs one thing; its result, and a line about it. */
async function attempt({ name, where, how, ...rest }, body) {
  const start = performance.now();
  const answer = { name, where, how, version: versionOf({ name, ...rest }) ?? null, status: "passed", reason: null, seconds: 0 };
  try {
    await body();
    if (rest.browser !== undefined) answer.version = await browserVersion(rest.browser);
  } catch (error) {
    answer.status = error instanceof Unavailable && !isCi ? "skipped" : "failed";
    answer.reason = error instanceof Unavailable ? error.message : describe(error);
  }
  answer.seconds = Math.round((performance.now() - start) / 100) / 10;
  return answer;
}

/** Every set-up of one project, one after the other. */
async function runProject(name, setups, { tarball, input, billing, tell }) {
  const project = new Project(name);
  let broken;
  try {
    await step(`${name}: installing`, () => project.create(tarball, input));
  } catch (error) {
    broken = error;
  }
  for (const setup of setups) {
    tell(
      await attempt(setup, async () => {
        if (broken !== undefined) throw broken;
        await step(setup.name, () => setup.run(project, billing));
      }),
    );
  }
}

/** Calls `body` with every item, a few at a time, in order. */
async function inTurns(items, body) {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await body(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function line({ name, status, version, seconds, reason }) {
  const head = `${status.padEnd(7)} ${name}${version === null ? "" : ` (${version})`}  ${seconds.toFixed(1)} s`;
  return reason === null ? head : `${head}\n${reason.split("\n").map((text) => `    ${text}`).join("\n")}`;
}

async function runAll({ checks, setups }, people, { update }) {
  const results = [];
  const tell = (result) => {
    results.push(result);
    people.write(`${line(result)}\n`);
  };
  const tarball = await step("pack", pack);
  for (const check of checks) tell(await attempt(check, () => step(check.name, () => check.run(tarball, { update }))));
  const billing = await startBilling();
  try {
    const input = inputModule(billing.input);
    const projects = Map.groupBy(setups, ({ project }) => project);
    await inTurns([...projects], ([name, own]) => runProject(name, own, { tarball, input, billing, tell }));
  } finally {
    await closeBrowsers();
    await billing.close();
  }
  // Two projects at once end in any order.
  return [...checks, ...setups].map(({ name }) => results.find((result) => result.name === name));
}

main(async (args) => {
  const chosen = options(args);
  if (chosen.list) {
    for (const { name, part = true } of [...PACKAGE_CHECKS, ...SETUPS.map((setup) => ({ part: false, ...setup }))]) process.stdout.write(`${name}${part ? " (part)" : ""}\n`);
    return 0;
  }
  // A second handler beside those that end our commands: a run that was told to stop does not go on with the next set-up.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
  const people = chosen.json ? process.stderr : process.stdout;
  const start = performance.now();
  const results = await runAll(choose(chosen), people, chosen);
  const count = (status) => results.filter((result) => result.status === status).length;
  const counts = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  if (!chosen.part && chosen.only === undefined) people.write(`${relative(root, writeTable(results))} has the table\n`);
  people.write(`${Math.round((performance.now() - start) / 1000)} s\n`);
  people.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  if (chosen.json) process.stdout.write(`${JSON.stringify({ results, ...counts })}\n`);
  return counts.failed > 0 ? 1 : 0;
});
