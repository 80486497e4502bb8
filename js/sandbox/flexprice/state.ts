/**
 * What the sandbox's Flexprice knows: customers, wallets, transactions, invoices, events.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Exact } from "../money.js";
import { Metrics, UsageBook } from "../usage.js";
import type { Emission } from "../webhooks/emission.js";
import { defaultSettings, type Settings } from "./settings.js";

export type Json = Readonly<Record<string, unknown>>;

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly name: string;
  readonly email: string;
  readonly metadata: Json;
  readonly createdAt: number;
  /** Oldest first, of every status. */
  readonly wallets: Wallet[];
}

export type WalletStatus = "active" | "frozen" | "closed";
export type WalletType = "PRE_PAID" | "POST_PAID";

/** 1.3. Amounts are credits. */
export interface AutoTopup {
  readonly enabled: boolean;
  readonly threshold: string;
  readonly amount: string;
  readonly invoicing: boolean;
  readonly cooldown?: { readonly value: number; readonly unit: string };
}

export interface AlertThreshold {
  readonly threshold: string;
  readonly condition: string;
}

/** 1.4. Thresholds are credits. */
export interface AlertSettings {
  readonly critical: AlertThreshold | null;
  readonly warning: AlertThreshold | null;
  readonly info: AlertThreshold | null;
  readonly alert_enabled: boolean | null;
}

export type AlertState = "ok" | "info" | "warning" | "in_alarm";
export type AlertType = "low_ongoing_balance" | "low_credit_balance";

export interface Wallet {
  readonly id: string;
  readonly customer: Customer;
  readonly currency: string;
  balance: Exact;
  creditBalance: Exact;
  status: WalletStatus;
  name: string;
  description: string;
  metadata: Json | null;
  autoTopup: AutoTopup | undefined;
  alertSettings: AlertSettings | undefined;
  /** Follows the ongoing balance only (rule 60). */
  alertState: AlertState;
  /** The newest alert log of each kind; none = nothing was ever logged (rule 59). */
  readonly alerted: Map<AlertType, AlertState>;
  readonly type: WalletType;
  /** Empty = the provider stored none. */
  allowedPriceTypes: readonly string[];
  readonly conversionRate: Exact;
  readonly topupConversionRate: Exact;
  readonly createdAt: number;
  updatedAt: number;
  /** The newest computed real-time balance (rule 13). */
  cached: { readonly realTimeBalance: Exact; readonly at: number } | undefined;
  /** The newest pay-first purchase. */
  checkout: CheckoutSession | undefined;
  /** Oldest first. */
  readonly transactions: Transaction[];
}

export const REASONS = [
  "FREE_CREDIT_GRANT",
  "PURCHASED_CREDIT_INVOICED",
  "PURCHASED_CREDIT_DIRECT",
  "SUBSCRIPTION_CREDIT_GRANT",
  "CREDIT_NOTE",
  "INVOICE_VOID_REFUND",
] as const;

/** Why credits are added by a top-up (flexprice 2.2). */
export type TopUpReason = (typeof REASONS)[number];
export type DebitReason = "CREDIT_EXPIRED" | "WALLET_TERMINATION" | "MANUAL_BALANCE_DEBIT";

export interface Transaction {
  readonly id: string;
  readonly wallet: Wallet;
  readonly type: "credit" | "debit";
  readonly amount: Exact;
  readonly creditAmount: Exact;
  creditBalanceBefore: Exact;
  creditBalanceAfter: Exact;
  status: "pending" | "completed" | "failed";
  readonly reason: TopUpReason | "PURCHASED_CREDIT_BONUS" | DebitReason;
  /** Empty on bonus rows, like {@link idempotencyKey}. */
  readonly reference: { readonly type: "" | "EXTERNAL" | "REQUEST"; readonly id: string };
  readonly description: string;
  readonly metadata: Json | null;
  readonly expiresAt: number | undefined;
  creditsAvailable: Exact;
  readonly priority: number | undefined;
  readonly idempotencyKey: string;
  /** The invoice of an INVOICED purchase. */
  readonly invoice: Invoice | undefined;
  /** The purchase that a bonus belongs to. */
  readonly parent: Transaction | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

/** A finalised one-off invoice of a purchase of credits. */
export interface Invoice {
  readonly id: string;
  readonly customer: Customer;
  readonly currency: string;
  readonly amount: Exact;
  readonly billingReason: "MANUAL" | "WALLET_AUTO_TOPUP";
  paid: boolean;
}

export interface CheckoutSession {
  readonly id: string;
  readonly paymentId: string;
  readonly provider: string;
  readonly transaction: Transaction;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface Coupon {
  readonly type: "percentage" | "fixed";
  readonly value: string;
}

/** What an invoice preview is made from: the customer's usage, fixed prices, coupons and taxes. */
export interface Subscription {
  readonly id: string;
  readonly customer: Customer;
  readonly currency: string;
  readonly fixed: readonly { readonly name: string; readonly amount: Exact }[];
  readonly coupons: readonly Coupon[];
  /** Percent. */
  readonly taxRates: readonly string[];
  readonly periodStart: number;
  readonly periodEnd: number;
}

/** One transition of an alert (rule 59). */
export interface AlertLog {
  readonly id: string;
  readonly wallet: Wallet;
  readonly type: AlertType;
  readonly state: AlertState;
  readonly settings: AlertSettings;
  /** Credits. */
  readonly value: Exact;
  readonly createdAt: number;
}

export class FlexpriceState {
  readonly metrics = new Metrics((currency) => currency.toLowerCase());
  readonly usage = new UsageBook();
  readonly customers = new Map<string, Customer>();
  readonly wallets = new Map<string, Wallet>();
  readonly subscriptions = new Map<string, Subscription>();
  /** Oldest first. */
  readonly invoices: Invoice[] = [];
  /** Oldest first. */
  readonly alertLogs: AlertLog[] = [];
  readonly settings: Settings = defaultSettings();
  /** By token. */
  readonly portalSessions = new Map<string, { readonly customer: Customer; readonly expiresAt: number }>();
  /** Whose alerts and auto top-ups are looked at because of usage: when, and the newest usage that has to be seen. */
  readonly usageChecks = new Map<Customer, { readonly at: number; readonly newest: number }>();
  readonly seenEvents = new Set<string>();
  /** Of all wallets: a key is unique per environment, not per wallet (1.5). */
  readonly idempotencyKeys = new Set<string>();
  /** Tells the webhooks' endpoints. */
  readonly emit: (emission: Emission) => void;

  readonly #byExternalId = new Map<string, Customer>();

  constructor(emit: (emission: Emission) => void) {
    this.emit = emit;
  }

  customerByExternalId(externalId: string): Customer | undefined {
    return this.#byExternalId.get(externalId);
  }

  addCustomer(customer: Pick<Customer, "externalId" | "name" | "email" | "metadata" | "createdAt">): Customer {
    const made: Customer = { ...customer, id: newId("cust"), wallets: [] };
    this.customers.set(made.id, made);
    this.#byExternalId.set(made.externalId, made);
    return made;
  }
}

/** An id of the provider's look: a prefix and 26 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").toUpperCase().slice(0, 26)}`;
}
