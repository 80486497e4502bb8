/**
 * Snapshots in Workers KV.
 *
 * KV has no compare-and-set, is up to a minute stale, and takes one write a second per key. So a snapshot read
 * from it may be a minute older than the newest one, an invalidation may take a minute to be seen elsewhere, and
 * a gate keeps whichever snapshot has the newer figures.
 *
 * @module creditgate/store/workers-kv
 */

import type { SnapshotStore } from "../types.js";

/** The part of a KV namespace that is used. */
export interface KvNamespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

/** KV keeps nothing for less than this, seconds. */
const SHORTEST_TTL = 60;

/**
 * A store over a KV namespace.
 *
 * @example
 * ```ts
 * import { workersKv } from "creditgate/store/workers-kv";
 *
 * const store = workersKv(env.SNAPSHOTS);
 * ```
 */
export function workersKv(namespace: KvNamespace): SnapshotStore {
  return {
    async get(key) {
      return (await namespace.get(await keyFor(key))) ?? undefined;
    },
    async set(key, value, { expiresIn }) {
      const expirationTtl = Math.max(SHORTEST_TTL, Math.ceil(expiresIn / 1000));
      await namespace.put(await keyFor(key), value, { expirationTtl });
    },
  };
}

/** KV keys are at most 512 bytes: a longer one is kept under its digest. */
async function keyFor(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key);
  if (bytes.length <= 512) return key;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `creditgate:sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
