/**
 * What the sandbox's Lago knows: customers, subscriptions, wallets, transactions, events, and its own clocks.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { OngoingFigures } from "../engine.js";
import { type Exact, ZERO } from "../money.js";
import { Metrics, UsageBook } from "../usage.js";

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  name: string | null;
  currency: string | undefined;
  /** Percent. */
  taxRate: Exact;
  readonly createdAt: number;
  /** R-ONG-14: the refresh clock looks only at customers that have this flag. */
  awaitingRefresh: boolean;
  /** Oldest first, of every status. */
  readonly wallets: Wallet[];
  readonly subscriptions: Subscription[];
}

export interface Subscription {
  readonly id: string;
  readonly externalId: string;
  readonly planCode: string;
  readonly customer: Customer;
  readonly startedAt: number;
}

export interface Wallet {
  readonly id: string;
  readonly customer: Customer;
  status: "active" | "terminated";
  readonly currency: string;
  readonly name: string | null;
  readonly code: string;
  readonly rate: Exact;
  creditsBalance: Exact;
  balanceCents: bigint;
  /** As of the customer's last refresh. */
  ongoing: OngoingFigures;
  consumedCredits: Exact;
  readonly createdAt: number;
  readonly expirationAt: number | undefined;
  lastBalanceSyncAt: number | undefined;
  lastConsumedCreditAt: number | undefined;
  terminatedAt: number | undefined;
  readonly invoiceRequiresSuccessfulPayment: boolean;
  readonly paidTopUpMinCents: number | null;
  readonly paidTopUpMaxCents: number | null;
  readonly priority: number;
  /** As the API shows them. The sandbox runs none; a threshold rule changes the allocation (R-ONG-10). */
  recurringRules: readonly Readonly<Record<string, unknown>>[];
  readonly feeTypes: readonly string[];
  readonly metricCodes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Oldest first. */
  readonly transactions: Transaction[];
}

export interface Transaction {
  readonly id: string;
  readonly wallet: Wallet;
  readonly invoiceId: string | null;
  status: "pending" | "settled" | "failed";
  readonly type: "inbound" | "outbound";
  readonly kind: "purchased" | "granted" | "voided";
  readonly amountCents: bigint;
  readonly credits: Exact;
  /** R-CONS-4: what is left of a settled inbound. */
  remainingCents: bigint | undefined;
  readonly priority: number;
  readonly name: string | null;
  readonly metadata: readonly unknown[];
  settledAt: number | undefined;
  readonly createdAt: number;
}

/** Work that the provider does a moment after its answer (R-NEW-3). */
export interface Job {
  readonly at: number;
  readonly run: (now: number) => void;
}

export class LagoState {
  readonly metrics = new Metrics((currency) => currency.toUpperCase());
  readonly usage = new UsageBook();
  readonly customers = new Map<string, Customer>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly wallets = new Map<string, Wallet>();
  readonly transactions = new Map<string, Transaction>();
  readonly seenEvents = new Set<string>();
  /** In the order in which they are due. */
  readonly jobs: Job[] = [];
  /** When the refresh clock started. */
  readonly startedAt: number;
  /** How many times the refresh clock has ticked. */
  ticks = 0;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** The customer, made when there is none: customers and subscriptions may both be the first to name one. */
  customer(externalId: string, now: number): Customer {
    const known = this.customers.get(externalId);
    if (known !== undefined) return known;
    const customer: Customer = {
      id: randomUUID(),
      externalId,
      name: null,
      currency: undefined,
      taxRate: ZERO,
      createdAt: now,
      awaitingRefresh: false,
      wallets: [],
      subscriptions: [],
    };
    this.customers.set(externalId, customer);
    return customer;
  }

  subscribe(customer: Customer, externalId: string, planCode: string, now: number): Subscription {
    const subscription = { id: randomUUID(), externalId, planCode, customer, startedAt: now };
    this.subscriptions.set(externalId, subscription);
    customer.subscriptions.push(subscription);
    customer.awaitingRefresh = true;
    return subscription;
  }
}
