/** Which build of the engine a page gets. Neither is loaded before it is known. */

import { CreditGateError, isCreditGateError } from "../errors.js";
import type { DraftInvoice, InvoicePreview, WalletsSnapshot } from "../types.js";
import { type StartTimer, startTimeout } from "../watch/timer.js";
import type { CheckoutEngine } from "./types.js";

/** What a page does with an engine. */
export interface PageEngine {
  readonly name: CheckoutEngine;
  previewInvoice(snapshot: WalletsSnapshot, invoice: DraftInvoice, at: { readonly now: number }): InvoicePreview;
  readonly startTimer: StartTimer;
}

/** A module with nothing in it: `\0asm` and version 1. */
const EMPTY_MODULE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Asked once per page: a Content-Security-Policy reports every attempt that it blocks. */
let allowed: boolean | undefined;

/**
 * Whether WebAssembly may be compiled here. Where the page's policy forbids it, the browser fires one
 * `securitypolicyviolation` event, and sends one report if the policy asks for reports.
 */
function allowsWasm(): boolean {
  if (allowed !== undefined) return allowed;
  try {
    new WebAssembly.Module(new Uint8Array(EMPTY_MODULE));
    allowed = true;
  } catch {
    allowed = false;
  }
  return allowed;
}

/** @throws CreditGateError `engine_fault` when it cannot be fetched or started. */
export async function loadEngine(wanted: "auto" | CheckoutEngine): Promise<PageEngine> {
  if (wanted === "no-wasm" || (wanted === "auto" && !allowsWasm())) return withoutWasm();
  try {
    return await withWasm();
  } catch (error) {
    // An old browser may compile the empty module and not the engine.
    if (wanted === "auto") return withoutWasm();
    throw asFault(error);
  }
}

async function withWasm(): Promise<PageEngine> {
  const { previewInvoice, startTimer } = await import("../engine/page.js");
  return started({ name: "wasm", previewInvoice, startTimer });
}

async function withoutWasm(): Promise<PageEngine> {
  try {
    const { load } = await import("../no-wasm/index.js");
    const { previewInvoice } = await load();
    return started({ name: "no-wasm", previewInvoice, startTimer: startTimeout });
  } catch (error) {
    throw asFault(error);
  }
}

/** The engine starts with its first call: here, where its failure can be told. */
function started(engine: PageEngine): PageEngine {
  engine.previewInvoice({ profile: "flexprice", wallets: [] }, { currency: "USD", lines: [] }, { now: 0 });
  return engine;
}

function asFault(error: unknown): CreditGateError {
  if (isCreditGateError(error)) return error;
  return new CreditGateError("engine_fault", "the engine could not be loaded", { cause: error });
}
