/** The options of a page's client, checked. */

import { checkNames, invalidOption } from "../input.js";
import type { Asking } from "./request.js";
import type { CheckoutDocument, CheckoutOptions } from "./types.js";

/** Options with their defaults. */
export interface CheckoutSettings {
  readonly source: CheckoutOptions["source"];
  readonly engine: NonNullable<CheckoutOptions["engine"]>;
  readonly refreshEvery: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly document: CheckoutDocument | undefined;
}

const ENGINES: readonly unknown[] = ["auto", "wasm", "no-wasm"];
const OPTIONS: readonly string[] = ["source", "engine", "refreshEvery", "now", "random", "document"] satisfies readonly (keyof CheckoutOptions)[];
const SHORTEST = 1_000;

/** @throws CreditGateError `invalid_option` at the option's name. */
export function readOptions(options: CheckoutOptions): CheckoutSettings {
  checkNames("CheckoutPreview", options, OPTIONS);
  const { source, engine = "auto", refreshEvery = 300_000, now, random } = options;
  if (typeof source?.fetch !== "function") throw invalidOption("CheckoutPreview.source", "is required: signedSnapshots({…}) or flexpricePortal({…})");
  if (!ENGINES.includes(engine)) throw invalidOption("CheckoutPreview.engine", 'must be "auto", "wasm" or "no-wasm"');
  if (!Number.isFinite(refreshEvery) || refreshEvery < SHORTEST) throw invalidOption("CheckoutPreview.refreshEvery", `must be milliseconds, ${SHORTEST} or more`);
  return {
    source,
    engine,
    refreshEvery,
    // Globals are read when they are used, so that a test may replace them.
    now: optionalFunction("CheckoutPreview.now", now) ?? (() => Date.now()),
    random: optionalFunction("CheckoutPreview.random", random) ?? (() => Math.random()),
    document: options.document ?? globalThis.document,
  };
}

export function optionalFunction<T>(path: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw invalidOption(path, "must be a function");
}

type AskingOptions = { readonly [Name in "fetch" | "now"]?: Asking[Name] | undefined };

/** What a source asks with. */
export function askingOptions(name: string, { fetch, now }: AskingOptions): Omit<Asking, "signal"> {
  return {
    fetch: optionalFunction(`${name}.fetch`, fetch) ?? ((...args) => globalThis.fetch(...args)),
    now: optionalFunction(`${name}.now`, now) ?? (() => Date.now()),
  };
}

/** An address, which the page may give relative to its own. */
export function urlOption(path: string, value: unknown): string {
  if (value instanceof URL) return value.href;
  if (typeof value === "string" && value !== "") return value;
  throw invalidOption(path, "must be a URL");
}
