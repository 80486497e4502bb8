/** The checkout page's client. */

import { CreditGateError } from "../errors.js";
import type { DraftInvoice, InvoicePreview } from "../types.js";
import type { CheckoutOptions, CheckoutState } from "./types.js";

/** Previews how a customer's credits pay a cart, in the page, as the cart changes. */
export class CheckoutPreview {
  constructor(_options: CheckoutOptions) {}

  /** What the page has, now: a new object at every change, and only then. */
  get state(): CheckoutState {
    return { status: "loading", stale: false };
  }

  /** Chooses the engine and fetches the wallets, once: later calls give the same promise. Never rejects: `state` tells. */
  async load(): Promise<void> {}

  /** Fetches the wallets again. Never rejects: when it fails the old ones stay, and `state` is stale. */
  async refresh(): Promise<void> {}

  /** How credits would pay a draft invoice, computed here and now from the wallets that are loaded. */
  preview(_draft: DraftInvoice): InvoicePreview {
    throw new CreditGateError("not_loaded", "no wallets are loaded yet");
  }

  /** Calls `listener` at every change of `state`; the returned function ends that. */
  subscribe(_listener: (state: CheckoutState) => void): () => void {
    return () => {};
  }

  /** Keeps the wallets fresh until the returned function is called. */
  watch(): () => void {
    return () => {};
  }

  /** Ends everything and frees what the engine holds. */
  close(): void {}
}
