/**
 * Lago's plans and invoices set up directly, and its billing run by hand.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { FEE_TYPES } from "./control-wallets.js";
import { boolean, currency, Fields, integerFrom, invalid, listOf, nonNegativeDecimal, oneOf, type Reader, string, time } from "./fields.js";
import { billPeriod, finalizeInvoice } from "./lago/billing.js";
import type { Charge, FeeParts, Invoice, Plan } from "./lago/billing-state.js";
import { newFee, whole } from "./lago/invoice-amounts.js";
import { addInvoice } from "./lago/invoices.js";
import { fail, settle } from "./lago/ledger.js";
import { refreshCustomer } from "./lago/ongoing.js";
import type { Customer, LagoState, Subscription, Transaction } from "./lago/state.js";
import { type Exact, ONE, ZERO } from "./money.js";

/** A plan for `POST /subscriptions` to name. Without one, a subscription is billed for every metric. */
export interface PlanRequest {
  readonly provider: "lago";
  readonly code: string;
  /** @defaultValue `"EUR"` */
  readonly currency?: string;
  /** The subscription fee of one period, before tax. @defaultValue 0 */
  readonly amount_cents?: number;
  readonly charges?: readonly {
    /** Code of a metric that there is; its price is the charge's. */
    readonly metric: string;
    /** Billed with each event. @defaultValue false */
    readonly pay_in_advance?: boolean;
    /** Whether events may name the wallet that pays, as property `target_wallet_code`. @defaultValue false */
    readonly accepts_target_wallet?: boolean;
  }[];
}

/** An invoice in any state. No wallet pays for it until it is finalized. */
export interface InvoiceRequest {
  readonly provider: "lago";
  /** External id. */
  readonly customer: string;
  /** External id; the fees' subscription. */
  readonly subscription?: string;
  /** @defaultValue `"subscription"` */
  readonly invoice_type?: "subscription" | "progressive_billing" | "one_off" | "add_on" | "advance_charges";
  /** @defaultValue `"draft"` */
  readonly status?: "draft" | "finalized" | "failed" | "voided" | "pending";
  /** @defaultValue the customer's */
  readonly currency?: string;
  readonly fees: readonly {
    /** @defaultValue `"charge"` */
    readonly item_type?: (typeof FEE_TYPES)[number];
    /** Of a charge, the metric's code. */
    readonly item_code: string;
    /** Before coupons and tax. */
    readonly amount_cents: number;
    /** Coupons' share, minor units; a fraction is fine. @defaultValue `"0"` */
    readonly coupons_amount_cents?: string;
    /** Percent. @defaultValue the customer's */
    readonly tax_rate?: string;
    readonly target_wallet_code?: string;
  }[];
  readonly credit_notes_amount_cents?: number;
  /** What it covers. @defaultValue the calendar month */
  readonly charges_from?: number | string;
  readonly charges_to?: number | string;
}

/** Either a draft by its id, or everything that a customer has used. */
export type FinalizeRequest =
  | { readonly provider: "lago"; readonly invoice: string }
  | { readonly provider: "lago"; readonly customer: string; /** Leaves drafts, as a grace period does. @defaultValue false */ readonly draft?: boolean };

export function setUpPlan(state: LagoState, request: unknown, now: number): Plan {
  const fields = new Fields(request);
  fields.required("provider", oneOf("lago"));
  const code = fields.required("code", string);
  const known = state.plans.get(code);
  const plan: Plan = {
    id: known?.id ?? randomUUID(),
    code,
    currency: (fields.optional("currency", currency) ?? "EUR").toUpperCase(),
    amountCents: BigInt(fields.optional("amount_cents", integerFrom(0)) ?? 0),
    charges: fields.optional("charges", listOf(chargeReader(state))) ?? [],
    createdAt: known?.createdAt ?? now,
  };
  fields.done();
  state.plans.set(code, plan);
  for (const customer of state.customers.values()) customer.awaitingRefresh = true;
  return plan;
}

function chargeReader(state: LagoState): Reader<Charge> {
  return (value, path) => {
    const fields = new Fields(value, path);
    const code = fields.required("metric", string);
    const metric = state.metrics.get(code);
    if (metric === undefined) throw invalid("names no metric; set it up first", `${path}.metric`);
    const charge = {
      id: randomUUID(),
      code: `${code}_charge`,
      metric,
      payInAdvance: fields.optional("pay_in_advance", boolean) ?? false,
      acceptsTargetWallet: fields.optional("accepts_target_wallet", boolean) ?? false,
    };
    fields.done();
    return charge;
  };
}

