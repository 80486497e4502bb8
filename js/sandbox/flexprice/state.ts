/**
 * What the sandbox's Flexprice knows: customers, wallets, transactions, events.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Exact } from "../money.js";
import { Metrics, UsageBook } from "../usage.js";

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly name: string;
  readonly createdAt: number;
  /** Oldest first, of every status. */
  readonly wallets: Wallet[];
}

export type WalletStatus = "active" | "frozen" | "closed";
export type WalletType = "PRE_PAID" | "POST_PAID";

export interface Wallet {
  readonly id: string;
  readonly customer: Customer;
  readonly currency: string;
  balance: Exact;
  creditBalance: Exact;
  status: WalletStatus;
  readonly name: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly autoTopup: unknown;
  readonly alertSettings: unknown;
  readonly type: WalletType;
  /** Empty = the provider stored none. */
  readonly allowedPriceTypes: readonly string[];
  readonly conversionRate: Exact;
  readonly topupConversionRate: Exact;
  readonly createdAt: number;
  updatedAt: number;
  /** The newest computed real-time balance (rule 13). */
  cached: { readonly realTimeBalance: Exact; readonly at: number } | undefined;
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

export interface Transaction {
  readonly id: string;
  readonly type: "credit" | "debit";
  readonly amount: Exact;
  readonly creditAmount: Exact;
  creditBalanceBefore: Exact;
  creditBalanceAfter: Exact;
  status: "pending" | "completed" | "failed";
  readonly reason: TopUpReason | "CREDIT_EXPIRED" | "WALLET_TERMINATION";
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly expiresAt: number | undefined;
  creditsAvailable: Exact;
  readonly priority: number | undefined;
  readonly idempotencyKey: string;
  /** The unpaid invoice of an INVOICED purchase. */
  readonly invoiceId: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

export class FlexpriceState {
  readonly metrics = new Metrics((currency) => currency.toLowerCase());
  readonly usage = new UsageBook();
  readonly customers = new Map<string, Customer>();
  readonly wallets = new Map<string, Wallet>();
  readonly seenEvents = new Set<string>();
  /** Of all wallets: a key is unique per environment, not per wallet (1.5). */
  readonly idempotencyKeys = new Set<string>();

  readonly #byExternalId = new Map<string, Customer>();

  customerByExternalId(externalId: string): Customer | undefined {
    return this.#byExternalId.get(externalId);
  }

  addCustomer(externalId: string, name: string, now: number): Customer {
    const customer: Customer = { id: newId("cust"), externalId, name, createdAt: now, wallets: [] };
    this.customers.set(customer.id, customer);
    this.#byExternalId.set(externalId, customer);
    return customer;
  }
}

/** An id of the provider's look: a prefix and 26 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").toUpperCase().slice(0, 26)}`;
}
