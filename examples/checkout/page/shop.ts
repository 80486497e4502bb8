/** The checkout page in plain HTML: the server has rendered the cart, and `<credit-preview>` shows what pays it. */
import { type CreditPreviewElement, defineCreditPreview } from "creditgate/browser";
import { cartStore, confirmOrder, draft, openCheckout, topUp, withQuantity } from "./visit.ts";

defineCreditPreview();

const find = <T extends Element>(selector: string) => document.querySelector(selector) as T;
const element = find<CreditPreviewElement>("credit-preview");
const confirm = find<HTMLButtonElement>(".confirm");
const add = find<HTMLButtonElement>(".top-up");
const notice = find<HTMLElement>(".notice");

let cart = cartStore.load();
const checkout = openCheckout();
element.checkout = checkout;

/** Every change ends here: a new draft, previewed in the page. No request. */
function show(): void {
  for (const row of document.querySelectorAll<HTMLElement>("[data-product]")) {
    const input = row.querySelector("input") as HTMLInputElement;
    const quantity = cart[row.dataset["product"] ?? ""] ?? 0;
    // What somebody is typing stays as it is, and an emptied field is none of it.
    if (Number(input.value) !== quantity) input.value = String(quantity);
  }
  element.draft = draft(cart);
  enable();
}

function enable(): void {
  const isReady = checkout.state.status === "ready";
  confirm.disabled = !isReady || element.preview === undefined || element.preview.lines.length === 0;
  add.disabled = !isReady;
}

function change(row: HTMLElement, quantity: number): void {
  cart = withQuantity(cart, row.dataset["product"] ?? "", quantity);
  cartStore.save(cart);
  notice.textContent = "";
  show();
}

/** A button that does its work once at a time, and tells what came of it. */
function works(button: HTMLButtonElement, work: () => Promise<string>): void {
  button.addEventListener("click", async () => {
    button.disabled = true;
    notice.textContent = await work().catch(() => "The shop could not be reached. Nothing was charged.");
    enable();
  });
}

for (const row of document.querySelectorAll<HTMLElement>("[data-product]")) {
  const input = row.querySelector("input") as HTMLInputElement;
  input.addEventListener("input", () => change(row, input.valueAsNumber));
  row.querySelector(".less")?.addEventListener("click", () => change(row, Number(input.value) - 1));
  row.querySelector(".more")?.addEventListener("click", () => change(row, Number(input.value) + 1));
}
works(add, () => topUp(checkout));
works(confirm, async () => (element.preview === undefined ? "" : confirmOrder(checkout, cart, element.preview)));
element.addEventListener("credit-preview-change", enable);
checkout.subscribe(enable);
show();
