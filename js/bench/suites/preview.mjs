/**
 * A preview of an invoice of 3, 30 and 300 lines paid by three of Lago's wallets, against decimal.js on the same rule. The
 * product's preview says more (which wallets a line skips and why, and whether ties decide, for which it computes everything
 * twice); what both say is the same.
 */
import assert from "node:assert/strict";
import { previewInvoice } from "creditgate/engine";
import { METRIC, lagoWallets } from "../customers.mjs";
import { keep, race, results } from "../measure.mjs";
import { preview, readWallets } from "../rules/preview.mjs";

export const name = "preview";

const METRICS = [METRIC, "images", "storage", "requests", "minutes"];

function invoice(lines) {
  return {
    currency: "EUR",
    lines: Array.from({ length: lines }, (_, index) => ({
      id: `line_${index}`,
      amount: `${(300 / lines).toFixed(0)}.${String((index * 37) % 100).padStart(2, "0")}`,
      metric: METRICS[index % METRICS.length],
      taxRate: "20",
    })),
  };
}

/** What both say. */
const common = ({ lines, wallets, subtotal, tax, totalBefore, credits, total }) => ({
  lines: lines.map((line) => ({ id: line.id, amount: line.amount, credits: line.credits.map(({ wallet, amount }) => ({ wallet, amount })) })),
  wallets: wallets.map(({ id, name: called, used, balanceAfter }) => ({ id, name: called, used, balanceAfter })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  subtotal, tax, totalBefore, credits, total,
});

export async function run({ pace }) {
  const all = [];
  const wallets = lagoWallets(7, 3);
  const known = readWallets(wallets);
  for (const lines of [3, 30, 300]) {
    const draft = invoice(lines);
    const ours = () => previewInvoice({ profile: "lago", wallets }, draft, { now: Date.now() });
    const theirs = () => preview(known, draft);
    assert.deepEqual(common(ours()), common(theirs()));
    const times = await race({ previewInvoice: () => keep(ours()), "decimal.js": () => keep(theirs()) }, pace);
    all.push(...results(name, `${lines} lines, 3 wallets`, times));
  }
  return { results: all, budgets: [] };
}
