/**
 * Reading a customer's wallets from Lago.
 */
import type { ProviderContext, WalletsAnswer } from "../../types.js";
import { request } from "../http.js";
import type { Answer, Api, Call } from "../http.js";
import { readPages } from "../pages.js";
import { isObject, listOf } from "../shape.js";
import type { JsonObject } from "../shape.js";
import { nextPage } from "./pages.js";

const PER_PAGE = "100";

/** Every wallet the customer ever had comes (lago 2: all statuses), hence the pages. */
export async function fetchWallets(api: Api, customer: string, context: ProviderContext): Promise<WalletsAnswer> {
  const call = { path: "/wallets", query: { external_customer_id: customer }, accept: isNotFound };
  const { items, sentAt } = await fetchList(api, call, "wallets", context);
  return { found: items !== undefined, wallets: items ?? [], sentAt };
}

/** All pages of a list, and when the first was asked for: its figures are the oldest. No items where a 404 is accepted. */
export async function fetchList(
  api: Api,
  call: Call,
  key: string,
  context: ProviderContext,
): Promise<{ readonly items: readonly JsonObject[] | undefined; readonly sentAt: number }> {
  let sentAt = Infinity;
  const items = await readPages(api.name, 1, "lago_id", async (page) => {
    const query = { ...call.query, per_page: PER_PAGE, page: String(page) };
    const answer = await request(api, { ...call, query }, context);
    sentAt = Math.min(sentAt, answer.sentAt);
    if (answer.status === 404) return undefined;
    const body = isObject(answer.body) ? answer.body : {};
    return { items: listOf(api.name, key, body[key]), next: nextPage(api.name, body["meta"]) };
  });
  return { items, sentAt };
}

/** Not `resource_not_found`, which a wrong base URL gives: it must not refuse every customer as unknown. */
export function isNotFound({ status, body }: Answer): boolean {
  return status === 404 && isObject(body) && /^(?!resource_)\w+_not_found$/.test(String(body["code"]));
}
