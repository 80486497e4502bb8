import { describe, expect, test } from "vitest";
import type { CreditPreviewProperties } from "../../browser/element/index.js";
import { previewInvoice } from "../../engine/index.js";
import type { InvoicePreview } from "../../types.js";
import { violations } from "./axe.js";
import { CART, drawn, FAILED, FLEXPRICE, LAGO, LOADING, mount, NOW, part, parts, STALE, TAXED, TestCheckout, textOf, texts, wallet } from "./page.js";

const ready = (snapshot = FLEXPRICE) => new TestCheckout(snapshot);

const lines = (element: Element) =>
  parts(element, "line").map((line) => ({
    label: textOf(line.querySelector('[part~="line-label"]') as Element),
    amount: textOf(line.querySelector('[part~="line-amount"]') as Element),
    shares: [...line.querySelectorAll('[part~="share"]')].map(textOf),
    reasons: [...line.querySelectorAll('[part~="reason"]')].map(textOf),
  }));

const totals = (element: Element) => [...part(element, "totals").children].map((row) => [...row.children].map(textOf));

describe("figures", () => {
  test("a Flexprice cart that credits pay a part of", async () => {
    const element = await mount({ checkout: ready(), draft: CART });
    expect(lines(element)).toEqual([
      { label: "API usage", amount: "$24.00", shares: ["Prepaid 216 credits$21.60"], reasons: [] },
      {
        label: "Tokens",
        amount: "$31.50",
        shares: ["Prepaid 84 credits$8.40", "Bonus 12.5 credits$12.50", "Not paid with credits$5.65"],
        reasons: [],
      },
      {
        label: "Seats",
        amount: "$45.00",
        shares: ["Not paid with credits$40.50"],
        reasons: ["Prepaid Cannot be used for this", "Bonus Cannot be used for this"],
      },
    ]);
    expect(texts(element, "line-discount")).toEqual(["Discount-$2.40", "Discount-$4.95", "Discount-$4.50"]);
    expect(totals(element)).toEqual([
      ["Subtotal", "$100.50"],
      ["Discount", "-$11.85"],
      ["Tax Credits do not pay tax", "$17.73"],
      ["Total before credits", "$106.38"],
      ["Credits", "-$42.50"],
      ["Left to pay", "$63.88"],
    ]);
    expect(texts(element, "coverage")).toEqual(["Your credits cover part of this"]);
    expect(texts(element, "wallet")[0]).toBe("Prepaid$0.00 left$30.00 before$30.00 used 300 creditsOngoing balance now $21.50: usage not yet invoiced is taken off");
    expect(texts(element, "note")).toContain(`An estimate: the shop reprices when you confirm. Balances as of Nov 20, 2026, ${timeOfDay()}.`);
  });

  test("wallets that cannot pay, and nothing that is in another currency", async () => {
    const element = await mount({ checkout: ready(), draft: CART });
    const others = part(element, "others");
    expect([...others.querySelectorAll("li")].map(textOf)).toEqual(["Euro In another currency", "Old Not active$5.00"]);
    expect(element.shadowRoot?.textContent).not.toContain("777");
  });

  test("a Lago cart that credits pay whole, with its tax", async () => {
    const element = await mount({ checkout: ready(LAGO), draft: TAXED });
    expect(lines(element).map(({ shares }) => shares)).toEqual([["Promo 15 credits€15.00", "Main 17.6 credits€8.80"], ["Main 29.36 credits€14.68"]]);
    expect(lines(element).map(({ reasons }) => reasons)).toEqual([["Wallet 3 Nothing in it"], ["Promo Cannot be used for this", "Wallet 3 Nothing in it"]]);
    expect(totals(element)).toEqual([
      ["Subtotal", "€32.34"],
      ["Tax Credits pay tax too", "€6.14"],
      ["Total before credits", "€38.48"],
      ["Credits", "-€38.48"],
      ["Left to pay", "€0.00"],
    ]);
    expect(texts(element, "line-payable")).toEqual(["With tax€23.80", "With tax€14.6846"]);
    expect(texts(element, "coverage")).toEqual(["Your credits cover everything"]);
    expect(texts(element, "wallet").at(-1)).toBe("Wallet 3€0.00 left€0.00 beforeNothing in it");
  });

  test("what no wallet pays of a taxed line is told with its tax", async () => {
    const wallets = [{ lago_id: "w", name: "Prepaid", currency: "EUR", rate_amount: "1", balance_cents: 5000, applies_to: {} }];
    const draft = { currency: "EUR", lines: [{ id: "plan", feeType: "subscription", amount: "100", taxRate: "20" }] };
    const element = await mount({ checkout: ready({ profile: "lago", wallets }), draft });
    expect(lines(element).map(({ shares }) => shares)).toEqual([["Prepaid 50 credits€50.00", "Not paid with credits€70.00"]]);
  });

  test("credits that lower the tax: the column adds up", async () => {
    const wallets = [{ lago_id: "w", name: "Prepaid", currency: "EUR", rate_amount: "1", balance_cents: 5000 }];
    const draft = { currency: "EUR", lines: [{ id: "plan", feeType: "subscription", amount: "100", taxRate: "20" }] };
    const element = await mount({ checkout: ready({ profile: "lago-2022", wallets }), draft });
    expect(totals(element)).toEqual([
      ["Subtotal", "€100.00"],
      ["Tax", "€20.00"],
      ["Total before credits", "€120.00"],
      ["Credits", "-€50.00"],
      ["Tax saved by credits", "-€10.00"],
      ["Left to pay", "€60.00"],
    ]);
  });

  test("no wallets at all", async () => {
    const draft = { currency: "USD", lines: [{ id: "seat", amount: "45" }] };
    const element = await mount({ checkout: ready({ profile: "flexprice", wallets: [] }), draft });
    expect(texts(element, "coverage")).toEqual(["None of your credits apply"]);
    expect(textOf(part(element, "wallets"))).toBe("Your credits afterwardsYou have no credits.");
    expect(texts(element, "line-label")).toEqual(["seat"]);
  });

  test("nothing to pay", async () => {
    const element = await mount({ checkout: ready(), draft: { currency: "USD", lines: [{ id: "free", amount: "0" }] } });
    expect(texts(element, "coverage")).toEqual(["Nothing to pay"]);
    expect(parts(element, "bar")).toEqual([]);
  });

  test("what the provider leaves open, and what its own preview shows, are said", async () => {
    const preview: InvoicePreview = {
      ...previewInvoice(FLEXPRICE, { currency: "USD", lines: [{ id: "api", amount: "24" }] }, { now: NOW }),
      undefinedByProvider: ["lines", "wallets", "totals"],
      shown: { credits: "23.99", total: "0" },
    };
    const element = await mount({ preview, draft: { currency: "USD", lines: [{ id: "api", label: "API usage", amount: "24" }] } });
    expect(texts(element, "lines-note")).toEqual(["Which credits pay what may differ"]);
    expect(texts(element, "due-label")).toEqual(["Left to pay may differ"]);
    expect(texts(element, "wallets-heading")).toEqual(["Your credits afterwards may differ"]);
    expect(texts(element, "note").slice(0, 2)).toEqual([
      "The billing provider leaves open how what is marked “may differ” comes out.",
      "The billing provider’s own preview rounds differently: $23.99 in credits, $0.00 left to pay.",
    ]);
  });

  test("nothing is marked where the provider leaves nothing open", async () => {
    const element = await mount({ checkout: ready(LAGO), draft: TAXED });
    expect(parts(element, "mark")).toEqual([]);
    expect(texts(element, "note").length).toBe(1);
  });

  test("bars take their parts of the line, tax included", async () => {
    const element = await mount({ checkout: ready(LAGO), draft: TAXED });
    const [bar] = parts(element, "bar");
    const widths = [...(bar?.children ?? [])].map((segment) => segment.getBoundingClientRect().width);
    const whole = widths.reduce((sum, width) => sum + width, 0);
    expect(widths.map((width) => Math.round((width / whole) * 1000) / 10)).toEqual([63, 37]);
    expect(bar?.getAttribute("aria-hidden")).toBe("true");
  });

  test("a wallet keeps its colour while the cart changes", async () => {
    const element = await mount({ checkout: ready(), draft: CART });
    const colours = () => Object.fromEntries(parts(element, "wallet").map((item) => [item.dataset["key"], item.querySelector<HTMLElement>('[part~="swatch"]')?.dataset["colour"]]));
    const before = colours();
    element.draft = { currency: "EUR", lines: [{ id: "api", amount: "5" }] };
    await drawn();
    element.draft = CART;
    await drawn();
    expect(colours()).toEqual(before);
    expect(new Set(Object.values(before)).size).toBe(2);
  });
});

