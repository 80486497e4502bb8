/** Both builds of the engine give the same bytes: answers, and errors with their code, path and message. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as wasm from "../../engine/index.js";
import { load } from "../../no-wasm/index.js";
import { lagoDraft, lagoWallet, vectors } from "../engine/vectors.js";
import { type Case, customer, NOW, oddCustomer, told } from "./customers.js";

/** A slow machine takes its time. */
const PATIENCE = 120_000;

const noWasm = await load();

function expectEqual({ snapshot, draft, usage, options }: Case): void {
  expect(told(() => noWasm.previewInvoice(snapshot, draft, { now: options.now }))).toBe(told(() => wasm.previewInvoice(snapshot, draft, { now: options.now })));
  expect(told(() => noWasm.coverage(snapshot, usage, options))).toBe(told(() => wasm.coverage(snapshot, usage, options)));
}

describe("the same as creditgate/engine", () => {
  test.each([...vectors("lago/invoice.apply"), ...vectors("lago/invoice.preview_rounding")])("$id", ({ input }) => {
    const wallets = (input.wallets ?? []).map((wallet: unknown) => lagoWallet(wallet, 1_000));
    const draft = lagoDraft(input);
    expectEqual({ snapshot: { profile: "lago", wallets }, draft, usage: { currency: draft.currency, amount: "5" }, options: { now: NOW, taxRate: "20" } });
  });

  test.each(vectors("flexprice/invoice.credit_application"))("$id", ({ input }) => {
    const wallets = (input.wallets ?? []).map((wallet: { id: string; balance: string }) => ({ ...wallet, currency: input.currency, real_time_balance: wallet.balance, is_cached_fallback: false }));
    const lines = (input.lines ?? []).map((line: { id: string; amount: string; price_type?: string | null; line_item_discount?: string }) => ({
      id: line.id, amount: line.amount, priceType: line.price_type ?? "USAGE", discount: line.line_item_discount ?? "0",
    }));
    const draft = { currency: input.currency, lines, taxRates: input.tax_rates ?? [] };
    expectEqual({ snapshot: { profile: "flexprice", wallets }, draft, usage: { currency: input.currency, amount: "5" }, options: { now: NOW } });
  });

  test("for customers, drafts and usages at random", () => {
    fc.assert(fc.property(customer, expectEqual), { numRuns: 1_000 });
  }, PATIENCE);

  test("for what no provider and no caller should send", () => {
    fc.assert(fc.property(oddCustomer, expectEqual), { numRuns: 2_000 });
  }, PATIENCE);

  test("for values that refuse to be read, or hold themselves", () => {
    const draft = { currency: "USD", lines: [{ id: "a", amount: "1" }] };
    const usage = { currency: "USD", amount: "1" };
    const good = { id: "w", currency: "usd", balance: "3", real_time_balance: "3", is_cached_fallback: false };
    const throwing = Object.defineProperty({ ...good }, "balance", { enumerable: true, get: () => { throw new Error("no"); } });
    const endless: Record<string, unknown> = { ...good };
    endless["self"] = endless;
    for (const wallets of [[throwing], [endless], [{ ...good, note: throwing }], [null], [[good]]]) {
      expectEqual({ snapshot: { profile: "flexprice", wallets }, draft, usage, options: { now: NOW } });
    }
  });

  test.each([0, -0, 0.9, -1.5, 8.64e15, 2 ** 53, 1e300, -1e300])("at %d", (now) => {
    const wallets = [{ id: "w", currency: "usd", balance: "3", real_time_balance: "3", is_cached_fallback: false }];
    const grants = { w: [{ type: "credit", transaction_status: "completed", credits_available: "3", expiry_date: "2026-12-01T00:00:00Z" }] };
    expectEqual({ snapshot: { profile: "flexprice", wallets, grants }, draft: { currency: "USD", lines: [{ id: "a", amount: "1" }] }, usage: { currency: "USD", amount: "1" }, options: { now } });
  });

  test.each([Number.NaN, Infinity, -Infinity])("and refuses to answer at %d", (now) => {
    const ask = (engine: { previewInvoice: typeof wasm.previewInvoice }) => told(() => engine.previewInvoice({ profile: "flexprice", wallets: [] }, { currency: "USD", lines: [] }, { now }));
    expect(ask(noWasm)).toBe(ask(wasm));
    expect(JSON.parse(ask(noWasm))).toMatchObject({ code: "invalid_input", path: "now" });
  });
});

test("a long use does not fill the memory", async () => {
  const { memory } = await import("../../wasm/no_wasm.js");
  const wallets = Array.from({ length: 20 }, (_, index) => ({ id: `w${index}`, currency: "usd", balance: "3" }));
  const preview = () => noWasm.previewInvoice({ profile: "flexprice", wallets }, { currency: "USD", lines: [{ id: "a", amount: "40" }] }, { now: NOW });
  for (let call = 0; call < 100; call += 1) preview();
  const before = memory.buffer.byteLength;
  for (let call = 0; call < 1_000; call += 1) preview();
  expect(memory.buffer.byteLength).toBe(before);
});
