/**
 * Making and topping up wallets as Flexprice's API does (flexprice 2.1, 2.2).
 *
 * @module creditgate/sandbox
 */
import { compare, type Exact, ONE, parseExact, round, text, ZERO } from "../money.js";
import { FlexpriceError } from "./errors.js";
import { addCredit, creditsFor } from "./ledger.js";
import { type Customer, type FlexpriceState, newId, REASONS, type TopUpReason, type Transaction, type Wallet, type WalletStatus, type WalletType } from "./state.js";

/** Rule 4 of section 1.7: rates are stored with 5 decimals. */
const RATE_PLACES = 5;

export type Body = Readonly<Record<string, unknown>>;

/** What a wallet is before any credit is in it. */
export interface NewWallet {
  readonly customer: Customer;
  readonly currency: string;
  readonly type: WalletType;
  readonly status: WalletStatus;
  readonly conversionRate: Exact;
  readonly topupConversionRate: Exact;
  readonly allowedPriceTypes: readonly string[];
  readonly description: string;
  readonly metadata: Body | null;
  readonly autoTopup: unknown;
  readonly alertSettings: unknown;
  readonly createdAt: number;
}

export function addWallet(state: FlexpriceState, wallet: NewWallet): Wallet {
  const made: Wallet = {
    ...wallet,
    id: newId("wallet"),
    currency: wallet.currency.toLowerCase(),
    conversionRate: round(wallet.conversionRate, RATE_PLACES),
    topupConversionRate: round(wallet.topupConversionRate, RATE_PLACES),
    name: `${wallet.type === "PRE_PAID" ? "Prepaid" : "Postpaid"} Wallet - ${wallet.currency.toUpperCase()}`,
    balance: ZERO,
    creditBalance: ZERO,
    updatedAt: wallet.createdAt,
    cached: undefined,
    transactions: [],
  };
  state.wallets.set(made.id, made);
  wallet.customer.wallets.push(made);
  return made;
}

/** POST /wallets. `name` and `config` are not read; the price types follow from the type (2.1). */
export function createWallet(state: FlexpriceState, body: Body, now: number): Wallet {
  const customer = customerOf(state, body);
  const currency = textOf(body, "currency");
  if (currency === undefined || !/^[A-Za-z]{3}$/.test(currency)) throw refused("currency must be a valid 3-letter code");
  const type = body["wallet_type"] ?? "PRE_PAID";
  if (type !== "PRE_PAID" && type !== "POST_PAID") throw refused("wallet_type must be PRE_PAID or POST_PAID");
  refuseSecondActive(customer, currency.toLowerCase(), type);
  const conversionRate = rateOf(body, "conversion_rate") ?? ONE;
  const topupConversionRate = rateOf(body, "topup_conversion_rate") ?? conversionRate;
  const initial = decimalOf(body, "initial_credits_to_load") ?? ZERO;
  if (compare(initial, ZERO) < 0) throw refused("initial_credits_to_load must not be negative");
  const expiresAt = futureOf(body, "initial_credits_expiry_date_utc", now) ?? dayOf(body, "initial_credits_to_load_expiry_date", now);
  const wallet = addWallet(state, {
    customer,
    currency,
    type,
    status: "active",
    conversionRate,
    topupConversionRate,
    allowedPriceTypes: type === "PRE_PAID" ? ["USAGE"] : ["ALL"],
    description: textOf(body, "description") ?? "",
    metadata: recordOf(body, "metadata") ?? null,
    autoTopup: body["auto_topup"] ?? undefined,
    alertSettings: body["alert_settings"] ?? undefined,
    createdAt: now,
  });
  if (compare(initial, ZERO) > 0) {
    addCredit(state, wallet, {
      credits: initial,
      reason: "FREE_CREDIT_GRANT",
      pending: false,
      expiresAt,
      priority: undefined,
      idempotencyKey: newId("initial"),
      description: "",
      metadata: {},
      createdAt: now,
    });
  }
  return wallet;
}

