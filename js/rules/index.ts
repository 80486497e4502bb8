/**
 * The providers' own computations, exactly: what Lago's ongoing balance or Flexprice's real-time balance would
 * show. An artifact of its own, loaded by whoever imports this subpath and by nobody else.
 *
 * @module creditgate/rules
 */

import { compile } from "#platform/rules";
import { toCreditGateError } from "../engine/fault.js";
import { instantiate } from "../engine/instantiate.js";
import * as glue from "../wasm/rules_bg.js";

/**
 * The computations there are. The keys of each request and answer are the provider's own words; the file
 * `tests/vectors/FORMAT.md` of the repository defines them under the same name.
 */
export type Verb =
  | "alert.crossed"
  | "balance.real_time"
  | "balance.real_time_multi_wallet"
  | "consumption.available"
  | "consumption.order"
  | "consumption.sort"
  | "convert.cents_to_credits_unrounded"
  | "convert.credits"
  | "convert.from_cents"
  | "convert.rounds_to_zero"
  | "gate.can_cover"
  | "interval.amounts"
  | "interval.due"
  | "invoice.apply"
  | "invoice.apply_2022"
  | "invoice.breakdown"
  | "invoice.preview_rounding"
  | "invoices.unpaid_totals"
  | "lifecycle"
  | "ongoing.allocate"
  | "ongoing.refresh"
  | "rule.granted_credits"
  | "rule.paid_credits"
  | "threshold.top_up"
  | "topup.limits"
  | "transaction.remaining_init"
  | "validate.recurring_rule"
  | "validate.wallet"
  | "validate.wallet_transaction"
  | "validate.wallet_update"
  | "wallet.mutate"
  | "wallet.mutate_sequence"
  | "wallet.order";

/** Every {@link Verb}, in alphabetical order. */
export const verbs: readonly Verb[] = [
  "alert.crossed",
  "balance.real_time",
  "balance.real_time_multi_wallet",
  "consumption.available",
  "consumption.order",
  "consumption.sort",
  "convert.cents_to_credits_unrounded",
  "convert.credits",
  "convert.from_cents",
  "convert.rounds_to_zero",
  "gate.can_cover",
  "interval.amounts",
  "interval.due",
  "invoice.apply",
  "invoice.apply_2022",
  "invoice.breakdown",
  "invoice.preview_rounding",
  "invoices.unpaid_totals",
  "lifecycle",
  "ongoing.allocate",
  "ongoing.refresh",
  "rule.granted_credits",
  "rule.paid_credits",
  "threshold.top_up",
  "topup.limits",
  "transaction.remaining_init",
  "validate.recurring_rule",
  "validate.wallet",
  "validate.wallet_transaction",
  "validate.wallet_update",
  "wallet.mutate",
  "wallet.mutate_sequence",
  "wallet.order",
];

let started = false;

/**
 * Answers one verb: a value in, a value out. Amounts come in as decimal strings or numbers and go out as decimal
 * strings.
 *
 * @throws CreditGateError `invalid_input` for a request that is not of the verb's shape or has a key it does not
 * know; `unknown_verb`; `decimal_out_of_range`.
 *
 * @example
 * ```ts
 * import { call } from "creditgate/rules";
 *
 * const shown = call("ongoing.refresh", {
 *   wallet: { balance_cents: 1000, rate_amount: "2", currency: "EUR" },
 *   ongoing_usage_amount_cents: 1100,
 * });
 * console.log(shown.credits_ongoing_balance); // -0.5
 * ```
 */
export function call(verb: Verb, request: unknown): Readonly<Record<string, unknown>> {
  if (!started) {
    instantiate(compile, glue, "rules_bg.js");
    started = true;
  }
  try {
    return glue.call(verb, request) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    throw toCreditGateError(thrown);
  }
}
