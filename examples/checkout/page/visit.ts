/** What the three versions of the page share: who is here, their cart, and the two requests that a button makes. */
import { CheckoutPreview, type CheckoutDraft, signedSnapshots } from "creditgate/browser";
import type { InvoicePreview } from "creditgate/engine";
import { type Cart, CURRENCIES, draftOf, firstCart, money, MOST, type Product, PRODUCTS, readCart } from "../src/catalogue.ts";
import type { Visit } from "../src/document.ts";

export { type Cart, MOST, type Product, PRODUCTS };

/** What the server wrote into the page. */
export const visit = JSON.parse(document.getElementById("visit")?.textContent ?? "") as Visit;
const { customer, publicKey } = visit;

/** The page's preview: it asks the shop for a signed snapshot, and computes from it. */
export function openCheckout(): CheckoutPreview {
  const source = signedSnapshots({ endpoint: "/snapshot", customer: customer.id, publicKey });
  const checkout = new CheckoutPreview({ source });
  const status = document.querySelector(".status") as HTMLElement;
  const tell = () => (status.textContent = statusOf(checkout));
  checkout.subscribe(tell);
  tell();
  return checkout;
}

/** For whoever tries the example: what computes the preview, and what went wrong last. */
function statusOf({ state: { engine, error } }: CheckoutPreview): string {
  const started = engine === undefined ? "not started" : ENGINES[engine];
  return error === undefined ? started : `${started}; last problem: ${error.code}`;
}

const ENGINES = { wasm: "WebAssembly", "no-wasm": "plain JavaScript, as the policy forbids WebAssembly" };

/** The cart as a draft invoice, with the names that the preview shows. */
export function draft(cart: Cart): CheckoutDraft {
  const invoice = draftOf(cart, customer.provider);
  const labelOf = (id: string) => PRODUCTS.find((product) => product.id === id)?.name ?? id;
  return { ...invoice, lines: invoice.lines.map((line) => ({ ...line, label: labelOf(line.id) })) };
}

/** Keeps the cart while another customer signs in. */
export const cartStore = {
  load(): Cart {
    const kept = sessionStorage.getItem("cart");
    return kept === null ? firstCart() : readCart(JSON.parse(kept));
  },
  save(cart: Cart): void {
    sessionStorage.setItem("cart", JSON.stringify(cart));
  },
};

/** A cart with so many of one product, within what a cart may hold. */
export function withQuantity(cart: Cart, product: string, quantity: number): Cart {
  const whole = Number.isFinite(quantity) ? Math.trunc(quantity) : 0;
  return { ...cart, [product]: Math.min(Math.max(whole, 0), MOST) };
}

export function format(amount: `${number}`): string {
  const style = { style: "currency", currency: CURRENCIES[customer.provider] } as const;
  // Text is formatted exactly; the types of this library version know numbers only.
  return new Intl.NumberFormat(document.documentElement.lang, style).format(amount as unknown as bigint);
}

export const priceOf = (product: Product) => format(money(product.price[CURRENCIES[customer.provider]]));

/** Adds credits by way of the shop's server, then shows the balance that has arrived. */
export async function topUp(checkout: CheckoutPreview): Promise<string> {
  const response = await fetch("/top-up", { method: "POST" });
  if (!response.ok) return response.status === 409 ? "There is no wallet to add credits to." : "The credits could not be added. Nothing was charged.";
  const { credits } = (await response.json()) as { credits: string };
  await checkout.refresh();
  return `${credits} credits have arrived.`;
}

/** Sends the order with what the page has shown. The server prices it again, and may say that the amount has changed. */
export async function confirmOrder(checkout: CheckoutPreview, cart: Cart, shown: InvoicePreview): Promise<string> {
  const body = JSON.stringify({ cart, shown: { credits: shown.credits, total: shown.total } });
  const response = await fetch("/orders", { method: "POST", headers: { "content-type": "application/json" }, body });
  const answer = (await response.json()) as { order: string; credits: `${number}`; total: `${number}` };
  if (response.ok) return `Order ${answer.order} is placed: ${format(answer.credits)} from your credits, ${format(answer.total)} by card.`;
  if (response.status !== 409) return "The order could not be placed. Nothing was charged.";
  await checkout.refresh();
  return "Your credits have changed meanwhile. Please look at the new amount, then confirm again.";
}
