/** The demos must keep what they promise. They run on the built package. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = resolve(import.meta.dirname, "../scripts/demo.mjs");
const checkout = resolve(import.meta.dirname, "../scripts/demo-checkout.mjs");

test("the demo serves nobody beyond their wallets, says why it denies, and spares the billing API", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--json", "--requests", "4000"]);
  const summary = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
  expect(summary).toMatchObject({ requests: 4005, servedBeyondWallets: "0" });
  expect(summary["upstreamServed"]).toBe(summary["allowed"]);
  expect(Number(summary["billingCalls"]) * 100).toBeLessThan(Number(summary["requests"]));
  const reasons = ["insufficient_balance", "no_wallet", "postpaid_only", "customer_not_found", "credits_expired", "out_of_scope", "wallet_inactive"];
  expect(Object.keys(summary["denied"] as object).sort()).toEqual([...reasons].sort());
  expect(Number(summary["topUpAllowedAfterMs"])).toBeGreaterThan(0);
});

test("the checkout page is served until it is ended", { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [checkout, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const page = await fetch(url);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("<credit-preview>");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
