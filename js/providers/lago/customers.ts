/**
 * Whose a wallet of Lago's is.
 */
import type { ProviderContext, ProviderIds } from "../../types.js";
import { request } from "../http.js";
import type { Api } from "../http.js";
import { isObject } from "../shape.js";
import { isNotFound } from "./wallets.js";

/** By the wallet alone: Lago finds customers by external id only (lago 2). */
export async function findCustomer(api: Api, { walletId }: ProviderIds, context: ProviderContext): Promise<string | undefined> {
  if (walletId === undefined) return undefined;
  const { body } = await request(api, { path: `/wallets/${encodeURIComponent(walletId)}`, accept: isNotFound }, context);
  const wallet = isObject(body) && isObject(body["wallet"]) ? body["wallet"] : {};
  const { external_customer_id: customer } = wallet;
  return typeof customer === "string" ? customer : undefined;
}
