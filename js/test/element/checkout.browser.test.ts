/** With the checkout that pages use, over a source that answers as it is told. */
import { afterEach, expect, test } from "vitest";
import { CheckoutPreview } from "../../browser/checkout.js";
import type { PageSnapshot } from "../../browser/types.js";
import type { WalletsSnapshot } from "../../types.js";
import { CART, drawn, FLEXPRICE, mount, NOW, part, texts, wallet } from "./page.js";

const made: CheckoutPreview[] = [];

afterEach(() => {
  for (const checkout of made.splice(0)) checkout.close();
});

interface Question {
  readonly resolve: (snapshot: PageSnapshot) => void;
  readonly reject: (error: Error) => void;
}

/** A checkout whose answers wait to be given: wallets, or a failure. */
function checkoutOf() {
  const questions: Question[] = [];
  const clock = { now: NOW };
  const fetch = () => new Promise<PageSnapshot>((resolve, reject) => void questions.push({ resolve, reject }));
  const checkout = new CheckoutPreview({ source: { fetch }, now: () => clock.now });
  made.push(checkout);
  const answer = async (given: WalletsSnapshot | Error) => {
    await expect.poll(() => questions.length).toBe(1);
    const [question] = questions.splice(0);
    if (given instanceof Error) question?.reject(given);
    else question?.resolve({ ...given, fetchedAt: clock.now, asOf: clock.now, freshness: "computed", expiresAt: clock.now + 600_000 });
  };
  return { checkout, clock, answer };
}

const due = (element: Element) => texts(element, "due-amount")[0];

test("figures come with the wallets, and change with them", async () => {
  const { checkout, answer } = checkoutOf();
  const element = await mount({ checkout, draft: CART });
  expect(texts(element, "message")).toEqual(["Loading your credits"]);
  await answer(FLEXPRICE);
  await expect.poll(() => due(element)).toBe("$63.88");
  void checkout.refresh();
  await answer(wallet({ balance: "1000" }));
  await expect.poll(() => due(element)).toBe("$58.23");
});

test("a failed load is tried again by the button, which keeps the focus while it fails", async () => {
  const { checkout, answer } = checkoutOf();
  const element = await mount({ checkout, draft: CART });
  await answer(new Error("offline"));
  await expect.poll(() => texts(element, "button")).toEqual(["Try again"]);
  const button = part(element, "button");
  button.focus();
  button.click();
  await expect.poll(() => texts(element, "button")).toEqual(["Trying again"]);
  await answer(new Error("still offline"));
  await expect.poll(() => texts(element, "button")).toEqual(["Try again"]);
  expect(element.shadowRoot?.activeElement).toBe(button);
  button.click();
  await answer(FLEXPRICE);
  await expect.poll(() => due(element)).toBe("$63.88");
  expect(element.shadowRoot?.activeElement).toBe(part(element, "heading"));
});

test("figures that have expired are marked, and the mark goes with new ones", async () => {
  const { checkout, clock, answer } = checkoutOf();
  const element = await mount({ checkout, draft: CART });
  await answer(FLEXPRICE);
  await expect.poll(() => due(element)).toBe("$63.88");
  clock.now += 600_001;
  element.draft = { ...CART };
  await drawn();
  expect(texts(element, "button")).toEqual(["Refresh"]);
  part(element, "button").click();
  await answer(FLEXPRICE);
  await expect.poll(() => texts(element, "button")).toEqual([]);
  expect(due(element)).toBe("$63.88");
});
