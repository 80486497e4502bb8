/** No allocation on the hot path: the heap's growth over a million checks. */
import { program } from "../child.mjs";

export const name = "allocation";

/** A heap number would be 12 bytes a call: less than one is the measuring itself. */
const NONE = 1;

export async function run() {
  const flags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];
  const bytes = await program("allocation.mjs", { flags });
  const entries = Object.entries(bytes);
  return {
    results: entries.map(([about, value]) => ({ suite: name, case: about, name: "meter.covers, bytes a call", bytes: value })),
    budgets: entries.map(([about, value]) => ({ name: `${about}: bytes that meter.covers allocates a call`, value, limit: NONE, is: "at most" })),
  };
}
