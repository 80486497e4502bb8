/** Writes the figures of a run between the marks of README.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../scripts/lib/failure.mjs";
import { budgetLines, resultLines } from "./print.mjs";

const file = join(import.meta.dirname, "README.md");
const [BEGIN, END] = ["<!-- figures -->", "<!-- /figures -->"];

export function writeReadme({ machine, results, budgets }) {
  const text = readFileSync(file, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end === -1) throw new Failure(`${file} has no marks ${BEGIN} and ${END}.`);
  const against = Object.entries(machine.against).map(([name, version]) => `${name} ${version}`).join(", ");
  const about = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}; Node ${machine.node} (V8 ${machine.v8}), workerd ${machine.workerd}; creditgate ${machine.creditgate} against ${against}.`;
  const figures = ["", about, "", "```", "budgets", ...budgetLines(budgets), ...resultLines(results), "```", ""].join("\n");
  writeFileSync(file, text.slice(0, begin + BEGIN.length) + figures + text.slice(end));
}
