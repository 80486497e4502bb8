/**
 * The checkout page in Chromium and Firefox: `npm run test:browser [-- --only chromium|firefox] [WORDS]`, where words
 * choose tests by name. The last line is `N passed, M failed, K skipped`. A browser that is not here counts as skipped, with the reason, and as failed under
 * `CI=true`.
 */
import { join } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";
import { Failure, main } from "./lib/failure.mjs";
import { js } from "./lib/paths.mjs";
import { pageBrowsers } from "./setup.mjs";

const isCi = /^(1|true)$/i.test(process.env.CI ?? "");

main(async (args) => {
  const { wanted, words } = choose(args);
  const browsers = Object.entries(pageBrowsers()).filter(([name]) => wanted === undefined || name === wanted);
  const present = browsers.filter(([, { program }]) => program !== undefined).map(([name, { program }]) => [name, program]);
  const missing = browsers.filter(([, { reason }]) => reason !== undefined);
  const counts = present.length === 0 ? { passed: 0, failed: 0 } : await test(Object.fromEntries(present), words);
  for (const [name, { reason }] of missing) console.log(`${isCi ? "FAILED" : "skipped"} ${name}: ${reason}`);
  const failed = counts.failed + (isCi ? missing.length : 0);
  console.log(`${counts.passed} passed, ${failed} failed, ${isCi ? 0 : missing.length} skipped`);
  return failed === 0 ? 0 : 1;
});

function choose(args) {
  try {
    const { values, positionals } = parseArgs({ args, options: { only: { type: "string" } }, allowPositionals: true });
    const { only: wanted } = values;
    if (wanted === undefined || Object.hasOwn(pageBrowsers(), wanted)) return { wanted, words: positionals };
  } catch {
    // told below
  }
  throw new Failure("usage: npm run test:browser [-- --only chromium|firefox] [WORDS]", { exitCode: 2 });
}

/** Runs the tests; a line for each as it ends. */
async function test(browsers, words) {
  process.env.CREDITGATE_BROWSERS = JSON.stringify(browsers);
  const counts = { passed: 0, failed: 0 };
  const events = run({ files: [join(js, "test", "browser", "checkout.ts")], isolation: "none", concurrency: false, ...(words.length === 0 ? {} : { testNamePatterns: words }) });
  const about = ({ name, nesting, details }) => `${"  ".repeat(nesting)}${name} (${(details.duration_ms / 1000).toFixed(1)} s)`;
  for await (const { type, data } of events) {
    const isSuite = data?.details?.type === "suite";
    if (type === "test:pass" && !isSuite) {
      counts.passed += 1;
      console.log(`passed ${about(data)}`);
    }
    if (type === "test:fail" && !(isSuite && data.details.error?.failureType === "subtestsFailed")) {
      counts.failed += 1;
      console.log(`FAILED ${about(data)}\n${indent(data.details.error)}`);
    }
  }
  if (counts.passed + counts.failed === 0) throw new Failure("The browser tests did not start.");
  return counts;
}

function indent(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause).split("\n").slice(0, 30).map((line) => `    ${line}`).join("\n");
}
