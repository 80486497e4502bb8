import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isCreditGateError } from "../errors.js";
import { call, type Verb, verbs } from "../rules/index.js";
import { difference } from "../scripts/lib/replay.mjs";

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

test("a time zone is the host's affair, and one that it does not know is an error", () => {
  const request = { interval: "monthly", wallet_created_at: "2021-02-20T00:00:00Z", now: "2021-03-20T13:30:00Z" };
  expect(call("interval.due", { ...request, timezone: "Pacific/Noumea" })).toEqual({ due: false });
  expect(call("interval.due", { ...request, timezone: "UTC" })).toEqual({ due: true });
  expect(thrown(() => call("interval.due", { ...request, timezone: "Mars/Olympus" })).path).toBe("timezone");
  expect(thrown(() => call("interval.due", { ...request, now: "soon", timezone: "UTC" })).path).toBe("now");
});

describe("the provider's own cases", () => {
  interface Case {
    readonly id: string;
    readonly input: unknown;
    readonly expected: object;
    readonly expected_derived?: object;
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
      test(`of ${verb} are all answered as expected (${file.pathname.split("/").at(-2)})`, () => {
        const { vectors } = JSON.parse(text) as { vectors: readonly Case[] };
        expect(vectors.length).toBeGreaterThan(0);
        for (const { id, input, expected, expected_derived } of vectors) {
          expect(difference({ ...expected, ...expected_derived }, call(verb, input), verb), id).toBeUndefined();
        }
      });
    }
  }
});
