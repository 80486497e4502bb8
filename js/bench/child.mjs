/** Programs in processes of their own, on this Node. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs a program of `programs/`; what it printed last. */
export async function program(name, { flags = [], args = [] } = {}) {
  const file = join(import.meta.dirname, "programs", name);
  const { stdout } = await execute(process.execPath, [...flags, file, ...args], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
