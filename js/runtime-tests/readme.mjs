/** The README's table of where the package runs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../scripts/lib/failure.mjs";
import { root } from "../scripts/lib/paths.mjs";

const START = "<!-- runs-in:start -->";
const END = "<!-- runs-in:end -->";

/** Rewrites what stands between the markers; answers the file. */
export function writeTable(results) {
  const file = join(root, "README.md");
  const text = readFileSync(file, "utf8");
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start === -1 || end < start) throw new Failure(`README.md has no place for the table: ${START} ... ${END}`);
  writeFileSync(file, `${text.slice(0, start + START.length)}\n${table(results)}\n${text.slice(end)}`);
  return file;
}

/** One row for each tool and version, in the order of the set-ups. */
function table(results) {
  const rows = Map.groupBy(results.filter(({ where }) => where !== undefined), ({ where, version }) => `${where}${version === null ? "" : ` ${version}`}`);
  return ["| Where | How | Result |", "| --- | --- | --- |", ...[...rows].map(([where, own]) => `| ${where} | ${own.map(({ how }) => how).join("; ")} | ${verdict(own)} |`)].join("\n");
}

function verdict(results) {
  const others = results.filter(({ status }) => status !== "passed");
  if (others.length === 0) return "passes";
  return others.map(({ how, status }) => `${status === "failed" ? "fails" : "not tried"}: ${how}`).join("; ");
}
