/**
 * Making, changing and converting wallets as Flexprice's API does (flexprice 2.1, 3.10).
 *
 * @module creditgate/sandbox
 */
import { compare, type Exact, ONE, ZERO } from "../money.js";
import { hasThreshold, readAlertSettings } from "./alert-settings.js";
import { readAutoTopup } from "./auto-topup.js";
import { type Body, dayOf, futureOf, nonNegativeOf, objectOf, positiveOf, refused, textOf } from "./body.js";
import { FlexpriceError } from "./errors.js";
import { evaluate } from "./evaluation.js";
import { terminate } from "./ledger.js";
import { newPurchase, purchase } from "./purchases.js";
import { storedRate } from "./rules.js";
import { type Customer, type FlexpriceState, newId, type Wallet, type WalletType } from "./state.js";
import { walletEvent } from "./webhooks.js";

const PRICE_TYPES: readonly unknown[] = ["ALL", "USAGE", "FIXED"];

/** What a wallet is before any credit is in it. */
export type NewWallet = Pick<
  Wallet,
  | "customer"
  | "currency"
  | "type"
  | "status"
  | "conversionRate"
  | "topupConversionRate"
  | "allowedPriceTypes"
  | "description"
  | "metadata"
  | "autoTopup"
  | "alertSettings"
  | "createdAt"
>;

export function addWallet(state: FlexpriceState, wallet: NewWallet): Wallet {
  const made: Wallet = {
    ...wallet,
    id: newId("wallet"),
    currency: wallet.currency.toLowerCase(),
    conversionRate: storedRate(wallet.conversionRate),
    topupConversionRate: storedRate(wallet.topupConversionRate),
    name: `${wallet.type === "PRE_PAID" ? "Prepaid" : "Postpaid"} Wallet - ${wallet.currency.toUpperCase()}`,
    balance: ZERO,
    creditBalance: ZERO,
    alertState: "ok",
    alerted: new Map(),
    updatedAt: wallet.createdAt,
    cached: undefined,
    checkout: undefined,
    transactions: [],
  };
  state.wallets.set(made.id, made);
  wallet.customer.wallets.push(made);
  return made;
}

/** 2.1: the price types follow from the type. */
export function defaultPriceTypes(type: WalletType): readonly string[] {
  return type === "PRE_PAID" ? ["USAGE"] : ["ALL"];
}

/** POST /wallets. `name`, `config` and the documented flat `auto_topup_*` are not read (2.1, 7). */
export function createWallet(state: FlexpriceState, body: Body, now: number): Wallet {
  if (body["price_unit"] !== undefined) throw new FlexpriceError("not_implemented", "The sandbox does not do price_unit");
  const customer = customerOf(state, body);
  const currency = textOf(body, "currency");
  if (currency === undefined || !/^[A-Za-z]{3}$/.test(currency)) throw refused("currency must be a valid 3-letter code");
  const type = body["wallet_type"] ?? "PRE_PAID";
  if (type !== "PRE_PAID" && type !== "POST_PAID") throw refused("wallet_type must be PRE_PAID or POST_PAID");
  const conversionRate = rateOf(body, "conversion_rate") ?? ONE;
  const topupConversionRate = rateOf(body, "topup_conversion_rate") ?? conversionRate;
  const initial = nonNegativeOf(body, "initial_credits_to_load") ?? ZERO;
  const expiresAt = futureOf(body, "initial_credits_expiry_date_utc", now) ?? dayOf(body, "initial_credits_to_load_expiry_date", now);
  const autoTopup = objectOf(body, "auto_topup");
  const alertSettings = objectOf(body, "alert_settings");
  const request: NewWallet = {
    customer,
    currency,
    type,
    status: "active",
    conversionRate,
    topupConversionRate,
    allowedPriceTypes: defaultPriceTypes(type),
    description: textOf(body, "description") ?? "",
    metadata: objectOf(body, "metadata") ?? null,
    autoTopup: autoTopup === undefined ? undefined : readAutoTopup(autoTopup),
    alertSettings: alertSettings === undefined ? undefined : shownSettings(alertSettings),
    createdAt: now,
  };
  refuseSecondActive(customer, currency.toLowerCase(), type);
  const wallet = addWallet(state, request);
  state.emit(walletEvent("wallet.created", wallet));
  if (compare(initial, ZERO) > 0) grant(state, wallet, initial, expiresAt, now);
  return wallet;
}

