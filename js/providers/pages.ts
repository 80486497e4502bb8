/**
 * A list that comes in pages, read to its end.
 */
import { invalidResponse } from "./shape.js";
import type { JsonObject } from "./shape.js";

/** More than any customer has; a list that is longer is a fault of the server. */
const MOST_PAGES = 50;

export interface Page {
  readonly items: readonly JsonObject[];
  /** Page number or offset of the next page; `undefined` after the last. */
  readonly next: number | undefined;
}

/**
 * All items of a list, each once: what is added while pages are read moves items to a later page, and an item
 * counted twice would be money that is not there. Throws `invalid_response` when pages repeat, go backwards, or
 * do not end. `undefined` as soon as `read` gives it.
 */
export async function readPages(
  api: string,
  first: number,
  idField: string,
  read: (cursor: number) => Promise<Page | undefined>,
): Promise<readonly JsonObject[] | undefined> {
  const items = new Map<unknown, JsonObject>();
  let cursor = first;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await read(cursor);
    if (page === undefined) return undefined;
    const before = items.size;
    for (const item of page.items) items.set(item[idField] ?? item, item);
    if (page.items.length > 0 && items.size === before) throw invalidResponse(api, "a page repeats");
    if (page.next === undefined) return [...items.values()];
    if (!(page.next > cursor)) throw invalidResponse(api, "its pages go backwards");
    cursor = page.next;
  }
  throw invalidResponse(api, `more than ${MOST_PAGES} pages`);
}
