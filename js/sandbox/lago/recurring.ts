/**
 * Recurring rules: as requests write them, and when they top up (lago 1.3, 3.6).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { lagoExponent } from "../../currency.js";
import { ask, decimalOf, type OngoingFigures } from "../engine.js";
import { isRecord } from "../fields.js";
import { add, compare, type Exact, fromMinor, multiply, parseExact, text, ZERO } from "../money.js";
import { nullableText } from "./requests.js";
import { amountOfCredits, isWithinLimits, roundsToZero } from "./rules.js";
import { ruleJson } from "./serialize.js";
import type { LagoState, RecurringRule, Transaction, Wallet } from "./state.js";

/** R-THR-5. */
const THRESHOLD_DELAY = 2000;
const MINUTE = 60_000;
const HUNDRED: Exact = { digits: 100n, scale: 0 };

/** Rules of a request that is good, with the API's own defaults; one that names the id of a rule there is changes it. */
export function readRules(value: unknown, now: number, existing: readonly RecurringRule[] = []): RecurringRule[] {
  const rules: unknown[] = Array.isArray(value) ? value : [];
  return rules.filter(isRecord).map((rule) => {
    const known = existing.find(({ id }) => id === rule["lago_id"]);
    const shown = { ...(known === undefined ? {} : ruleJson(known)), ...rule };
    return { ...readRule(shown), id: known?.id ?? randomUUID(), createdAt: known?.createdAt ?? now };
  });
}

function readRule(rule: Readonly<Record<string, unknown>>): Omit<RecurringRule, "id" | "createdAt"> {
  const isTarget = rule["method"] === "target";
  return {
    trigger: rule["trigger"] === "threshold" ? "threshold" : "interval",
    method: isTarget ? "target" : "fixed",
    interval: nullableText(rule["interval"]),
    paidCredits: creditsOf(rule["paid_credits"]),
    grantedCredits: creditsOf(rule["granted_credits"]),
    thresholdCredits: creditsOf(rule["threshold_credits"]),
    targetOngoingBalance: parseExact(rule["target_ongoing_balance"]),
    grantsTargetTopUp: isTarget && rule["grants_target_top_up"] === true,
    startedAt: timeOf(rule["started_at"]),
    expirationAt: timeOf(rule["expiration_at"]),
    invoiceRequiresSuccessfulPayment: rule["invoice_requires_successful_payment"] === true,
    ignorePaidTopUpLimits: rule["ignore_paid_top_up_limits"] === true,
    transactionMetadata: Array.isArray(rule["transaction_metadata"]) ? rule["transaction_metadata"] : [],
    transactionName: nullableText(rule["transaction_name"]),
    purchaseOrderNumber: nullableText(rule["purchase_order_number"]),
  };
}

/** Not yet expired. Terminated ones are not kept. */
export function isActive({ expirationAt }: RecurringRule, now: number): boolean {
  return expirationAt === undefined || expirationAt > now;
}

/** R-THR-1..5: after each refresh; what is due comes two seconds later, once per wallet. */
export function evaluateThreshold(state: LagoState, wallet: Wallet, before: OngoingFigures, now: number): void {
  const rule = wallet.recurringRules.find((candidate) => candidate.trigger === "threshold" && isActive(candidate, now));
  const isWaiting = state.jobs.some(({ wallet: other, topUp }) => other === wallet && topUp.source === "threshold");
  if (rule === undefined || isWaiting) return;
  const { ongoing } = wallet;
  const answer = ask("threshold.top_up", {
    wallet: walletJson(wallet),
    rule: engineRule(rule),
    pending_credits: text(pendingCredits(wallet)),
    state_changed: ongoing.balanceCents !== before.balanceCents || ongoing.usageCents !== before.usageCents,
    ...failures(wallet, now),
  });
  schedule(state, wallet, rule, answer, now + THRESHOLD_DELAY);
}