/** POST /wallets/{id}/top-up. The wallet's status is not looked at (rule 48). */
export function topUp(state: FlexpriceState, wallet: Wallet, body: Body, now: number): Transaction {
  for (const key of ["bonus_credits_to_add", "checkout"]) {
    if (body[key] !== undefined) throw new FlexpriceError("not_implemented", `The sandbox does not do ${key}`);
  }
  const reason = reasonOf(body);
  const credits = creditsOf(body, wallet);
  const priority = body["priority"] ?? undefined;
  if (priority !== undefined && (typeof priority !== "number" || !Number.isSafeInteger(priority) || priority < 0)) {
    throw refused("priority must be a whole number of 0 or more");
  }
  const idempotencyKey = textOf(body, "idempotency_key") ?? automaticKey(wallet, credits, reason, now);
  if (state.idempotencyKeys.has(idempotencyKey)) {
    throw new FlexpriceError("already_exists", "A wallet transaction with this idempotency key already exists", {
      wallet_id: wallet.id,
      type: "credit",
      idempotency_key: idempotencyKey,
    });
  }
  return addCredit(state, wallet, {
    credits,
    reason,
    pending: reason === "PURCHASED_CREDIT_INVOICED",
    expiresAt: futureOf(body, "expiry_date_utc", now),
    priority,
    idempotencyKey,
    description: textOf(body, "description") ?? "",
    metadata: recordOf(body, "metadata") ?? {},
    createdAt: now,
  });
}

/** Two equal top-ups without a key within one second have the same automatic key and collide (2.2). */
function automaticKey(wallet: Wallet, credits: Exact, reason: TopUpReason, now: number): string {
  return `auto-${wallet.id}-${text(credits)}-${reason}-${Math.floor(now / 1000)}`;
}

function customerOf(state: FlexpriceState, body: Body): Customer {
  const id = textOf(body, "customer_id");
  const externalId = textOf(body, "external_customer_id");
  if (id === undefined && externalId === undefined) throw refused("Please provide customer_id or external_customer_id");
  const customer = id === undefined ? state.customerByExternalId(externalId ?? "") : state.customers.get(id);
  if (customer === undefined) throw new FlexpriceError("not_found", "Customer not found", { customer_id: id ?? externalId });
  return customer;
}

/** One active wallet per customer, currency and type (2.1). */
function refuseSecondActive(customer: Customer, currency: string, type: WalletType): void {
  const other = customer.wallets.find(
    (wallet) => wallet.status === "active" && wallet.currency === currency && wallet.type === type,
  );
  if (other !== undefined) {
    throw new FlexpriceError("already_exists", "A customer can only have one active wallet per currency and wallet type", {
      customer_id: customer.id,
      wallet_id: other.id,
      currency,
      wallet_type: type,
    });
  }
}

function reasonOf(body: Body): TopUpReason {
  const reason = REASONS.find((known) => known === body["transaction_reason"]);
  if (reason === undefined) throw refused(`transaction_reason must be one of ${REASONS.join(", ")}`);
  return reason;
}

/** Credits win over an amount; an amount is priced at the top-up rate (2.2). */
function creditsOf(body: Body, wallet: Wallet): Exact {
  const credits = decimalOf(body, "credits_to_add") ?? ZERO;
  const amount = decimalOf(body, "amount") ?? ZERO;
  if (compare(credits, ZERO) < 0 || compare(amount, ZERO) < 0) throw refused("credits_to_add and amount must not be negative");
  const wanted = compare(credits, ZERO) > 0 ? credits : creditsFor(amount, wallet.topupConversionRate);
  if (compare(wanted, ZERO) === 0) throw refused("credits_to_add or amount must be more than 0");
  return wanted;
}

function rateOf(body: Body, key: string): Exact | undefined {
  const rate = decimalOf(body, key);
  if (rate !== undefined && compare(round(rate, RATE_PLACES), ZERO) <= 0) throw refused(`${key} must be more than 0`);
  return rate;
}

/** A decimal as a string or a number: Flexprice accepts both. */
function decimalOf(body: Body, key: string): Exact | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const exact = parseExact(value);
  if (exact === undefined) throw refused(`${key} must be a decimal`);
  return exact;
}

function futureOf(body: Body, key: string, now: number): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at) || at <= now) throw refused(`${key} must be a time in the future`);
  return at;
}

/** `YYYYMMDD` means midnight UTC at the start of that day (rule 42). */
function dayOf(body: Body, key: string, now: number): number | undefined {
  const value = body[key] ?? undefined;
  if (value === undefined) return undefined;
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value));
  return futureOf({ [key]: match === null ? value : `${match[1]}-${match[2]}-${match[3]}T00:00:00Z` }, key, now);
}

function textOf(body: Body, key: string): string | undefined {
  const value = body[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function recordOf(body: Body, key: string): Body | undefined {
  const value = body[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function refused(message: string): FlexpriceError {
  return new FlexpriceError("validation_error", message);
}
