/**
 * Reading a customer's wallets from Flexprice, and the credits left in them.
 */
import type { ProviderContext, WalletsAnswer } from "../../types.js";
import { request } from "../http.js";
import type { Answer, Api, Call } from "../http.js";
import { readPages } from "../pages.js";
import type { Page } from "../pages.js";
import { isObject, listOf } from "../shape.js";
import type { JsonObject } from "../shape.js";
import { nextOffset } from "./pages.js";

/** The server's own maximum (flexprice 2). */
const GRANTS_PER_PAGE = 1000;

export interface Reading {
  readonly customers: "external" | "id";
  readonly grants: boolean;
  /** Seconds; `undefined` asks for a computation. */
  readonly maxLive: number | undefined;
}

export async function fetchWallets(api: Api, reading: Reading, customer: string, context: ProviderContext): Promise<WalletsAnswer> {
  const answer = await request(api, walletsCall(reading, customer), context);
  if (answer.status === 404) return { found: false, wallets: [], sentAt: answer.sentAt };
  const { body, sentAt } = answer;
  const wallets = listOf(api.name, "wallets", isObject(body) ? body["items"] : body);
  if (!reading.grants) return { found: true, wallets, sentAt };
  return { found: true, wallets, grants: await fetchGrants(api, wallets, context), sentAt };
}

function walletsCall(reading: Reading, customer: string): Call {
  const query = {
    [reading.customers === "id" ? "id" : "lookup_key"]: customer,
    include_real_time_balance: "true",
  };
  const call: Call = { path: "/customers/wallets", query, accept: isNotFound };
  if (reading.maxLive === undefined) return call;
  return { ...call, query: { ...query, from_cache: "true" }, headers: { "x-max-live": String(reading.maxLive) } };
}

/** Only Flexprice's own 404: the one of a wrong base URL must not refuse every customer as unknown. */
export function isNotFound({ status, body }: Answer): boolean {
  return status === 404 && isObject(body) && (body["code"] === "not_found" || body["success"] === false);
}

/** The credit transactions of each wallet that may pay usage, by wallet id (flexprice 19). */
async function fetchGrants(
  api: Api,
  wallets: readonly JsonObject[],
  context: ProviderContext,
): Promise<Readonly<Record<string, readonly JsonObject[]>>> {
  const entries = wallets.filter(mayPay).map(async ({ id }) => {
    const grants = await readPages(api.name, 0, "id", (offset) => grantsPage(api, String(id), offset, context));
    return [String(id), grants ?? []] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Post-paid and inactive wallets pay no usage, whatever credits they hold. What the engine counts is read here. */
function mayPay({ id, wallet_status: status = "active", wallet_type: type = "PRE_PAID" }: JsonObject): boolean {
  return typeof id === "string" && status === "active" && (type === "PRE_PAID" || type === "PROMOTIONAL");
}

async function grantsPage(api: Api, wallet: string, offset: number, context: ProviderContext): Promise<Page> {
  const query = {
    type: "credit",
    transaction_status: "completed",
    credits_available_gt: "0",
    limit: String(GRANTS_PER_PAGE),
    offset: String(offset),
  };
  const { body } = await request(api, { path: `/wallets/${encodeURIComponent(wallet)}/transactions`, query }, context);
  const items = listOf(api.name, "transactions", isObject(body) ? body["items"] : undefined);
  return { items, next: nextOffset(offset, items.length, GRANTS_PER_PAGE, isObject(body) ? body["pagination"] : undefined) };
}
