import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";
import { createApp, h, nextTick, shallowRef } from "vue";
import { defineCreditPreview } from "../../browser/element/index.js";
import { CART, drawn, FLEXPRICE, TestCheckout, texts } from "./page.js";

const NONE = { currency: "USD", lines: [{ id: "api", amount: "50" }] };

function host(): HTMLElement {
  defineCreditPreview();
  return document.body.appendChild(document.createElement("div"));
}

const shown = async () => {
  await drawn();
  const element = document.querySelector("credit-preview");
  return element === null ? [] : texts(element, "due-amount");
};

test("React 19 sets its properties, hears its events and takes it off", async () => {
  const checkout = new TestCheckout(FLEXPRICE);
  const onChange = vi.fn();
  const root = createRoot(host());
  const render = (draft: object) => root.render(createElement("credit-preview", { checkout, draft, locale: "en-US", "oncredit-preview-change": onChange }));
  render(CART);
  await expect.poll(shown).toEqual(["$63.88"]);
  render(NONE);
  await expect.poll(shown).toEqual(["$7.50"]);
  expect(onChange.mock.calls.map(([event]) => event.detail.total)).toEqual(["63.88", "7.5"]);
  root.unmount();
  expect(checkout.calls.slice(-2)).toEqual(["unsubscribe", "unwatch"]);
});

test("Vue 3 sets its properties, hears its events and takes it off", async () => {
  const checkout = new TestCheckout(FLEXPRICE);
  const onChange = vi.fn();
  const draft = shallowRef<object>(CART);
  const app = createApp({ render: () => h("credit-preview", { checkout, draft: draft.value, locale: "en-US", onCreditPreviewChange: onChange }) });
  app.mount(host());
  await expect.poll(shown).toEqual(["$63.88"]);
  draft.value = NONE;
  await nextTick();
  await expect.poll(shown).toEqual(["$7.50"]);
  expect(onChange.mock.calls.map(([event]) => event.detail.total)).toEqual(["63.88", "7.5"]);
  app.unmount();
  expect(checkout.calls.slice(-2)).toEqual(["unsubscribe", "unwatch"]);
});
