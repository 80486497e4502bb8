/** What every reader of a caller's input shares. */

import { CreditGateError } from "./errors.js";

/** Ids longer than this are a mistake, and would bloat every cache. */
export const LONGEST_ID = 1024;

export function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  return value as Readonly<Record<string, unknown>>;
}

export function knownOnly(fields: object, known: Pick<ReadonlySet<string>, "has">, path: string): void {
  for (const name in fields) if (!known.has(name) && Object.hasOwn(fields, name)) throw invalid(`${path}.${name}`, "is not known");
}

export function invalid(path: string, message: string): CreditGateError {
  return new CreditGateError("invalid_input", `\`${path}\` ${message}`, { path });
}

/** An option that is wrong: told by its path, never by its value, which may be a secret. */
export function invalidOption(path: string, message: string): CreditGateError {
  return new CreditGateError("invalid_option", `\`${path}\` ${message}`, { path });
}

/** Whether something is an id. A lone surrogate cannot be sent: it would address another customer. */
export function isId(id: unknown): id is string {
  return typeof id === "string" && id !== "" && id.length <= LONGEST_ID && !/\p{Surrogate}/u.test(id);
}

/** Refuses options that are no object or hold a name that is not `known`. */
export function checkNames(name: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw invalidOption(name, "needs an object of options");
  for (const key of Object.keys(options)) if (!known.includes(key)) throw invalidOption(`${name}.${key}`, "is not an option");
}
