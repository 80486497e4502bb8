/**
 * Wallets set up directly, in states that no API call leads to: frozen, old, overdrawn, with expired credits.
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../currency.js";
import {
  boolean,
  currency,
  decimal,
  Fields,
  integerFrom,
  invalid,
  listOf,
  nonNegativeDecimal,
  oneOf,
  positiveDecimal,
  type Reader,
  record,
  string,
  time,
} from "./fields.js";
import { addCredit } from "./flexprice/ledger.js";
import { addInvoice } from "./flexprice/purchases.js";
import { creditsFor, stored } from "./flexprice/rules.js";
import { type Customer as FlexpriceCustomer, type FlexpriceState, newId, REASONS, type Wallet as FlexpriceWallet } from "./flexprice/state.js";
import { addWallet as addFlexpriceWallet, defaultPriceTypes } from "./flexprice/wallets.js";
import { DEFAULT_PRIORITY, record as recordMovement, terminate } from "./lago/ledger.js";
import { refreshCustomer } from "./lago/ongoing.js";
import { readRules } from "./lago/recurring.js";
import { amountOfCents } from "./lago/rules.js";
import type { LagoState, Wallet as LagoWallet } from "./lago/state.js";
import { addWallet as addLagoWallet } from "./lago/wallets.js";
import { compare, type Exact, ONE, round, toMinor, ZERO } from "./money.js";

/** One credit of a Flexprice wallet. */
export interface GrantRequest {
  readonly credits: string;
  /** @defaultValue `"PURCHASED_CREDIT_DIRECT"` */
  readonly reason?: (typeof REASONS)[number];
  readonly priority?: number;
  /** May be past. */
  readonly expiry_date?: number | string;
  readonly created_at?: number | string;
  /** @defaultValue `"completed"` */
  readonly status?: "completed" | "pending";
}

export interface FlexpriceWalletRequest {
  readonly provider: "flexprice";
  /** External id; the customer is made when there is none. */
  readonly customer: string;
  readonly currency: string;
  readonly wallet_type?: "PRE_PAID" | "POST_PAID";
  readonly wallet_status?: "active" | "frozen" | "closed";
  readonly conversion_rate?: string;
  readonly topup_conversion_rate?: string;
  readonly allowed_price_types?: readonly ("ALL" | "USAGE" | "FIXED")[];
  /** Alone: one purchased credit of this worth. Beside `grants`: what the wallet shows whatever they add up to (rule 23). */
  readonly balance?: string;
  readonly grants?: readonly GrantRequest[];
  readonly created_at?: number | string;
}

export interface LagoWalletRequest {
  readonly provider: "lago";
  /** External id; the customer is made when there is none. */
  readonly customer: string;
  readonly currency: string;
  readonly status?: "active" | "terminated";
  readonly rate_amount?: string;
  /** Currency units; one settled grant of this worth. */
  readonly balance?: string;
  readonly name?: string;
  /** @defaultValue `"default"` */
  readonly code?: string;
  readonly priority?: number;
  readonly applies_to?: { readonly fee_types?: readonly string[]; readonly billable_metric_codes?: readonly string[] };
  readonly recurring_transaction_rules?: readonly Readonly<Record<string, unknown>>[];
  readonly paid_top_up_min_amount_cents?: number;
  readonly paid_top_up_max_amount_cents?: number;
  readonly invoice_requires_successful_payment?: boolean;
  /** Whether it tracks what is left of each grant. @defaultValue as Lago decides (R-CONS-5) */
  readonly traceable?: boolean;
  /** May be past: Lago's hourly job has not run yet (R-EXP-3). */
  readonly expiration_at?: number | string;
  readonly created_at?: number | string;
}

export type WalletRequest = FlexpriceWalletRequest | LagoWalletRequest;

export function setUpFlexpriceWallet(state: FlexpriceState, fields: Fields, now: number): FlexpriceWallet {
  const customer = fields.required("customer", string);
  const type = fields.optional("wallet_type", oneOf("PRE_PAID", "POST_PAID")) ?? "PRE_PAID";
  const conversionRate = fields.optional("conversion_rate", positiveDecimal) ?? ONE;
  const createdAt = fields.optional("created_at", time) ?? now;
  const request = {
    currency: fields.required("currency", currency),
    status: fields.optional("wallet_status", oneOf("active", "frozen", "closed")) ?? "active",
    topupConversionRate: fields.optional("topup_conversion_rate", positiveDecimal) ?? conversionRate,
    allowedPriceTypes: fields.optional("allowed_price_types", listOf(oneOf("ALL", "USAGE", "FIXED"))) ?? defaultPriceTypes(type),
  };
  const balance = fields.optional("balance", decimal);
  const grants = fields.optional("grants", listOf(readGrant));
  fields.done();
  const wallet = addFlexpriceWallet(state, {
    ...request,
    customer: flexpriceCustomer(state, customer, now),
    type,
    conversionRate,
    description: "",
    metadata: null,
    autoTopup: undefined,
    alertSettings: undefined,
    createdAt,
  });
  for (const grant of grants ?? worthOf(balance, conversionRate)) {
    const key = newId("control");
    addCredit(state, wallet, {
      ...grant,
      idempotencyKey: key,
      reference: { type: "EXTERNAL", id: key },
      description: "",
      metadata: {},
      invoice: grant.pending ? addInvoice(state, wallet, grant.credits, "MANUAL") : undefined,
      parent: undefined,
      createdAt: grant.createdAt ?? createdAt,
    });
  }
  if (balance !== undefined) {
    wallet.balance = balance;
    wallet.creditBalance = stored(creditsFor(balance, wallet.conversionRate));
  }
  return wallet;
}

