/** Child processes: captured with a log, or forwarded. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { root } from "./paths.mjs";

const children = new Set();
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
let listening = false;

/**
 * `npm run` is between us and who started it, with a shell that keeps signals to itself: when npm is killed, that
 * shell goes too, and only our parent's number tells.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    for (const child of children) child.kill("SIGTERM");
  }, 250);
  timer.unref();
}

/** Passes our signals on to the children, so that none outlives us; ends us when there are none. */
function forwardSignals() {
  if (listening) return;
  listening = true;
  endWithNpm();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (children.size === 0) process.exit(128 + constants.signals[signal]);
      // A terminal sends Ctrl-C to the whole group already; a second one would read as "now, at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      for (const child of children) child.kill(signal);
    });
  }
}

/** Runs a command, everything it prints going to `log` and to `onLine`. Never throws: see `code` and `output`. */
export function run(command, args, { cwd = root, env = process.env, log, onLine } = {}) {
  forwardSignals();
  return new Promise((resolve) => {
    let file;
    if (log !== undefined) {
      mkdirSync(dirname(log), { recursive: true });
      file = createWriteStream(log, { flags: "w" });
      file.write(`$ ${[command, ...args].join(" ")}\n`);
    }
    const chunks = [];
    let stdout = "";
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    children.add(child);
    const take = (stream, isOutput) => {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        chunks.push(text);
        if (isOutput) stdout += text;
        file?.write(text);
        if (onLine === undefined) return;
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) onLine(line);
      });
    };
    take(child.stdout, true);
    take(child.stderr, false);
    const end = (code, signal, error) => {
      children.delete(child);
      if (error !== undefined) chunks.push(String(error.message));
      const answer = { code, signal, output: chunks.join(""), stdout, missing: error?.code === "ENOENT" };
      if (file === undefined) resolve(answer);
      else file.end(() => resolve(answer));
    };
    child.on("error", (error) => end(127, null, error));
    child.on("close", (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0), signal));
  });
}

/** Runs a command on our own terminal and answers its exit code. `stdout: "stderr"` keeps our stdout clean. */
export function forward(command, args, { cwd = root, env = process.env, stdout = "stdout" } = {}) {
  forwardSignals();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["inherit", stdout === "stderr" ? 2 : "inherit", "inherit"] });
    children.add(child);
    child.on("error", (error) => {
      children.delete(child);
      reject(error);
    });
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
