/**
 * Plans, fees and invoices (lago 1.7), as far as wallets have to do with them.
 *
 * @module creditgate/sandbox
 */
import type { Exact } from "../money.js";
import type { Metric } from "../usage.js";
import type { Customer, Subscription } from "./state.js";

/** One metric of a plan. Its price is the metric's. */
export interface Charge {
  readonly id: string;
  readonly code: string;
  readonly metric: Metric;
  /** Billed with each event, not at the end of the period (R-ONG-5). */
  readonly payInAdvance: boolean;
  /** Whether events may name the one wallet that pays (R-APP-4). */
  readonly acceptsTargetWallet: boolean;
}

export interface Plan {
  readonly id: string;
  readonly code: string;
  readonly currency: string;
  /** The subscription fee of one period, minor units, before tax. */
  readonly amountCents: bigint;
  readonly charges: readonly Charge[];
  readonly createdAt: number;
}

/** What a fee is for, and how much it is. */
export interface FeeParts {
  /** 1.7: `charge`, `subscription`... */
  readonly type: string;
  /** The metric's code of a charge, the plan's of a subscription. */
  readonly itemCode: string;
  readonly itemId: string;
  readonly chargeId: string | null;
  readonly subscription: Subscription | undefined;
  readonly units: Exact;
  readonly events: number | null;
  /** Before coupons and tax, whole minor units. */
  readonly amountCents: bigint;
  /** The same before it was rounded. */
  readonly preciseCents: Exact;
  /** Coupons' share, minor units with a fraction. */
  readonly couponsCents: Exact;
  readonly payInAdvance: boolean;
  readonly acceptsTargetWallet: boolean;
  readonly targetWalletCode: string | null;
}

export interface Fee extends FeeParts {
  readonly id: string;
  /** Percent. */
  readonly taxRate: Exact;
  /** On what coupons leave (R-APP-3), minor units. */
  readonly taxesPreciseCents: Exact;
  readonly taxesCents: bigint;
}

export type InvoiceType = "subscription" | "credit" | "progressive_billing" | "one_off" | "add_on" | "advance_charges";
/** An `open` one is seen by nobody until it is paid (R-TX-2). */
export type InvoiceStatus = "draft" | "finalized" | "voided" | "failed" | "pending" | "open";

export interface Invoice {
  readonly id: string;
  readonly sequentialId: number;
  readonly customer: Customer;
  readonly type: InvoiceType;
  status: InvoiceStatus;
  paymentStatus: "pending" | "succeeded" | "failed";
  readonly currency: string;
  readonly fees: readonly Fee[];
  /** What progressive invoices of the same period have billed already. */
  readonly progressiveCreditCents: bigint;
  /** R-APP-3. */
  readonly creditNotesCents: bigint;
  /** What the wallets paid. */
  prepaidCents: bigint;
  /** R-CONS-6; undefined where it is nothing, or not known of all wallets. */
  prepaidGrantedCents: bigint | undefined;
  prepaidPurchasedCents: bigint | undefined;
  /** What the fees of usage cover. */
  readonly from: number;
  readonly to: number;
  readonly createdAt: number;
  updatedAt: number;
  voidedAt: number | undefined;
}
