/**
 * Invoices, fees and plans as Lago shows them (lago 1.7).
 *
 * @module creditgate/sandbox
 */
import { lagoExponent } from "../../currency.js";
import { add, compare, divide, type Exact, integer, multiply, subtract, text, textWithPoint, toMinor, ZERO } from "../money.js";
import type { Charge, Fee, Invoice, Plan } from "./billing-state.js";
import { amountsOf, whole } from "./invoice-amounts.js";
import type { Preview } from "./preview.js";
import { BILLING_ENTITY, customerJson, seconds, secondsOrNull, subscriptionJson } from "./serialize.js";

/** As in lists: without fees. */
export function invoiceJson(invoice: Invoice): Record<string, unknown> {
  const amounts = amountsOf(invoice);
  const isPaid = invoice.paymentStatus === "succeeded";
  return {
    lago_id: invoice.id,
    billing_entity_code: BILLING_ENTITY,
    sequential_id: invoice.sequentialId,
    number: invoice.status === "draft" ? "SBX-DRAFT" : `SBX-${String(invoice.sequentialId).padStart(3, "0")}`,
    purchase_order_number: null,
    issuing_date: dateOf(invoice.createdAt),
    payment_due_date: dateOf(invoice.createdAt),
    net_payment_term: 0,
    invoice_type: invoice.type,
    status: invoice.status,
    payment_status: invoice.paymentStatus,
    payment_dispute_lost_at: null,
    payment_overdue: false,
    currency: invoice.currency,
    fees_amount_cents: integer(amounts.fees),
    taxes_amount_cents: integer(amounts.taxes),
    progressive_billing_credit_amount_cents: integer(invoice.progressiveCreditCents),
    coupons_amount_cents: integer(amounts.coupons),
    credit_notes_amount_cents: integer(invoice.creditNotesCents),
    sub_total_excluding_taxes_amount_cents: integer(amounts.subTotalExcludingTaxes),
    sub_total_including_taxes_amount_cents: integer(amounts.subTotalIncludingTaxes),
    total_amount_cents: integer(amounts.total),
    total_due_amount_cents: isPaid ? 0 : integer(amounts.total),
    total_paid_amount_cents: isPaid ? integer(amounts.total) : 0,
    total_offsetted_credit_note_amount_cents: 0,
    prepaid_credit_amount_cents: integer(invoice.prepaidCents),
    prepaid_granted_credit_amount_cents: integerOrNull(invoice.prepaidGrantedCents),
    prepaid_purchased_credit_amount_cents: integerOrNull(invoice.prepaidPurchasedCents),
    file_url: null,
    xml_url: null,
    web_url: `https://app.example.com/sandbox/invoice/${invoice.id}/overview`,
    version_number: 4,
    self_billed: false,
    created_at: seconds(invoice.createdAt),
    updated_at: seconds(invoice.updatedAt),
    voided_at: secondsOrNull(invoice.voidedAt),
    customer: customerJson(invoice.customer),
  };
}

/** As by itself: with fees and subscriptions. */
export function wholeInvoiceJson(invoice: Invoice): Record<string, unknown> {
  const subscriptions = new Set(invoice.fees.flatMap(({ subscription }) => (subscription === undefined ? [] : [subscription])));
  return {
    ...invoiceJson(invoice),
    subscriptions: [...subscriptions].map(subscriptionJson),
    fees: invoice.fees.map((fee) => feeJson(invoice, fee)),
    credits: [],
    metadata: [],
    applied_taxes: [],
  };
}

/** Nothing of a preview has an id (R-PREV-1), and its total is cut like its credits (R-PREV-2). */
export function previewJson({ invoice, totalCents }: Preview): Record<string, unknown> {
  return {
    ...wholeInvoiceJson(invoice),
    lago_id: null,
    sequential_id: null,
    number: "",
    web_url: null,
    total_amount_cents: integer(totalCents),
    total_due_amount_cents: integer(totalCents),
    fees: invoice.fees.map((fee) => ({ ...feeJson(invoice, fee), lago_id: null, lago_invoice_id: null, created_at: null })),
  };
}