/** PUT /wallets/{id}. `auto_topup` merges field by field; what is not given stays. */
export function updateWallet(state: FlexpriceState, wallet: Wallet, body: Body, now: number): void {
  const autoTopup = objectOf(body, "auto_topup");
  const alertSettings = objectOf(body, "alert_settings");
  const config = objectOf(body, "config");
  const changes = {
    name: textOf(body, "name") ?? wallet.name,
    description: textOf(body, "description") ?? wallet.description,
    metadata: objectOf(body, "metadata") ?? wallet.metadata,
    autoTopup: autoTopup === undefined ? wallet.autoTopup : readAutoTopup(autoTopup, wallet.autoTopup),
    allowedPriceTypes: config === undefined ? wallet.allowedPriceTypes : priceTypesOf(config, wallet.allowedPriceTypes),
    alertSettings: alertSettings === undefined ? wallet.alertSettings : shownSettings(alertSettings),
    // Rule 60.
    alertState: alertSettings?.["alert_enabled"] === false ? ("ok" as const) : wallet.alertState,
    updatedAt: now,
  };
  Object.assign(wallet, changes);
  state.emit(walletEvent("wallet.updated", wallet));
}

/** POST /wallets/{id}/modify: the balance moves as a grant without expiry or priority (rule 49). */
export function convertToPostpaid(state: FlexpriceState, original: Wallet, body: Body, now: number): Wallet {
  if (body["modification_type"] !== "prepaid_to_postpaid") throw refused("modification_type must be prepaid_to_postpaid");
  if (original.type !== "PRE_PAID" || original.status !== "active") {
    throw new FlexpriceError("invalid_operation", "Only an active prepaid wallet can be converted", { wallet_id: original.id });
  }
  refuseSecondActive(original.customer, original.currency, "POST_PAID");
  const credits = original.creditBalance;
  terminate(state, original, now);
  const allowedPriceTypes = defaultPriceTypes("POST_PAID");
  const wallet = addWallet(state, { ...original, type: "POST_PAID", status: "active", allowedPriceTypes, createdAt: now });
  state.emit(walletEvent("wallet.created", wallet));
  if (compare(credits, ZERO) > 0) grant(state, wallet, credits, undefined, now);
  return wallet;
}

function grant(state: FlexpriceState, wallet: Wallet, credits: Exact, expiresAt: number | undefined, now: number): void {
  purchase(state, wallet, { ...newPurchase(credits, "FREE_CREDIT_GRANT"), expiresAt }, now);
  evaluate(state, wallet, now);
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
  const other = customer.wallets.find((wallet) => wallet.status === "active" && wallet.currency === currency && wallet.type === type);
  if (other === undefined) return;
  throw new FlexpriceError("already_exists", "A customer can only have one active wallet per currency and wallet type", {
    customer_id: customer.id,
    wallet_id: other.id,
    currency,
    wallet_type: type,
  });
}

/** A rate that is stored as 0 is refused here; the provider takes it (1.7 no. 4, inferred). */
function rateOf(body: Body, key: string): Exact | undefined {
  const rate = positiveOf(body, key);
  if (rate !== undefined && compare(storedRate(rate), ZERO) === 0) throw refused(`${key} must be more than 0`);
  return rate;
}

/** 1.1: settings without any threshold are not shown. */
function shownSettings(body: Body): Wallet["alertSettings"] {
  const settings = readAlertSettings(body);
  return hasThreshold(settings) ? settings : undefined;
}

function priceTypesOf(config: Body, stored: readonly string[]): readonly string[] {
  const types: unknown = config["allowed_price_types"] ?? stored;
  if (!Array.isArray(types) || !types.every((type) => PRICE_TYPES.includes(type))) {
    throw refused("allowed_price_types must be a list of ALL, USAGE and FIXED");
  }
  return types.map(String);
}
