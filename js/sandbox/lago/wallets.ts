/**
 * Making and changing wallets as Lago's API does, with its validation codes (lago 3.8, 3.9).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { isRecord } from "../fields.js";
import { compare, parseExact, text, ZERO } from "../money.js";
import { DEFAULT_PRIORITY } from "./ledger.js";
import { readMetadata } from "./metadata.js";
import { readRules } from "./recurring.js";
import { type Body, type FieldErrors, nullableText, pairsOf, problemsOf, refuse, violationsOf } from "./requests.js";
import { amountOfCredits, isNewWalletTraceable } from "./rules.js";
import { walletJson } from "./serialize.js";
import type { Customer, LagoState, PaymentMethod, Wallet } from "./state.js";
import type { TopUp } from "./topups.js";
import { walletEvent } from "./webhooks.js";

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
> &
  Partial<Pick<Wallet, "metadata" | "purchaseOrderNumber" | "paymentMethod" | "traceable">>;

/** Adds a wallet without credits. Its ongoing figures are 0 until the first refresh. */
export function addWallet(state: LagoState, { customer, ...wallet }: NewWallet): Wallet {
  const made: Wallet = {
    purchaseOrderNumber: null,
    paymentMethod: readPaymentMethod(undefined),
    metadata: undefined,
    traceable: isNewWalletTraceable(customer.wallets),
    ...wallet,
    customer,
    id: randomUUID(),
    status: "active",
    creditsBalance: ZERO,
    balanceCents: 0n,
    ongoing: { balanceCents: 0n, usageCents: 0n, creditsBalance: ZERO, creditsUsage: ZERO, depleted: false },
    consumedCredits: ZERO,
    consumedCents: 0n,
    lastBalanceSyncAt: undefined,
    lastConsumedCreditAt: undefined,
    terminatedAt: undefined,
    transactions: [],
    alerts: [],
  };
  state.wallets.set(made.id, made);
  if (made.recurringRules.length > 0) state.ruled.add(made);
  customer.wallets.push(made);
  customer.currency ??= made.currency;
  customer.awaitingRefresh = true;
  return made;
}

/** POST /wallets: zero balances in the answer; the first credits land `grantDelay` later (R-NEW-2, R-NEW-3). */
export function createWallet(state: LagoState, body: Body, now: number, grantDelay: number): Wallet {
  const customer = state.customers.get(String(body["external_customer_id"] ?? ""));
  const currency = body["currency"] ?? customer?.currency;
  const whole = { ...body, currency, transaction_metadata: pairsOf(body["transaction_metadata"]) };
  refuse(
    violationsOf("validate.wallet", customer === undefined ? { customer: null } : { active_wallets: activeWallets(customer).length }),
    problemsOf("lago.wallet.create", { wallet: whole, now: new Date(now).toISOString() }),
    // Nobody names a currency.
    currency === undefined || currency === null ? { currency: ["value_is_invalid"] } : {},
    knownMetrics(state, body, "applies_to", "invalid_limitations"),
    goodPaymentMethod(body),
    customer === undefined ? {} : freeCode(customer, body["code"]),
  );
  if (customer === undefined) throw new Error("an unknown customer is refused");
  const made = addWallet(state, newWallet(customer, body, String(currency).toUpperCase(), now));
  state.emit(walletEvent("wallet.created", made));
  const first = firstTopUp(made, body);
  if (first.paid !== undefined || first.granted !== undefined) state.schedule({ at: now + grantDelay, wallet: made, topUp: first });
  return made;
}

/** PUT /wallets/{id}: what is given changes, null takes back; the rate and the currency stay (R-VAL, R-THR-6). */
export function updateWallet(state: LagoState, wallet: Wallet, body: Body, now: number): void {
  // A rule of the request is judged by the wallet as it will be.
  const willBe = { ...limitsOf(wallet), ...body, rate_amount: text(wallet.rate), currency: wallet.currency };
  const judged = body["recurring_transaction_rules"] === undefined ? body : willBe;
  refuse(
    problemsOf("lago.wallet.update", { wallet: judged, current: walletJson(wallet), now: new Date(now).toISOString() }),
    knownMetrics(state, body, "billable_metrics", "invalid_identifier"),
    goodPaymentMethod(body),
    body["code"] === wallet.code ? {} : freeCode(wallet.customer, body["code"]),
  );
  if (body["name"] !== undefined) wallet.name = nullableText(body["name"]);
  wallet.code = nullableText(body["code"]) ?? wallet.code;
  if (body["purchase_order_number"] !== undefined) wallet.purchaseOrderNumber = nullableText(body["purchase_order_number"]);
  if (body["expiration_at"] !== undefined) wallet.expirationAt = timeOf(body["expiration_at"]);
  if (typeof body["invoice_requires_successful_payment"] === "boolean") wallet.invoiceRequiresSuccessfulPayment = body["invoice_requires_successful_payment"];
  if (body["paid_top_up_min_amount_cents"] !== undefined) wallet.paidTopUpMinCents = wholeOrNull(body["paid_top_up_min_amount_cents"]);
  if (body["paid_top_up_max_amount_cents"] !== undefined) wallet.paidTopUpMaxCents = wholeOrNull(body["paid_top_up_max_amount_cents"]);
  wallet.priority = wholeOrNull(body["priority"]) ?? wallet.priority;
  Object.assign(wallet, limitationsOf(body));
  if (body["metadata"] !== undefined) wallet.metadata = readMetadata(body["metadata"]);
  if (body["payment_method"] !== undefined) wallet.paymentMethod = readPaymentMethod(body["payment_method"]);
  if (Array.isArray(body["recurring_transaction_rules"])) {
    wallet.recurringRules = readRules(body["recurring_transaction_rules"], now, wallet.recurringRules);
    if (wallet.recurringRules.length > 0) state.ruled.add(wallet);
  }
  wallet.customer.awaitingRefresh = true;
  state.emit(walletEvent("wallet.updated", wallet));
}

