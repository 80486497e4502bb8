import { describe, expect, test } from "vitest";
import { memoryStore } from "../../store/memory.js";
import { type KvNamespace, workersKv } from "../../store/workers-kv.js";

describe("a memory store", () => {
  test("keeps a value until it expires, to the millisecond", async () => {
    let now = 1_000;
    const store = memoryStore({ now: () => now });
    expect(await store.get("a")).toBeUndefined();
    await store.set("a", "1", { expiresIn: 100 });
    now = 1_099;
    expect(await store.get("a")).toBe("1");
    now = 1_100;
    expect(await store.get("a")).toBeUndefined();
    await store.set("a", "2", { expiresIn: 100 });
    expect(await store.get("a")).toBe("2");
  });

  test("keeps no more than its capacity, the oldest write goes first", async () => {
    const store = memoryStore({ capacity: 2, now: () => 0 });
    for (const key of ["a", "b", "a", "c"]) await store.set(key, key, { expiresIn: 1 });
    expect(await Promise.all(["a", "b", "c"].map((key) => store.get(key)))).toEqual(["a", undefined, "c"]);
  });

  test("reads the system's clock where none is given", async () => {
    const store = memoryStore();
    await store.set("a", "1", { expiresIn: 60_000 });
    await store.set("b", "1", { expiresIn: -1 });
    expect([await store.get("a"), await store.get("b")]).toEqual(["1", undefined]);
  });
});

class FakeKv implements KvNamespace {
  readonly puts: { key: string; value: string; ttl: number }[] = [];

  async get(key: string): Promise<string | null> {
    if (new TextEncoder().encode(key).length > 512) throw new Error("414: key too long");
    return this.puts.filter((put) => put.key === key).at(-1)?.value ?? null;
  }

  async put(key: string, value: string, { expirationTtl }: { expirationTtl: number }): Promise<void> {
    if (new TextEncoder().encode(key).length > 512) throw new Error("414: key too long");
    if (!Number.isInteger(expirationTtl) || expirationTtl < 60) throw new Error("400: expiration TTL must be at least 60");
    this.puts.push({ key, value, ttl: expirationTtl });
  }
}

describe("a Workers KV store", () => {
  test("keeps values for whole seconds, a minute at least", async () => {
    const kv = new FakeKv();
    const store = workersKv(kv);
    expect(await store.get("k")).toBeUndefined();
    for (const expiresIn of [0, 1, 60_000, 60_001, 900_000]) await store.set("k", "v", { expiresIn });
    expect(kv.puts.map(({ ttl }) => ttl)).toEqual([60, 60, 60, 61, 900]);
    expect(await store.get("k")).toBe("v");
  });

  test("digests keys beyond 512 bytes, each to its own", async () => {
    const kv = new FakeKv();
    const store = workersKv(kv);
    const keys = ["k".repeat(512), "k".repeat(513), `${"k".repeat(513)}x`, "é".repeat(257)];
    for (const key of keys) await store.set(key, `of ${key.length}`, { expiresIn: 1 });
    expect(new Set(kv.puts.map(({ key }) => key)).size).toBe(4);
    expect(kv.puts[0]?.key).toBe(keys[0]);
    for (const { key } of kv.puts.slice(1)) expect(key).toMatch(/^creditgate:sha256:[0-9a-f]{64}$/);
    expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual(["of 512", "of 513", "of 514", "of 257"]);
  });
});
