/**
 * Lago's answers: an object or a list below one key.
 */
import { readAmounts } from "../../api/amounts.js";
import type { Client } from "../../api/client.js";
import { itemsOf, objectOf, pages } from "../../api/lists.js";
import type { ListOptions } from "../../api/options.js";
import { isObject } from "../../shape.js";
import type { JsonObject } from "../../shape.js";
import { nextPage } from "../pages.js";
import { AMOUNTS } from "./types.js";

const NAME = "Lago";

/** The object of `field`. */
export function answerIn<T>(field: string): (body: unknown) => T {
  return (body) => {
    readAmounts(body, AMOUNTS);
    return objectOf<T>(NAME, body, field);
  };
}

/** The list of `field`. */
export function listIn<T>(field: string): (body: unknown) => readonly T[] {
  return (body) => {
    readAmounts(body, AMOUNTS);
    return itemsOf<T>(NAME, body, field);
  };
}

/** The items of a list in pages, read as they are asked for. */
export async function* pagesOf<T>(client: Client, path: string, field: string, query: string[][], options: ListOptions): AsyncGenerator<T, void, undefined> {
  const { pageSize = 100, ...call } = options;
  yield* pages<T>(NAME, 1, "lago_id", (page) =>
    client.read(
      { path, query: [...query, ["per_page", String(pageSize)], ["page", String(page)]] },
      (body) => ({ items: listIn<JsonObject>(field)(body), next: nextPage(NAME, isObject(body) ? body["meta"] : undefined) }),
      call,
    ),
  );
}
