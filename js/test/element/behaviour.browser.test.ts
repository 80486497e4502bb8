import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { type CreditPreviewElement, defineCreditPreview } from "../../browser/element/index.js";
import type { CheckoutDraft } from "../../browser/element/types.js";
import { CART, drawn, FAILED, FLEXPRICE, LOADING, mount, part, parts, STALE, TestCheckout, texts } from "./page.js";

const READY = new TestCheckout(FLEXPRICE).state;

beforeAll(() => defineCreditPreview());

/** The cart, with so much API usage. */
const cartOf = (amount: string, lines = CART.lines): CheckoutDraft => ({ ...CART, lines: lines.map((line) => (line.id === "api" ? { ...line, amount } : line)) });

describe("its life", () => {
  test("a checkout is loaded and watched while connected, and never closed", async () => {
    const checkout = new TestCheckout(FLEXPRICE);
    const element = document.createElement("credit-preview");
    element.checkout = checkout;
    expect(checkout.calls).toEqual([]);
    document.body.append(element);
    expect(checkout.calls).toEqual(["subscribe", "watch", "load"]);
    element.remove();
    expect(checkout.calls.slice(3)).toEqual(["unsubscribe", "unwatch"]);
    document.body.append(element);
    expect(checkout.calls.slice(5)).toEqual(["subscribe", "watch", "load"]);
  });

  test("another checkout takes the place of the first", async () => {
    const [first, second] = [new TestCheckout(FLEXPRICE), new TestCheckout({ profile: "flexprice", wallets: [] })];
    const element = await mount({ checkout: first, draft: CART });
    element.checkout = second;
    expect(first.calls.slice(3)).toEqual(["unsubscribe", "unwatch"]);
    expect(second.calls).toEqual(["subscribe", "watch", "load"]);
    await drawn();
    expect(texts(element, "due-amount")).toEqual(["$106.38"]);
    element.checkout = undefined;
    expect(second.calls.slice(3)).toEqual(["unsubscribe", "unwatch"]);
  });

  test("properties set before it was defined are taken", async () => {
    const early = document.createElement("late-preview") as CreditPreviewElement;
    early.draft = CART;
    early.checkout = new TestCheckout(FLEXPRICE);
    early.messages = { due: "Amount due" };
    early.setAttribute("locale", "en-US");
    document.body.append(early);
    expect(early.shadowRoot).toBeNull();
    defineCreditPreview("late-preview");
    await drawn();
    expect(texts(early, "due-label")).toEqual(["Amount due"]);
    expect(texts(early, "due-amount")).toEqual(["$63.88"]);
    early.draft = cartOf("0");
    await drawn();
    expect(texts(early, "due-amount")).not.toEqual(["$63.88"]);
  });

  test("defining it twice is harmless", () => {
    defineCreditPreview();
    const first = customElements.get("credit-preview");
    defineCreditPreview();
    expect(customElements.get("credit-preview")).toBe(first);
  });

  test("labels do not reach the engine, which refuses what it does not know", async () => {
    const checkout = new TestCheckout(FLEXPRICE);
    await mount({ checkout, draft: CART });
    expect(checkout.drafts[0]?.lines.map((line) => Object.keys(line))).toEqual([["id", "amount"], ["id", "amount", "discount"], ["id", "amount", "priceType"]]);
  });

  test("many changes of a turn are drawn once", async () => {
    const checkout = new TestCheckout(FLEXPRICE);
    const element = await mount({ checkout, draft: CART });
    const before = checkout.drafts.length;
    for (const amount of ["1", "12", "12.5"]) element.draft = cartOf(amount);
    await drawn();
    expect(checkout.drafts.length).toBe(before + 1);
    expect(texts(element, "line-amount")[0]).toBe("$12.50");
  });

  test("the preview can be read at once, connected or not", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    element.draft = cartOf("0");
    expect(element.preview?.subtotal).toBe("76.5");
    expect(element.preview).toBe(element.preview);
    element.remove();
    element.draft = CART;
    expect(element.preview?.subtotal).toBe("100.5");
  });
});

describe("events", () => {
  test("tell the page of other figures, once, across shadow trees", async () => {
    const totals: string[] = [];
    const listener = (event: Event) => void totals.push((event as CustomEvent<{ total: string }>).detail.total);
    document.body.addEventListener("credit-preview-change", listener);
    const host = document.body.appendChild(document.createElement("div"));
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    host.attachShadow({ mode: "open" }).append(element);
    element.draft = { ...CART };
    await drawn();
    element.draft = cartOf("44");
    await drawn();
    document.body.removeEventListener("credit-preview-change", listener);
    expect(totals).toEqual(["63.88", element.preview?.total]);
  });

  test("tell it of each error, once", async () => {
    const errors: unknown[] = [];
    const checkout = new TestCheckout(FLEXPRICE, LOADING);
    const element = await mount({ checkout, draft: CART });
    element.addEventListener("credit-preview-error", ({ detail }) => void errors.push(detail));
    for (const state of [FAILED, { ...FAILED }, READY, STALE]) {
      checkout.become(state);
      await drawn();
    }
    element.draft = cartOf("not a number");
    await drawn();
    expect(errors).toEqual([FAILED.error, STALE.error, expect.objectContaining({ code: "invalid_decimal", path: "invoice.lines[0].amount" })]);
  });
});

