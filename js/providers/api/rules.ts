/**
 * The provider's own rules, loaded at their first use: an artifact of its own, which who never writes never loads.
 */
import { CreditGateError } from "../../errors.js";
import type { Problem } from "../../errors.js";
import type { JsonObject } from "../shape.js";

type Call = typeof import("../../rules/index.js").call;
type Verb = Parameters<Call>[0];

/** The rules that check a request before it is sent. */
export type RequestVerb = Extract<Verb, `${"flexprice" | "lago"}.${string}`>;

/** Everything that is wrong with a request; empty when nothing is. */
export async function problemsOf(verb: RequestVerb, request: object): Promise<readonly Problem[]> {
  const { problems } = await ask(verb, request);
  return problems as readonly Problem[];
}

/** One verb of `creditgate/rules`. */
export async function ask(verb: Verb, request: object): Promise<JsonObject> {
  const { call } = await import("../../rules/index.js");
  return call(verb, request);
}

/** The error of a request that is not sent. */
export function invalidRequest(problems: readonly Problem[]): CreditGateError {
  const list = problems.map(({ path, code, message = code }) => `${path}: ${message}`).join(", ");
  return new CreditGateError("invalid_input", `not sent, the billing API would refuse it: ${list}`, { path: problems[0]?.path, problems });
}
