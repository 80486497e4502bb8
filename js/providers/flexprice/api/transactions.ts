/**
 * Flexprice's wallet transactions: the one list that really has pages.
 */
import { parseDecimal } from "../../../decimal.js";
import type { DecimalInput } from "../../../types.js";
import type { Client, Read } from "../../api/client.js";
import { pages } from "../../api/lists.js";
import type { ListOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import type { Call } from "../../http.js";
import type { Page } from "../../pages.js";
import { isObject } from "../../shape.js";
import type { JsonObject } from "../../shape.js";
import { nextOffset } from "../pages.js";
import { answerOf, listIn } from "./answers.js";
import { filterBody } from "./bodies.js";
import type { TopUp, TransactionFilter, TransactionSearch } from "./requests.js";
import type { Transaction } from "./types.js";

/** Newest first. */
export function walletTransactions(client: Client, walletId: string, filter: TransactionFilter, options: ListOptions): AsyncGenerator<Transaction, void, undefined> {
  const path = pathOf("/wallets/{walletId}/transactions", { walletId });
  const query = queryOf(filterBody(filter));
  return read(client, options, (limit, offset) => ({ path, query: [...query, ["limit", String(limit)], ["offset", String(offset)]] }));
}

export function searchTransactions(client: Client, search: TransactionSearch, options: ListOptions): AsyncGenerator<Transaction, void, undefined> {
  const body = filterBody(search);
  return read(client, options, (limit, offset) => ({ path: "/wallets/transactions/search", body: { ...body, limit, offset } }));
}

/** How far back {@link findByKey} looks: the server's own maximum of one page (flexprice 2). */
const LOOKED_BACK = 1000;

/**
 * The credit of this wallet that used a key before, among the newest of its reason: the API cannot look a key up.
 * `undefined` when there is none, or when it is another top-up: an open attempt of this one may have met it.
 */
export async function findByKey(read: Read, walletId: string, wanted: TopUp): Promise<Transaction | undefined> {
  const filter = { type: "credit", transaction_reason: wanted.transaction_reason, limit: LOOKED_BACK };
  const call: Call = { path: pathOf("/wallets/{walletId}/transactions", { walletId }), query: queryOf(filter) };
  const newest = await read(call, listIn<Transaction>("items"));
  const found = newest.find(({ idempotency_key }) => idempotency_key === wanted.idempotency_key);
  return found !== undefined && isSame(found, wanted) ? found : undefined;
}

/** Credits win over an amount (flexprice 2.2), unless there are none. */
function isSame({ transaction_reason, credit_amount, amount }: Transaction, wanted: TopUp): boolean {
  if (transaction_reason !== wanted.transaction_reason) return false;
  const { credits_to_add: credits = 0, amount: money = 0 } = wanted;
  return unitsOf(credits) !== 0n ? unitsOf(credits) === unitsOf(credit_amount) : unitsOf(money) === unitsOf(amount);
}

/** In the smallest units that are stored: amounts are rounded to 9 decimals, half away from zero (flexprice 4). */
function unitsOf(value: DecimalInput): bigint {
  const [whole = "", fraction = ""] = parseDecimal(value, "top_up").text.split(".");
  const [kept, next] = [fraction.slice(0, 9).padEnd(9, "0"), fraction.charAt(9)];
  const units = BigInt(whole + kept);
  return next < "5" ? units : whole.startsWith("-") ? units - 1n : units + 1n;
}

async function* read(client: Client, { pageSize = 100, ...options }: ListOptions, callOf: (limit: number, offset: number) => Call): AsyncGenerator<Transaction, void, undefined> {
  yield* pages<Transaction>(client.api.name, 0, "id", (offset) =>
    client.read(callOf(pageSize, offset), (body): Page => pageOf(body, offset, pageSize), options),
  );
}

function pageOf(body: unknown, offset: number, perPage: number): Page {
  const items = listIn<JsonObject>("items")(answerOf(body));
  return { items, next: nextOffset(offset, items.length, perPage, isObject(body) ? body["pagination"] : undefined) };
}