describe("keyboard and focus", () => {
  const disclosures = (element: Element) => [...(element.shadowRoot?.querySelectorAll("details") ?? [])];

  test("every disclosure is reached and opened by keys", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE, STALE), draft: CART });
    const reached: string[] = [];
    for (const key of ["{Tab}", "{Tab}{Enter}", "{Tab}{Enter}"]) {
      await userEvent.keyboard(key);
      reached.push(element.shadowRoot?.activeElement?.getAttribute("part") ?? "");
    }
    expect(reached).toEqual(["button", "summary", "summary"]);
    expect(disclosures(element).map(({ open }) => open)).toEqual([true, true]);
  });

  test("where the focus is can be seen", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE, STALE), draft: CART });
    for (const name of ["button", "summary"]) {
      await userEvent.keyboard("{Tab}");
      const focused = element.shadowRoot?.activeElement as HTMLElement;
      expect(focused.getAttribute("part")).toBe(name);
      expect(getComputedStyle(focused)).toMatchObject({ outlineStyle: "solid", outlineWidth: "2px" });
    }
  });

  test("focus and open disclosures stay as the draft changes", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    const [details] = disclosures(element);
    (details as HTMLDetailsElement).open = true;
    const summary = details?.querySelector("summary") as HTMLElement;
    summary.focus();
    for (const draft of [cartOf("20"), cartOf("20", [...CART.lines].reverse()), cartOf("20", CART.lines.slice(1)), CART]) {
      element.draft = draft;
      await drawn();
      expect(element.shadowRoot?.activeElement).toBe(summary);
      expect(details?.open).toBe(true);
    }
    expect(texts(element, "line-label")).toEqual(["API usage", "Tokens", "Seats"]);
  });

  test("where the focused element goes away, the heading takes the focus", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    disclosures(element)[0]?.querySelector("summary")?.focus();
    element.draft = { ...CART, lines: CART.lines.slice(0, 1) };
    await drawn();
    expect(element.shadowRoot?.activeElement).toBe(part(element, "heading"));
  });

  test("nothing takes the focus that had none", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE, LOADING), draft: CART });
    const field = document.body.appendChild(document.createElement("input"));
    field.focus();
    element.checkout = new TestCheckout(FLEXPRICE);
    await drawn();
    expect(document.activeElement).toBe(field);
  });
});

describe("trying again", () => {
  test.each([["error", FAILED, "Try again"], ["stale", STALE, "Refresh"]] as const)("%s: the button says that it does, and works once at a time", async (_, state, label) => {
    const checkout = new TestCheckout(FLEXPRICE, state);
    const element = await mount({ checkout, draft: CART });
    const button = part(element, "button");
    expect(texts(element, "button")).toEqual([label]);
    button.focus();
    button.click();
    await drawn();
    button.click();
    expect(checkout.calls.filter((call) => call === "refresh")).toEqual(["refresh"]);
    expect([part(element, "button"), texts(element, "button"), button.getAttribute("aria-disabled")]).toEqual([button, ["Trying again"], "true"]);
    expect(element.shadowRoot?.activeElement).toBe(button);
    checkout.answer();
    await expect.poll(() => texts(element, "button")).toEqual([label]);
    checkout.become(READY);
    await drawn();
    expect(parts(element, "button")).toEqual([]);
    expect(element.shadowRoot?.activeElement).toBe(part(element, "heading"));
  });
});

describe("screen readers", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("are told the amount due when it has come to rest, once", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    const region = part(element, "announcement");
    expect(region.getAttribute("aria-live")).toBe("polite");
    expect(region.textContent).toBe("");
    vi.advanceTimersByTime(1_000);
    expect(region.textContent).toBe("Left to pay: $63.88. Your credits cover part of this.");
    const told: string[] = [];
    const observer = new MutationObserver((records) => void told.push(...records.map(() => region.textContent ?? "")));
    observer.observe(region, { childList: true, characterData: true, subtree: true });
    for (const amount of ["1", "10", "100", "100.", "100.5"]) {
      element.draft = cartOf(amount);
      await drawn();
      vi.advanceTimersByTime(300);
    }
    expect(region.textContent).toContain("$63.88");
    vi.advanceTimersByTime(1_000);
    expect(region.textContent).toContain(texts(element, "due-amount")[0]);
    element.draft = { ...(element.draft as CheckoutDraft) };
    await drawn();
    vi.advanceTimersByTime(1_000);
    await drawn();
    expect(told.length).toBe(1);
  });

  test("are told of errors and of figures that may be out of date", async () => {
    const checkout = new TestCheckout(FLEXPRICE, FAILED);
    const element = await mount({ checkout, draft: CART });
    vi.advanceTimersByTime(1_000);
    expect(texts(element, "announcement")).toEqual(["Your credits could not be loaded."]);
    checkout.become(STALE);
    await drawn();
    vi.advanceTimersByTime(1_000);
    expect(texts(element, "announcement")[0]).toMatch(/may be out of date\. Left to pay: \$63\.88/);
  });

  test("are told nothing by an element that has left the page, and no timer is left behind", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART });
    expect(vi.getTimerCount()).toBe(1);
    element.remove();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("find a heading at the level that fits the page", async () => {
    const element = await mount({ checkout: new TestCheckout(FLEXPRICE), draft: CART }, { "heading-level": "4" });
    const headings = () => ["heading", "wallets-heading"].map((name) => part(element, name).localName);
    expect(headings()).toEqual(["h4", "h5"]);
    element.setAttribute("heading-level", "9");
    await drawn();
    expect(headings()).toEqual(["h2", "h3"]);
  });
});
