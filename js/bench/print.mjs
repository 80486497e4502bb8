/** Figures for people: aligned, with units. */

export function time(ns) {
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(1)} ms`;
  if (ns >= 1e3) return `${(ns / 1e3).toFixed(2)} us`;
  return `${ns.toFixed(0)} ns`;
}

const figure = ({ nsPerOp, bytes }) => (bytes === undefined ? time(nsPerOp) : `${bytes.toFixed(bytes < 100 ? 2 : 0)} B`);
const ratio = ({ ratioToBest }) => (ratioToBest === undefined ? "" : `${ratioToBest.toFixed(ratioToBest < 10 ? 2 : 1)} x`);

/** Rows under one another; the first column to the left, the others to the right. */
function aligned(rows) {
  if (rows.length === 0) return [];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ").trimEnd());
}

/** The results by suite and case. */
export function resultLines(results) {
  const lines = [];
  const groups = Map.groupBy(results, (result) => `${result.suite}: ${result.case}`);
  for (const [title, members] of groups) {
    lines.push("", title, ...aligned(members.map((result) => [`  ${result.name}`, figure(result), ratio(result)])));
  }
  return lines;
}

const short = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 2 : 0));

export function budgetLines(budgets) {
  return aligned(budgets.map(({ name, value, limit, is, ok }) => [`  ${name}`, short(value), `${is} ${short(limit)}`, ok ? "ok" : "FAILED"]));
}
