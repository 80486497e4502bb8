/**
 * Whose an id of Flexprice's is.
 */
import type { ProviderContext, ProviderIds } from "../../types.js";
import { request } from "../http.js";
import type { Api } from "../http.js";
import { isObject } from "../shape.js";
import { isNotFound } from "./wallets.js";

/** Events name the wallet and Flexprice's own id of the customer only (flexprice 4.2). */
export async function findCustomer(
  api: Api,
  customers: "external" | "id",
  { walletId, customerId }: ProviderIds,
  context: ProviderContext,
): Promise<string | undefined> {
  const id = customerId ?? (walletId === undefined ? undefined : await fieldOf(api, "wallets", walletId, "customer_id", context));
  if (id === undefined || customers === "id") return id;
  return fieldOf(api, "customers", id, "external_id", context);
}

async function fieldOf(api: Api, kind: "wallets" | "customers", id: string, field: string, context: ProviderContext): Promise<string | undefined> {
  const { body } = await request(api, { path: `/${kind}/${encodeURIComponent(id)}`, accept: isNotFound }, context);
  const value = isObject(body) ? body[field] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