export function setUpInvoice(state: LagoState, request: unknown, now: number): Invoice {
  const fields = new Fields(request);
  fields.required("provider", oneOf("lago"));
  const customer = known(state.customers, fields.required("customer", string), "customer");
  const subscriptionId = fields.optional("subscription", string);
  const subscription = subscriptionId === undefined ? undefined : known(state.subscriptions, subscriptionId, "subscription");
  const inCurrency = fields.optional("currency", currency) ?? customer.currency ?? "EUR";
  const from = fields.optional("charges_from", time);
  const to = fields.optional("charges_to", time);
  const invoice = {
    type: fields.optional("invoice_type", oneOf("subscription", "progressive_billing", "one_off", "add_on", "advance_charges")) ?? "subscription",
    status: fields.optional("status", oneOf("draft", "finalized", "failed", "voided", "pending")) ?? "draft",
    currency: inCurrency.toUpperCase(),
    fees: fields.required("fees", listOf(feeReader(customer, subscription))),
    creditNotesCents: BigInt(fields.optional("credit_notes_amount_cents", integerFrom(0)) ?? 0),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    at: now,
  };
  fields.done();
  const made = addInvoice(state, customer, invoice);
  customer.awaitingRefresh = true;
  return made;
}

function feeReader(customer: Customer, subscription: Subscription | undefined) {
  return (value: unknown, path: string) => {
    const fields = new Fields(value, path);
    const amountCents = BigInt(fields.required("amount_cents", integerFrom(0)));
    const target = fields.optional("target_wallet_code", string) ?? null;
    const taxRate: Exact = fields.optional("tax_rate", nonNegativeDecimal) ?? customer.taxRate;
    const parts: FeeParts = {
      type: fields.optional("item_type", oneOf(...FEE_TYPES)) ?? "charge",
      itemCode: fields.required("item_code", string),
      itemId: randomUUID(),
      chargeId: null,
      subscription,
      units: ONE,
      events: null,
      amountCents,
      preciseCents: whole(amountCents),
      couponsCents: fields.optional("coupons_amount_cents", nonNegativeDecimal) ?? ZERO,
      payInAdvance: false,
      acceptsTargetWallet: target !== null,
      targetWalletCode: target,
    };
    fields.done();
    return newFee(parts, taxRate);
  };
}

/** Ends a customer's period, or a draft's grace period. */
export function finalize(state: LagoState, request: unknown, now: number): Invoice[] {
  const fields = new Fields(request);
  fields.required("provider", oneOf("lago"));
  const id = fields.optional("invoice", string);
  const externalId = fields.optional("customer", string);
  const draft = fields.optional("draft", boolean) ?? false;
  fields.done();
  if ((id === undefined) === (externalId === undefined)) throw invalid('needs either "invoice" or "customer"', "");
  if (externalId !== undefined) {
    const { subscriptions } = known(state.customers, externalId, "customer");
    return subscriptions.flatMap((subscription) => billPeriod(state, subscription, draft ? "draft" : "finalized", now));
  }
  const invoice = known(state.invoices, id ?? "", "invoice");
  if (invoice.status !== "draft") throw invalid("is not a draft", "invoice");
  finalizeInvoice(state, invoice, now);
  refreshCustomer(state, invoice.customer, now);
  return [invoice];
}

/** The payment of an invoice succeeds or fails; of a purchase's, by the id of either (R-TX-3, R-TX-4). */
export function payLago(state: LagoState, id: string, outcome: "succeeded" | "failed", now: number): Transaction {
  const purchases = [...state.transactions.values()].filter(({ kind }) => kind === "purchased");
  const transaction = purchases.find((purchase) => purchase.id === id || purchase.invoice?.id === id);
  if (transaction === undefined) throw invalid("names no transaction and no invoice", "id");
  const { invoice } = transaction;
  if (outcome === "succeeded") {
    if (invoice !== undefined) Object.assign(invoice, { paymentStatus: "succeeded", status: "finalized" });
    settle(state, transaction, now);
  } else {
    if (invoice !== undefined && invoice.paymentStatus !== "succeeded") invoice.paymentStatus = "failed";
    fail(state, transaction, now);
  }
  return transaction;
}

function known<T>(things: ReadonlyMap<string, T>, id: string, path: string): T {
  const thing = things.get(id);
  if (thing === undefined) throw invalid("is not known", path);
  return thing;
}