/** Of `NOW`, where the browser is. */
function timeOfDay(): string {
  return new Intl.DateTimeFormat("en-US", { timeStyle: "short" }).format(NOW);
}

describe("states without figures", () => {
  test("loading, then ready", async () => {
    const checkout = new TestCheckout(FLEXPRICE, LOADING);
    const element = await mount({ checkout, draft: CART });
    expect(texts(element, "message")).toEqual(["Loading your credits"]);
    expect(part(element, "base").getAttribute("aria-busy")).toBe("true");
    expect(element.preview).toBeUndefined();
    checkout.become(new TestCheckout(FLEXPRICE).state);
    await drawn();
    expect(texts(element, "due-amount")).toEqual(["$63.88"]);
    expect(part(element, "base").hasAttribute("aria-busy")).toBe(false);
  });

  test.each([["no draft", {}], ["no lines", { draft: { currency: "USD", lines: [] } }]])("empty: %s", async (_, properties: CreditPreviewProperties) => {
    const element = await mount({ checkout: ready(), ...properties });
    expect(texts(element, "message")).toEqual(["There is nothing to pay yet."]);
  });

  test("a draft that cannot be previewed cannot be tried again", async () => {
    const element = await mount({ checkout: ready(), draft: { currency: "USD", lines: [{ id: "api", amount: "1e3" }] } });
    expect(texts(element, "message")).toEqual(["How your credits apply to this order cannot be shown."]);
    expect(parts(element, "button")).toEqual([]);
    element.draft = CART;
    await drawn();
    expect(texts(element, "due-amount")).toEqual(["$63.88"]);
  });

  test.each([[null], [{}], [{ currency: "USD", lines: "none" }], [{ currency: "USD", lines: [null] }]])("a draft that is none, %j, breaks nothing", async (draft) => {
    const element = await mount({ checkout: ready(), draft: draft as never });
    expect(texts(element, "message").length).toBe(1);
  });

  test("stale figures are shown, marked with since when", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE, STALE), draft: CART });
    expect(texts(element, "message")).toEqual([`Your balances are from Nov 20, 2026, ${timeOfDay()} and may be out of date.`]);
    expect(texts(element, "button")).toEqual(["Refresh"]);
    expect(texts(element, "due-amount")).toEqual(["$63.88"]);
  });

  test("a server's preview, with and without the draft it is of", async () => {
    const preview = { ...previewInvoice(FLEXPRICE, { currency: "USD", lines: [{ id: "api", amount: "24" }] }, { now: NOW }), snapshot: { asOf: NOW } };
    const element = await mount({ preview }, { currency: "usd" });
    expect(lines(element).map(({ label, shares }) => [label, shares])).toEqual([["api", ["Prepaid 240 credits$24.00"]]]);
    expect(texts(element, "note")[0]).toContain("Balances as of Nov 20, 2026");
    element.draft = { currency: "USD", lines: [{ id: "api", label: "API usage", amount: "24" }] };
    await drawn();
    expect(texts(element, "line-label")).toEqual(["API usage"]);
    expect(element.preview).toEqual(preview);
    element.preview = undefined;
    await drawn();
    expect(texts(element, "message")).toEqual(["Loading your credits"]);
  });
});

describe("axe finds nothing", () => {
  const expired = wallet({ balance: "30", name: "" });
  const states: [string, CreditPreviewProperties][] = [
    ["part of it covered", { checkout: ready(), draft: CART }],
    ["covered", { checkout: ready(LAGO), draft: TAXED }],
    ["an unnamed wallet", { checkout: ready(expired), draft: CART }],
    ["loading", { checkout: new TestCheckout(FLEXPRICE, LOADING), draft: CART }],
    ["empty", { checkout: ready() }],
    ["error", { checkout: new TestCheckout(FLEXPRICE, FAILED), draft: CART }],
    ["stale", { checkout: new TestCheckout(FLEXPRICE, STALE), draft: CART }],
  ];
  describe.each(["light", "dark"])("%s", (scheme) => {
    test.each(states)("%s", async (_, properties) => {
      document.documentElement.style.colorScheme = scheme;
      const element = await mount(properties);
      element.style.colorScheme = scheme;
      for (const details of element.shadowRoot?.querySelectorAll("details") ?? []) details.open = true;
      const background = getComputedStyle(part(element, "base")).backgroundColor;
      expect(background).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 24, 29)");
      expect(await violations(element)).toEqual([]);
    });
  });
});
