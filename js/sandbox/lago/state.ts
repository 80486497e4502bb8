/**
 * What the sandbox's Lago knows: customers, subscriptions, wallets, transactions, invoices, events, and its own clocks.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { OngoingFigures } from "../engine.js";
import { type Exact, ZERO } from "../money.js";
import { Metrics, UsageBook } from "../usage.js";
import type { Emission } from "../webhooks/emission.js";
import type { Invoice, Plan } from "./billing-state.js";
import type { TopUp } from "./topups.js";

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  name: string | null;
  currency: string | undefined;
  /** Percent. */
  taxRate: Exact;
  /** IANA name: the local days of interval rules (R-INT-1). */
  timezone: string;
  readonly createdAt: number;
  /** R-ONG-14: the refresh clock looks only at customers that have this flag. */
  awaitingRefresh: boolean;
  /** Oldest first, of every status. */
  readonly wallets: Wallet[];
  readonly subscriptions: Subscription[];
  /** Oldest first. */
  readonly invoices: Invoice[];
}

export interface Subscription {
  readonly id: string;
  readonly externalId: string;
  readonly planCode: string;
  readonly customer: Customer;
  readonly startedAt: number;
  /** Up to when its usage has been invoiced. */
  billedUntil: number;
}

export interface PaymentMethod {
  readonly payment_method_id: null;
  readonly payment_method_type: "provider" | "manual";
}

export interface Wallet {
  readonly id: string;
  readonly customer: Customer;
  status: "active" | "terminated";
  readonly currency: string;
  name: string | null;
  code: string;
  purchaseOrderNumber: string | null;
  readonly rate: Exact;
  creditsBalance: Exact;
  balanceCents: bigint;
  /** As of the customer's last refresh. */
  ongoing: OngoingFigures;
  consumedCredits: Exact;
  consumedCents: bigint;
  readonly createdAt: number;
  expirationAt: number | undefined;
  lastBalanceSyncAt: number | undefined;
  lastConsumedCreditAt: number | undefined;
  terminatedAt: number | undefined;
  invoiceRequiresSuccessfulPayment: boolean;
  paidTopUpMinCents: number | null;
  paidTopUpMaxCents: number | null;
  priority: number;
  /** At most one, and none that has ended. */
  recurringRules: readonly RecurringRule[];
  feeTypes: readonly string[];
  metricCodes: readonly string[];
  paymentMethod: PaymentMethod;
  metadata: Readonly<Record<string, string>> | undefined;
  /** R-CONS-5: whether it tracks what is left of each inbound transaction. */
  readonly traceable: boolean;
  /** Oldest first. */
  readonly transactions: Transaction[];
  alerts: Alert[];
}

/** Lago 1.3. Amounts are credits. */
export interface RecurringRule {
  readonly id: string;
  readonly trigger: "interval" | "threshold";
  readonly method: "fixed" | "target";
  readonly interval: string | null;
  readonly paidCredits: Exact;
  readonly grantedCredits: Exact;
  readonly thresholdCredits: Exact;
  readonly targetOngoingBalance: Exact | undefined;
  readonly grantsTargetTopUp: boolean;
  readonly startedAt: number | undefined;
  readonly expirationAt: number | undefined;
  readonly createdAt: number;
  readonly invoiceRequiresSuccessfulPayment: boolean;
  readonly ignorePaidTopUpLimits: boolean;
  readonly transactionMetadata: readonly unknown[];
  readonly transactionName: string | null;
  readonly purchaseOrderNumber: string | null;
}

export type Source = "manual" | "interval" | "threshold";