function feeJson(invoice: Invoice, fee: Fee): Record<string, unknown> {
  const { customer, currency } = invoice;
  const exponent = lagoExponent(currency);
  const money = (cents: Exact): string => textWithPoint(multiply(cents, { digits: 1n, scale: exponent }));
  const net = subtract(whole(fee.amountCents), fee.couponsCents);
  const ofOne = compare(fee.units, ZERO) === 0 ? ZERO : divide(multiply(fee.preciseCents, { digits: 1n, scale: exponent }), fee.units, 15);
  return {
    lago_id: fee.id,
    lago_charge_id: fee.chargeId,
    lago_charge_filter_id: null,
    lago_fixed_charge_id: null,
    lago_invoice_id: invoice.id,
    lago_true_up_fee_id: null,
    lago_true_up_parent_fee_id: null,
    lago_original_fee_id: null,
    lago_subscription_id: fee.subscription?.id ?? null,
    external_subscription_id: fee.subscription?.externalId ?? null,
    lago_customer_id: customer.id,
    external_customer_id: customer.externalId,
    item: itemJson(fee),
    pay_in_advance: fee.payInAdvance,
    invoiceable: true,
    amount_cents: integer(fee.amountCents),
    amount_currency: currency,
    precise_amount: money(fee.preciseCents),
    precise_total_amount: money(add(fee.preciseCents, fee.taxesPreciseCents)),
    taxes_amount_cents: integer(fee.taxesCents),
    taxes_precise_amount: money(fee.taxesPreciseCents),
    taxes_rate: Number(text(fee.taxRate)),
    total_aggregated_units: textWithPoint(fee.units),
    total_amount_cents: integer(fee.amountCents + fee.taxesCents),
    total_amount_currency: currency,
    units: textWithPoint(fee.units),
    description: null,
    precise_unit_amount: textWithPoint(ofOne),
    precise_coupons_amount_cents: textWithPoint(fee.couponsCents),
    sub_total_excluding_taxes_amount_cents: integer(toMinor(net, 0)),
    sub_total_excluding_taxes_precise_amount_cents: textWithPoint(net),
    events_count: fee.events,
    payment_status: invoice.paymentStatus,
    created_at: seconds(invoice.createdAt),
    succeeded_at: null,
    failed_at: null,
    refunded_at: null,
    amount_details: {},
    self_billed: false,
    pricing_unit_details: null,
    presentation_breakdowns: [],
    from_date: dateTimeOf(invoice.from),
    to_date: dateTimeOf(invoice.to - 1000),
  };
}

const ITEM_TYPES: ReadonlyMap<string, string> = new Map([
  ["charge", "BillableMetric"],
  ["subscription", "Subscription"],
  ["credit", "WalletTransaction"],
]);

function itemJson({ type, itemCode, itemId, targetWalletCode }: Fee): Record<string, unknown> {
  return {
    type,
    code: itemCode,
    name: itemCode,
    description: null,
    invoice_display_name: itemCode,
    filters: null,
    filter_invoice_display_name: null,
    lago_item_id: itemId,
    item_type: ITEM_TYPES.get(type) ?? "AddOn",
    grouped_by: targetWalletCode === null ? {} : { target_wallet_code: targetWalletCode },
  };
}

export function planJson(plan: Plan): Record<string, unknown> {
  return {
    lago_id: plan.id,
    name: plan.code,
    code: plan.code,
    interval: "monthly",
    amount_cents: integer(plan.amountCents),
    amount_currency: plan.currency,
    pay_in_advance: false,
    created_at: seconds(plan.createdAt),
    charges: plan.charges.map((charge) => chargeJson(plan, charge)),
    taxes: [],
  };
}

function chargeJson(plan: Plan, charge: Charge): Record<string, unknown> {
  const price = charge.metric.prices.get(plan.currency) ?? ZERO;
  return {
    lago_id: charge.id,
    lago_billable_metric_id: charge.metric.id,
    billable_metric_code: charge.metric.code,
    code: charge.code,
    invoice_display_name: null,
    charge_model: "standard",
    pay_in_advance: charge.payInAdvance,
    accepts_target_wallet: charge.acceptsTargetWallet,
    invoiceable: true,
    prorated: false,
    min_amount_cents: 0,
    properties: { amount: text(price) },
    filters: [],
    taxes: [],
    created_at: seconds(plan.createdAt),
  };
}

function integerOrNull(cents: bigint | undefined): number | null {
  return cents === undefined ? null : integer(cents);
}

function dateOf(ms: number): string {
  return seconds(ms).slice(0, 10);
}

function dateTimeOf(ms: number): string {
  return seconds(ms).replace("Z", "+00:00");
}
