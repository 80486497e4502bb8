/**
 * The invoices there are (lago 1.7).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Fee, Invoice, InvoiceStatus, InvoiceType } from "./billing-state.js";
import type { Customer, LagoState } from "./state.js";

export interface NewInvoice {
  readonly type: InvoiceType;
  readonly status: InvoiceStatus;
  readonly currency: string;
  readonly fees: readonly Fee[];
  readonly progressiveCreditCents?: bigint;
  readonly creditNotesCents?: bigint;
  /** What the usage covers. @defaultValue the calendar month */
  readonly from?: number;
  readonly to?: number;
  readonly at: number;
}

export function addInvoice(state: LagoState, customer: Customer, invoice: NewInvoice): Invoice {
  const made = newInvoice(customer, invoice, state.invoices.size + 1);
  state.invoices.set(made.id, made);
  customer.invoices.push(made);
  return made;
}

/** An invoice that is not kept: a preview, or one on its way to {@link addInvoice}. */
export function newInvoice(customer: Customer, { at, ...invoice }: NewInvoice, sequentialId: number): Invoice {
  const month = monthOf(at);
  return {
    id: randomUUID(),
    sequentialId,
    customer,
    paymentStatus: "pending",
    progressiveCreditCents: 0n,
    creditNotesCents: 0n,
    prepaidCents: 0n,
    prepaidGrantedCents: undefined,
    prepaidPurchasedCents: undefined,
    ...month,
    ...invoice,
    createdAt: at,
    updatedAt: at,
    voidedAt: undefined,
  };
}

/** The calendar month around `at`: the period of every plan. */
export function monthOf(at: number): { readonly from: number; readonly to: number } {
  const date = new Date(at);
  return { from: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1), to: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) };
}
