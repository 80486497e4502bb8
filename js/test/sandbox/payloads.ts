/** The recorded payloads, and how an answer is held to one: the same keys, and the same kind of value behind each. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";

/** Those that hold wallets are read by the native tests too. */
const FOLDERS = ["../../../tests/payloads", "payloads"].map((folder) => resolve(import.meta.dirname, folder));
/** Maps whose keys are the caller's, and objects that say anything. */
const FREE = ["metadata", "details", "properties"];

export function payload(name: string): unknown {
  const file = FOLDERS.map((folder) => resolve(folder, name)).find(existsSync);
  if (file === undefined) throw new Error(`there is no payload ${name}`);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Keys and kinds, nulls told apart. Of a list, its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, FREE.includes(key) && inner !== null ? "free" : shapeOf(inner)]);
  return Object.fromEntries(entries);
}

export function expectShape(actual: unknown, name: string): void {
  expect(shapeOf(actual)).toEqual(shapeOf(payload(name)));
}
