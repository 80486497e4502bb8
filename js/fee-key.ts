/** The currency and fee key of a usage, in the form that the engine and the ledger share. */

import { invalid, LONGEST_ID } from "./input.js";
import type { EngineProfile, FeeKey, FeeKeyParts } from "./types.js";

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

/**
 * Reads what a usage is for.
 *
 * @throws CreditGateError `invalid_input` at the path of the field.
 */
export function parseFeeKey(key: FeeKey, currency: unknown, profile: EngineProfile, path = "usage"): FeeKeyParts {
  if (typeof currency !== "string" || !/^[A-Za-z]{3}$/.test(currency)) {
    throw invalid(`${path}.currency`, "must be a code of three letters");
  }
  for (const field of ["metric", "feeType", "targetWallet"] as const) {
    const value = key[field];
    if (value !== undefined && (typeof value !== "string" || value === "" || value.length > LONGEST_ID || value.includes("\0"))) {
      throw invalid(`${path}.${field}`, `must be text of 1 to ${LONGEST_ID} characters, without NUL`);
    }
  }
  const code = currency.toUpperCase();
  if (profile !== "flexprice") {
    if (key.priceType !== undefined) throw invalid(`${path}.priceType`, "belongs to Flexprice");
    return feeKey(code, key.feeType ?? "charge", key.metric, key.targetWallet);
  }
  if (key.feeType !== undefined) throw invalid(`${path}.feeType`, "belongs to Lago");
  if (key.targetWallet !== undefined) throw invalid(`${path}.targetWallet`, "belongs to Lago");
  const { priceType = "USAGE" } = key;
  if (priceType !== "USAGE" && priceType !== "FIXED") throw invalid(`${path}.priceType`, 'must be "USAGE" or "FIXED"');
  // A metric does not restrict Flexprice's wallets: one key for all of them.
  return feeKey(code, priceType, undefined, undefined);
}
