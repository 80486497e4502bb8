/**
 * One request of a management client, and its refusal told field by field.
 */
import type { Problem } from "../../errors.js";
import type { ProviderContext } from "../../types.js";
import { request } from "../http.js";
import type { Answer, Api, Call } from "../http.js";
import { refusal } from "../refusal.js";
import { isObject } from "../shape.js";

/** The answer's JSON. Throws as `request` does, a refusal with its `problems`. */
export async function ask(api: Api, call: Call, context: ProviderContext): Promise<unknown> {
  const { status, body } = await request(api, { ...call, accept: isRefusal }, context);
  if (status < 400) return body;
  throw refusal(api.name, status, body, undefined, problemsIn(body));
}

/** What says something about the request; after the others it may be repeated. */
function isRefusal({ status }: Answer): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Lago's `error_details`: codes by field, at any depth (a batch's are by index: `{"0": {"code": [...]}}`).
 * `undefined` where there are none.
 */
function problemsIn(body: unknown): readonly Problem[] | undefined {
  const details = isObject(body) ? body["error_details"] : undefined;
  const problems = isObject(details) ? [...codesIn(details, "")] : [];
  return problems.length === 0 ? undefined : problems;
}

function* codesIn(details: object, path: string): Generator<Problem> {
  for (const [field, value] of Object.entries(details)) {
    const at = join(path, field);
    if (Array.isArray(value)) for (const code of value) yield { path: at, code: String(code) };
    else if (isObject(value)) yield* codesIn(value, at);
  }
}

function join(path: string, field: string): string {
  if (/^\d+$/.test(field)) return `${path}[${field}]`;
  return path === "" ? field : `${path}.${field}`;
}
