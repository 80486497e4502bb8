/**
 * The checkout page in real browsers, against the server of `npm run demo:checkout`. `npm run test:browser` runs it,
 * on the built package; which browsers there are is in `CREDITGATE_BROWSERS`.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { generateSnapshotKey, type SnapshotPrivateKey } from "creditgate/server";
import type { JWK } from "jose";
import type { Browser } from "puppeteer-core";
import type { CheckoutPreview, CreditPreviewElement } from "../../browser/index.js";
import { CUSTOMERS } from "../../../examples/checkout/src/customers.ts";
import { type Checkout, startCheckout } from "../../scripts/demo/checkout.mjs";
import { type Proxy, startProxy } from "./proxy.ts";
import { claimsOf, REFUSALS, signed } from "./refusals.ts";
import { cases, plain, sum } from "./vectors.ts";
import { type BrowserName, launch, type Shown, Visitor } from "./visitor.ts";

const screenshots = resolve(import.meta.dirname, "../../../target/screenshots");
mkdirSync(screenshots, { recursive: true });

const CASES = cases();
const MODES = [
  { about: "script-src 'self' 'wasm-unsafe-eval'", query: "", engine: "wasm", violations: [] },
  // One try whether WebAssembly may be compiled is blocked, and seen as such.
  { about: "script-src 'self'", query: "?csp=strict", engine: "no-wasm", violations: ["script-src wasm-eval"] },
];
/** The page in three ways, each with a customer of its own. */
const PAGES = ["", "react", "vue"].map((path) => ({ path, customer: { id: `visitor-of-${path || "shop"}`, name: path, about: "test", provider: "lago" } as const }));
/** More than a refresh waits, whatever its jitter. */
const NEXT_REFRESH = 331_000;

/** What was previewed of each case: by every engine, in every browser, to the byte. */
const previews = new Map<string, string>();

/** A figure as plain decimal text, whatever stands around it. */
const figure = (text: string) => plain(text.replace(/[^\d.]/g, ""));

