/**
 * Lists of answers: whole ones, and those that come in pages.
 */
import { invalidResponse, isObject, listOf } from "../shape.js";
import type { JsonObject } from "../shape.js";
import type { Page } from "../pages.js";

/**
 * The items of a list, page after page as they are asked for, each once: what is added meanwhile moves items to a
 * later page. Throws `invalid_response` when pages repeat or go backwards.
 */
export async function* pages<T>(api: string, first: number, idField: string, read: (cursor: number) => Promise<Page>): AsyncGenerator<T, void, undefined> {
  const seen = new Set<unknown>();
  for (let cursor: number | undefined = first; cursor !== undefined; ) {
    const page: Page = await read(cursor);
    const fresh = page.items.filter((item) => !seen.has(item[idField] ?? item));
    if (page.items.length > 0 && fresh.length === 0) throw invalidResponse(api, "a page repeats");
    for (const item of fresh) {
      seen.add(item[idField] ?? item);
      yield item as T;
    }
    if (page.next !== undefined && !(page.next > cursor)) throw invalidResponse(api, "its pages go backwards");
    cursor = page.next;
  }
}

/** `body`, or its `field`, when it is an object; the fields in it are the caller's to read. */
export function objectOf<T>(api: string, body: unknown, field?: string): T {
  const value = field === undefined ? body : isObject(body) ? body[field] : undefined;
  if (isObject(value)) return value as T;
  throw invalidResponse(api, `its ${field ?? "body"} is missing, not JSON, larger than 8 MiB, or no object`);
}

/** The objects of `body`, or of its `field`. */
export function itemsOf<T>(api: string, body: unknown, field?: string): readonly T[] {
  return itemsIn(api, body, field) as readonly T[];
}

function itemsIn(api: string, body: unknown, field?: string): readonly JsonObject[] {
  return listOf(api, field ?? "items", field === undefined ? body : isObject(body) ? body[field] : undefined);
}
