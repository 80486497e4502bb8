/** No allocation on the hot path: the heap's growth over a million checks. */
import { program } from "../child.mjs";

export const name = "allocation";

/** A heap number takes 12 bytes or 16: less than one a call is the measuring itself. */
const NONE = 1;

export async function run() {
  const flags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];
  const { clock, ...checks } = await program("allocation.mjs", { flags });
  const entries = Object.entries(checks).map(([about, bytes]) => [about, Math.max(0, bytes - clock)]);
  return {
    results: [
      { suite: name, case: "a million calls", name: "Date.now: bytes a call, V8's own", bytes: clock },
      ...entries.map(([about, bytes]) => ({ suite: name, case: "a million calls", name: `meter.covers, ${about}: bytes a call beyond the clock's`, bytes })),
    ],
    budgets: entries.map(([about, value]) => ({ name: `${about}: bytes that meter.covers allocates a call`, value, limit: NONE, is: "at most" })),
  };
}
