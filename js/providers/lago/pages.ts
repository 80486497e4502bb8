/**
 * How Lago says which page comes next.
 */
import { invalidResponse, isObject } from "../shape.js";

/** A list without `meta` might be the first page of many: absent is not the end. */
export function nextPage(api: string, meta: unknown): number | undefined {
  const next = isObject(meta) ? meta["next_page"] : undefined;
  if (next === null) return undefined;
  if (typeof next === "number" && Number.isInteger(next)) return next;
  throw invalidResponse(api, "it does not say which page is next");
}
