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
    line.payable !== net(line) && h("div", { part: "line-payable" }, h("span", { part: "hint" }, messages.payable), amount(formats.money(line.payable))),
    bar(figures, line),
    shares(figures, line, label),
    skipped(figures, line, label),
  );
}

/** A picture of the shares, which are told as text below it. */
function bar({ placeOf }: Figures, line: PreviewLine): Child {
  const { paid, rest } = widths(line);
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
function widths(line: PreviewLine): { paid: number[]; rest: number } {
  const paid = line.credits.map((share) => Number(share.amount));
  const sum = paid.reduce((whole, width) => whole + width, 0);
  const whole = Math.max(Number(line.payable), sum) || 1;
  const rest = ((whole - sum) / whole) * 100;
  return { paid: paid.map((width) => (width / whole) * 100), rest: rest < INVISIBLE ? 0 : rest };
}

function shares(figures: Figures, line: PreviewLine, label: string): Child {
  const { formats, messages } = figures;
  // Nothing is left to pay: what rounding has left of a line is not told either.
  const rest = figures.preview.total === "0" ? "0" : unpaid(line);
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

/** What no wallet pays: nothing, where they pay a little more by the provider's rounding. */
function unpaid(line: PreviewLine): DecimalString {
  const paid = line.credits.reduce<string>((sum, share) => add(sum, share.amount), "0");
  const rest = subtract(line.payable, paid);
  return rest.startsWith("-") ? "0" : (rest as DecimalString);
}

/** A line without its tax. */
function net({ amount, discount }: PreviewLine): string {
  return subtract(amount, discount);
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
