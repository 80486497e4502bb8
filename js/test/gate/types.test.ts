/** What the types must refuse. Most of it is checked by `tsc`: a line that should not compile and does fails there. */
import { expect, test } from "vitest";
import type { CreditGate } from "../../gate/gate.js";
import type { CoveredDecision, CoveredReason, DecimalString, Decision, ShortDecision, ShortReason, UnknownReason, Usage } from "../../types.js";

const fields = { customer: "cus_1", currency: "USD" };

export const usages: readonly Usage[] = [
  { ...fields, amount: "1" },
  { ...fields, amount: 1n, metric: "tokens", event: { properties: { tokens: 1 } } },
  { ...fields, credits: 1 },
  { ...fields, units: 1, unitPrice: "0.1" },
];

// @ts-expect-error none of the three
export const none: Usage = { ...fields };
// @ts-expect-error two of the three
export const amountAndCredits: Usage = { ...fields, amount: "1", credits: "1" };
// @ts-expect-error two of the three
export const amountAndUnits: Usage = { ...fields, amount: "1", units: 1, unitPrice: "1" };
// @ts-expect-error units without their price
export const unitsAlone: Usage = { ...fields, units: 1 };
// @ts-expect-error a price without units
export const priceAlone: Usage = { ...fields, unitPrice: 1 };
// @ts-expect-error no customer
export const nobody: Usage = { currency: "USD", amount: "1" };
// @ts-expect-error an amount is no object
export const boxed: Usage = { ...fields, amount: { value: "1" } };
// @ts-expect-error no such key
export const misspelt: Usage = { ...fields, amount: "1", metrik: "tokens" };

/** Narrowing on `outcome` gives each its own fields and reasons. */
export function told(decision: Decision): string {
  switch (decision.outcome) {
    case "covered":
      decision.reason satisfies CoveredReason;
      // @ts-expect-error what is covered lacks nothing
      decision.shortfall satisfies unknown;
      return decision.available ?? "";
    case "short":
      decision.reason satisfies ShortReason;
      decision.available satisfies DecimalString;
      // @ts-expect-error a denial is no failure
      decision.error satisfies unknown;
      return decision.available;
    case "unknown":
      decision.reason satisfies UnknownReason;
      // @ts-expect-error nobody knows
      decision.available satisfies unknown;
      return decision.error?.message ?? "";
    default:
      return decision satisfies never;
  }
}

/** Every public way in takes a usage and gives a decision. */
export async function calls(gate: CreditGate, usage: Usage): Promise<readonly Decision[]> {
  // @ts-expect-error a key is text
  await gate.spend(usage, { key: 7 });
  // @ts-expect-error a check spends nothing and takes no key
  await gate.check(usage, { key: "k" });
  // @ts-expect-error the policy is one of two words
  await gate.check(usage, { whenUnknown: true });
  const account = await gate.account("cus_1");
  // @ts-expect-error the customer is the account's
  account.check({ customer: "cus_2", currency: "USD", amount: "1" });
  return [gate.checkCached(usage), gate.spendCached(usage), account.check({ amount: 1, currency: "USD" }), (await gate.authorize(usage)).decision];
}

test("a decision is told by its outcome", () => {
  const common = { allowed: false, customer: "c", currency: "USD", precision: "exact", notes: [], explain: () => undefined, toResponse: () => new Response() } as const;
  const short: ShortDecision = { ...common, outcome: "short", reason: "no_wallet", available: "0" };
  const covered: CoveredDecision = { ...common, outcome: "covered", reason: "sufficient", available: "5" };
  expect([told(short), told(covered), told({ ...common, outcome: "unknown", reason: "stale" })]).toEqual(["0", "5", ""]);
  expect(usages).toHaveLength(4);
});
