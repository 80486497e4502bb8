import { expect, test } from "vitest";
import * as wasm from "../../engine/index.js";
import { load } from "../../no-wasm/index.js";

test("a page gets the same answers without WebAssembly", async () => {
  expect(typeof document).toBe("object");
  const noWasm = await load();
  const wallets = [{ id: "w", name: "Été 😀", currency: "usd", balance: "30", real_time_balance: "4", is_cached_fallback: false }];
  const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }, { id: "seat", amount: "10", priceType: "FIXED" }], taxRates: ["20"] };
  const now = Date.parse("2026-11-20T12:00:00Z");
  const ask = ({ coverage, previewInvoice }: typeof noWasm) =>
    JSON.stringify([previewInvoice({ profile: "flexprice", wallets }, draft, { now }), coverage({ profile: "flexprice", wallets }, { currency: "USD", amount: "5" }, { now })]);
  expect(ask(noWasm)).toBe(ask(wasm));
  expect(ask(noWasm)).toContain('"total":"30"');
});
