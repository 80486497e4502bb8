/**
 * The engine's rules, as the sandbox asks for them: {@link ask} for any of them, and the balances that the providers
 * compute on read or on their refresh clock. Requests and answers are those of the vector kinds of the same name.
 *
 * @module creditgate/sandbox
 */
import { CreditGateError } from "../errors.js";
import { call, type Verb } from "../rules/index.js";
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
  readonly code: string;
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
  readonly fee_type: string;
  readonly metric: string | null;
  readonly amount_cents: number;
  readonly taxes_amount_cents: number;
  readonly precise_coupons_amount_cents: string;
  readonly currency: string;
  readonly charge_accepts_target_wallet: boolean;
  readonly target_wallet_code: string | null;
}

/** The four sets of fees that make usage not yet paid (R-ONG-2..5). */
export interface AllocationFees {
  readonly current_usage_fees: readonly AllocationFee[];
  readonly draft_invoice_fees: readonly AllocationFee[];
  readonly progressive_billing_fees: readonly AllocationFee[];
  readonly pay_in_advance_fees: readonly AllocationFee[];
  /** Whether fees may be meant for one wallet (R-APP-4). */
  readonly events_targeting_wallets: boolean;
}

/** R-ONG-1..10: unrounded minor units of usage that each active wallet carries, by wallet id. */
export function allocateOngoing(wallets: readonly AllocationWallet[], fees: AllocationFees): ReadonlyMap<string, Exact> {
  return decimalsById(ask("ongoing.allocate", { wallets, ...fees }), "allocations");
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

/** One rule's answer. Throws `engine_fault` where the engine does not answer an object. */
export function ask(verb: Verb, request: unknown): Record<string, unknown> {
  const answer = call(verb, request);
  if (!isRecord(answer)) throw unreadable(verb, "its answer");
  return answer;
}

/** A decimal of an answer. */
export function decimalOf(answer: Record<string, unknown>, key: string): Exact {
  const value = parseExact(answer[key]);
  if (value === undefined) throw unreadable("the engine", key);
  return value;
}

/** An object of an answer. */
export function recordOf(answer: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = answer[key];
  if (!isRecord(value)) throw unreadable("the engine", key);
  return value;
}

/** A list of objects of an answer. */
export function listIn(answer: Record<string, unknown>, key: string): readonly Record<string, unknown>[] {
  const value = answer[key];
  if (!Array.isArray(value) || !value.every(isRecord)) throw unreadable("the engine", key);
  return value;
}

/** Decimals by id, of an answer. */
export function decimalsById(answer: Record<string, unknown>, key: string): ReadonlyMap<string, Exact> {
  const byId = recordOf(answer, key);
  return new Map(Object.keys(byId).map((id) => [id, decimalOf(byId, id)]));
}

/** A list of ids of an answer. */
export function idsOf(answer: Record<string, unknown>, key: string): readonly string[] {
  const value = answer[key];
  if (!Array.isArray(value)) throw unreadable("the engine", key);
  return value.map(String);
}

function unreadable(verb: string, what: string): CreditGateError {
  return new CreditGateError("engine_fault", `${verb} did not answer ${what} as expected`);
}
