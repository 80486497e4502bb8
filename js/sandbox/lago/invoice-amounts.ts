/**
 * The amounts of an invoice: fees, then the progressive credit, coupons, taxes, credit notes, prepaid credits (R-APP-3).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { add, type Exact, subtract, toMinor, ZERO } from "../money.js";
import type { Fee, FeeParts, Invoice } from "./billing-state.js";
import { taxOf } from "./fees.js";

/** A fee with its tax: on the rounded amount less coupons, itself not rounded (R-APP-5). */
export function newFee(parts: FeeParts, taxRate: Exact): Fee {
  const taxesPreciseCents = taxOf(subtract(whole(parts.amountCents), parts.couponsCents), taxRate);
  return { ...parts, id: randomUUID(), taxRate, taxesPreciseCents, taxesCents: toMinor(taxesPreciseCents, 0) };
}

/** All in minor units. */
export interface InvoiceAmounts {
  readonly fees: bigint;
  readonly coupons: bigint;
  readonly subTotalExcludingTaxes: bigint;
  readonly taxes: bigint;
  readonly subTotalIncludingTaxes: bigint;
  /** What is left for prepaid credits, and for the customer after them. */
  readonly total: bigint;
}

type Billed = Pick<Invoice, "fees" | "progressiveCreditCents" | "creditNotesCents" | "prepaidCents">;

export function amountsOf({ fees, progressiveCreditCents, creditNotesCents, prepaidCents }: Billed): InvoiceAmounts {
  const amount = fees.reduce((total, fee) => total + fee.amountCents, 0n);
  // The progressive credit is spread over the fees like a coupon.
  const coupons = rounded(fees.map(({ couponsCents }) => couponsCents)) - progressiveCreditCents;
  const subTotalExcludingTaxes = amount - progressiveCreditCents - coupons;
  const taxes = rounded(fees.map(({ taxesPreciseCents }) => taxesPreciseCents));
  const subTotalIncludingTaxes = subTotalExcludingTaxes + taxes;
  return { fees: amount, coupons, subTotalExcludingTaxes, taxes, subTotalIncludingTaxes, total: subTotalIncludingTaxes - creditNotesCents - prepaidCents };
}

export function totalOf(invoice: Billed): bigint {
  return amountsOf(invoice).total;
}

/** Minor units as a decimal. */
export function whole(cents: bigint): Exact {
  return { digits: cents, scale: 0 };
}

function rounded(parts: readonly Exact[]): bigint {
  return toMinor(parts.reduce(add, ZERO), 0);
}
