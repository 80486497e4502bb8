/** The lines of a preview: what each costs, and which wallet pays how much of it. */

import { add, subtract } from "../../decimal.js";
import type { DecimalString, PreviewLine } from "../../types.js";
import { type Child, type Description, h } from "./dom.js";
import { amount, colourOf, creditCount, draftLineOf, type Figures, mark, nameOf, swatch } from "./figures.js";
import type { CheckoutLine } from "./types.js";

export function lines(figures: Figures): Child[] {
  const { preview, messages } = figures;
  const open = mark(figures, "lines");
  return [
    open.length > 0 && h("p", { part: "lines-note hint" }, messages.lines, ...open),
    h("ul", { part: "lines", role: "list", "aria-label": messages.lines }, ...preview.lines.map((line, place) => lineItem(figures, line, draftLineOf(figures, place)))),
  ];
}

function lineItem(figures: Figures, line: PreviewLine, draft: CheckoutLine | undefined): Description {
  const { formats, messages } = figures;
  const label = draft?.label || line.id;
  return h(
    "li",
    { part: "line", "data-key": line.id },
    h("div", { part: "line-head" }, h("span", { part: "line-label" }, label), amount(formats.money(line.amount), "line-amount")),
    line.discount !== "0" && h("div", { part: "line-discount" }, h("span", { part: "hint" }, messages.discount), amount(formats.off(line.discount))),
    bar(figures, line, draft),
    shares(figures, line, draft, label),
    skipped(figures, line, label),
  );
}

/** A picture of the shares, which are told as text below it. */
function bar({ placeOf }: Figures, line: PreviewLine, draft: CheckoutLine | undefined): Child {
  const { paid, rest } = widths(line, draft);
  if (Number(line.amount) === 0) return undefined;
  const segments = line.credits.map(({ wallet }, place) =>
    h("span", { part: "segment", "data-key": wallet, "data-colour": colourOf(placeOf(wallet)), grow: paid[place] ?? 0 }),
  );
  return h("div", { part: "bar", "aria-hidden": "true" }, ...segments, rest > 0 && h("span", { part: "rest", grow: rest }));
}

/** Per cent of a bar that is less than a pixel or two: what rounding has left of a line is not drawn. */
const INVISIBLE = 0.25;

/**
 * The widths of a bar's parts, in per cent of it. They are floats: a picture has a few hundred pixels, and no figure
 * is taken from them.
 */
function widths(line: PreviewLine, draft: CheckoutLine | undefined): { paid: number[]; rest: number } {
  const paid = line.credits.map((share) => Number(share.amount));
  const net = Number(line.amount) - Number(line.discount);
  const tax = draft?.tax === undefined ? (net * Number(draft?.taxRate ?? 0)) / 100 : Number(draft.tax);
  const cost = net + tax - Number(draft?.creditNotes ?? 0);
  const sum = paid.reduce((whole, width) => whole + width, 0);
  const whole = Math.max(cost, sum) || 1;
  const rest = ((whole - sum) / whole) * 100;
  return { paid: paid.map((width) => (width / whole) * 100), rest: rest < INVISIBLE ? 0 : rest };
}

function shares(figures: Figures, line: PreviewLine, draft: CheckoutLine | undefined, label: string): Child {
  const { formats, messages } = figures;
  const rest = unpaid(line, draft);
  const paid = line.credits.map((share) =>
    h(
      "li",
      { part: "share", "data-key": share.wallet },
      swatch(figures, share.wallet),
      h("span", { part: "payer" }, h("span", { part: "wallet-name" }, nameOf(figures, share.wallet)), " ", creditCount(figures, share.credits)),
      amount(formats.money(share.amount), "share-amount"),
    ),
  );
  const left =
    rest !== undefined &&
    rest !== "0" &&
    h(
      "li",
      { part: "share unpaid", "data-key": "" },
      h("span", { part: "swatch", "aria-hidden": "true" }),
      h("span", { part: "payer" }, messages.unpaid),
      amount(formats.money(rest), "share-amount"),
    );
  if (paid.length === 0 && !left) return undefined;
  return h("ul", { part: "shares", role: "list", "aria-label": messages.payers(label) }, ...paid, left);
}

/** What no wallet pays, where the line's cost is its amount less its discount: tax is the engine's to compute. */
function unpaid(line: PreviewLine, draft: CheckoutLine | undefined): DecimalString | undefined {
  if (draft === undefined || [draft.tax, draft.taxRate, draft.creditNotes].some((figure) => figure !== undefined && Number(figure) !== 0)) return undefined;
  const paid = line.credits.reduce<string>((sum, share) => add(sum, share.amount), "0");
  const rest = subtract(subtract(line.amount, line.discount), paid);
  return rest.startsWith("-") ? "0" : (rest as DecimalString);
}

/** Why other wallets pay nothing; that none was needed goes without saying. */
function skipped(figures: Figures, line: PreviewLine, label: string): Child {
  const { messages } = figures;
  if (line.skipped.every(({ reason }) => reason === "not_needed")) return undefined;
  const reasons = line.skipped.map(({ wallet, reason }) =>
    h("li", { part: "reason", "data-key": wallet }, h("span", { part: "wallet-name" }, nameOf(figures, wallet)), " ", h("span", { part: "hint" }, messages.skipReasons[reason])),
  );
  return h("details", { part: "skipped" }, h("summary", { part: "summary" }, messages.skipped(label)), h("ul", { part: "reasons", role: "list" }, ...reasons));
}
