/** Checks of a handler's options. Each throws `invalid_option` with the option's path, never with its value. */

import { checkNames, invalidOption } from "../input.js";
import type { Rate } from "../token-bucket.js";

/** A function that must be there, or an object's that must have it. */
export function functionOption(path: string, value: unknown): void {
  if (typeof value !== "function") throw invalidOption(path, "is required");
}

/** A function that may be there. */
export function optionalFunction(path: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw invalidOption(path, "must be a function");
}

export function originsOption(path: string, value: unknown): ReadonlySet<string> {
  if (!Array.isArray(value) || value.length === 0) throw invalidOption(path, 'must list the origins of your pages, as in ["https://shop.example"]');
  value.forEach((origin, index) => {
    if (!isOrigin(origin)) throw invalidOption(`${path}[${index}]`, 'must be an origin, as in "https://shop.example": no path, no wildcard');
  });
  return new Set(value as string[]);
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== "string" || !/^https?:/.test(value)) return false;
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}

/** @defaultValue 0.2 a second, 20 at once */
export function rateOption(path: string, value: { readonly perSecond?: number; readonly burst?: number } = {}): Rate {
  checkNames(path, value, ["perSecond", "burst"]);
  const { perSecond = 0.2, burst = 20 } = value;
  if (!(Number.isFinite(perSecond) && perSecond > 0)) throw invalidOption(`${path}.perSecond`, "must be a number above 0");
  if (!(Number.isSafeInteger(burst) && burst >= 1)) throw invalidOption(`${path}.burst`, "must be a whole number, at least 1");
  return { perSecond, burst };
}

/** Milliseconds within bounds. */
export function durationOption(path: string, value: number | undefined, fallback: number, [least, most]: readonly [number, number]): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw invalidOption(path, `must be milliseconds, from ${least} to ${most}`);
}
