/** Wallets for somebody who may see no more of them than the rules need. */

import type { Freshness, Profile } from "../types.js";
import { ResidentAccount, type WalletsJson } from "./account.js";

/** How it would judge makes no difference to what it holds. */
const ANY_OPTIONS = { whenScopesOverlap: "estimate", acceptFallback: true, includePostpaid: false, targetsWallets: false } as const;

/**
 * A provider's wallets with nothing but what the rules read, and how fresh they say their figures are.
 *
 * @throws CreditGateError `invalid_response` or `decimal_out_of_range` with the path of a bad field.
 */
export function redact(profile: Profile, json: WalletsJson): WalletsJson & { readonly freshness: Freshness } {
  const account = new ResidentAccount(profile, json, ANY_OPTIONS);
  try {
    return { ...account.redacted(), freshness: account.summary().freshness };
  } finally {
    account.free();
  }
}
