/** In a file of its own: a page's policy cannot be taken back. */
import { expect, test } from "vitest";
import { CART, drawn, FLEXPRICE, LOADING, mount, parts, STALE, TestCheckout } from "./page.js";

test("a page without inline styles and without HTML from text shows it whole", async () => {
  const refused: string[] = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => void refused.push(effectiveDirective));
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = "style-src 'none'; img-src 'none'; font-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
  document.head.append(meta);

  const checkout = new TestCheckout(FLEXPRICE, LOADING);
  const element = await mount({ checkout, draft: CART });
  checkout.become(STALE);
  await drawn();
  const [segment] = parts(element, "segment");
  expect(segment?.getBoundingClientRect().width).toBeGreaterThan(100);
  expect(getComputedStyle(segment as Element).backgroundColor).toBe("rgb(47, 91, 208)");

  // The policy is in force: what it forbids is refused, and told.
  const outlaw = document.createElement("p");
  outlaw.setAttribute("style", "color: red");
  document.body.append(outlaw);
  expect(() => {
    outlaw.innerHTML = "<b>no</b>";
  }).toThrow(TypeError);
  await expect.poll(() => refused).toEqual(["style-src-attr", "require-trusted-types-for"]);
});
