/**
 * Checks of a provider's options. Each throws `invalid_option` with the path of the option at fault, never with
 * its value: a key put into the wrong option must not end up in a log.
 */
import { CreditGateError } from "../errors.js";
import { isKey } from "./key.js";
import type { ApiKey } from "./key.js";
import { isObject } from "./shape.js";

export function invalidOption(path: string, problem: string): CreditGateError {
  return new CreditGateError("invalid_option", `${path} ${problem}`, { path });
}

/** Refuses options that are no object or hold a key that is not `known`. */
export function checkKeys(profile: string, options: unknown, known: readonly string[]): void {
  if (!isObject(options)) throw invalidOption(profile, "needs an object of options");
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw invalidOption(`${profile}.${key}`, `is not an option; there are ${known.join(", ")}`);
  }
}

export function apiKeyOption(path: string, value: ApiKey): ApiKey {
  if (typeof value === "function" || isKey(value)) return value;
  throw invalidOption(path, "must be a non-empty string of visible ASCII characters (no line break), or a function that gives one");
}

/** The base URL without a slash at its end: of `baseUrl`, or of the region. */
export function baseOption<R extends string>(
  profile: string,
  options: { readonly region?: R | undefined; readonly baseUrl?: string | undefined },
  regions: Readonly<Record<R, string>>,
  fallback: R,
): string {
  const { region, baseUrl } = options;
  if (baseUrl === undefined) return regions[oneOf(`${profile}.region`, region, Object.keys(regions) as R[]) ?? fallback];
  const path = `${profile}.baseUrl`;
  if (region !== undefined) throw invalidOption(path, "and region exclude each other");
  const url = parseUrl(baseUrl);
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalidOption(path, "must be an http or https URL");
  // All three may hold secrets, and the base URL is part of the provider's id.
  if (url.username + url.password + url.search + url.hash !== "") throw invalidOption(path, "must not hold credentials, a query or a fragment");
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** Milliseconds. */
export function durationOption(path: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value >= 0) return value;
  throw invalidOption(path, "must be a number of milliseconds, not negative");
}

/** The longest that a timer waits, ms: beyond it, it does not wait at all. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Milliseconds that a timer is set to. */
export function timeoutOption(path: string, value: number | undefined, fallback: number): number {
  const timeout = durationOption(path, value, fallback);
  if (timeout <= LONGEST_TIMER) return timeout;
  throw invalidOption(path, `must be at most ${LONGEST_TIMER} ms`);
}

/** How old a figure may be where the wire counts whole seconds: 0 would mean "no limit". */
export function secondsOption(path: string, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isFinite(value) && value >= 1000) return Math.floor(value / 1000);
  throw invalidOption(path, "must be at least 1000 ms");
}

/** Attempts after the first. @defaultValue 2 */
export function retriesOption(path: string, value: number | undefined): number {
  if (value === undefined) return 2;
  if (Number.isInteger(value) && value >= 0 && value <= 10) return value;
  throw invalidOption(path, "must be an integer from 0 to 10");
}

export function oneOf<T extends string>(path: string, value: T | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw invalidOption(path, `must be ${allowed.map((one) => `"${one}"`).join(" or ")}`);
}

export function textOption(path: string, value: string | undefined): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw invalidOption(path, "must be a non-empty string");
}

/** What tells one billing API from another in a shared store. */
export function idOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(":");
}

/** `URL.parse` is younger than the oldest Node this runs in. */
function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
