/** A checkout page's server in real workerd, in front of the sandbox. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { startWorker } from "../../scripts/lib/worker.mjs";

let sandbox: Sandbox;
let worker: { url: string; close: () => Promise<void> };

beforeAll(async () => {
  sandbox = await startSandbox();
  for (const balance of ["30", "4.5"]) sandbox.control.wallets({ provider: "flexprice", customer: "cus_1", currency: "USD", balance });
  worker = await startWorker("js/test/workerd/fixtures/checkout.ts", { BASE_URL: sandbox.flexprice.baseUrl, API_KEY: sandbox.flexprice.apiKey });
});

afterAll(async () => {
  await worker?.close();
  await sandbox?.close();
});

const draft = { currency: "USD", lines: [{ id: "tokens", amount: "32.1" }, { id: "seat", amount: "10", priceType: "FIXED" }], taxRates: ["20"] };

test("a snapshot that was served, signed and verified previews byte for byte as the gate does", async () => {
  const body = JSON.stringify({ customer: "cus_1", origin: "https://shop.example", draft });
  const answer = (await (await fetch(`${worker.url}/page`, { method: "POST", body })).json()) as { page: string; gate: string; asOf: number[] };
  expect(answer.page).toBe(answer.gate);
  expect(JSON.parse(answer.page)).toMatchObject({ credits: "32.1", total: "18.42" });
  expect(answer.asOf[0]).toBe(answer.asOf[1]);
});

test("it answers over HTTP with the page's CORS, and nothing of the key", async () => {
  const response = await fetch(`${worker.url}/credits`, { headers: { origin: "https://shop.example", "x-session": "cus_1" } });
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(JSON.parse(text)).toEqual({ snapshot: expect.any(String), expiresAt: expect.any(Number), advisory: true });
  expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  expect(`${text}${atob(text.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? "")}`).not.toContain(sandbox.flexprice.apiKey);
});

test("other pages are refused, and so is nobody", async () => {
  const status = async (headers: Record<string, string>) => (await fetch(`${worker.url}/credits`, { headers })).status;
  expect(await status({ origin: "https://evil.example", "x-session": "cus_1" })).toBe(403);
  expect(await status({ origin: "https://shop.example" })).toBe(401);
  expect(await status({ "x-session": "cus_1" })).toBe(403);
});
