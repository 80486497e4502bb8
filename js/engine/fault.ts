/** Turns what the engine throws into the errors of this package. */

import { CreditGateError, type ErrorCode, isCreditGateError } from "../errors.js";

/** The engine's own errors, as `src/boundary/wasm/fault.rs` makes them. */
interface EngineError extends Error {
  readonly code: ErrorCode;
  readonly path?: string;
}

function isEngineError(value: unknown): value is EngineError {
  return value instanceof Error && value.name === "EngineError" && "code" in value;
}

/**
 * The same failure as a `CreditGateError`. Anything that is not the engine's own error, a trap above all, is
 * `engine_fault`.
 *
 * @param prefix - put before the path of a bad field
 */
export function toCreditGateError(thrown: unknown, prefix = ""): CreditGateError {
  if (isCreditGateError(thrown)) return thrown;
  if (!isEngineError(thrown)) {
    return new CreditGateError("engine_fault", "the engine failed", { cause: thrown });
  }
  const path = [prefix, thrown.path ?? ""].filter((part) => part !== "").join(".");
  return new CreditGateError(thrown.code, thrown.message, path === "" ? { cause: thrown } : { path, cause: thrown });
}
