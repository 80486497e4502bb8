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

/** Puts a key together. */
export function feeKey(
  currency: string,
  feeType: string,
  metric: string | undefined,
  targetWallet: string | undefined,
): FeeKeyParts {
  const id = JSON.stringify([currency, feeType, metric ?? null, targetWallet ?? null]);
  return { id, currency, feeType, metric, targetWallet };
}
