/** The currency and fee key of a usage, in the form that the engine and the ledger share. */

import type { FeeKeyParts } from "./types.js";

/** Puts a key together. No part holds a NUL, which separates them in the id. */
export function feeKey(
  currency: string,
  feeType: string,
  metric: string | undefined,
  targetWallet: string | undefined,
): FeeKeyParts {
  const id = `${currency}\0${feeType}\0${metric ?? ""}\0${targetWallet ?? ""}`;
  return { id, currency, feeType, metric, targetWallet };
}