/** R-INT-1..6: the hourly job, for one wallet. */
export function runIntervals(state: LagoState, wallet: Wallet, now: number): void {
  const rule = wallet.recurringRules.find((candidate) => candidate.trigger === "interval" && isActive(candidate, now));
  if (rule === undefined || wallet.status !== "active") return;
  const answer = ask("interval.due", {
    interval: rule.interval,
    wallet_created_at: iso(wallet.createdAt),
    rule_started_at: rule.startedAt === undefined ? null : iso(rule.startedAt),
    rule_expiration_at: rule.expirationAt === undefined ? null : iso(rule.expirationAt),
    now: iso(now),
    timezone: wallet.customer.timezone,
    interval_top_ups_at: wallet.transactions.filter(({ source }) => source === "interval").map(({ createdAt }) => iso(createdAt)),
  });
  if (answer["due"] !== true) return;
  const amounts = { wallet: walletJson(wallet), rule: engineRule(rule), credits_ongoing_balance: text(wallet.ongoing.creditsBalance) };
  schedule(state, wallet, rule, ask("interval.amounts", amounts), now);
}

/** Enqueues what the engine answers. A purchase that the limits refuse makes nothing at all, and nobody hears of it (R-THR-6). */
function schedule(state: LagoState, wallet: Wallet, rule: RecurringRule, answer: Record<string, unknown>, at: number): void {
  if (answer["enqueued"] !== true) return;
  const paid = decimalOf(answer, "paid_credits");
  const granted = decimalOf(answer, "granted_credits");
  const ignoresLimits = answer["ignore_paid_top_up_limits"] === true;
  if (compare(paid, ZERO) > 0 && !ignoresLimits && !isWithinLimits(wallet, text(paid))) return;
  const amount = (credits: Exact) =>
    compare(credits, ZERO) <= 0 || roundsToZero(wallet, credits) ? undefined : amountOfCredits(wallet, text(credits), true);
  state.schedule({
    at,
    wallet,
    topUp: {
      paid: amount(paid),
      granted: amount(granted),
      source: rule.trigger,
      name: rule.transactionName,
      metadata: rule.transactionMetadata,
      purchaseOrderNumber: rule.purchaseOrderNumber,
      invoiceRequiresSuccessfulPayment: rule.invoiceRequiresSuccessfulPayment,
    },
  });
}

/** R-THR-4. */
function failures(wallet: Wallet, now: number): Record<string, unknown> {
  const failedAt = latest(wallet.transactions.filter(({ status, source }) => status === "failed" && source !== "manual"), ({ failedAt: at }) => at);
  const settledAt = latest(wallet.transactions.filter(({ kind }) => kind === "purchased"), ({ settledAt: at }) => at);
  return {
    last_failed_automatic_purchase_minutes_ago: failedAt === undefined ? null : Math.floor((now - failedAt) / MINUTE),
    purchase_settled_since_failure: failedAt !== undefined && settledAt !== undefined && settledAt >= failedAt,
  };
}

function latest(transactions: readonly Transaction[], at: (transaction: Transaction) => number | undefined): number | undefined {
  return transactions.reduce<number | undefined>((last, transaction) => {
    const time = at(transaction);
    return time !== undefined && (last === undefined || time > last) ? time : last;
  }, undefined);
}

/** R-THR-3. */
function pendingCredits(wallet: Wallet): Exact {
  return wallet.transactions.filter(({ status }) => status === "pending").reduce((total, { credits }) => add(total, credits), ZERO);
}

function walletJson(wallet: Wallet): Record<string, unknown> {
  // These rules count minor units in hundredths, whatever the currency.
  const hundredths = (cents: number | null) =>
    cents === null ? null : text(multiply(fromMinor(BigInt(cents), lagoExponent(wallet.currency)), HUNDRED));
  return {
    rate_amount: text(wallet.rate),
    paid_top_up_min_amount_cents: hundredths(wallet.paidTopUpMinCents),
    paid_top_up_max_amount_cents: hundredths(wallet.paidTopUpMaxCents),
    credits_ongoing_balance: text(wallet.ongoing.creditsBalance),
  };
}

function engineRule(rule: RecurringRule): Record<string, unknown> {
  return {
    method: rule.method,
    trigger: rule.trigger,
    paid_credits: text(rule.paidCredits),
    granted_credits: text(rule.grantedCredits),
    threshold_credits: text(rule.thresholdCredits),
    target_ongoing_balance: rule.targetOngoingBalance === undefined ? null : text(rule.targetOngoingBalance),
    grants_target_top_up: rule.grantsTargetTopUp,
    ignore_paid_top_up_limits: rule.ignorePaidTopUpLimits,
  };
}

function creditsOf(value: unknown): Exact {
  return parseExact(value) ?? ZERO;
}

function timeOf(value: unknown): number | undefined {
  return typeof value === "string" ? Date.parse(value) : undefined;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
