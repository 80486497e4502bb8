/** One set-up or build at a time: `npm run sandbox` in one terminal and `npm run demo` in another must not collide. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { target } from "./paths.mjs";
import { say } from "./progress.mjs";

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs `body` while no other process holds the lock `name`. A lock whose process is gone is taken over. */
export async function exclusively(name, body) {
  const file = join(target, `${name}.lock`);
  mkdirSync(dirname(file), { recursive: true });
  for (let waits = 0; ; waits += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = Number(readFileSync(file, { encoding: "utf8", flag: "a+" }));
    if (owner > 0 && !isRunning(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    // A set-up that finds everything in place is over before the second look.
    if (waits === 2) say(`waiting for another ${name} (process ${owner}) to end ...`);
    await sleep(500);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await body();
  } finally {
    process.off("exit", release);
    release();
  }
}