for (const [name, program] of Object.entries(JSON.parse(process.env["CREDITGATE_BROWSERS"] ?? "{}") as Record<BrowserName, string>) as [BrowserName, string][]) {
  describe(name, { timeout: 180_000 }, () => {
    let proxy: Proxy;
    let checkout: Checkout;
    let key: SnapshotPrivateKey;
    let browser: Browser;
    let visitor: Visitor;

    before(async () => {
      proxy = await startProxy();
      ({ privateKey: key } = await generateSnapshotKey());
      checkout = await startCheckout({ origin: proxy.url, key, customers: [...CUSTOMERS, ...[...CASES, ...PAGES].map(({ customer }) => customer)] });
      proxy.target = checkout.url;
      browser = await launch(name, program);
    });

    after(async () => {
      await browser?.close();
      await checkout?.close();
      await proxy?.close();
    });

    beforeEach(async () => {
      visitor = await Visitor.arrive(browser);
    });

    afterEach(async () => {
      for (const path of ["/snapshot", "/top-up"]) proxy.answer(path, undefined);
      await visitor.leave();
    });

    /** The session of a customer, signed in past the page. */
    async function sessionOf(customer: string): Promise<string> {
      const body = new URLSearchParams({ customer });
      const { headers } = await fetch(`${checkout.url}/session`, { method: "POST", body, redirect: "manual", headers: { origin: proxy.url } });
      return /session=([^;]+)/.exec(headers.get("set-cookie") ?? "")?.[1] ?? assert.fail("nobody signed in");
    }

    const open = async (customer: string, path = "/", origin = proxy.url) => visitor.open(origin + path, await sessionOf(customer));
    const click = (selector: string) => visitor.page.click(selector);
    const more = (product: string) => click(`[data-product="${product}"] .more`);

    /** What the billing API answers to a top-up that the shop knows nothing of. Its webhook tells the shop. */
    async function topUpElsewhere(customer: string, credits: string): Promise<void> {
      const { baseUrl, apiKey } = checkout.sandbox.flexprice;
      const headers = { "x-api-key": apiKey, "content-type": "application/json" };
      const [wallet] = (await (await fetch(`${baseUrl}/customers/wallets?lookup_key=${customer}`, { headers })).json()) as { id: string }[];
      const body = JSON.stringify({ credits_to_add: credits, transaction_reason: "PURCHASED_CREDIT_DIRECT" });
      assert.equal((await fetch(`${baseUrl}/wallets/${wallet?.id}/top-up`, { method: "POST", headers, body })).status, 200);
      await checkout.sandbox.control.deliveries();
    }

    for (const { about, query, engine, violations } of MODES) {
      test(`under ${about} the vectors' wallets pay what they must, by ${engine}`, async () => {
        // A page keeps the newer figures, and those of the two APIs are not equally old: a page each.
        for (const [provider, host] of [["lago", "fjord"], ["flexprice", "alder"]] as const) {
          proxy.answer("/snapshot", undefined);
          await open(host, `/${query}`);
          await visitor.figures();
          for (const given of CASES.filter(({ customer }) => customer.provider === provider)) await preview(host, given);
          assert.equal(await visitor.engine(), engine);
          assert.deepEqual(await visitor.violations(), violations);
        }
      });
    }

    /** Shows a vector's wallets and draft in the page of `host`, and compares. */
    async function preview(host: string, { customer, draft, expected, setUp }: (typeof CASES)[number]): Promise<void> {
      const ids = walletsOf(customer.id, setUp);
      const answer = await snapshotOf(customer.id);
      // What the shop signed for this customer, signed again for who is here: one page serves all.
      const snapshot = await signed(answer.snapshot, key as unknown as JWK, { sub: host });
      proxy.answer("/snapshot", async () => Response.json({ ...answer, snapshot }));
      await visitor.refresh();
      assert.equal(await visitor.code(), undefined);
      await visitor.draft(draft);
      const shown = await visitor.figures();
      compare(customer.id, shown, expected, ids);
      // The sandbox makes ids anew: what they name is compared.
      const named = Object.entries(ids).reduce((text, [wallet, id]) => text.replaceAll(id, wallet), shown.preview);
      assert.equal(named, previews.get(customer.id) ?? named, `${customer.id}: another preview than before`);
      previews.set(customer.id, named);
    }

    /** What the shop answers to a page of this customer's. */
    async function snapshotOf(customer: string): Promise<{ readonly snapshot: string }> {
      const headers = { cookie: `session=${await sessionOf(customer)}`, origin: proxy.url };
      return (await (await fetch(`${checkout.url}/snapshot`, { headers })).json()) as { snapshot: string };
    }

    /** The wallets of a case by the vector's ids, set up once. */
    const wallets = new Map<string, Readonly<Record<string, string>>>();
    function walletsOf(customer: string, setUp: (typeof CASES)[number]["setUp"]) {
      const ids = wallets.get(customer) ?? setUp(checkout.sandbox.control);
      wallets.set(customer, ids);
      return ids;
    }

    test("the cart changes the figures, and no change asks the shop for anything", async () => {
      await open("brook");
      const first = await visitor.figures();
      // 3 x 4.00 + 12.50 of usage, 18.00 that credits do not pay; 8.25 % tax on all of it.
      assert.deepEqual([first.subtotal, first.credits, first.tax, first.total].map(figure), ["42.5", "10.75", "3.51", "35.26"]);
      await visitor.barrier();
      const asked = visitor.requested.length;
      for (let index = 0; index < 5; index += 1) await more("storage");
      await click('[data-product="seat"] .less');
      await visitor.page.click('[data-product="tokens"] input', { count: 3 }); // selects what is in it
      await visitor.page.keyboard.type("12");
      await visitor.until(() => document.querySelector("credit-preview")?.shadowRoot?.querySelector('[part~="due-amount"]')?.textContent === "$72.06");
      const second = await visitor.figures();
      // 12 x 4.00 + 12.50 + 5 x 3.20
      assert.deepEqual([second.subtotal, second.credits, second.tax, second.total].map(figure), ["76.5", "10.75", "6.31", "72.06"]);
      await visitor.barrier();
      assert.deepEqual(visitor.requested.slice(asked), [`${proxy.url}/barrier`]);
    });

    for (const page of PAGES) {
      test(`/${page.path}: signs in by the picker, changes the cart, tops up and orders`, async () => {
        checkout.sandbox.control.wallets({ provider: "lago", customer: page.customer.id, currency: "EUR", balance: "20" });
        await open("fjord", `/${page.path}`);
        await visitor.figures();
        await visitor.page.select("#customer", page.customer.id);
        await Promise.all([visitor.page.waitForNavigation(), click(".account button")]);
        const figures = async (due: string) => {
          await visitor.until((text) => document.querySelector("credit-preview")?.shadowRoot?.querySelector('[part~="due-amount"]')?.textContent === text, due);
          const { subtotal, tax, credits } = await visitor.figures();
          return [subtotal, tax, credits].map(figure);
        };
        // 3 x 3.70, 11.50 and 16.50, each with 20 % tax, which Lago's credits pay too.
        assert.deepEqual(await figures("€26.92"), ["39.1", "7.82", "20"]);
        await more("tokens");
        assert.deepEqual(await figures("€31.36"), ["42.8", "8.56", "20"]);
        await click(".top-up");
        await visitor.told("25 credits have arrived.");
        assert.deepEqual(await figures("€6.36"), ["42.8", "8.56", "45"]);
        await click(".confirm");
        await visitor.told("is placed: €45.00 from your credits, €6.36 by card.");
        assert.deepEqual(await visitor.violations(), []);
      });
    }

    test("an order that shows other figures than the shop's is shown again, not charged", async () => {
      await open("brook");
      const before = await visitor.figures();
      await topUpElsewhere("brook", "2");
      await click(".confirm");
      await visitor.told("Your credits have changed meanwhile.");
      const after = await visitor.figures();
      assert.equal(sum([figure(before.credits), "2"]), figure(after.credits));
      await click(".confirm");
      await visitor.told("is placed");
      // A page that lies about what it has shown gets nowhere either.
      const order = { cart: { tokens: 3 }, shown: { credits: "12", total: "0" } };
      const status = await visitor.page.evaluate(async (body) => (await fetch("/orders", { method: "POST", headers: { "content-type": "application/json" }, body })).status, JSON.stringify(order));
      assert.equal(status, 409);
    });

    test("the watch shows a top-up made elsewhere, and ends with the element", async () => {
      await open("brook");
      const before = await visitor.figures();
      // One for the next refresh; one for the moment when the figures expire, which whoever listens is told.
      assert.equal(await visitor.pending(), 2);
      await topUpElsewhere("brook", "3");
      await visitor.advance(NEXT_REFRESH);
      await visitor.until((credits) => document.querySelector("credit-preview")?.shadowRoot?.textContent?.includes(credits) === false, before.credits);
      assert.equal(figure((await visitor.figures()).credits), sum([figure(before.credits), "3"]));

      // The page itself still listens to its checkout, until it closes that.
      const asked = proxy.to("/snapshot").length;
      const element = await visitor.page.evaluateHandle(() => document.querySelector("credit-preview") as CreditPreviewElement);
      await element.evaluate((removed) => removed.remove());
      assert.equal(await visitor.pending(), 1);
      await element.evaluate((removed) => (removed.checkout as CheckoutPreview).close());
      assert.equal(await visitor.pending(), 0);
      await visitor.advance(10 * NEXT_REFRESH);
      await visitor.lookAway(async () => {});
      await visitor.barrier();
      assert.equal(proxy.to("/snapshot").length, asked);
    });

    test("the watch pauses while the page is hidden, and refreshes on return", async () => {
      await open("brook");
      await visitor.figures();
      const asked = proxy.to("/snapshot").length;
      const next = proxy.next("/snapshot");
      await visitor.lookAway(async () => {
        await visitor.advance(NEXT_REFRESH);
        await visitor.barrier();
        assert.equal(proxy.to("/snapshot").length, asked);
      });
      await next;
      assert.equal(proxy.to("/snapshot").length, asked + 1);
    });

    for (const { about, code, make } of REFUSALS) {
      test(`a snapshot ${about} is refused: ${code}`, async () => {
        proxy.answer("/snapshot", async (forward) => {
          const answer = (await (await forward()).json()) as { snapshot: string };
          return Response.json({ ...answer, snapshot: await make(answer.snapshot, key as unknown as JWK) });
        });
        await open("alder");
        await refused(code);
      });
    }

    test("a snapshot of another customer is refused: snapshot_wrong_customer", async () => {
      const answer = await snapshotOf("brook");
      proxy.answer("/snapshot", async () => Response.json(answer));
      await open("alder");
      await refused("snapshot_wrong_customer");
    });

    test("a snapshot replayed to another origin is refused: snapshot_wrong_origin", async () => {
      const answer = await snapshotOf("alder");
      proxy.answer("/snapshot", async () => Response.json(answer));
      await open("alder", "/", proxy.url.replace("127.0.0.1", "localhost"));
      await refused("snapshot_wrong_origin");
    });

    /** No figure is shown, and the page says why. */
    async function refused(code: string): Promise<void> {
      await visitor.shows("error");
      assert.equal(await visitor.code(), code);
      assert.match(await visitor.text(), new RegExp(`last problem: ${code}`));
      const { isShown, isDisabled } = await visitor.page.evaluate(() => ({
        isShown: document.querySelector("credit-preview")?.shadowRoot?.querySelector('[part~="due-amount"]') != null,
        isDisabled: document.querySelector<HTMLButtonElement>(".confirm")?.disabled,
      }));
      assert.deepEqual({ isShown, isDisabled }, { isShown: false, isDisabled: true });
    }

    test("axe finds nothing in any state, and 320 pixels are enough", async () => {
      const found: string[] = [];
      const look = async (state: string) => {
        for (const [width, about] of [[1180, "wide"], [320, "narrow"]] as const) {
          await visitor.page.setViewport({ width, height: 900 });
          found.push(...(await visitor.axe()).map((line) => `${state}, ${about}: ${line}`));
          if (await visitor.overflows()) found.push(`${state}, ${about}: wider than the window`);
        }
      };
      let release = () => {};
      const held = new Promise<void>((done) => (release = done));
      proxy.answer("/snapshot", async (forward) => {
        await held;
        return forward();
      });
      await open("grove");
      await visitor.shows("loading");
      await look("loading");
      release();
      await visitor.figures();
      await look("ready");
      proxy.answer("/snapshot", async () => new Response("", { status: 503 }));
      await visitor.advance(NEXT_REFRESH);
      await visitor.shows("stale");
      await look("stale");
      for (const product of ["tokens", "tokens", "tokens", "renders", "seat"]) await click(`[data-product="${product}"] .less`);
      for (let index = 0; index < 6; index += 1) await click('[data-product="tokens"] .less');
      await visitor.shows("empty");
      await look("empty");
      await open("alder");
      await visitor.shows("error");
      await look("error");
      proxy.answer("/snapshot", undefined);
      await visitor.page.evaluate(() => sessionStorage.clear()); // the cart
      for (const [customer, state] of [["brook", "insufficient"], ["ember", "no wallet"], ["cedar", "expired credits"], ["heron", "out of scope"]] as const) {
        await open(customer);
        await visitor.figures();
        await visitor.page.evaluate(() => document.querySelector("credit-preview")?.shadowRoot?.querySelectorAll("details").forEach((details) => (details.open = true)));
        await look(state);
      }
      await open("grove", "/?dir=rtl");
      await visitor.figures();
      await look("right to left");
      assert.deepEqual(found, []);
    });

    test("light, dark, narrow and right to left are photographed, and axe finds nothing in the dark", async () => {
      const photograph = async (who: Visitor, about: string, { width = 1180, path = "/", customer = "grove" } = {}) => {
        await who.page.setViewport({ width, height: 900 });
        await who.open(proxy.url + path, await sessionOf(customer));
        await who.figures();
        await who.page.screenshot({ path: resolve(screenshots, `${name}-${about}.png`) as `${string}.png`, fullPage: name === "chromium" });
      };
      await photograph(visitor, "light");
      await photograph(visitor, "narrow", { width: 320 });
      await photograph(visitor, "rtl", { path: "/?dir=rtl" });
      await photograph(visitor, "short", { customer: "brook" });
      await photograph(visitor, "react", { path: "/react" });
      const night = name === "firefox" ? await launch(name, program, true) : undefined;
      const dark = night === undefined ? visitor : await Visitor.arrive(night);
      if (night === undefined) await visitor.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
      await photograph(dark, "dark");
      assert.equal(await dark.page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches), true);
      assert.deepEqual(await dark.axe(), []);
      await photograph(dark, "dark-rtl", { path: "/?dir=rtl", customer: "brook", width: 320 });
      assert.deepEqual(await dark.axe(), []);
      await night?.close();
    });

    test("no key of the shop's is anywhere that the browser could see", async () => {
      const { sandbox } = checkout;
      const secrets = [sandbox.flexprice.apiKey, sandbox.lago.apiKey, key.d, ...CONTROL_SECRETS.map((provider) => secretOf(checkout, provider))];
      for (const secret of secrets) assert.ok(secret.length >= 16);
      for (const customer of ["alder", "grove"]) {
        await open(customer);
        await visitor.figures();
        await click(".top-up");
        await visitor.told("25 credits have arrived.");
        await click(".confirm");
        await visitor.told("is placed");
        const { dom, stores } = await visitor.page.evaluate(async () => {
          const shadow = document.querySelector("credit-preview")?.shadowRoot?.innerHTML ?? "";
          const kept = [...Object.entries(localStorage), ...Object.entries(sessionStorage), document.cookie];
          return {
            dom: document.documentElement.outerHTML + shadow,
            stores: { text: JSON.stringify(kept), databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length },
          };
        });
        assert.deepEqual({ databases: stores.databases, caches: stores.caches }, { databases: 0, caches: 0 });
        const cookies = JSON.stringify(await visitor.cookies());
        for (const secret of secrets) for (const place of [dom, stores.text, cookies]) assert.ok(!place.includes(secret));
      }
      // Everything that went over the wire since this browser started, and what the tokens in it say.
      const wire = proxy.log.map(({ path, request, response }) => {
        const token = path === "/snapshot" && response.status === 200 ? (JSON.parse(response.body) as { snapshot: string }).snapshot : undefined;
        const claims = token === undefined || token.split(".").length !== 3 ? "" : JSON.stringify(claimsOf(token));
        return [path, JSON.stringify(request), response.headers, response.body, claims].join("\n");
      });
      assert.ok(wire.some((text) => text.includes("/assets/shop.js")) && wire.some((text) => text.includes('"wallets"')));
      for (const secret of secrets) for (const text of wire) assert.ok(!text.includes(secret), text.slice(0, 200));
      // Firefox tells of fonts of its own, as data.
      const elsewhere = visitor.requested.filter((url) => !url.startsWith(`${proxy.url}/`) && !url.startsWith("data:"));
      assert.deepEqual(elsewhere, []);
    });
  });
}

