/** A snapshot store in memory, for several gates of one process and for tests. */

import type { SnapshotStore } from "../types.js";

export interface MemoryStoreOptions {
  /** Values kept at most; the oldest go first. @defaultValue 10,000 */
  readonly capacity?: number;
  /** Milliseconds since the epoch. @defaultValue the system's clock */
  readonly now?: () => number;
}

/** Keeps values in a map until they expire. */
export function memoryStore(options: MemoryStoreOptions = {}): SnapshotStore {
  const { capacity = 10_000, now = () => Date.now() } = options;
  const values = new Map<string, { readonly value: string; readonly expiresAt: number }>();
  return {
    async get(key) {
      const found = values.get(key);
      if (found === undefined || now() < found.expiresAt) return found?.value;
      values.delete(key);
      return undefined;
    },
    async set(key, value, { expiresIn }) {
      values.delete(key);
      values.set(key, { value, expiresAt: now() + expiresIn });
      const [oldest] = values.keys();
      if (values.size > capacity && oldest !== undefined) values.delete(oldest);
    },
  };
}
