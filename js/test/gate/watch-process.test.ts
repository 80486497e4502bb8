/** A process that watched ends by itself once the watch is closed: the real timers of the engine, in a process of their own. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

const PROGRAM = `
import { CreditGate } from "creditgate";
const wallet = { id: "w1", currency: "usd", balance: "10", real_time_balance: "10", is_cached_fallback: false };
const provider = {
  profile: "flexprice", id: "flexprice:test", staleness: { computed: 0, cachedFallback: 1800000 }, reflectWithin: 420000,
  fetchWallets: async (customer, { now }) => ({ found: true, wallets: [wallet], sentAt: now() }),
};
const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const gate = new CreditGate({ provider });
const tell = async (end) => {
  let told = 0;
  const heardTwice = new Promise((resolve) => {
    const watch = gate.watch("cus_1", () => {
      told += 1;
      if (told === 2) resolve(watch);
    }, { refreshEvery: 1000 });
  });
  const watch = await heardTwice;
  await new Promise(setImmediate); // the refresh has ended, and the next is planned
  await end(watch);
  return told;
};
const watching = [];
const told = [
  await tell((watch) => { watching.push(timers()); watch.close(); watching.push(timers()); }),
  await tell(async () => { watching.push(timers()); await gate.close(); watching.push(timers()); }),
];
process.on("exit", () => console.log(JSON.stringify({ told, watching })));
`;

test("closing a watch, or its gate, lets the process end", async () => {
  const node = resolve(root, "node_modules/.bin/node");
  const { stdout } = await promisify(execFile)(node, ["--input-type=module", "--eval", PROGRAM], { cwd: root });
  expect(JSON.parse(stdout)).toEqual({ told: [2, 2], watching: [1, 0, 1, 0] });
}, 30_000);
