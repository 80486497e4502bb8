/**
 * `npm test`: every suite, each to its end whatever failed before it. The last line is `N passed, M failed, K skipped`.
 *
 * `--only rust|wasm|ts` runs one language's suites; words after it choose tests by name (cargo) or file (vitest).
 * A suite that could not run counts as one failure; a check (formatting, types, ...) counts only when it fails.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { RUST_CHECKS, TS_CHECKS } from "./lib/checks.mjs";
import { run } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { js, modules, node24, quietCloudflare, root, scripts, target, toolEnv } from "./lib/paths.mjs";
import { countCrates, step } from "./lib/progress.mjs";
import { filesUnder } from "./lib/stamp.mjs";
import { browser } from "./setup.mjs";

const print = (line) => process.stdout.write(`${line}\n`);
const log = (name) => join(target, "test", `${name}.log`);
const isCi = /^(1|true)$/i.test(process.env.CI ?? "");
const env = (extra) => toolEnv({ ...quietCloudflare, RUST_BACKTRACE: "0", ...extra });
/** Seconds for a wasm test binary: the runner's own 20 are short on a busy machine. */
const WASM_TIMEOUT = "180";
const MOST_LINES = 60;

const counts = (answer = {}) => ({ passed: 0, failed: 0, skipped: 0, failures: [], ...answer });
const broken = (reason) => counts({ failed: 1, failures: [reason] });
/** What cannot run here is skipped with its reason, and failed where everything has to run. */
const unavailable = (tests, reason) => (isCi ? broken(`cannot run: ${reason}`) : counts({ skipped: tests, reason }));

// --- cargo --------------------------------------------------------------------------------------------------------

/** What libtest says of each failed test, or where nothing ran the compiler's errors. */
function failureText(output) {
  const told = [...output.matchAll(/^failures:\n\n([\s\S]*?)\n\s*failures:\n/gm)].map(([, text]) => text).join("\n");
  const error = output.search(/^error/m);
  const text = told !== "" ? told : output.slice(Math.max(error, 0));
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.includes("wasm-function["));
  return (told === "" && error === -1 ? lines.slice(-MOST_LINES) : lines.slice(0, MOST_LINES)).join("\n");
}

/** Runs a command whose output has libtest's `test result:` lines. */
async function libtest(name, program, args, extra) {
  const { code, output } = await step(name, (detail) => run(program, args, { env: env(extra), log: log(name), onLine: countCrates(detail) }));
  const answer = counts();
  // wasm-pack and the test runners colour their lines.
  const text = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  for (const [, passed, failed, ignored] of text.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    answer.passed += Number(passed);
    answer.failed += Number(failed);
    answer.skipped += Number(ignored);
  }
  if (code === 0 && /^test result:/m.test(text)) return answer;
  answer.failures = [...text.matchAll(/^test (.+?) \.\.\. (?:FAILED|FAIL)$/gm)].map(([, test]) => test);
  answer.details = `${failureText(text)}\n(full log: ${relative(root, log(name))})`;
  if (answer.failed === 0) return { ...answer, failed: 1, failures: [code === 0 ? "ran no tests" : `could not run (exit code ${code})`] };
  return answer;
}

const rustTests = (words) => libtest("rust", "cargo", ["test", "--locked", "--features", "rules", "--no-fail-fast", ...words]);

function wasmTests(name, flags, test, words, extra) {
  const args = ["test", ...flags, "--mode", "no-install", ".", "--locked", "--features", "rules", "--test", test];
  return libtest(name, "wasm-pack", [...args, ...(words.length > 0 ? ["--", ...words] : [])], { WASM_BINDGEN_TEST_TIMEOUT: WASM_TIMEOUT, ...extra });
}

const wasmInNode = (words) => wasmTests("wasm-node", ["--node"], "wasm_node", words);

function wasmInChromium(words) {
  const { chromedriver, reason } = browser();
  if (reason !== undefined) return unavailable(1, reason);
  return wasmTests("wasm-chromium", ["--headless", "--chrome", "--chromedriver", chromedriver], "wasm_browser", words, { CHROMEDRIVER: chromedriver });
}

// --- TypeScript ---------------------------------------------------------------------------------------------------

