/**
 * Paths and queries, from what the caller names.
 */
import { CreditGateError } from "../../errors.js";

/**
 * Fills the `{names}` of a path. An empty id would address the whole collection (and end, say, all alerts instead
 * of one), and dots another resource: both are `invalid_input`.
 */
export function pathOf(template: string, ids: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id: unknown = ids[name];
    if (typeof id !== "string" || /^\.{0,2}$/.test(id)) {
      throw new CreditGateError("invalid_input", `${name} must be a non-empty string, and neither "." nor ".."`, { path: name });
    }
    return encodeURIComponent(id);
  });
}

/** A filter as pairs of a query: what is `undefined` is left out, a list repeats its name. */
export function queryOf(filter: object): string[][] {
  return Object.entries(filter).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined).map((one) => [name, String(one)]),
  );
}
