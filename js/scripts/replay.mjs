/**
 * Replays vector files against an engine: `npm run replay -- DIR... [--engine native|wasm|no-wasm]`. A kind that the
 * engine has no verb for counts as skipped. The last line counts; the exit code tells.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { run } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { exclusively } from "./lib/lock.mjs";
import { isManagement } from "./lib/management.mjs";
import { buildNoWasmWithRules } from "./lib/no-wasm.mjs";
import { root, target, toolEnv } from "./lib/paths.mjs";
import { step } from "./lib/progress.mjs";
import { difference, parseExactly } from "./lib/replay.mjs";
import { importSource } from "./lib/source.mjs";
import { svixReplayer } from "./lib/svix.mjs";

const ENGINES = { native, wasm, "no-wasm": noWasm };

main(async (args) => {
  const { values, positionals } = parse(args);
  const engine = Object.hasOwn(ENGINES, values.engine) ? ENGINES[values.engine] : undefined;
  if (engine === undefined) throw new Failure(`There is no engine ${values.engine}: use native, wasm or no-wasm.`, { exitCode: 2 });
  if (positionals.length === 0) throw new Failure("Which folder? npm run replay -- DIR... [--engine native|wasm|no-wasm]", { exitCode: 2 });
  const files = positionals.flatMap(vectorFiles);
  if (files.length === 0) throw new Failure("There is no vector file in there.", { exitCode: 2 });

  const { call: callEngine, close, whySkipped = () => "no replayer yet" } = await engine();
  const callSvix = await svixReplayer();
  // Signatures are checked in TypeScript, whatever the engine.
  const call = (kind, input) => (kind === "webhook.svix" ? callSvix(input) : callEngine(kind, input));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unreplayed = new Map();
  for (const file of files) {
    const { kind, vectors } = read(file);
    for (const vector of vectors) {
      const outcome = await replay(vector.kind ?? kind, vector, call);
      counts[outcome.status] += 1;
      if (outcome.status === "failed") console.log(`FAILED ${vector.id} (${kind}): ${outcome.why}`);
      if (outcome.status === "skipped") unreplayed.set(kind, (unreplayed.get(kind) ?? 0) + 1);
    }
  }
  close();
  if (unreplayed.size > 0) {
    const reasons = Map.groupBy(unreplayed, ([kind]) => whySkipped(kind));
    for (const [why, kinds] of reasons) console.log(`skipped, ${why}: ${kinds.map(([kind, count]) => `${kind} (${count})`).join(", ")}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
});

function parse(args) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { engine: { type: "string", default: "native" } } });
  } catch (error) {
    throw new Failure(error.message, { exitCode: 2 });
  }
}

/** Every JSON file of a folder that holds vectors, sub-folders included, in order of name. */
function vectorFiles(path) {
  const full = resolve(process.env.INIT_CWD ?? root, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats === undefined) throw new Failure(`There is no ${path}.`, { exitCode: 2 });
  if (stats.isFile()) return [full];
  return readdirSync(full, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && extname(entry.name) === ".json" && entry.name !== "index.json")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function read(file) {
  let content;
  try {
    content = parseExactly(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${error.message}`);
  }
  if (typeof content.kind !== "string" || !Array.isArray(content.vectors)) throw new Failure(`${file} has no kind and vectors.`);
  return content;
}

async function replay(kind, { input, expected, expected_derived: derived }, call) {
  const { answer, error } = await call(kind, input).catch((thrown) => ({ error: thrown }));
  if (error?.code === "unknown_verb") return { status: "skipped" };
  if (error !== undefined) return { status: "failed", why: `${error.code} ${error.message}; expected ${JSON.stringify(expected)}` };
  const why = difference({ ...expected, ...derived }, answer, kind);
  return why === undefined ? { status: "passed" } : { status: "failed", why };
}

/** The engine as a native program, over a pipe. */
async function native() {
  const program = join(target, "release", "examples", "verbs");
  await step("replay: native engine", async () => {
    const args = ["build", "--release", "--locked", "--features", "rules", "--example", "verbs"];
    const { code, output } = await run("cargo", args, { env: toolEnv(), log: join(target, "logs", "replay.log") });
    if (code !== 0) throw new Failure(`The native engine did not compile.\n${output.slice(-2000)}`);
  });
  // The engine has no time-zone database: the package fills in what clocks show, here as for its own users.
  const { withLocalTime } = await importSource("rules/local-time");
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call(verb, request) {
      const whole = verb === "interval.due" ? withLocalTime(request) : request;
      child.stdin.write(`${JSON.stringify({ verb, request: whole })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Failure("The native engine ended.");
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}

/** The engine as users have it: `creditgate/rules` of the built package. */
async function wasm() {
  const { call } = await import("creditgate/rules");
  return {
    async call(verb, request) {
      try {
        return { answer: call(verb, request) };
      } catch (error) {
        return { error };
      }
    },
    close() {},
  };
}

/** The engine as a page without WebAssembly has it, with the verbs of the rules besides; those of management stay out. */
async function noWasm() {
  const file = await exclusively("build", buildNoWasmWithRules);
  console.log("answered by target/no-wasm/with_rules.mjs: the crate of creditgate/no-wasm with the verbs of the rules, which no page loads");
  const { callVerb } = await importSource("no-wasm/core");
  const module = await import(pathToFileURL(file).href);
  return {
    async call(verb, request) {
      if (isManagement(verb)) return { error: { code: "unknown_verb" } };
      try {
        return { answer: callVerb(module, verb, JSON.stringify(JSON.stringify(request))) };
      } catch (error) {
        return { error };
      }
    },
    close() {},
    whySkipped: (kind) => (isManagement(kind) ? "management is not for a page" : "no verb of that name"),
  };
}
