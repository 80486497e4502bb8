/**
 * `node js/scripts/run.mjs TASK [args]`: what every script of package.json calls. Sets up what is missing, builds
 * where the task needs it, then runs the task on the Node of devDependencies, so that a clean clone is enough.
 *
 * Set-up and build talk on stderr: stdout is the task's own.
 */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { forward } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { js, node24, pkg, quietCloudflare, root, scripts, toolEnv } from "./lib/paths.mjs";
import { setUp } from "./setup.mjs";

/** `file` is run with the arguments after `args`; `build` builds pkg/ first; `browsers` brings Chromium and Firefox. */
const TASKS = {
  demo: { file: join(scripts, "demo.mjs"), build: true, about: "the main job, end to end, on the local billing APIs" },
  "demo:checkout": { file: join(scripts, "demo-checkout.mjs"), build: true, about: "the checkout page on the local billing APIs [--json] [--port N]" },
  test: { file: join(scripts, "test.mjs"), browsers: true, about: "everything that must pass [--only rust|wasm|ts [NAME]]" },
  "test:browser": { file: join(scripts, "test-browser.mjs"), build: true, browsers: true, about: "the checkout page in Chromium and Firefox [--only chromium|firefox] [WORDS]" },
  build: { file: join(scripts, "build.mjs"), about: "the wasm files and the package, into pkg/" },
  pack: { file: join(scripts, "pack.mjs"), build: true, about: "the tarball; the last line is its path" },
  sandbox: { file: join(pkg, "dist", "bin.js"), args: ["sandbox"], build: true, about: "the local billing APIs [--json] [--port N]" },
  replay: { file: join(scripts, "replay.mjs"), build: true, about: "replays vector files: DIR... [--engine native|wasm|no-wasm]" },
  size: { file: join(scripts, "size.mjs"), build: true, about: "sizes against their budgets [--json]" },
  bench: { file: join(js, "bench", "run.mjs"), build: true, about: "comparisons and the budgets of speed [--suite NAME] [--quick] [--check] [--write] [--keep] [--json]" },
  check: { file: join(scripts, "check.mjs"), build: true, about: "layers, types, formatting, clippy" },
  "test:runtimes": { file: join(js, "runtime-tests", "run.mjs"), build: true, browsers: true, about: "the packed tarball in every runtime and bundler [--part] [--only NAME,...] [--list] [--json]" },
};

function usage() {
  const width = Math.max(...Object.keys(TASKS).map((name) => name.length));
  return Object.entries(TASKS)
    .map(([name, task]) => `  ${name.padEnd(width)}  ${task.about}`)
    .join("\n");
}

main(async ([name, ...args]) => {
  const task = Object.hasOwn(TASKS, name ?? "") ? TASKS[name] : undefined;
  if (task === undefined) {
    throw new Failure(`${name === undefined ? "Which task?" : `There is no task ${name}.`} The tasks, as npm run TASK -- ARGS:\n${usage()}`, { exitCode: 2 });
  }
  // Asked before the minutes of set-up, not after. What pkg/ will hold is not there before the build.
  if (!task.file.startsWith(pkg) && !existsSync(task.file)) {
    throw new Failure(`The task ${name} has no program yet: ${relative(root, task.file)} does not exist.`, { exitCode: 2 });
  }
  await setUp({ browsers: task.browsers });
  const env = toolEnv(quietCloudflare);
  if (task.build) {
    const code = await forward(node24, [join(scripts, "build.mjs")], { env, stdout: "stderr" });
    if (code !== 0) return code;
  }
  return forward(node24, [task.file, ...(task.args ?? []), ...args], { env });
});
