/**
 * Reading a customer's wallets from Lago.
 */
import type { ProviderContext, WalletsAnswer } from "../../types.js";
import { request } from "../http.js";
import type { Answer, Api } from "../http.js";
import { readPages } from "../pages.js";
import { invalidResponse, isObject, listOf } from "../shape.js";

/** Every wallet the customer ever had comes (lago 2: all statuses), hence the pages. */
const WALLETS_PER_PAGE = "100";

export async function fetchWallets(api: Api, customer: string, context: ProviderContext): Promise<WalletsAnswer> {
  let sentAt = Infinity; // in the end the first page's: its figures are the oldest
  const wallets = await readPages(api.name, 1, "lago_id", async (page) => {
    const query = { external_customer_id: customer, per_page: WALLETS_PER_PAGE, page: String(page) };
    const answer = await request(api, { path: "/wallets", query, accept: isUnknownCustomer }, context);
    sentAt = Math.min(sentAt, answer.sentAt);
    if (answer.status === 404) return undefined;
    const body = isObject(answer.body) ? answer.body : {};
    return { items: listOf(api.name, "wallets", body["wallets"]), next: nextPage(api.name, body["meta"]) };
  });
  return { found: wallets !== undefined, wallets: wallets ?? [], sentAt };
}

/** Not `resource_not_found`, which a wrong base URL gives: it must not refuse every customer as unknown. */
function isUnknownCustomer({ status, body }: Answer): boolean {
  return status === 404 && isObject(body) && /^(?!resource_)\w+_not_found$/.test(String(body["code"]));
}

/** A list without `meta` might be the first page of many: absent is not the end. */
function nextPage(api: string, meta: unknown): number | undefined {
  const next = isObject(meta) ? meta["next_page"] : undefined;
  if (next === null) return undefined;
  if (typeof next === "number" && Number.isInteger(next)) return next;
  throw invalidResponse(api, "it does not say which page is next");
}
