/** The whole element, for each of its states. */

import { type Child, h } from "./dom.js";
import type { Figures } from "./figures.js";
import type { Formats } from "./format.js";
import { lines } from "./lines.js";
import type { CreditPreviewMessages } from "./messages.js";
import type { Outcome } from "./outcome.js";
import { coverageText, totals } from "./totals.js";
import type { CheckoutDraft } from "./types.js";
import { wallets } from "./wallets.js";

/** What the element shows, and what it does. */
export interface View {
  readonly outcome: Outcome;
  readonly draft: CheckoutDraft | undefined;
  readonly formats: Formats;
  readonly messages: CreditPreviewMessages;
  readonly placeOf: (wallet: string) => number;
  /** The level of the heading. */
  readonly level: number;
  /** The wallets are being loaded again, because somebody asked for it. */
  readonly isRetrying: boolean;
  /** What screen readers were last told. */
  readonly announced: string;
  readonly retry: () => void;
}

/** The children of the shadow root. */
export function view(shown: View): Child[] {
  const { outcome, messages, level, announced } = shown;
  return [
    h(
      "section",
      { part: `base ${outcome.kind}`, "aria-labelledby": "heading", "aria-busy": outcome.kind === "loading" ? "true" : undefined },
      h(`h${level}`, { part: "heading", id: "heading", tabindex: "-1" }, messages.heading),
      h("div", { part: "body", "data-key": outcome.kind }, ...body(shown)),
      h("p", { part: "announcement", "aria-live": "polite", "aria-atomic": "true" }, announced),
    ),
  ];
}

/** What a screen reader is told when the figures have come to rest. */
export function announcement({ outcome, messages, formats }: View): string {
  switch (outcome.kind) {
    case "loading":
      return messages.loading;
    case "empty":
      return messages.empty;
    case "error":
      return errorText(outcome.of, messages);
    case "figures": {
      const { preview, stale, asOf } = outcome;
      const told = `${messages.due}: ${formats.money(preview.total)}. ${coverageText({ preview, messages })}.`;
      return stale ? `${staleText(asOf, formats, messages)} ${told}` : told;
    }
  }
}

function body(shown: View): Child[] {
  const { outcome, messages } = shown;
  switch (outcome.kind) {
    case "loading":
      return [h("p", { part: "message" }, messages.loading), h("div", { part: "skeletons", "aria-hidden": "true" }, ...[1, 2, 3].map(() => h("span", { part: "skeleton" })))];
    case "empty":
      return [h("p", { part: "message" }, messages.empty)];
    case "error":
      return [notice(shown, "error", errorText(outcome.of, messages), outcome.of === "wallets" ? messages.retry : undefined)];
    case "figures":
      return figuresBody(shown, outcome);
  }
}

function figuresBody(shown: View, { preview, stale, asOf }: Extract<Outcome, { kind: "figures" }>): Child[] {
  const { draft, formats, messages, placeOf, level } = shown;
  const figures: Figures = { preview, draft, formats, messages, placeOf, level: level + 1 };
  return [
    stale && notice(shown, "stale", staleText(asOf, formats, messages), messages.refresh),
    ...lines(figures),
    ...totals(figures),
    wallets(figures),
    h(
      "div",
      { part: "notes" },
      preview.undefinedByProvider.length > 0 && note("open", messages.openNote(messages.open)),
      preview.shown !== null && note("shown", messages.shown(formats.money(preview.shown.credits), formats.money(preview.shown.total))),
      note("estimate", [messages.estimate, asOf !== undefined && !stale && messages.asOf(formats.time(asOf))].filter(Boolean).join(" ")),
    ),
  ];
}

const note = (key: string, text: string) => h("p", { part: "note", "data-key": key }, text);

function notice({ messages, isRetrying, retry }: View, kind: "stale" | "error", text: string, action: string | undefined): Child {
  const button = (label: string) => h("button", { part: "button", type: "button", "aria-disabled": isRetrying ? "true" : undefined, onclick: retry }, isRetrying ? messages.retrying : label);
  return h("div", { part: `notice ${kind}` }, h("p", { part: "message" }, text), action !== undefined && button(action));
}

function errorText(of: "wallets" | "draft", messages: CreditPreviewMessages): string {
  return of === "wallets" ? messages.loadFailed : messages.draftFailed;
}

function staleText(asOf: number | undefined, formats: Formats, messages: CreditPreviewMessages): string {
  return asOf === undefined ? messages.staleUndated : messages.stale(formats.time(asOf));
}
