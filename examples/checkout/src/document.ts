/** The pages' HTML. The cart is there before any script; React and Vue render their own. */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { SnapshotPublicKey } from "creditgate/browser";
import type { Customer } from "./customers.ts";
import { CURRENCIES, firstCart, money, MOST, PRODUCTS } from "./catalogue.ts";

export const PAGES = ["shop", "react", "vue"] as const;
export type Page = (typeof PAGES)[number];
const TITLES: Readonly<Record<Page, string>> = { shop: "plain HTML", react: "React", vue: "Vue" };

/** What the server tells the page's script. No key, no wallet: those come signed, for this customer and this origin. */
export interface Visit {
  readonly customer: Customer;
  readonly publicKey: SnapshotPublicKey;
}

export interface View extends Visit {
  readonly page: Page;
  readonly wasm: boolean;
  readonly rtl: boolean;
  readonly customers: readonly Customer[];
}

/** The address of a page with the same choices. */
function href(view: View, change: Partial<Pick<View, "page" | "rtl" | "wasm">>): string {
  const { page, wasm, rtl } = { ...view, ...change };
  const query = new URLSearchParams({ ...(wasm ? {} : { csp: "strict" }), ...(rtl ? { dir: "rtl" } : {}) }).toString();
  return `/${page === "shop" ? "" : page}${query === "" ? "" : `?${query}`}`;
}

export function documentOf(view: View): HtmlEscapedString | Promise<HtmlEscapedString> {
  const { customer, publicKey, page, rtl } = view;
  const visit: Visit = { customer, publicKey };
  return html`<!doctype html>
<html lang="en" dir="${rtl ? "rtl" : "ltr"}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Checkout - Kiln</title>
    <link rel="icon" href="/assets/icon.svg">
    <link rel="stylesheet" href="/assets/shop.css">
    <script type="application/json" id="visit">${raw(JSON.stringify(visit).replaceAll("<", "\\u003c"))}</script>
    <script type="module" src="/assets/${page}.js"></script>
  </head>
  <body>
    <header>
      <p class="brand"><span class="icon" data-icon="kiln"></span>Kiln</p>
      ${account(view)}
    </header>
    <main id="checkout">${page === "shop" ? checkout(view) : ""}</main>
    ${footer(view)}
  </body>
</html>`;
}

/** Stands for the shop's own sign-in. */
function account(view: View) {
  const options = view.customers.map(
    ({ id, name, about, provider }) =>
      html`<option value="${id}" ${id === view.customer.id ? "selected" : ""}>${name} (${provider === "lago" ? "Lago" : "Flexprice"}): ${about}</option>`,
  );
  return html`<form class="account" method="post" action="/session">
        <label for="customer">Signed in as</label>
        <select id="customer" name="customer">${options}</select>
        <input type="hidden" name="return" value="${href(view, {})}">
        <button>Switch</button>
      </form>`;
}

function checkout({ customer }: View) {
  const cart = firstCart();
  const prices = new Intl.NumberFormat("en", { style: "currency", currency: CURRENCIES[customer.provider] });
  const rows = PRODUCTS.map(({ id, name, unit, price }) => {
    const each = prices.format(money(price[CURRENCIES[customer.provider]]) as unknown as bigint);
    return html`<li data-product="${id}">
          <span class="icon" data-icon="${id}"></span>
          <div class="what"><strong id="name-${id}">${name}</strong><span>${unit}</span></div>
          <span class="each">${each}</span>
          <div class="quantity" role="group" aria-labelledby="name-${id}">
            <button type="button" class="less" aria-label="One less">−</button>
            <input type="number" inputmode="numeric" min="0" max="${MOST}" value="${cart[id]}" aria-label="Quantity">
            <button type="button" class="more" aria-label="One more">+</button>
          </div>
        </li>`;
  });
  return html`
      <section aria-labelledby="cart-title">
        <h1 id="cart-title">Your cart</h1>
        <ul class="cart">${rows}
        </ul>
      </section>
      <section class="payment" aria-label="Payment">
        <credit-preview></credit-preview>
        <p class="notice" role="status"></p>
        <div class="actions">
          <button type="button" class="confirm" disabled>Confirm order</button>
          <button type="button" class="top-up" disabled>Add 25 credits</button>
        </div>
        <p class="small">What you see here is computed in your browser. We price your order again when you confirm.</p>
      </section>
    `;
}

function footer(view: View) {
  const pages = PAGES.map((page) => html`<a href="${href(view, { page })}" ${page === view.page ? raw('aria-current="page"') : ""}>${TITLES[page]}</a> `);
  return html`<footer>
      <nav aria-label="Versions of this page">${pages}</nav>
      <p>
        <span>Engine: <span class="status">not started</span></span>
        <a href="${href(view, { wasm: !view.wasm })}">${view.wasm ? "Forbid WebAssembly" : "Allow WebAssembly"}</a>
        <a href="${href(view, { rtl: !view.rtl })}">${view.rtl ? "Left to right" : "Right to left"}</a>
      </p>
    </footer>`;
}
