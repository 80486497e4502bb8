/** A program of examples/, started as its reader would, with the Node that strips types. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../../..");

export interface Program {
  readonly url: string;
  /** Asks it to end; its exit code. */
  stop(): Promise<number | null>;
}

/** Resolves when it listens. Rejects with what it said when it ends before. */
export async function startProgram(entry: string, env: Readonly<Record<string, string>>): Promise<Program> {
  const node = resolve(root, "node_modules/.bin/node");
  const child = spawn(node, [resolve(root, entry)], { env: { PATH: process.env["PATH"], PORT: "0", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const url = await new Promise<string>((found, failed) => {
    createInterface(child.stdout).on("line", (line) => {
      said += `${line}\n`;
      const address = /^listening on (\S+)$/.exec(line)?.[1];
      if (address !== undefined) found(address);
    });
    void ended.then((code) => failed(new Error(`${entry} ended with ${code}: ${said}`)));
  });
  return {
    url,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
