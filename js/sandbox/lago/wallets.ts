/**
 * Making and topping up wallets as Lago's API does, with its validation codes (lago 3.7, 3.8, 3.9).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { isRecord } from "../fields.js";
import { compare, type Exact, parseExact, ZERO } from "../money.js";
import { notDone, unprocessable } from "./errors.js";
import { centsOf, hasCredits, type Movement, move } from "./ledger.js";
import { seconds } from "./serialize.js";
import type { Customer, LagoState, Transaction, Wallet } from "./state.js";

/** R-NEW-1. */
const MAX_ACTIVE_WALLETS = 6;
/** 3.9: amounts range from 0 to 10^25 - 1. */
const MAX_AMOUNT: Exact = { digits: 10n ** 25n - 1n, scale: 0 };
/** 1.7. */
export const FEE_TYPES: readonly string[] = ["charge", "add_on", "subscription", "credit", "commitment", "fixed_charge", "product"];
export const DEFAULT_PRIORITY = 50;

export type Body = Readonly<Record<string, unknown>>;

/** What a wallet is before any credit is in it. */
export type NewWallet = Pick<
  Wallet,
  | "customer"
  | "currency"
  | "name"
  | "code"
  | "rate"
  | "createdAt"
  | "expirationAt"
  | "priority"
  | "feeTypes"
  | "metricCodes"
  | "recurringRules"
  | "paidTopUpMinCents"
  | "paidTopUpMaxCents"
  | "invoiceRequiresSuccessfulPayment"
  | "metadata"
>;

/** Adds a wallet without credits. Its ongoing figures are 0 until the first refresh. */
export function addWallet(state: LagoState, wallet: NewWallet): Wallet {
  const made: Wallet = {
    ...wallet,
    id: randomUUID(),
    status: "active",
    creditsBalance: ZERO,
    balanceCents: 0n,
    ongoing: { balanceCents: 0n, usageCents: 0n, creditsBalance: ZERO, creditsUsage: ZERO, depleted: false },
    consumedCredits: ZERO,
    lastBalanceSyncAt: undefined,
    lastConsumedCreditAt: undefined,
    terminatedAt: undefined,
    transactions: [],
  };
  state.wallets.set(made.id, made);
  wallet.customer.wallets.push(made);
  wallet.customer.currency ??= wallet.currency;
  wallet.customer.awaitingRefresh = true;
  return made;
}

/** POST /wallets: zero balances in the answer; the first credits land `grantDelay` later (R-NEW-2, R-NEW-3). */
export function createWallet(state: LagoState, body: Body, now: number, grantDelay: number): Wallet {
  const customer = state.customers.get(String(body["external_customer_id"] ?? ""));
  if (customer === undefined) throw unprocessable({ customer: ["customer_not_found"] });
  if (activeWallets(customer).length >= MAX_ACTIVE_WALLETS) throw unprocessable({ customer: ["wallet_limit_reached"] });
  const wallet = readNewWallet(state, customer, body, now);
  const movements = readMovements(wallet, body, {
    name: nullableText(body["transaction_name"]),
    priority: priorityOf(body, "transaction_priority"),
    metadata: listOf(body["transaction_metadata"]),
  });
  if (body["ignore_paid_top_up_limits_on_creation"] !== true) checkLimits(wallet, movements);
  const made = addWallet(state, wallet);
  if (movements.length > 0) {
    state.jobs.push({
      at: now + grantDelay,
      run: (at) => {
        for (const movement of movements) move(state, made, { ...movement, at });
      },
    });
  }
  return made;
}

/** POST /wallet_transactions: paid, granted, voided, in this order; zero or absent credits make nothing. */
export function createTransactions(state: LagoState, body: Body, now: number): Transaction[] {
  if (body["voided_transaction_id"] !== undefined) throw notDone("targeted voids (voided_transaction_id)");
  const wallet = state.wallets.get(String(body["wallet_id"] ?? ""));
  if (wallet === undefined) throw unprocessable({ wallet_id: ["wallet_not_found"] });
  if (wallet.status === "terminated") throw unprocessable({ wallet_id: ["wallet_is_terminated"] });
  const movements = readMovements(wallet, body, {
    name: nullableText(body["name"]),
    priority: priorityOf(body, "priority"),
    metadata: listOf(body["metadata"]),
  });
  if (body["ignore_paid_top_up_limits"] !== true) checkLimits(wallet, movements);
  const voided = movements.find(({ kind }) => kind === "voided");
  if (voided !== undefined && !hasCredits(wallet, voided.credits)) throw unprocessable({ voided_credits: ["insufficient_credits"] });
  return movements.map((movement) => move(state, wallet, { ...movement, at: now }));
}

function readNewWallet(state: LagoState, customer: Customer, body: Body, now: number): NewWallet {
  const currency = body["currency"] ?? customer.currency;
  if (typeof currency !== "string" || !/^[A-Za-z]{3}$/.test(currency)) throw unprocessable({ currency: ["value_is_invalid"] });
  const rate = amountOf(body["rate_amount"]);
  if (rate === undefined || compare(rate, ZERO) <= 0) throw unprocessable({ rate_amount: ["value_is_invalid"] });
  const limits = readLimitations(state, body["applies_to"]);
  const name = nullableText(body["name"]);
  return {
    customer,
    currency: currency.toUpperCase(),
    name,
    code: codeOf(customer, body["code"], name, now),
    rate,
    createdAt: now,
    expirationAt: expirationOf(body["expiration_at"], now),
    priority: priorityOf(body, "priority"),
    ...limits,
    recurringRules: readRules(body["recurring_transaction_rules"], now),
    paidTopUpMinCents: wholeOrNull(body["paid_top_up_min_amount_cents"]),
    paidTopUpMaxCents: wholeOrNull(body["paid_top_up_max_amount_cents"]),
    invoiceRequiresSuccessfulPayment: body["invoice_requires_successful_payment"] === true,
    metadata: isRecord(body["metadata"]) ? body["metadata"] : undefined,
  };
}