function newWallet(customer: Customer, body: Body, currency: string, now: number): NewWallet {
  const name = nullableText(body["name"]);
  return {
    customer,
    currency,
    name,
    code: nullableText(body["code"]) ?? defaultCode(customer, name, now),
    purchaseOrderNumber: nullableText(body["purchase_order_number"]),
    rate: parseExact(body["rate_amount"]) ?? ZERO,
    createdAt: now,
    expirationAt: timeOf(body["expiration_at"]),
    priority: wholeOrNull(body["priority"]) ?? DEFAULT_PRIORITY,
    feeTypes: [],
    metricCodes: [],
    ...limitationsOf(body),
    recurringRules: readRules(body["recurring_transaction_rules"], now),
    paidTopUpMinCents: wholeOrNull(body["paid_top_up_min_amount_cents"]),
    paidTopUpMaxCents: wholeOrNull(body["paid_top_up_max_amount_cents"]),
    invoiceRequiresSuccessfulPayment: body["invoice_requires_successful_payment"] === true,
    paymentMethod: readPaymentMethod(body["payment_method"]),
    metadata: readMetadata(body["metadata"]),
  };
}

function firstTopUp(wallet: Wallet, body: Body): TopUp {
  return {
    ...creditsOf(wallet, body),
    source: "manual",
    name: nullableText(body["transaction_name"]),
    priority: wholeOrNull(body["transaction_priority"]) ?? undefined,
    metadata: listOf(pairsOf(body["transaction_metadata"])),
    purchaseOrderNumber: nullableText(body["transaction_purchase_order_number"]),
  };
}

/** The paid and granted credits of a request that is good; what is zero makes nothing. */
export function creditsOf(wallet: Wallet, body: Body): Pick<TopUp, "paid" | "granted"> {
  const amount = (field: string) => {
    const credits = parseExact(body[field]);
    return credits === undefined || compare(credits, ZERO) === 0 ? undefined : amountOfCredits(wallet, text(credits), true);
  };
  return { paid: amount("paid_credits"), granted: amount("granted_credits") };
}

/** 1.4: `[]` lifts a limit, what is absent stays. */
function limitationsOf(body: Body): Partial<Pick<Wallet, "feeTypes" | "metricCodes">> {
  const limits = isRecord(body["applies_to"]) ? body["applies_to"] : {};
  const { fee_types: feeTypes, billable_metric_codes: metricCodes } = limits;
  return {
    ...(Array.isArray(feeTypes) ? { feeTypes: feeTypes.map(String) } : {}),
    ...(Array.isArray(metricCodes) ? { metricCodes: metricCodes.map(String) } : {}),
  };
}

/** 1.4: creation and update answer an unknown metric differently. */
function knownMetrics(state: LagoState, body: Body, field: string, code: string): FieldErrors {
  const { metricCodes = [] } = limitationsOf(body);
  return metricCodes.every((metric) => state.metrics.get(metric) !== undefined) ? {} : { [field]: [code] };
}

/** R-NEW-2: unique among the customer's active wallets. */
function freeCode(customer: Customer, code: unknown): FieldErrors {
  return activeWallets(customer).some((wallet) => wallet.code === code) ? { code: ["value_already_exist"] } : {};
}

/** R-NEW-2: the name's slug, else `default`; made unique among the active wallets. */
function defaultCode(customer: Customer, name: string | null, now: number): string {
  const slug = (name ?? "default").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const isTaken = activeWallets(customer).some((wallet) => wallet.code === slug);
  return isTaken ? `${slug}_${Math.floor(now / 1000)}` : slug;
}

/** The sandbox's customers have no payment methods of their own: none can be named. */
function goodPaymentMethod(body: Body): FieldErrors {
  const method = body["payment_method"];
  if (!isRecord(method)) return {};
  const { payment_method_id: id = null, payment_method_type: type = "provider" } = method;
  return id === null && (type === "provider" || type === "manual") ? {} : { payment_method: ["invalid_payment_method"] };
}

function readPaymentMethod(value: unknown): PaymentMethod {
  return { payment_method_id: null, payment_method_type: isRecord(value) && value["payment_method_type"] === "manual" ? "manual" : "provider" };
}

function limitsOf(wallet: Wallet): Body {
  return { paid_top_up_min_amount_cents: wallet.paidTopUpMinCents, paid_top_up_max_amount_cents: wallet.paidTopUpMaxCents };
}

function activeWallets(customer: Customer): Wallet[] {
  return customer.wallets.filter(({ status }) => status === "active");
}

function timeOf(value: unknown): number | undefined {
  return typeof value === "string" ? Date.parse(value) : undefined;
}

function wholeOrNull(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
