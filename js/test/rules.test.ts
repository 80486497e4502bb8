import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isCreditGateError } from "../errors.js";
import { call, type Verb, verbs } from "../rules/index.js";

const thrown = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (isCreditGateError(error)) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
};

test("every verb is listed once, in order, and is known", () => {
  expect(verbs).toEqual([...new Set(verbs)].sort());
  for (const verb of verbs) expect(thrown(() => call(verb, { no_such_key: 1 })).code, verb).toBe("invalid_input");
});

test("a verb that is none, or a request that is none, is an error", () => {
  expect(thrown(() => call("wallet.guess" as Verb, {})).code).toBe("unknown_verb");
  for (const request of [null, undefined, 7, "text", []]) expect(thrown(() => call("ongoing.refresh", request)).code, String(request)).toBe("invalid_input");
});

test("amounts go out as decimal strings", () => {
  const request = { wallet: { balance_cents: 1000, rate_amount: "2", currency: "EUR" }, ongoing_usage_amount_cents: 1100 };
  expect(call("ongoing.refresh", request)).toMatchObject({ credits_ongoing_balance: "-0.5" });
});

describe("the provider's own cases", () => {
  interface Case {
    readonly id: string;
    readonly input: unknown;
  }
  for (const verb of verbs) {
    const files = ["lago", "flexprice"].map((provider) => new URL(`../../tests/vectors/${provider}/${verb}.json`, import.meta.url));
    for (const file of files) {
      let text: string;
      try {
        text = readFileSync(file, "utf8");
      } catch {
        continue;
      }
      // What they must answer is replayed by `npm run replay`; here, that each is answered through this face.
      test(`of ${verb} are all answered (${file.pathname.split("/").at(-2)})`, () => {
        const { vectors } = JSON.parse(text) as { vectors: readonly Case[] };
        expect(vectors.length).toBeGreaterThan(0);
        for (const { id, input } of vectors) expect(typeof call(verb, input), id).toBe("object");
      });
    }
  }
});
