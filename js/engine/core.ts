/** What a build of the engine offers to the pure functions, whatever it is made of. */

import type { EngineProfile, FeeKeyParts, InvoicePreview } from "../types.js";
import type { Cost, WalletsJson } from "./account.js";
import type { Coverage } from "./coverage.js";
import type { AccountOptions } from "./types.js";

/** A snapshot whose outside has been checked. */
export interface ProviderWallets extends WalletsJson {
  readonly profile: EngineProfile;
}

/** Values in, values out. Each throws CreditGateError. */
export interface Core {
  coverage(wallets: ProviderWallets, usage: { readonly key: FeeKeyParts; readonly cost: Cost }, options: AccountOptions, now: number): Coverage;
  /** `draft` is canonical. */
  preview(wallets: ProviderWallets, draft: unknown, now: number): InvoicePreview;
}
