/** Calls of the engine over JSON text. */

import type { Coverage } from "../engine/coverage.js";
import type { Core } from "../engine/core.js";
import { toCreditGateError } from "../engine/fault.js";
import type { EnginePreview } from "../engine/types.js";
import { encode } from "./encode.js";

/** What the generated module exports. */
export type Module = typeof import("../wasm/no_wasm.js");

/** `src/boundary/json/mod.rs` writes it. */
type Answer = { readonly answer: unknown } | { readonly error: { readonly code: string; readonly path: string; readonly message: string } };

/** Answers one verb; `request` is JSON text. @throws CreditGateError */
export function callVerb(module: Module, verb: string, request: string): unknown {
  try {
    const bytes = new TextEncoder().encode(`{"verb":${JSON.stringify(verb)},"request":${request}}`);
    const at = module.room(bytes.length);
    // Asked for after the call: memory that has grown has another buffer.
    new Uint8Array(module.memory.buffer).set(bytes, at);
    const length = module.call();
    const text = new TextDecoder().decode(new Uint8Array(module.memory.buffer, module.answer(), length));
    const told = JSON.parse(text) as Answer;
    if ("answer" in told) return told.answer;
    const { code, path, message } = told.error;
    throw Object.assign(new Error(message), { name: "EngineError", code, ...(path === "" ? {} : { path }) });
  } catch (thrown) {
    throw toCreditGateError(thrown);
  }
}

/** The engine that the pure functions ask. */
export function coreOf(module: Module): Core {
  return {
    coverage: ({ profile, wallets, grants }, { key, cost }, options, now) =>
      callVerb(module, "coverage", encode({ profile, wallets, grants: entries(grants), key, ...cost, options, now: whole(now) })) as Coverage,
    preview: ({ profile, wallets, grants }, invoice, now) =>
      callVerb(module, "preview", encode({ profile, wallets, grants: entries(grants), invoice, now: whole(now) })) as EnginePreview,
  };
}

const entries = (grants: Readonly<Record<string, readonly unknown[]>> | undefined) => (grants === undefined ? undefined : Object.entries(grants));

/** A time as the engine takes it. Nothing lives beyond the safe integers. */
function whole(now: number): number {
  if (!Number.isFinite(now)) return Number.NaN;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(now)));
}
