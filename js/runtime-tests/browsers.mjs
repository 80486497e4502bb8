/** Chromium and Firefox of the machine, one of each for all set-ups that need it. */
import puppeteer from "puppeteer-core";
import { pageBrowsers } from "../scripts/setup.mjs";

/** Root in a container has no sandbox; the rest keeps Chromium from calling home. */
const ARGS = { chromium: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"], firefox: [] };
const PAGE_DEADLINE = 60_000;

/** Thrown where a set-up cannot run on this machine: it is skipped, with the message as its reason. */
export class Unavailable extends Error {}

const open = new Map();

async function launch(name) {
  const { program, reason } = pageBrowsers()[name];
  if (program === undefined) throw new Unavailable(reason);
  return puppeteer.launch({ browser: name === "chromium" ? "chrome" : name, executablePath: program, args: ARGS[name], headless: true });
}

/** The browser `name`, started at first use. */
export function browser(name) {
  if (!open.has(name)) open.set(name, launch(name));
  return open.get(name);
}

/** The report that the page at `url` puts into `globalThis.smoke`. */
export async function pageReport(name, url) {
  const page = await (await browser(name)).newPage();
  const told = [];
  page.on("pageerror", (error) => told.push(String(error?.message ?? error)));
  page.on("console", (message) => message.type() === "error" && told.push(message.text()));
  try {
    await page.goto(url, { timeout: PAGE_DEADLINE });
    await page.waitForFunction("globalThis.smoke !== undefined", { timeout: PAGE_DEADLINE });
    return JSON.parse(await page.evaluate("Promise.resolve(globalThis.smoke).then(JSON.stringify)"));
  } catch (error) {
    throw new Error(`${error.message}${told.length > 0 ? `; the page said: ${told.slice(0, 5).join(" | ")}` : ""}`);
  } finally {
    await page.close();
  }
}

/** The name and version of the browser, as it tells them. */
export async function browserVersion(name) {
  return (await (await browser(name)).version()).replace(/^\D*/, "");
}

export async function closeBrowsers() {
  const started = await Promise.allSettled(open.values());
  await Promise.all(started.map(({ value }) => value?.close()));
  open.clear();
}
