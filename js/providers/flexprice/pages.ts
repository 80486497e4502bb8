/**
 * Where Flexprice's next page of transactions begins. Its other lists have no real pages (flexprice 2).
 */
import { isObject } from "../shape.js";

/** `total` decides where it is given: a server may allow fewer per page than were asked for. */
export function nextOffset(offset: number, length: number, perPage: number, pagination: unknown): number | undefined {
  const total = isObject(pagination) ? pagination["total"] : undefined;
  const more = typeof total === "number" ? offset + length < total : length >= perPage;
  return more && length > 0 ? offset + length : undefined;
}