export interface Transaction {
  readonly id: string;
  readonly wallet: Wallet;
  /** Of a purchase: the invoice that it is paid by. Of what is invoiced: the invoice that it pays. */
  readonly invoice: Invoice | undefined;
  /** R-VOIDINV-1: the invoice whose credits came back. */
  readonly voidedInvoice: Invoice | undefined;
  status: "pending" | "settled" | "failed";
  readonly source: Source;
  readonly type: "inbound" | "outbound";
  readonly kind: "purchased" | "granted" | "voided" | "invoiced";
  readonly amountCents: bigint;
  readonly credits: Exact;
  /** R-CONS-4: what is left of a settled inbound of a traceable wallet. */
  remainingCents: bigint | undefined;
  readonly priority: number;
  readonly name: string | null;
  readonly purchaseOrderNumber: string | null;
  readonly invoiceRequiresSuccessfulPayment: boolean;
  readonly metadata: readonly unknown[];
  settledAt: number | undefined;
  failedAt: number | undefined;
  readonly createdAt: number;
  /** What an inbound one was consumed by, or an outbound one was funded by; oldest first. */
  readonly shares: Share[];
}

/** What one outbound transaction took of one inbound one (R-CONS-1). */
export interface Share {
  readonly id: string;
  readonly inbound: Transaction;
  readonly outbound: Transaction;
  readonly amountCents: bigint;
  readonly createdAt: number;
}

/** Lago 1.5. Values are cents or credits, by the type. */
export interface Alert {
  readonly id: string;
  readonly wallet: Wallet;
  readonly type: string;
  code: string;
  name: string | null;
  thresholds: readonly Threshold[];
  previousValue: Exact;
  lastProcessedAt: number | undefined;
  readonly createdAt: number;
}

export interface Threshold {
  readonly code: string | null;
  readonly value: Exact;
  readonly recurring: boolean;
}

/** Credits that come a moment after what asked for them (R-NEW-3, R-THR-5). */
export interface Job {
  readonly at: number;
  readonly wallet: Wallet;
  readonly topUp: TopUp;
}

export class LagoState {
  readonly metrics = new Metrics((currency) => currency.toUpperCase());
  readonly usage = new UsageBook();
  readonly customers = new Map<string, Customer>();
  /** By external id. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Those that were set up, by code. */
  readonly plans = new Map<string, Plan>();
  readonly wallets = new Map<string, Wallet>();
  /** Those that have a recurring rule. */
  readonly ruled = new Set<Wallet>();
  readonly transactions = new Map<string, Transaction>();
  /** In the order in which they were made. */
  readonly invoices = new Map<string, Invoice>();
  /** Progressive invoices whose period has been billed since. */
  readonly creditedInvoices = new Set<string>();
  readonly seenEvents = new Set<string>();
  /** In the order in which they are due. */
  readonly jobs: Job[] = [];
  /** When the refresh clock started. */
  readonly startedAt: number;
  /** How many times the refresh clock has ticked. */
  ticks = 0;
  /** Up to when everything that was due has been done. */
  caughtUpAt: number;

  /** Tells the webhooks' endpoints. */
  readonly emit: (emission: Emission) => void;

  constructor(startedAt: number, emit: (emission: Emission) => void) {
    this.startedAt = startedAt;
    this.caughtUpAt = startedAt;
    this.emit = emit;
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
      timezone: "UTC",
      createdAt: now,
      awaitingRefresh: false,
      wallets: [],
      subscriptions: [],
      invoices: [],
    };
    this.customers.set(externalId, customer);
    return customer;
  }

  subscribe(customer: Customer, externalId: string, planCode: string, now: number): Subscription {
    const subscription = { id: randomUUID(), externalId, planCode, customer, startedAt: now, billedUntil: Number.NEGATIVE_INFINITY };
    this.subscriptions.set(externalId, subscription);
    customer.subscriptions.push(subscription);
    customer.awaitingRefresh = true;
    return subscription;
  }

  /** Puts a job among the others. */
  schedule(job: Job): void {
    const after = this.jobs.findIndex(({ at }) => at > job.at);
    this.jobs.splice(after === -1 ? this.jobs.length : after, 0, job);
  }
}
