/** What there is to show: the figures, or why there are none. */

import { isCreditGateError } from "../../errors.js";
import type { DraftInvoice, InvoicePreview } from "../../types.js";
import type { CheckoutDraft, CheckoutLine, PreviewCheckout, ServerPreview } from "./types.js";

/** What the element shows. */
export type Outcome =
  | { readonly kind: "loading" }
  | { readonly kind: "empty" }
  /** `of` says what failed: the wallets can be loaded again, the draft has to change. */
  | { readonly kind: "error"; readonly of: "wallets" | "draft"; readonly error: unknown }
  | { readonly kind: "figures"; readonly preview: InvoicePreview; readonly stale: boolean; readonly asOf: number | undefined };

/** What outcomes are made of. */
export interface Inputs {
  readonly checkout: PreviewCheckout | undefined;
  readonly draft: CheckoutDraft | undefined;
  /** A preview made elsewhere, for an element without a checkout. */
  readonly assigned: ServerPreview | undefined;
}

/** What there is to show. */
export function outcomeOf({ checkout, draft, assigned }: Inputs): Outcome {
  if (checkout !== undefined) return ofCheckout(checkout, draft);
  if (assigned !== undefined) return isEmpty(assigned) ? { kind: "empty" } : { kind: "figures", preview: assigned, stale: false, asOf: assigned.snapshot?.asOf };
  // Without a checkout a draft waits for its preview.
  return isEmpty(draft) ? { kind: "empty" } : { kind: "loading" };
}

function ofCheckout(checkout: PreviewCheckout, draft: CheckoutDraft | undefined): Outcome {
  const { status, stale, snapshot, error } = checkout.state;
  if (status === "error") return { kind: "error", of: "wallets", error };
  if (draft === undefined || isEmpty(draft)) return { kind: "empty" };
  if (status === "loading") return { kind: "loading" };
  try {
    return { kind: "figures", preview: checkout.preview(withoutLabels(draft)), stale, asOf: snapshot?.asOf };
  } catch (error) {
    if (isCreditGateError(error) && error.code === "not_loaded") return { kind: "loading" };
    return { kind: "error", of: "draft", error };
  }
}

function isEmpty(draft: CheckoutDraft | InvoicePreview | undefined): boolean {
  return draft === undefined || (Array.isArray(draft.lines) && draft.lines.length === 0);
}

/** The draft as the engine takes it: it refuses what it does not know, and says what is wrong with the rest. */
function withoutLabels(draft: CheckoutDraft): DraftInvoice {
  if (!Array.isArray(draft.lines)) return draft;
  return { ...draft, lines: draft.lines.map(({ label: _, ...line }: CheckoutLine) => line) };
}
