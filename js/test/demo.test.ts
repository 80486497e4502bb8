/** The demo is the main job end to end: it must keep what it promises. Runs on the built package. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = resolve(import.meta.dirname, "../scripts/demo.mjs");

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
