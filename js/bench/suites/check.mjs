/** The contests of programs/check.mjs, in a process for each provider: a program has one, and the compiler learns what it sees. */
import { program } from "../child.mjs";

export const name = "check";

export async function run(options) {
  const found = [];
  for (const profile of ["flexprice", "lago"]) found.push(await program("check.mjs", { args: [profile, JSON.stringify(options)] }));
  return { results: found.flatMap(({ results }) => results), budgets: found.flatMap(({ budgets }) => budgets) };
}
