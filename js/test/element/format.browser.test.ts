import { afterEach, describe, expect, test } from "vitest";
import { formats } from "../../browser/element/format.js";
import type { DecimalString } from "../../types.js";
import { drawn, FLEXPRICE, mount, TestCheckout, texts } from "./page.js";

afterEach(() => {
  document.documentElement.lang = "";
});

/** Spaces that do not break, and marks of direction, are how a locale writes; here they are told apart from nothing. */
const plain = (text: string) => text.replace(/\u00a0/g, " ").replace(/[\u200e\u200f\u061c]/g, "");

describe("money", () => {
  test.each<[DecimalString, string, string, string]>([
    ["1234.5", "en-US", "USD", "$1,234.50"],
    ["1234.5", "en-US", "usd", "$1,234.50"],
    ["1234.5", "de-DE", "EUR", "1.234,50 €"],
    ["1234.5", "ar-EG", "EGP", "١٬٢٣٤٫٥٠ ج.م."],
    ["1234", "ja-JP", "JPY", "￥1,234"],
    ["1234.5", "en-US", "KWD", "KWD 1,234.500"],
    ["500.5", "en-US", "JPY", "¥500.5"],
    ["0.0000042", "en-US", "USD", "$0.0000042"],
    ["-0.0000042", "en-US", "USD", "-$0.0000042"],
    ["1234567890123456789012345678", "en-US", "USD", "$1,234,567,890,123,456,789,012,345,678.00"],
    ["12345678901234567890.12345678", "de-DE", "EUR", "12.345.678.901.234.567.890,12345678 €"],
    ["0.1234567890123456789012345", "en-US", "USD", "$0.1234567890123456789"],
  ])("%s in %s and %s", (amount, locale, currency, written) => {
    expect(plain(formats(locale, currency).money(amount))).toBe(written);
  });

  test.each([undefined, "", "EURO", "1"])("in no currency (%s) is a plain number", (currency) => {
    expect(formats("en-US", currency).money("1234.5")).toBe("1,234.5");
    expect(formats("en-US", currency).money("7")).toBe("7");
  });

  test("of nothing is not taken off", () => {
    const { off } = formats("en-US", "USD");
    expect([off("0"), off("3")]).toEqual(["$0.00", "-$3.00"]);
  });

  test.each(["not a locale", "", undefined])("in no locale (%s) is written as the browser does", (locale) => {
    expect(formats(locale, "USD").money("3")).toBe(new Intl.NumberFormat(undefined, { style: "currency", currency: "USD" }).format(3));
  });
});

test("credits have the decimals that they have", () => {
  const { count } = formats("de-DE", "EUR");
  expect([count("216"), count("12.5"), count("0.0000042")]).toEqual(["216", "12,5", "0,0000042"]);
});

describe("the page's locale", () => {
  const draft = { currency: "EUR", lines: [{ id: "api", amount: "1234.5" }] };
  const shown = (element: Element) => plain(texts(element, "line-amount")[0] ?? "");

  test("is the nearest language, unless the element has its own", async () => {
    document.documentElement.lang = "de";
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft }, { locale: "" });
    expect(shown(element)).toBe("1.234,50 €");
    element.setAttribute("locale", "en-GB");
    await drawn();
    expect(shown(element)).toBe("€1,234.50");
  });

  test("is found across shadow trees", async () => {
    const host = document.body.appendChild(document.createElement("div"));
    host.lang = "de";
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft }, { locale: "" });
    host.attachShadow({ mode: "open" }).append(element);
    await drawn();
    expect(shown(element)).toBe("1.234,50 €");
  });
});

test("figures of any size are shown as they are", async () => {
  const element = await mount({
    checkout: new TestCheckout({ profile: "flexprice", wallets: [] }),
    draft: { currency: "USD", lines: [{ id: "tiny", amount: "0.0000042" }, { id: "huge", amount: "900719925474099300001.01" }] },
  });
  expect(texts(element, "line-amount")).toEqual(["$0.0000042", "$900,719,925,474,099,300,001.01"]);
  expect(texts(element, "due-amount")).toEqual(["$900,719,925,474,099,300,001.0100042"]);
});
