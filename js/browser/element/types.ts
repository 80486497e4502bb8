/** The face of `<credit-preview>`: its properties, attributes, events, parts and custom properties. */

import type { DraftInvoice, DraftLine, InvoicePreview } from "../../types.js";
import type { CheckoutPreview } from "../checkout.js";
import type { CreditPreviewMessages } from "./messages.js";

/** A line of a draft, with what the page calls it. */
export interface CheckoutLine extends DraftLine {
  /** @defaultValue the line's `id` */
  readonly label?: string | undefined;
}

/** A draft invoice whose lines may have labels. */
export interface CheckoutDraft extends DraftInvoice {
  readonly lines: readonly CheckoutLine[];
}

/** What the element uses of a `CheckoutPreview`. */
export type PreviewCheckout = Pick<CheckoutPreview, "state" | "load" | "refresh" | "preview" | "subscribe" | "watch">;

/** A preview, and when its figures are from, where it came from a gate. */
export interface ServerPreview extends InvoicePreview {
  readonly snapshot?: { readonly asOf: number } | undefined;
}

/** What a page sets on the element; each is described at {@link CreditPreviewElement}. */
export interface CreditPreviewProperties {
  readonly checkout?: PreviewCheckout | undefined;
  readonly draft?: CheckoutDraft | undefined;
  readonly preview?: ServerPreview | undefined;
  readonly messages?: Partial<CreditPreviewMessages> | undefined;
}

/** The events of `<credit-preview>`. They bubble, and leave shadow trees. */
export interface CreditPreviewEventMap {
  /** Other figures are shown than before; `detail` is the preview. */
  "credit-preview-change": CustomEvent<InvoicePreview>;
  /**
   * The wallets could not be loaded or refreshed, or the draft could not be previewed; `detail` is what was thrown, a
   * `CreditGateError` as a rule.
   */
  "credit-preview-error": CustomEvent<unknown>;
}

