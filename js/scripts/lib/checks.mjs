/** Checks that read the code without running it. Each answers nothing, or what is wrong. */
import { join } from "node:path";
import { run } from "./exec.mjs";
import { exclusively } from "./lock.mjs";
import { js, modules, node24, scripts, target, toolEnv } from "./paths.mjs";
import { countCrates, step } from "./progress.mjs";
import { buildNoWasm } from "./no-wasm.mjs";
import { buildWasm } from "./wasm.mjs";

const MOST_LINES = 60;

async function command(name, program, args) {
  const log = join(target, "logs", `${name}.log`);
  const { code, output } = await step(name, (detail) => run(program, args, { env: toolEnv(), log, onLine: countCrates(detail) }));
  if (code === 0) return undefined;
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^\s*(Compiling|Checking|Downloaded|Downloading|Updating|Locking) /.test(line));
  return `${lines.slice(0, MOST_LINES).join("\n")}\n(full log: target/logs/${name}.log)`;
}

export const RUST_CHECKS = [
  { name: "fmt", run: () => command("fmt", "cargo", ["fmt", "--check"]) },
  { name: "clippy", run: () => command("clippy", "cargo", ["clippy", "--locked", "--all-targets", "--all-features", "--", "-D", "warnings"]) },
];

export const TS_CHECKS = [
  { name: "layers", run: () => command("layers", node24, [join(scripts, "layers.mjs")]) },
  {
    name: "types",
    run: async () => {
      // The glue's declarations are generated, and the sources import them.
      try {
        await exclusively("build", async () => {
          await buildWasm();
          await buildNoWasm();
        });
      } catch (error) {
        return error.message;
      }
      return command("types", node24, [join(modules, "typescript", "bin", "tsc"), "-p", join(js, "tsconfig.json"), "--pretty", "false"]);
    },
  },
];

export const CHECKS = [...RUST_CHECKS, ...TS_CHECKS];
