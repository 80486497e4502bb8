/**
 * The pure functions of `creditgate/engine` as plain JavaScript, for pages whose Content-Security-Policy forbids
 * WebAssembly (no `'wasm-unsafe-eval'`). The same engine, slower: take it only where the other one is refused.
 *
 * @module creditgate/no-wasm
 */

import { CreditGateError } from "../errors.js";
import { coverageBy, type Coverage, type CoverageOptions, type CoverageUsage } from "../engine/coverage.js";
import { previewBy } from "../engine/preview.js";
import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../types.js";
import { coreOf } from "./core.js";

/** The functions of `creditgate/engine`, with their answers and errors. */
export interface NoWasmEngine {
  /** As `coverage` of `creditgate/engine`. */
  coverage(snapshot: WalletsSnapshot, usage: CoverageUsage, options: CoverageOptions): Coverage;
  /** As `previewInvoice` of `creditgate/engine`. */
  previewInvoice(snapshot: WalletsSnapshot, invoice: DraftInvoice, at: { readonly now: number }): InvoicePreview;
}

/**
 * Loads the engine: a file of its own, fetched at the first call.
 *
 * @throws CreditGateError `engine_fault` when it cannot be fetched or started; the next call tries again, as far as the
 * browser does.
 *
 * @example
 * ```ts
 * import { load } from "creditgate/no-wasm";
 *
 * const engine = await load();
 * const wallets = [{ id: "w", currency: "usd", balance: "30" }];
 * const preview = engine.previewInvoice(
 *   { profile: "flexprice", wallets },
 *   { currency: "USD", lines: [{ id: "tokens", amount: "40" }] },
 *   { now: Date.now() },
 * );
 * console.log(preview.total); // 10
 * ```
 */
export async function load(): Promise<NoWasmEngine> {
  const module = await import("../wasm/no_wasm.js").catch((cause: unknown) => {
    throw new CreditGateError("engine_fault", "the engine could not be loaded", { cause });
  });
  const core = coreOf(module);
  return {
    coverage: (snapshot, usage, options) => coverageBy(core, snapshot, usage, options),
    previewInvoice: (snapshot, invoice, at) => previewBy(core, snapshot, invoice, at),
  };
}