/**
 * `<credit-preview>`: which credits pay what of an order, before the customer confirms it.
 *
 * It shows the lines with the wallets that pay them, why others do not, the totals with tax, what is left to pay, and
 * what each wallet has afterwards. All of it is an estimate, and says so: the shop reprices when the customer confirms.
 *
 * **Attributes**
 *
 * | | |
 * |---|---|
 * | `locale` | BCP 47 tag for numbers and times. Default: the nearest `lang`, then the browser's |
 * | `currency` | ISO 4217, for a {@link CreditPreviewElement.preview} that is assigned without a draft |
 * | `heading-level` | level of the heading, `1` to `5`; those inside it are one below. Default `2` |
 *
 * The direction is the page's (`dir`).
 *
 * **Parts**. A name after "also" is added to the first while it holds.
 *
 * - The whole: `base` (also `loading`, `empty`, `error`, `figures`), `heading`, `body`, `message`, `announcement` (for
 *   screen readers alone).
 * - While loading: `skeletons`, `skeleton`. What is wrong: `notice` (also `error`, `stale`), `button`.
 * - Lines: `lines-note`, `lines`, `line`, `line-head`, `line-label`, `line-amount`, `line-discount`, `line-payable`; `bar`, `segment`,
 *   `rest` (what no wallet pays); `shares`, `share` (also `unpaid`), `payer`, `share-credits`, `share-amount`; `skipped`.
 * - Totals: `totals`, `total` (also `subtotal`, `discount`, `tax`, `before`, `credits`, `saved`), `due`, `due-label`,
 *   `due-amount`, `coverage` (also `covered`, `insufficient`, `none`, `free`).
 * - Wallets: `wallets`, `wallets-heading`, `wallet-list`, `wallet`, `wallet-after`, `wallet-details`, `wallet-detail`,
 *   `others`.
 * - Everywhere: `swatch`, `wallet-name`, `amount`, `hint`, `mark`, `summary`, `reasons`, `reason`, `notes`, `note`.
 *
 * **Custom properties**. Colours have a light and a dark default.
 *
 * | | |
 * |---|---|
 * | `--credit-preview-font` | font family. Default: the page's |
 * | `--credit-preview-surface` | background |
 * | `--credit-preview-border` | border, and lines between the sections |
 * | `--credit-preview-text` | text |
 * | `--credit-preview-muted` | secondary text |
 * | `--credit-preview-accent` | buttons, and the outline of what has the focus |
 * | `--credit-preview-positive` | that credits cover everything |
 * | `--credit-preview-warning` | that figures may be out of date, or differ |
 * | `--credit-preview-critical` | that something has failed |
 * | `--credit-preview-track` | the part of a bar that no wallet pays |
 * | `--credit-preview-wallet-1` to `--credit-preview-wallet-6` | wallets; the seventh has the first's again |
 * | `--credit-preview-pattern` | the patterns over the wallets' colours |
 * | `--credit-preview-radius` | corners. Default `0.75em` |
 * | `--credit-preview-padding` | around everything, `1em` at the most where it is narrow. Default `1.5em` |
 * | `--credit-preview-gap` | between sections. Default `1.25em` |
 * | `--credit-preview-bar-size` | height of the bars. Default `0.5em` |
 *
 * Light or dark is the reader's choice (`prefers-color-scheme`); where a page has one scheme only, it says so by
 * `credit-preview { color-scheme: light }`.
 *
 * The element needs no exception of a Content Security Policy: no inline style or script, no HTML from text.
 *
 * @example Plain HTML, beside a module script:
 * ```html
 * <credit-preview></credit-preview>
 * <script type="module" src="checkout.js"></script>
 * ```
 * ```js
 * import { CheckoutPreview, defineCreditPreview, signedSnapshots } from "creditgate/browser";
 *
 * defineCreditPreview();
 * const element = document.querySelector("credit-preview");
 * element.checkout = new CheckoutPreview({ source: signedSnapshots({ endpoint: "/credits", customer, publicKey }) });
 * element.draft = { currency: "USD", lines: [{ id: "api", label: "API usage", amount: "40" }] };
 * element.addEventListener("credit-preview-change", ({ detail }) => console.log(detail.total));
 * ```
 *
 * @example React 19. Objects become properties, since the element is defined before it is rendered:
 * ```tsx
 * import { type CreditPreviewElement, type CreditPreviewEventMap, type CreditPreviewProperties, defineCreditPreview } from "creditgate/browser";
 *
 * declare module "react" {
 *   namespace JSX {
 *     interface IntrinsicElements {
 *       "credit-preview": DetailedHTMLProps<HTMLAttributes<CreditPreviewElement>, CreditPreviewElement> &
 *         CreditPreviewProperties & {
 *           locale?: string;
 *           "oncredit-preview-change"?: (event: CreditPreviewEventMap["credit-preview-change"]) => void;
 *         };
 *     }
 *   }
 * }
 *
 * defineCreditPreview();
 *
 * export function Credits({ checkout, draft, onDue }: CreditPreviewProperties & { onDue: (due: string) => void }) {
 *   return <credit-preview checkout={checkout} draft={draft} oncredit-preview-change={({ detail }) => onDue(detail.total)} />;
 * }
 * ```
 *
 * @example Vue 3. The checkout is not made reactive (`shallowRef`, `markRaw`), and `isCustomElement` knows the tag:
 * ```vue
 * <script setup>
 * import { computed, shallowRef } from "vue";
 * import { CheckoutPreview, defineCreditPreview, signedSnapshots } from "creditgate/browser";
 *
 * defineCreditPreview();
 * const props = defineProps(["cart"]);
 * const checkout = shallowRef(new CheckoutPreview({ source: signedSnapshots({ endpoint: "/credits", customer, publicKey }) }));
 * const draft = computed(() => ({ currency: "USD", lines: props.cart.map(({ id, label, amount }) => ({ id, label, amount })) }));
 * </script>
 *
 * <template>
 *   <credit-preview :checkout.prop="checkout" :draft.prop="draft" @credit-preview-change="$emit('due', $event.detail.total)" />
 * </template>
 * ```
 */
export interface CreditPreviewElement extends HTMLElement {
  /**
   * Computes the previews. While the element is connected it loads and watches the checkout; when it is disconnected it
   * stops watching. It never closes it: whoever made it does.
   */
  checkout: PreviewCheckout | undefined;
  /** What is to be paid. A changed draft is a new object: what is done to the old one is not seen. */
  draft: CheckoutDraft | undefined;
  /**
   * The figures that are shown, `undefined` where there are none. For a preview that a server has made, assign it and
   * leave `checkout` alone; labels and currency are then those of `draft`, which may be missing.
   */
  get preview(): InvoicePreview | undefined;
  set preview(preview: ServerPreview | undefined);
  /** Texts that replace the English ones; the rest stay. Once assigned, it has all of them. */
  get messages(): CreditPreviewMessages;
  set messages(messages: Partial<CreditPreviewMessages> | undefined);

  addEventListener<K extends keyof CreditPreviewEventMap>(
    type: K,
    listener: (this: CreditPreviewElement, event: CreditPreviewEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: CreditPreviewElement, event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof CreditPreviewEventMap>(
    type: K,
    listener: (this: CreditPreviewElement, event: CreditPreviewEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: CreditPreviewElement, event: HTMLElementEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  /** Of the default name. With another name, cast or declare that one the same way. */
  interface HTMLElementTagNameMap {
    "credit-preview": CreditPreviewElement;
  }
}