async function build() {
  const { code, output } = await step("build", () => run(node24, [join(scripts, "build.mjs")], { env: env(), log: log("build") }));
  return code === 0 ? counts() : { ...broken("the build failed"), details: output.trim().split("\n").slice(-40).join("\n") };
}

async function vitest(words) {
  const { chromium, reason } = browser();
  const report = join(target, "test", "vitest.json");
  rmSync(report, { force: true });
  const files = filesUnder(join(js, "test")).filter((file) => file.endsWith(".test.ts"));
  const unreachable = reason === undefined ? [] : files.filter((file) => file.endsWith(".browser.test.ts"));
  const projects = ["node", "workerd", ...(reason === undefined ? ["chromium"] : [])].flatMap((project) => ["--project", project]);
  const args = [join(modules, "vitest", "vitest.mjs"), "run", "--config", join(js, "vitest.config.ts"), ...projects];
  args.push("--reporter=dot", "--reporter=json", `--outputFile.json=${report}`, "--passWithNoTests", ...words);
  const { code, output } = await step("vitest", () => run(node24, args, { env: env({ CREDITGATE_CHROMIUM: chromium ?? "" }), log: log("vitest") }));
  if (!existsSync(report)) return { ...broken(`vitest could not run (exit code ${code})`), details: output.trim().split("\n").slice(-40).join("\n") };

  const answer = readReport(JSON.parse(readFileSync(report, "utf8")));
  // A project that fails to start may report nothing at all, and so may a Worker with a date that is too new.
  const silent = words.length > 0 ? [] : files.filter((file) => !unreachable.includes(file) && !answer.files.has(file));
  for (const file of silent) addFailure(answer, `${relative(root, file)}: reported no tests`);
  if (code !== 0 && answer.failed === 0) addFailure(answer, `vitest ended with exit code ${code}`);
  if (answer.failed > 0) answer.details = `${answer.messages.join("\n\n")}\n(full log: ${relative(root, log("vitest"))})`;
  if (unreachable.length === 0 || words.length > 0) return answer;
  const rest = unavailable(unreachable.length, reason);
  return { ...answer, failed: answer.failed + rest.failed, skipped: answer.skipped + rest.skipped, failures: [...answer.failures, ...rest.failures], reason: rest.reason };
}

function addFailure(answer, text) {
  answer.failed += 1;
  answer.failures.push(text);
}

function readReport(report) {
  const answer = { ...counts(), files: new Set(), messages: [] };
  for (const { name, status, message, assertionResults } of report.testResults) {
    if (assertionResults.length > 0 || status === "failed") answer.files.add(name);
    for (const test of assertionResults) {
      if (test.status === "passed") answer.passed += 1;
      else if (test.status !== "failed") answer.skipped += 1;
      else {
        addFailure(answer, `${relative(root, name)}: ${test.fullName}`);
        answer.messages.push(`${test.fullName}\n${test.failureMessages.join("\n").split("\n").filter((line) => !line.includes("node_modules") && !line.includes("at new Promise")).slice(0, 15).join("\n")}`);
      }
    }
    // The file itself: an import that fails, a hook.
    if (status === "failed" && assertionResults.every((test) => test.status !== "failed")) {
      addFailure(answer, relative(root, name));
      answer.messages.push(`${relative(root, name)}\n${message}`);
    }
  }
  return answer;
}

/** The checkout page. A browser that is not here is told by the script itself. */
async function checkout() {
  const { code, output } = await step("checkout", () => run(node24, [join(scripts, "test-browser.mjs")], { env: env(), log: log("checkout") }));
  const [, passed, failed, skipped] = (/^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output) ?? [undefined, 0, 0, 0]).map(Number);
  const told = (outcome) => [...output.matchAll(new RegExp(`^${outcome} (.+)$`, "gm"))].map(([, text]) => text);
  const reason = told("skipped").join("; ");
  const answer = counts({ passed, failed, skipped, failures: told("FAILED"), ...(reason === "" ? {} : { reason }) });
  if (code === 0) return answer;
  const details = `${output.slice(Math.max(output.search(/^FAILED/m), 0)).split("\n").slice(0, MOST_LINES).join("\n")}\n(full log: ${relative(root, log("checkout"))})`;
  return failed > 0 ? { ...answer, details } : { ...broken(`could not run (exit code ${code})`), details };
}

