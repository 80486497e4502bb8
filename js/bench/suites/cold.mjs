/** Cold start: a process that imports the package and answers its first check, against one that does nothing. */
import { program } from "../child.mjs";
import { median } from "../measure.mjs";

export const name = "cold";

export async function run({ quick }) {
  const parts = { empty: [], import: [], "first answer after it": [], whole: [] };
  for (let round = -1; round < (quick ? 7 : 15); round += 1) {
    const empty = await program("empty.mjs");
    const first = await program("first-check.mjs");
    if (round < 0) continue;
    parts.empty.push(empty.started);
    parts.import.push(first.imported - first.started);
    parts["first answer after it"].push(first.answered - first.imported);
    parts.whole.push(first.answered - empty.started);
  }
  const entries = Object.entries(parts).map(([part, milliseconds]) => [part, median(milliseconds)]);
  return {
    results: entries.map(([part, ms]) => ({ suite: name, case: "Node process", name: part, nsPerOp: ms * 1e6, ratioToBest: ms / median(parts.empty) })),
    budgets: [{ name: "cold process: milliseconds beyond the runtime's own start", value: median(parts.whole), limit: 10, is: "at most" }],
  };
}
