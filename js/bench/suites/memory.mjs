/** What cached customers of three wallets take, and whether a check takes longer among many: up to a million of them. */
import { program } from "../child.mjs";

export const name = "memory";

/** The budget's crowd. */
const CROWD = 100_000;

export async function run({ quick }) {
  const all = [];
  const budgets = [];
  for (const profile of ["flexprice", "lago"]) {
    const base = {};
    for (const count of quick ? [CROWD / 5] : [1_000, 10_000, CROWD, 1_000_000]) {
      const { heap, wasm, nsPerCheck } = await program("crowd.mjs", { flags: ["--expose-gc", "--max-old-space-size=8192"], args: [profile, String(count)] });
      base.ns ??= nsPerCheck;
      const about = `${profile}, ${count.toLocaleString("en")} customers`;
      all.push({ suite: name, case: about, name: "meter.covers, customers at random", nsPerOp: nsPerCheck, ratioToBest: nsPerCheck / base.ns });
      all.push({ suite: name, case: about, name: "bytes a customer: heap", bytes: heap }, { suite: name, case: about, name: "bytes a customer: wasm", bytes: wasm });
      if (quick || count === CROWD) budgets.push({ name: `${profile}: bytes a cached customer of three wallets`, value: heap + wasm, limit: 1_536, is: "at most" });
    }
  }
  return { results: all, budgets };
}