async function size() {
  const { code, output } = await step("size", () => run(node24, [join(scripts, "size.mjs"), "--kept"], { env: env(), log: log("size") }));
  if (code === 0) return counts();
  return { ...broken("sizes: see below"), details: output.trim() };
}

/** Ratios and bytes against those that were kept. */
async function bench() {
  const { code, output } = await step("bench", () => run(node24, [join(js, "bench", "run.mjs"), "--check"], { env: env(), log: log("bench") }));
  return code === 0 ? counts() : { ...broken("slower or larger than what was kept: see below"), details: output.trim().split("\n").slice(-MOST_LINES).join("\n") };
}

/** The packed tarball in a representative part of the runtimes and bundlers, and the checks of the package. */
async function runtimes() {
  const args = [join(js, "runtime-tests", "run.mjs"), "--part", "--json"];
  const { code, stdout, output } = await step("runtimes", (detail) => run(node24, args, { env: env(), log: log("runtimes"), onLine: detail }));
  const last = stdout.trim().split("\n").at(-1);
  if (!last?.startsWith("{")) return { ...broken(`could not run (exit code ${code})`), details: output.trim().split("\n").slice(-40).join("\n") };
  const { results, passed, failed, skipped } = JSON.parse(last);
  const told = results.filter(({ status }) => status !== "passed").map(({ name, status, reason }) => `${status}: ${name}: ${reason}`);
  const failures = results.filter(({ status }) => status === "failed").map(({ name }) => name);
  return counts({ passed, failed, skipped, failures, ...(failed > 0 ? { details: told.join("\n") } : {}), ...(skipped > 0 ? { reason: told.join("; ") } : {}) });
}

// ------------------------------------------------------------------------------------------------------------------

const check = ({ name, run: perform }) => ({
  name,
  async run() {
    const problem = await perform();
    return problem === undefined ? counts() : { ...broken(`${name} failed`), details: problem };
  },
});

/** `chosen`: also runs when tests are chosen by name. `needs`: does not run when that suite failed. */
const SUITES = {
  rust: [...RUST_CHECKS.map(check), { name: "rust", chosen: true, run: rustTests }],
  wasm: [
    { name: "wasm-node", chosen: true, run: wasmInNode },
    { name: "wasm-chromium", chosen: true, run: wasmInChromium },
  ],
  ts: [
    { name: "build", chosen: true, run: build },
    ...TS_CHECKS.map(check),
    { name: "vitest", chosen: true, run: vitest },
    { name: "checkout", needs: "build", run: checkout },
    { name: "size", needs: "build", run: size },
    { name: "bench", needs: "build", run: bench },
    { name: "runtimes", needs: "build", run: runtimes },
  ],
};

function choose(args) {
  if (args.length === 0) return { suites: Object.values(SUITES).flat(), words: [] };
  const [flag, group, ...words] = args;
  const suites = flag === "--only" ? SUITES[group] : undefined;
  if (suites === undefined) throw new Failure("usage: npm test [-- --only rust|wasm|ts [NAME]]", { exitCode: 2 });
  return { suites: words.length === 0 ? suites : suites.filter(({ chosen }) => chosen), words };
}

function summary(name, { passed, failed, skipped, reason }) {
  const parts = [passed > 0 && `${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`].filter(Boolean);
  return `${name}: ${parts.join(", ") || "ok"}${reason === undefined ? "" : ` (${reason})`}`;
}

async function attempt(suite, words) {
  try {
    return await suite.run(words);
  } catch (error) {
    return broken(`could not run: ${error.message}`);
  }
}

main(async (args) => {
  const { suites, words } = choose(args);
  const total = counts();
  const failedSuites = new Set();
  for (const suite of suites) {
    const skipped = suite.needs !== undefined && failedSuites.has(suite.needs);
    const answer = skipped ? broken(`not run: the ${suite.needs} failed`) : await attempt(suite, words);
    print(summary(suite.name, answer));
    if (answer.failed > 0) {
      failedSuites.add(suite.name);
      if (answer.details) print(answer.details);
    }
    for (const key of ["passed", "failed", "skipped"]) total[key] += answer[key];
    total.failures.push(...answer.failures.map((failure) => `${suite.name}: ${failure}`));
  }
  if (total.failures.length > 0) print(`\nfailed:\n${total.failures.map((line) => `  ${line}`).join("\n")}\n`);
  print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
});