interface Grant {
  readonly credits: Exact;
  readonly reason: (typeof REASONS)[number];
  readonly priority: number | undefined;
  readonly expiresAt: number | undefined;
  readonly createdAt: number | undefined;
  readonly pending: boolean;
}

const readGrant: Reader<Grant> = (value, path) => {
  const fields = new Fields(value, path);
  const grant = {
    credits: fields.required("credits", positiveDecimal),
    reason: fields.optional("reason", oneOf(...REASONS)) ?? "PURCHASED_CREDIT_DIRECT",
    priority: fields.optional("priority", integerFrom(0)),
    expiresAt: fields.optional("expiry_date", time),
    createdAt: fields.optional("created_at", time),
    pending: fields.optional("status", oneOf("completed", "pending")) === "pending",
  };
  fields.done();
  return grant;
};

/** The one credit that a balance without grants stands for. An overdrawn wallet has none. */
function worthOf(balance: Exact | undefined, rate: Exact): Grant[] {
  if (balance === undefined || compare(balance, ZERO) <= 0) return [];
  const credits = creditsFor(balance, rate);
  return [{ credits, reason: "PURCHASED_CREDIT_DIRECT", priority: undefined, expiresAt: undefined, createdAt: undefined, pending: false }];
}

export function flexpriceCustomer(state: FlexpriceState, externalId: string, now: number): FlexpriceCustomer {
  return state.customerByExternalId(externalId) ?? state.addCustomer({ externalId, name: externalId, email: "", metadata: {}, createdAt: now });
}

export function setUpLagoWallet(state: LagoState, fields: Fields, now: number): LagoWallet {
  const customer = fields.required("customer", string);
  const code = fields.required("currency", currency).toUpperCase();
  const createdAt = fields.optional("created_at", time) ?? now;
  const limits = fields.optional("applies_to", readLimitations) ?? { feeTypes: [], metricCodes: [] };
  const request = {
    ...limits,
    currency: code,
    name: fields.optional("name", string) ?? null,
    code: fields.optional("code", string) ?? "default",
    rate: fields.optional("rate_amount", positiveDecimal) ?? ONE,
    createdAt,
    expirationAt: fields.optional("expiration_at", time),
    priority: fields.optional("priority", integerFrom(1, 50)) ?? DEFAULT_PRIORITY,
    recurringRules: readRules(fields.optional("recurring_transaction_rules", atMostOneRule), createdAt),
    paidTopUpMinCents: fields.optional("paid_top_up_min_amount_cents", integerFrom(1)) ?? null,
    paidTopUpMaxCents: fields.optional("paid_top_up_max_amount_cents", integerFrom(1)) ?? null,
    invoiceRequiresSuccessfulPayment: fields.optional("invoice_requires_successful_payment", boolean) ?? false,
  };
  const traceable = fields.optional("traceable", boolean);
  const status = fields.optional("status", oneOf("active", "terminated"));
  const cents = wholeCents(fields.optional("balance", nonNegativeDecimal) ?? ZERO, code);
  fields.done();
  const wallet = addLagoWallet(state, { ...request, ...(traceable === undefined ? {} : { traceable }), customer: state.customer(customer, now) });
  fill(state, wallet, cents, createdAt);
  refreshCustomer(state, wallet.customer, now);
  if (status === "terminated") terminate(state, wallet, now);
  return wallet;
}

/** One settled grant of exactly so many minor units, whatever 5 decimals of credits make of them. */
function fill(state: LagoState, wallet: LagoWallet, cents: bigint, at: number): void {
  if (cents === 0n) return;
  const { credits } = amountOfCents(wallet, { digits: cents, scale: 0 });
  recordMovement(state, wallet, { kind: "granted", amount: { amountCents: cents, credits }, at });
}

/** Lago 1.7. */
export const FEE_TYPES = ["charge", "add_on", "subscription", "credit", "commitment", "fixed_charge", "product"] as const;

const readLimitations: Reader<{ feeTypes: readonly string[]; metricCodes: readonly string[] }> = (value, path) => {
  const fields = new Fields(value, path);
  const limits = {
    feeTypes: fields.optional("fee_types", listOf(oneOf(...FEE_TYPES))) ?? [],
    metricCodes: fields.optional("billable_metric_codes", listOf(string)) ?? [],
  };
  fields.done();
  return limits;
};

/** Lago 1.3: at most one rule per wallet. */
const atMostOneRule: Reader<unknown[]> = (value, path) => {
  const rules = listOf(record)(value, path);
  if (rules.length > 1) throw invalid("must hold at most one rule", path);
  for (const rule of rules) oneOf("interval", "threshold")(rule["trigger"], `${path}[0].trigger`);
  return rules;
};

function wholeCents(balance: Exact, code: string): bigint {
  const exponent = lagoExponent(code);
  if (compare(balance, round(balance, exponent)) !== 0) throw invalid(`has more than the ${exponent} decimals of ${code}`, "balance");
  return toMinor(balance, exponent);
}
