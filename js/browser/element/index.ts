/** `<credit-preview>`, a custom element for the checkout page. */

export { defineCreditPreview } from "./define.js";
export type { CreditPreviewMessages } from "./messages.js";
export type {
  CheckoutDraft, CheckoutLine, CreditPreviewElement, CreditPreviewEventMap, CreditPreviewProperties, PreviewCheckout, ServerPreview,
} from "./types.js";
