/** Checks of options. Each throws `invalid_option` with the option's path, never with its value. */

import { CreditGateError } from "../errors.js";

/** Far above every event of today; Flexprice's full events of before 2026-08 could be larger. */
const MOST_BYTES = 1_048_576;

export function invalidOption(path: string, problem: string): CreditGateError {
  return new CreditGateError("invalid_option", `${path} ${problem}`, { path });
}

/** @defaultValue 1 MiB */
export function maxBytesOption(path: string, value: number = MOST_BYTES): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(path, "must be a whole number of bytes, more than 0");
}
