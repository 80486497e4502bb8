/** A page with `<credit-preview>`: wallets, carts, and a checkout that computes with the real engine and is told its state. */
import { afterEach } from "vitest";
import { type CheckoutDraft, type CreditPreviewElement, type CreditPreviewProperties, defineCreditPreview, type PreviewCheckout } from "../../browser/element/index.js";
import type { CheckoutState } from "../../browser/types.js";
import { previewInvoice } from "../../engine/index.js";
import { CreditGateError } from "../../errors.js";
import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../../types.js";

export const NOW = Date.parse("2026-11-20T12:00:00Z");

const READY: CheckoutState = {
  status: "ready",
  stale: false,
  snapshot: { fetchedAt: NOW, asOf: NOW, freshness: "computed", expiresAt: NOW + 600_000 },
};

export const LOADING: CheckoutState = { status: "loading", stale: false };
export const STALE: CheckoutState = { ...READY, stale: true, error: new CreditGateError("provider_unavailable", "no answer") };
export const FAILED: CheckoutState = { status: "error", stale: false, error: new CreditGateError("provider_unavailable", "no answer") };

/** A checkout that a test drives. Nobody closes it. */
export class TestCheckout implements PreviewCheckout {
  readonly calls: string[] = [];
  readonly drafts: DraftInvoice[] = [];
  snapshot: WalletsSnapshot;
  state: CheckoutState;
  /** Ends the refresh that is under way. */
  answer: () => void = () => {};
  readonly #listeners = new Set<(state: CheckoutState) => void>();

  constructor(snapshot: WalletsSnapshot, state: CheckoutState = READY) {
    this.snapshot = snapshot;
    this.state = state;
  }

  become(state: CheckoutState): void {
    this.state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async load(): Promise<void> {
    this.calls.push("load");
  }

  refresh(): Promise<void> {
    this.calls.push("refresh");
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  preview(draft: DraftInvoice): InvoicePreview {
    this.drafts.push(draft);
    return previewInvoice(this.snapshot, draft, { now: NOW });
  }

  subscribe(listener: (state: CheckoutState) => void): () => void {
    this.calls.push("subscribe");
    this.#listeners.add(listener);
    return () => {
      this.calls.push("unsubscribe");
      this.#listeners.delete(listener);
    };
  }

  watch(): () => void {
    this.calls.push("watch");
    return () => void this.calls.push("unwatch");
  }
}

const flexpriceWallet = { currency: "usd", wallet_status: "active", wallet_type: "PRE_PAID", conversion_rate: "1" };

export const FLEXPRICE: WalletsSnapshot = {
  profile: "flexprice",
  wallets: [
    { ...flexpriceWallet, id: "main", name: "Prepaid", balance: "30", real_time_balance: "21.5", conversion_rate: "0.1" },
    { ...flexpriceWallet, id: "bonus", name: "Bonus", balance: "12.5", real_time_balance: "12.5" },
    { ...flexpriceWallet, id: "euro", name: "Euro", currency: "eur", balance: "777" },
    { ...flexpriceWallet, id: "old", name: "Old", balance: "5", wallet_status: "frozen" },
  ],
};

/** More than the wallets have, with everything that a Flexprice draft may have. */
export const CART: CheckoutDraft = {
  currency: "USD",
  taxRates: ["20"],
  coupons: [{ percent: "10" }],
  lines: [
    { id: "api", label: "API usage", amount: "24" },
    { id: "tokens", label: "Tokens", amount: "31.5", discount: "2" },
    { id: "seat", label: "Seats", amount: "45", priceType: "FIXED" },
  ],
};

const lagoWallet = { status: "active", currency: "EUR", rate_amount: "1", applies_to: { fee_types: [], billable_metric_codes: [] } };

export const LAGO: WalletsSnapshot = {
  profile: "lago",
  wallets: [
    { ...lagoWallet, lago_id: "promo", name: "Promo", code: "promo", balance_cents: 1500, ongoing_balance_cents: 1200, priority: 1, applies_to: { fee_types: [], billable_metric_codes: ["tokens"] } },
    { ...lagoWallet, lago_id: "main", name: "Main", code: "main", rate_amount: "0.5", balance_cents: 100_000, ongoing_balance_cents: 100_000, priority: 2 },
    { ...lagoWallet, lago_id: "empty", name: null, code: "empty", balance_cents: 0, ongoing_balance_cents: 0, priority: 3 },
  ],
};

/** Less than the wallets have, with taxed lines. */
export const TAXED: CheckoutDraft = {
  currency: "EUR",
  lines: [
    { id: "tokens", label: "Tokens", metric: "tokens", amount: "20", taxRate: "19" },
    { id: "storage", label: "Storage", metric: "storage", amount: "12.34", taxRate: "19" },
  ],
};

/** A snapshot of one Flexprice wallet. */
export function wallet(fields: Readonly<Record<string, unknown>>): WalletsSnapshot {
  return { profile: "flexprice", wallets: [{ ...flexpriceWallet, id: "main", name: "Prepaid", ...fields }] };
}

/** Puts an element on the page, which the test's end takes off again. */
export async function mount(properties: CreditPreviewProperties, attributes: Readonly<Record<string, string>> = {}): Promise<CreditPreviewElement> {
  defineCreditPreview();
  const element = document.createElement("credit-preview");
  for (const [name, value] of Object.entries({ locale: "en-US", ...attributes })) element.setAttribute(name, value);
  Object.assign(element, properties);
  document.body.append(element);
  await drawn();
  return element;
}

afterEach(() => {
  document.body.textContent = "";
});

/** When what was changed in this turn has been drawn. */
export const drawn = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

/** All elements of a part. */
export function parts(element: Element, part: string): HTMLElement[] {
  return [...(element.shadowRoot?.querySelectorAll<HTMLElement>(`[part~="${part}"]`) ?? [])];
}

/** The one element of a part. */
export function part(element: Element, name: string): HTMLElement {
  const [found, ...others] = parts(element, name);
  if (found === undefined || others.length > 0) throw new Error(`${found === undefined ? "no" : "more than one"} part ${name}`);
  return found;
}

/** The texts of a part's elements, spaces as one reads them. */
export function texts(element: Element, name: string): string[] {
  return parts(element, name).map(textOf);
}

export function textOf(node: Element): string {
  return (node.textContent ?? "").replace(/\s+/g, " ").trim();
}