/** 1.4: an unknown fee type or metric refuses the whole request. */
function readLimitations(state: LagoState, value: unknown): Pick<Wallet, "feeTypes" | "metricCodes"> {
  const limits = isRecord(value) ? value : {};
  const feeTypes = listOf(limits["fee_types"]).map(String);
  const metricCodes = listOf(limits["billable_metric_codes"]).map(String);
  if (feeTypes.some((type) => !FEE_TYPES.includes(type)) || metricCodes.some((code) => state.metrics.get(code) === undefined)) {
    throw unprocessable({ applies_to: ["invalid_limitations"] });
  }
  return { feeTypes, metricCodes };
}

/** R-NEW-2: the code given, else the name's slug, else `default`; made unique among the active wallets. */
function codeOf(customer: Customer, given: unknown, name: string | null, now: number): string {
  const taken = (code: string): boolean => activeWallets(customer).some((wallet) => wallet.code === code);
  if (typeof given === "string" && given !== "") {
    if (taken(given)) throw unprocessable({ code: ["value_already_exist"] });
    return given;
  }
  const slug = (name ?? "default").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return taken(slug) ? `${slug}_${Math.floor(now / 1000)}` : slug;
}

/** R-EXP-3: an expiration is in the future. */
function expirationOf(value: unknown, now: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at) || at <= now) throw unprocessable({ expiration_at: ["invalid_date"] });
  return at;
}

/** At most one rule (1.3), with the API's own defaults. */
export function readRules(value: unknown, now: number): Wallet["recurringRules"] {
  const rules = listOf(value);
  if (rules.length > 1) throw unprocessable({ recurring_transaction_rules: ["invalid_number_of_recurring_rules"] });
  return rules.map((rule) => {
    if (!isRecord(rule) || (rule["trigger"] !== "interval" && rule["trigger"] !== "threshold")) {
      throw unprocessable({ recurring_transaction_rules: ["invalid_recurring_rule"] });
    }
    return {
      lago_id: randomUUID(),
      paid_credits: "0.0",
      granted_credits: "0.0",
      grants_target_top_up: false,
      interval: null,
      method: "fixed",
      started_at: null,
      expiration_at: null,
      target_ongoing_balance: null,
      threshold_credits: "0.0",
      invoice_requires_successful_payment: false,
      transaction_metadata: [],
      transaction_name: null,
      purchase_order_number: null,
      ignore_paid_top_up_limits: false,
      applied_invoice_custom_sections: [],
      payment_method: { payment_method_id: null, payment_method_type: "provider" },
      ...rule,
      status: "active",
      created_at: seconds(now),
    };
  });
}

type WithoutTime = Omit<Movement, "at">;

/** The movements that a request asks for. Amounts must be strings (2); what is zero makes nothing. */
function readMovements(
  wallet: Pick<Wallet, "rate" | "currency">,
  body: Body,
  common: Pick<Movement, "name" | "priority" | "metadata">,
): WithoutTime[] {
  const asked = [
    { kind: "purchased", field: "paid_credits" },
    { kind: "granted", field: "granted_credits" },
    { kind: "voided", field: "voided_credits" },
  ] as const;
  return asked.flatMap(({ kind, field }) => {
    const value = body[field];
    if (value === undefined || value === null) return [];
    const credits = amountOf(value);
    if (credits === undefined) throw unprocessable({ [field]: [`invalid_${field}`, "invalid_amount"] });
    if (compare(credits, ZERO) === 0) return [];
    // R-CONV-6: what is worth nothing is refused, except a void.
    if (kind !== "voided" && centsOf(credits, wallet.rate, wallet.currency) === 0n) {
      throw unprocessable({ [field]: ["amount_rounds_to_zero"] });
    }
    return [{ kind, credits, ...common }];
  });
}

/** R-TOP-1: paid amounts are compared in minor units, both ends included. */
function checkLimits(wallet: Pick<Wallet, "rate" | "currency" | "paidTopUpMinCents" | "paidTopUpMaxCents">, movements: readonly WithoutTime[]): void {
  const paid = movements.find(({ kind }) => kind === "purchased");
  if (paid === undefined) return;
  const cents = centsOf(paid.credits, wallet.rate, wallet.currency);
  if (wallet.paidTopUpMinCents !== null && cents < BigInt(wallet.paidTopUpMinCents)) {
    throw unprocessable({ paid_credits: ["amount_below_minimum"] });
  }
  if (wallet.paidTopUpMaxCents !== null && cents > BigInt(wallet.paidTopUpMaxCents)) {
    throw unprocessable({ paid_credits: ["amount_above_maximum"] });
  }
}

function activeWallets(customer: Customer): Wallet[] {
  return customer.wallets.filter(({ status }) => status === "active");
}

/** A request's amount: a string in plain notation, not negative. A JSON number is no amount. */
function amountOf(value: unknown): Exact | undefined {
  if (typeof value !== "string" || !/^\d+(\.\d+)?$/.test(value)) return undefined;
  const exact = parseExact(value);
  return exact === undefined || compare(exact, MAX_AMOUNT) > 0 ? undefined : exact;
}

function priorityOf(body: Body, field: string): number {
  const value = body[field] ?? DEFAULT_PRIORITY;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 50) throw unprocessable({ [field]: ["value_is_invalid"] });
  return value;
}

function nullableText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function wholeOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
