/** The currency and fee key of a usage, in the form that the engine and the ledger share. */

/** What decides which wallets may pay. */
export interface FeeKeyParts {
  /** One text for all parts: equal for equal keys. */
  readonly id: string;
  /** ISO 4217, capitals. */
  readonly currency: string;
  /** Lago fee type or Flexprice price type. */
  readonly feeType: string;
  readonly metric: string | undefined;
  readonly targetWallet: string | undefined;
}

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
