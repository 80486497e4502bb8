import { afterEach, describe, expect, test } from "vitest";
import { cdp, page } from "vitest/browser";
import { CART, FLEXPRICE, mount, part, parts, STALE, TestCheckout, wallet } from "./page.js";

afterEach(async () => {
  document.documentElement.dir = "";
  await page.viewport(800, 600);
});

const HUGE = wallet({ name: "Prepaidcreditsofthewholeorganisationwithoutanyspace", balance: "9999999999999999999999" });
const HUGE_CART = { currency: "USD", lines: [{ id: "x", label: "Supercalifragilisticexpialidociousandmoreofthat", amount: "98765432109876543210.12" }] };

describe("320 px wide", () => {
  test.each([
    ["a cart", FLEXPRICE, CART, "ltr"],
    ["a cart, right to left", FLEXPRICE, CART, "rtl"],
    ["long names and numbers", HUGE, HUGE_CART, "ltr"],
  ])("%s needs no scrolling", async (_, snapshot, draft, dir) => {
    document.documentElement.dir = dir;
    await page.viewport(320, 800);
    const element = await mount({ checkout: new TestCheckout(snapshot, STALE), draft });
    for (const details of element.shadowRoot?.querySelectorAll("details") ?? []) details.open = true;
    const root = document.documentElement;
    expect(root.clientWidth).toBe(320);
    expect(root.scrollWidth).toBeLessThanOrEqual(root.clientWidth);
    const base = part(element, "base");
    expect(base.scrollWidth).toBeLessThanOrEqual(base.clientWidth);
  });

  test("the layout follows the element's width, not the window's", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    const padding = () => getComputedStyle(part(element, "base")).paddingInlineStart;
    expect(padding()).toBe("24px");
    element.style.inlineSize = "300px";
    expect(padding()).toBe("16px");
  });
});

test("right to left, amounts stand left and bars fill from the right", async () => {
  document.documentElement.dir = "rtl";
  const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART }, { locale: "ar-EG" });
  const [amount] = parts(element, "line-amount");
  const [label] = parts(element, "line-label");
  expect(amount?.getBoundingClientRect().right).toBeLessThan(label?.getBoundingClientRect().right as number);
  const [paid, , rest] = parts(element, "bar")[1]?.children ?? [];
  expect(paid?.getBoundingClientRect().left).toBeGreaterThan(rest?.getBoundingClientRect().left as number);
});

test("one pattern for each wallet, besides its colour", async () => {
  const wallets = [1, 2, 3, 4, 5, 6].map((number) => ({ id: `w${number}`, name: `W${number}`, currency: "usd", balance: String(20 - number), wallet_status: "active", wallet_type: "PRE_PAID" }));
  const element = await mount({ checkout: new TestCheckout({ profile: "flexprice", wallets }), draft: { currency: "USD", lines: [{ id: "x", amount: "200" }] } });
  const styles = parts(element, "segment").map((segment) => getComputedStyle(segment));
  expect(new Set(styles.map(({ backgroundImage }) => backgroundImage)).size).toBe(6);
  expect(new Set(styles.map(({ backgroundColor }) => backgroundColor)).size).toBe(6);
});

describe("what the reader prefers", () => {
  const emulate = (name: string, value: string) => cdp().send("Emulation.setEmulatedMedia", { features: [{ name, value }] });
  afterEach(() => cdp().send("Emulation.setEmulatedMedia", { features: [] }));

  const surface = (element: Element) => getComputedStyle(part(element, "base")).backgroundColor;

  test("dark", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    expect(surface(element)).toBe("rgb(255, 255, 255)");
    await emulate("prefers-color-scheme", "dark");
    expect(surface(element)).toBe("rgb(22, 24, 29)");
    element.style.colorScheme = "light";
    expect(surface(element)).toBe("rgb(255, 255, 255)");
  });

  test("forced colours: segments still differ, and from what is not paid", async () => {
    await emulate("forced-colors", "active");
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    expect(matchMedia("(forced-colors: active)").matches).toBe(true);
    const [first, second, rest] = [...(parts(element, "bar")[1]?.children ?? [])].map((segment) => getComputedStyle(segment));
    expect(first?.backgroundImage).not.toBe(second?.backgroundImage);
    expect(first?.backgroundColor).not.toBe(rest?.backgroundColor);
    expect(rest?.borderStyle).toBe("solid");
  });

  test("reduced motion: nothing moves", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    const [segment] = parts(element, "segment");
    expect(getComputedStyle(segment as Element).transitionDuration).toBe("0.2s");
    await emulate("prefers-reduced-motion", "reduce");
    expect(getComputedStyle(segment as Element).transitionDuration).toBe("0s");
  });
});

test("pages theme it by custom properties and parts", async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("credit-preview { --credit-preview-wallet-1: rgb(1 2 3); --credit-preview-surface: rgb(4 5 6) } credit-preview::part(due-amount) { color: rgb(7 8 9) }");
  document.adoptedStyleSheets = [sheet];
  const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
  expect(getComputedStyle(parts(element, "segment")[0] as Element).backgroundColor).toBe("rgb(1, 2, 3)");
  expect(getComputedStyle(part(element, "base")).backgroundColor).toBe("rgb(4, 5, 6)");
  expect(getComputedStyle(part(element, "due-amount")).color).toBe("rgb(7, 8, 9)");
  document.adoptedStyleSheets = [];
});
