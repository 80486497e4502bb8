/** How scripts end when something is wrong: one sentence for a person, never a stack trace. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root, target } from "./paths.mjs";

/** An end that a person can act on. `log` is the file with everything the failed command printed. */
export class Failure extends Error {
  constructor(message, { log, exitCode = 1 } = {}) {
    super(message);
    this.log = log;
    this.exitCode = exitCode;
  }
}

/** Runs a script's body; its answer, if a number, is the exit code. */
export function main(body) {
  Promise.resolve()
    .then(() => body(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = typeof code === "number" ? code : 0;
    })
    .catch((error) => {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = error instanceof Failure ? error.exitCode : 1;
    });
}

/** One sentence about an error, and where its details are. */
export function describe(error) {
  if (error instanceof Failure) {
    return error.log === undefined ? error.message : `${error.message}\nFull log: ${relative(root, error.log)}`;
  }
  const log = join(target, "logs", "unexpected.log");
  mkdirSync(join(target, "logs"), { recursive: true });
  writeFileSync(log, String(error?.stack ?? error));
  return `Unexpected: ${error?.message ?? error}\nDetails: ${relative(root, log)}`;
}
