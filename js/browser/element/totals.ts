/** The totals of a preview: before credits, what tax does, what credits take off, and what is left to pay. */

import { subtract } from "../../decimal.js";
import type { DecimalString, InvoicePreview } from "../../types.js";
import { type Child, type Description, h } from "./dom.js";
import { type Figures, mark } from "./figures.js";
import type { CreditPreviewMessages } from "./messages.js";
import type { CheckoutDraft } from "./types.js";

export function totals(figures: Figures): Child[] {
  const { preview, draft, formats, messages } = figures;
  const saved = taxSaved(preview);
  // The column adds up: where credits lower the tax, it is shown as it was, and what they take off it below.
  const tax = subtract(preview.tax, saved === "0" ? "0" : `-${saved}`) as DecimalString;
  const hint = saved === "0" ? taxHint(draft, messages) : undefined;
  return [
    h(
      "dl",
      { part: "totals" },
      (preview.subtotal !== preview.totalBefore || preview.discount !== "0") && row("subtotal", messages.subtotal, formats.money(preview.subtotal)),
      preview.discount !== "0" && row("discount", messages.discount, formats.off(preview.discount)),
      tax !== "0" && row("tax", messages.tax, formats.money(tax), hint),
      row("before", messages.totalBefore, formats.money(preview.totalBefore)),
      row("credits", messages.credits, formats.off(preview.credits)),
      saved !== "0" && row("saved", messages.taxSaved, formats.off(saved)),
      h("div", { part: "due" }, h("dt", { part: "due-label" }, messages.due, ...mark(figures, "totals")), h("dd", { part: "due-amount amount" }, formats.money(preview.total))),
    ),
    h("p", { part: `coverage ${coverage(preview)}` }, coverageText(figures)),
  ];
}

/** How far credits go, in words. */
export function coverageText({ preview, messages }: Pick<Figures, "preview" | "messages">): string {
  return messages[MESSAGES[coverage(preview)]];
}

const MESSAGES = { free: "free", covered: "covered", insufficient: "insufficient", none: "noCredits" } as const;

function coverage({ totalBefore, total, credits }: InvoicePreview): keyof typeof MESSAGES {
  if (total === "0") return totalBefore === "0" ? "free" : "covered";
  return credits === "0" ? "none" : "insufficient";
}

function row(part: string, label: string, figure: string, hint?: string): Description {
  return h("div", { part: `total ${part}`, "data-key": part }, h("dt", {}, label, ...(hint === undefined ? [] : [" ", h("span", { part: "hint" }, hint)])), h("dd", { part: "amount" }, figure));
}

/** Lago's first guide let credits lower the tax (R-22-5): what is left is then less than the total without the credits. */
function taxSaved({ totalBefore, credits, total }: InvoicePreview): DecimalString {
  const saved = subtract(subtract(totalBefore, credits), total);
  return saved.startsWith("-") ? "0" : (saved as DecimalString);
}

/** Flexprice taxes the whole and lets credits pay none of it (flexprice 35); Lago taxes lines, and credits pay it too (R-APP-5). */
function taxHint(draft: CheckoutDraft | undefined, messages: CreditPreviewMessages): string | undefined {
  if (draft?.taxRates !== undefined && draft.taxRates.length > 0) return messages.taxNotPaid;
  if (draft?.lines?.some(({ tax, taxRate }) => tax !== undefined || taxRate !== undefined)) return messages.taxPaid;
  return undefined;
}
