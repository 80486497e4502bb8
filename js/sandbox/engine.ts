/**
 * The three questions that the sandbox asks the engine: the balances that the providers compute on read or on
 * their refresh clock. Requests and answers are those of the vector kinds of the same name.
 *
 * @module creditgate/sandbox
 */
import { CreditGateError } from "../errors.js";
import { call } from "../rules/index.js";
import { isRecord } from "./fields.js";
import { type Exact, integer, parseExact, text } from "./money.js";

export interface RealTimeRequest {
  readonly wallet: {
    readonly wallet_type: string;
    readonly allowed_price_types: readonly string[];
    readonly balance: string;
    readonly conversion_rate: string;
    readonly wallet_status: string;
    readonly currency: string;
  };
  readonly current_usage: string;
  readonly invoices: readonly unknown[];
}

export interface RealTimeAnswer {
  readonly realTimeBalance: Exact;
  readonly realTimeCreditBalance: Exact;
  readonly currentPeriodUsage: Exact;
}

/** Flexprice 3.2. */
export function realTimeBalance(request: RealTimeRequest): RealTimeAnswer & { readonly unpaidInvoicesAmount: Exact | undefined } {
  const answer = ask("balance.real_time", request);
  return {
    realTimeBalance: decimalOf(answer, "real_time_balance"),
    realTimeCreditBalance: decimalOf(answer, "real_time_credit_balance"),
    currentPeriodUsage: decimalOf(answer, "current_period_usage"),
    unpaidInvoicesAmount: parseExact(answer["unpaid_invoices_amount"]),
  };
}

export interface AllocationWallet {
  readonly id: string;
  readonly priority: number;
  readonly created_order: number;
  readonly status: string;
  readonly currency: string;
  readonly rate_amount: string;
  readonly balance_cents: number;
  readonly allowed_fee_types: readonly string[];
  readonly target_metrics: readonly string[];
  readonly threshold_rule_active: boolean;
}

export interface AllocationFee {
  readonly fee_type: "charge";
  readonly metric: string;
  readonly amount_cents: number;
  readonly taxes_amount_cents: number;
  readonly currency: string;
}

/** R-ONG-1..10: unrounded minor units of usage that each active wallet carries, by wallet id. */
export function allocateOngoing(wallets: readonly AllocationWallet[], fees: readonly AllocationFee[]): ReadonlyMap<string, Exact> {
  const answer = ask("ongoing.allocate", {
    wallets,
    current_usage_fees: fees,
    draft_invoice_fees: [],
    progressive_billing_fees: [],
    pay_in_advance_fees: [],
    events_targeting_wallets: false,
  });
  const allocations = answer["allocations"];
  if (!isRecord(allocations)) throw unreadable("ongoing.allocate", "allocations");
  return new Map(Object.keys(allocations).map((id) => [id, decimalOf(allocations, id)]));
}

export interface OngoingFigures {
  readonly balanceCents: bigint;
  readonly usageCents: bigint;
  readonly creditsBalance: Exact;
  readonly creditsUsage: Exact;
  /** R-ONG-13. */
  readonly depleted: boolean;
}

/** R-ONG-11..13. */
export function refreshOngoing(
  wallet: { readonly balanceCents: bigint; readonly rate: Exact; readonly currency: string; readonly depleted: boolean },
  usageCents: Exact,
): OngoingFigures {
  const answer = ask("ongoing.refresh", {
    wallet: {
      balance_cents: integer(wallet.balanceCents),
      rate_amount: text(wallet.rate),
      currency: wallet.currency,
      depleted_ongoing_balance: wallet.depleted,
    },
    ongoing_usage_amount_cents: text(usageCents),
  });
  const change = answer["depleted_flag_change"];
  return {
    balanceCents: decimalOf(answer, "ongoing_balance_cents").digits,
    usageCents: decimalOf(answer, "ongoing_usage_balance_cents").digits,
    creditsBalance: decimalOf(answer, "credits_ongoing_balance"),
    creditsUsage: decimalOf(answer, "credits_ongoing_usage_balance"),
    depleted: typeof change === "boolean" ? change : wallet.depleted,
  };
}

function ask(verb: "balance.real_time" | "ongoing.allocate" | "ongoing.refresh", request: unknown): Record<string, unknown> {
  const answer = call(verb, request);
  if (!isRecord(answer)) throw unreadable(verb, "its answer");
  return answer;
}

function decimalOf(answer: Record<string, unknown>, key: string): Exact {
  const value = parseExact(answer[key]);
  if (value === undefined) throw unreadable("the engine", key);
  return value;
}

function unreadable(verb: string, what: string): CreditGateError {
  return new CreditGateError("engine_fault", `${verb} did not answer ${what} as expected`);
}
