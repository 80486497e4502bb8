/**
 * Events endpoints take a limited number of events per call.
 */

/** Hands `items` to `send` in order, `size` at a time, one call after the other; stops at the first that fails. */
export async function inChunks<T>(items: readonly T[], size: number, send: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += size) await send(items.slice(start, start + size));
}
