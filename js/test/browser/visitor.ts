/** Somebody who shops: a tab of a real browser, with what tests look at in it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import puppeteer, { type Browser, type BrowserContext, type Page } from "puppeteer-core";
import type { CreditPreviewElement } from "../../browser/index.js";
import { instrument } from "./preload.ts";

export type BrowserName = "chromium" | "firefox";

/** Root in a container has no sandbox; the rest keeps Chromium from calling home. */
const CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Firefox is driven by WebDriver BiDi, Chromium by its own protocol. */
export function launch(name: BrowserName, program: string, dark = false): Promise<Browser> {
  if (name === "chromium") return puppeteer.launch({ executablePath: program, args: CHROMIUM_ARGS });
  // BiDi cannot ask for dark: a preference does.
  return puppeteer.launch({ browser: "firefox", executablePath: program, extraPrefsFirefox: { "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1 } });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How long anything may take before a test gives up. Nothing waits for it in vain. */
const DEADLINE = 20_000;

/** What the page shows: texts as they stand there. */
export interface Shown {
  readonly subtotal: string;
  readonly discount: string;
  readonly tax: string;
  readonly credits: string;
  readonly total: string;
  /** Amounts by the id of the wallet that pays them, over all lines. */
  readonly shares: readonly (readonly [wallet: string, amount: string])[];
  readonly after: Readonly<Record<string, string>>;
  /** The preview itself, as JSON. */
  readonly preview: string;
}

export class Visitor {
  readonly page: Page;
  /** Every address that the tab asked for. */
  readonly requested: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("request", (request) => this.requested.push(request.url()));
  }

  /** A tab with a fresh profile. */
  static async arrive(browser: Browser): Promise<Visitor> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1180, height: 900 });
    await page.evaluateOnNewDocument(instrument);
    return new Visitor(context, page);
  }

  leave(): Promise<void> {
    return this.#context.close();
  }

  cookies() {
    return this.#context.cookies();
  }

  /** Looks at another tab, while `meanwhile` happens: the page is hidden. */
  async lookAway(meanwhile: () => Promise<void>): Promise<void> {
    const other = await this.#context.newPage();
    await other.bringToFront();
    await this.until(() => document.visibilityState === "hidden");
    await meanwhile();
    await this.page.bringToFront();
    await this.until(() => document.visibilityState === "visible");
    await other.close();
  }

  /** Opens an address, signed in by the cookie of a session. */
  async open(url: string, session: string): Promise<void> {
    const { hostname } = new URL(url);
    await this.#context.setCookie({ name: "session", value: session, domain: hostname, path: "/", httpOnly: true, sameSite: "Strict" });
    await this.page.goto(url, { waitUntil: "load" });
  }

  /** Looks until `isSo` holds in the page. */
  async until(isSo: (text: string) => boolean, text = ""): Promise<void> {
    const deadline = performance.now() + DEADLINE;
    while (!(await this.page.evaluate(isSo, text))) {
      if (performance.now() > deadline) throw new Error(`not so after ${DEADLINE} ms: ${String(isSo)} (${text}); the page shows: ${await this.#preview()}`);
      await new Promise((done) => setTimeout(done, 15));
    }
  }

  #preview(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("credit-preview")?.shadowRoot?.textContent ?? "no preview");
  }

  /** Waits for a state of the preview: `figures`, `error`, `loading`, `empty`; or for a part, as `stale`. */
  async shows(part: string): Promise<void> {
    await this.until((name) => document.querySelector("credit-preview")?.shadowRoot?.querySelector(`[part~="${name}"]`) != null, part);
  }

  /** The text of the page and its preview. */
  text(): Promise<string> {
    return this.page.evaluate(() => `${document.body.innerText}\n${document.querySelector("credit-preview")?.shadowRoot?.textContent ?? ""}`);
  }

  notice(): Promise<string> {
    return this.page.evaluate(() => document.querySelector(".notice")?.textContent ?? "");
  }

  /** Waits for what the shop says below the preview. */
  async told(words: string): Promise<void> {
    await this.until((text) => document.querySelector(".notice")?.textContent?.includes(text) === true, words);
  }

  async figures(): Promise<Shown> {
    await this.shows("figures");
    return this.page.evaluate(() => {
      const element = document.querySelector("credit-preview") as CreditPreviewElement;
      const root = element.shadowRoot as ShadowRoot;
      const text = (within: ParentNode, part: string) => within.querySelector(`[part~="${part}"]`)?.textContent ?? "0";
      const amount = (part: string) => root.querySelector(`[part~="total"][data-key="${part}"] [part~="amount"]`)?.textContent ?? "0";
      const keyed = (part: string) => [...root.querySelectorAll<HTMLElement>(`[part~="${part}"][data-key]`)];
      return {
        subtotal: amount("subtotal"),
        discount: amount("discount"),
        tax: amount("tax"),
        credits: amount("credits"),
        total: text(root, "due-amount"),
        shares: keyed("share").map((share) => [share.dataset["key"] ?? "", text(share, "share-amount")] as const),
        after: Object.fromEntries(keyed("wallet").map((wallet) => [wallet.dataset["key"] ?? "", text(wallet, "wallet-after")])),
        preview: JSON.stringify(element.preview),
      };
    });
  }

  /** Has the page ask for the wallets again, as after a top-up. */
  async refresh(): Promise<void> {
    await this.page.evaluate(async () => (document.querySelector("credit-preview") as CreditPreviewElement).checkout?.refresh());
  }

  /** How many long timers the page has. */
  pending(): Promise<number> {
    return this.page.evaluate(() => window.instruments.pending());
  }

  /** Lets time pass for the page. The shop's own clock stays: what it signs is ten minutes ahead of it. */
  async advance(ms: number): Promise<void> {
    await this.page.evaluate((by) => window.instruments.advance(by), ms);
  }

  /** Puts a draft into the element as a shop's script would. */
  async draft(draft: CreditPreviewElement["draft"]): Promise<void> {
    await this.page.evaluate((given) => {
      (document.querySelector("credit-preview") as CreditPreviewElement).draft = given;
    }, draft);
  }

  /** Which build of the engine computed it. */
  engine(): Promise<string | undefined> {
    return this.page.evaluate(() => (document.querySelector("credit-preview") as CreditPreviewElement).checkout?.state.engine);
  }

  /** Why the last load or refresh failed. */
  code(): Promise<string | undefined> {
    return this.page.evaluate(() => (document.querySelector("credit-preview") as CreditPreviewElement).checkout?.state.error?.code);
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => window.instruments.violations);
  }

  /** Asks the shop for something that nobody else asks for: what the page had asked for before has come by now. */
  async barrier(): Promise<void> {
    await this.page.evaluate(async () => void (await fetch("/barrier")));
  }

  /** What axe finds, a line each. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(of: Document, options: object): Promise<AxeResults> } };
      return axe.run(document, { resultTypes: ["violations"], preload: false });
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary ?? ""}`));
  }

  /** Whether the page is wider than the window. */
  overflows(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }
}
