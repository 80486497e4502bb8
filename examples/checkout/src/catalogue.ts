/**
 * What the shop sells, and the draft invoice of a cart. The page and the server both build it: the page to show what
 * credits would pay, the server to charge.
 */
import type { DraftInvoice, DraftLine } from "creditgate/engine";

export type ProviderName = "flexprice" | "lago";
export type Currency = "EUR" | "USD";

export const CURRENCIES: Readonly<Record<ProviderName, Currency>> = { flexprice: "USD", lago: "EUR" };

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  /** Price of one, minor units. */
  readonly price: Readonly<Record<Currency, number>>;
  /** What the billing APIs go by when they decide which wallet may pay. */
  readonly lago: Pick<DraftLine, "feeType" | "metric">;
  readonly flexprice: Pick<DraftLine, "priceType">;
  /** How many a new cart holds. */
  readonly first: number;
}

export const PRODUCTS: readonly Product[] = [
  { id: "tokens", name: "Language tokens", unit: "1 million, any model", price: { USD: 400, EUR: 370 }, first: 3, ...usage("tokens") },
  { id: "renders", name: "Image renders", unit: "pack of 250, 2048 px", price: { USD: 1250, EUR: 1150 }, first: 1, ...usage("renders") },
  { id: "storage", name: "Asset storage", unit: "100 GB for a month", price: { USD: 320, EUR: 295 }, first: 0, ...usage("storage") },
  {
    id: "seat", name: "Studio seat", unit: "one editor for a month", price: { USD: 1800, EUR: 1650 }, first: 1,
    lago: { feeType: "subscription" }, flexprice: { priceType: "FIXED" },
  },
];

/** The most of one product that a cart may hold. */
export const MOST = 99;

/** How many of each product, by its id. */
export type Cart = Readonly<Record<string, number>>;

/** Per cent. */
const TAX_RATES: Readonly<Record<ProviderName, string>> = { flexprice: "8.25", lago: "20" };

function usage(metric: string): Pick<Product, "flexprice" | "lago"> {
  return { lago: { feeType: "charge", metric }, flexprice: { priceType: "USAGE" } };
}

/** A new cart. */
export function firstCart(): Cart {
  return Object.fromEntries(PRODUCTS.map(({ id, first }) => [id, first]));
}

/** A cart from what a page sent: unknown products and impossible quantities are left out. */
export function readCart(value: unknown): Cart {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const entries = PRODUCTS.map(({ id }) => [id, Object.hasOwn(fields, id) ? fields[id] : 0] as const);
  return Object.fromEntries(entries.filter(([, quantity]) => Number.isSafeInteger(quantity) && Number(quantity) >= 0 && Number(quantity) <= MOST)) as Cart;
}

/** The draft invoice of a cart. Lago taxes each line; Flexprice the whole. */
export function draftOf(cart: Cart, provider: ProviderName): DraftInvoice {
  const currency = CURRENCIES[provider];
  const lines = PRODUCTS.filter(({ id }) => (cart[id] ?? 0) > 0).map((product) => ({
    id: product.id,
    amount: money(product.price[currency] * (cart[product.id] ?? 0)),
    ...(provider === "lago" ? { ...product.lago, taxRate: TAX_RATES.lago } : product.flexprice),
  }));
  return provider === "lago" ? { currency, lines } : { currency, lines, taxRates: [TAX_RATES.flexprice] };
}

/** Minor units as a decimal string: amounts are never floats. */
export function money(minor: number): `${number}` {
  const digits = String(minor).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}` as `${number}`;
}