const CONTROL_SECRETS = ["flexprice", "lago"] as const;

function secretOf({ sandbox }: Checkout, provider: "flexprice" | "lago"): string {
  const url = "http://127.0.0.1:9/";
  const signature = provider === "lago" ? ({ signature: "hmac" } as const) : {};
  return sandbox.control.webhooks({ provider, url, event_types: ["wallet.terminated"], ...signature }).endpoint.secret ?? "";
}

/** What is shown is what the vector says. */
function compare(id: string, shown: Shown, expected: (typeof CASES)[number]["expected"], ids: Readonly<Record<string, string>>): void {
  for (const name of ["subtotal", "discount", "tax", "credits", "total"] as const) {
    const wanted = expected[name];
    if (wanted !== undefined) assert.equal(figure(shown[name]), plain(wanted), `${id} ${name}`);
  }
  for (const [wallet, own] of Object.entries(ids)) {
    const paid = sum(shown.shares.filter(([payer]) => payer === own).map(([, amount]) => figure(amount)));
    if (expected.paid !== undefined) assert.equal(paid, plain(expected.paid[wallet] ?? "0"), `${id} ${wallet} pays`);
    const left = expected.after?.[wallet];
    if (left !== undefined && shown.after[own] !== undefined) assert.equal(figure(shown.after[own]), plain(left), `${id} ${wallet} afterwards`);
  }
}
