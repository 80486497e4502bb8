/** What the views of a preview share. */

import type { DecimalString, InvoicePreview } from "../../types.js";
import { type Child, type Description, h } from "./dom.js";
import type { Formats } from "./format.js";
import type { CreditPreviewMessages } from "./messages.js";
import type { CheckoutDraft, CheckoutLine } from "./types.js";

/** A preview, with what it takes to show it. */
export interface Figures {
  readonly preview: InvoicePreview;
  readonly draft: CheckoutDraft | undefined;
  readonly formats: Formats;
  readonly messages: CreditPreviewMessages;
  /** The place of a wallet among the colours, from 0: the same for as long as the element lives. */
  readonly placeOf: (wallet: string) => number;
  /** The level of the headings inside. */
  readonly level: number;
}

/** Colours and patterns that tell wallets apart. */
const COLOURS = 6;

/** What people call a wallet. */
export function nameOf({ preview, messages, placeOf }: Figures, id: string): string {
  const name = preview.wallets.find((wallet) => wallet.id === id)?.name;
  return name || messages.wallet(placeOf(id) + 1);
}

/** The line of the draft that a preview's line is of. Ids are the caller's, and need not differ: the place decides. */
export function draftLineOf({ draft, preview }: Figures, place: number): CheckoutLine | undefined {
  const line = draft?.lines?.[place];
  return line?.id === preview.lines[place]?.id ? line : undefined;
}

/** A figure that keeps its own direction within a text of another. */
export function amount(text: string, part = ""): Description {
  return h("span", { part: part === "" ? "amount" : `${part} amount`, dir: "auto" }, text);
}

/** The wallet's colour and pattern, beside its name. */
export function swatch({ placeOf }: Figures, wallet: string): Description {
  return h("span", { part: "swatch", "aria-hidden": "true", "data-colour": colourOf(placeOf(wallet)) });
}

/** Which of the colours, from 1. */
export function colourOf(place: number): number {
  return (place % COLOURS) + 1;
}

/** Money as its wallet counts it, where the wallet has a rate. */
export function creditCount({ formats, messages }: Figures, credits: DecimalString | null): Child {
  return credits !== null && h("span", { part: "share-credits" }, messages.creditCount(formats.count(credits), credits));
}

/** Marks what the provider leaves open. */
export function mark({ preview, messages }: Figures, part: "lines" | "wallets" | "totals"): Child[] {
  return preview.undefinedByProvider.includes(part) ? [" ", h("span", { part: "mark" }, messages.open)] : [];
}
