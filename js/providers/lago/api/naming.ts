/**
 * The two ways in which Lago's endpoints name a wallet.
 */
import type { Write } from "../../api/client.js";
import { pathOf } from "../../api/path.js";

/** How a family names a wallet. */
export interface Naming {
  /** The path of the collection. */
  readonly collection: string;
  readonly key: "wallet_id" | "wallet_code";
  /** Whose wallets they are, where the path says so. */
  readonly external_customer_id?: string;
}

export function walletPath({ collection, key }: Naming, wallet: string): string {
  return collection + pathOf(`/{${key}}`, { [key]: wallet });
}

/** Another wallet may take over a code between two attempts: only by id is a repeat sure to reach the same one. */
export function repeatOf({ key }: Naming): Write<unknown>["repeat"] {
  return key === "wallet_id" ? "harmless" : { check: "list the customer's wallets (wallets.list)" };
}

/** For errors. */
export function idsOf({ key, external_customer_id }: Naming, wallet: string): Readonly<Record<string, string | undefined>> {
  return { external_customer_id, [key]: wallet };
}
