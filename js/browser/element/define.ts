/** Makes `<credit-preview>` known to a page. */

import { creditPreviewElement } from "./element.js";

/**
 * Defines `<credit-preview>`. Where the name is taken already, or there is no page (on a server), it does nothing.
 *
 * @param name - for a page whose own elements have another prefix
 * @param registry - for a shadow tree with its own
 *
 * @example
 * ```ts
 * import { defineCreditPreview } from "creditgate/browser";
 *
 * defineCreditPreview();
 * ```
 */
export function defineCreditPreview(name = "credit-preview", registry: CustomElementRegistry | undefined = globalThis.customElements): void {
  if (registry === undefined || registry.get(name) !== undefined) return;
  registry.define(name, creditPreviewElement());
}
