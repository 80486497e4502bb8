/**
 * The providers' own computations, exactly: what Lago's ongoing balance or Flexprice's real-time balance would
 * show. An artifact of its own, loaded by whoever imports this subpath and by nobody else.
 *
 * @module creditgate/rules
 */

import { compile } from "#platform/rules";
import { toCreditGateError } from "../engine/fault.js";
import { instantiate } from "../engine/instantiate.js";
import { glue } from "../wasm/rules_bg.js";
import { withLocalTime } from "./local-time.js";

/**
 * The computations there are. The keys of each request and answer are the provider's own words; the file
 * `tests/vectors/FORMAT.md` of the repository defines them under the same name. An answer that depends on what the
 * provider leaves open (ties, the order of lines) lists the keys concerned in `undefined_by_provider`.
 *
 * Beyond these, whole requests are judged before they are sent. Each answers `{ problems: [{ path, code, message? }] }`,
 * none for a good request; times are RFC 3339:
 *
 * | Verb | Request |
 * | --- | --- |
 * | `flexprice.wallet.create` | `wallet` (the body), `now`, `existing` wallets, `unique`: `"currency_and_type"` (default) or `"currency"`; answers `created` besides |
 * | `flexprice.wallet.update`, `.top_up`, `.debit` | `wallet`; `top_up` and `now`; `debit` |
 * | `lago.wallet.create` | `wallet`, `now`, `customer` `{ currency, active_codes }`; answers `created` besides |
 * | `lago.wallet.update` | `wallet`, `now`, `current` (the wallet as the API shows it) |
 * | `lago.wallet_transaction.create` | `wallet_transaction`, `wallet` (as the API shows it) |
 * | `lago.alert.create` | `alert`, `existing` (types of the wallet's alerts) |
 *
 * And the one wallet of Lago's first guide: `lago_2022.wallet.create` `{ has_active_subscription,
 * active_wallets }`, `.purchase` `{ credits, rate_amount, tax_rate, currency }`, `.after` `{ wallet: { status,
 * balance_cents, expiration_at, currency }, credited_cents, terminated, now }`.
 */
export type Verb =
  | "alert.crossed"
  | "alerts.state"
  | "alerts.state_sequence"
  | "alerts.validate"
  | "auto_topup"
  | "balance.real_time"
  | "balance.real_time_multi_wallet"
  | "bonus.slab"
  | "bonus.topup"
  | "bonus.value"
  | "consumption.available"
  | "consumption.order"
  | "consumption.sort"
  | "conversion.amount_to_credits"
  | "conversion.credits_to_amount"
  | "convert.cents_to_credits_unrounded"
  | "convert.credits"
  | "convert.from_cents"
  | "convert.rounds_to_zero"
  | "credits.breakdown"
  | "credits.consume"
  | "credits.expiry_sweep"
  | "duration"
  | "flexprice.wallet.create"
  | "flexprice.wallet.debit"
  | "flexprice.wallet.top_up"
  | "flexprice.wallet.update"
  | "gate.can_cover"
  | "grant.expiry"
  | "grant.proration"
  | "interval.amounts"
  | "interval.due"
  | "invoice.apply"
  | "invoice.apply_2022"
  | "invoice.breakdown"
  | "invoice.credit_application"
  | "invoice.preview_rounding"
  | "invoice.totals"
  | "invoice.void_refund"
  | "invoices.unpaid_totals"
  | "lago.alert.create"
  | "lago.wallet.create"
  | "lago.wallet.update"
  | "lago.wallet_transaction.create"
  | "lago_2022.wallet.after"
  | "lago_2022.wallet.create"
  | "lago_2022.wallet.purchase"
  | "lifecycle"
  | "ongoing.allocate"
  | "ongoing.refresh"
  | "payment.postpaid"
  | "persist.numeric_10_5"
  | "persist.numeric_20_9"
  | "precision.currency"
  | "round.currency"
  | "round.sum"
  | "rule.granted_credits"
  | "rule.paid_credits"
  | "tax.after_discount"
  | "tax.multi"
  | "tax.percentage"
  | "threshold.top_up"
  | "topup.limits"
  | "topup.validate"
  | "transaction.remaining_init"
  | "validate.recurring_rule"
  | "validate.wallet"
  | "validate.wallet_transaction"
  | "validate.wallet_update"
  | "wallet.complete_purchase"
  | "wallet.credit"
  | "wallet.credits_available"
  | "wallet.debit"
  | "wallet.mutate"
  | "wallet.mutate_sequence"
  | "wallet.operation_normalise"
  | "wallet.order"
  | "wallet.selection"
  | "wallet.terminate";

/** Every {@link Verb}, in alphabetical order. */
export const verbs: readonly Verb[] = [
  "alert.crossed",
  "alerts.state",
  "alerts.state_sequence",
  "alerts.validate",
  "auto_topup",
  "balance.real_time",
  "balance.real_time_multi_wallet",
  "bonus.slab",
  "bonus.topup",
  "bonus.value",
  "consumption.available",
  "consumption.order",
  "consumption.sort",
  "conversion.amount_to_credits",
  "conversion.credits_to_amount",
  "convert.cents_to_credits_unrounded",
  "convert.credits",
  "convert.from_cents",
  "convert.rounds_to_zero",
  "credits.breakdown",
  "credits.consume",
  "credits.expiry_sweep",
  "duration",
  "flexprice.wallet.create",
  "flexprice.wallet.debit",
  "flexprice.wallet.top_up",
  "flexprice.wallet.update",
  "gate.can_cover",
  "grant.expiry",
  "grant.proration",
  "interval.amounts",
  "interval.due",
  "invoice.apply",
  "invoice.apply_2022",
  "invoice.breakdown",
  "invoice.credit_application",
  "invoice.preview_rounding",
  "invoice.totals",
  "invoice.void_refund",
  "invoices.unpaid_totals",
  "lago.alert.create",
  "lago.wallet.create",
  "lago.wallet.update",
  "lago.wallet_transaction.create",
  "lago_2022.wallet.after",
  "lago_2022.wallet.create",
  "lago_2022.wallet.purchase",
  "lifecycle",
  "ongoing.allocate",
  "ongoing.refresh",
  "payment.postpaid",
  "persist.numeric_10_5",
  "persist.numeric_20_9",
  "precision.currency",
  "round.currency",
  "round.sum",
  "rule.granted_credits",
  "rule.paid_credits",
  "tax.after_discount",
  "tax.multi",
  "tax.percentage",
  "threshold.top_up",
  "topup.limits",
  "topup.validate",
  "transaction.remaining_init",
  "validate.recurring_rule",
  "validate.wallet",
  "validate.wallet_transaction",
  "validate.wallet_update",
  "wallet.complete_purchase",
  "wallet.credit",
  "wallet.credits_available",
  "wallet.debit",
  "wallet.mutate",
  "wallet.mutate_sequence",
  "wallet.operation_normalise",
  "wallet.order",
  "wallet.selection",
  "wallet.terminate",
];

let started = false;

/**
 * Answers one verb: a value in, a value out. Time zones of `interval.due` are the host's. Amounts come in as decimal strings, numbers or bigints and go out as
 * decimal strings.
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
    const whole = verb === "interval.due" ? withLocalTime(request) : request;
    return JSON.parse(glue.call(verb, JSON.stringify(whole ?? null, asText)));
  } catch (thrown) {
    throw toCreditGateError(thrown);
  }
}

/** JSON has no bigint: its digits are an amount like any other. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
