/**
 * POST /invoices/preview: the next invoice as it would be, nothing of it kept (R-PREV).
 *
 * @module creditgate/sandbox
 */
import { ask, recordOf } from "../engine.js";
import { isRecord } from "../fields.js";
import { allocationRequest, periodInvoices, subscriptionFee } from "./billing.js";
import type { Invoice } from "./billing-state.js";
import { badRequest, notDone, notFound } from "./errors.js";
import { planOf } from "./fees.js";
import { newFee, totalOf } from "./invoice-amounts.js";
import { type NewInvoice, newInvoice } from "./invoices.js";
import type { Body } from "./requests.js";
import { wholeOf } from "./rules.js";
import type { Customer, LagoState } from "./state.js";

/** An invoice that is not kept, with the amounts that Lago shows of it: they are cut, not rounded (R-PREV-2). */
export interface Preview {
  readonly invoice: Invoice;
  readonly totalCents: bigint;
}

export function previewInvoice(state: LagoState, body: Body, now: number): Preview {
  if (!isRecord(body["customer"])) throw badRequest("customer");
  if (Array.isArray(body["coupons"]) && body["coupons"].length > 0) throw notDone("coupons of a preview");
  const externalId = body["customer"]["external_id"];
  if (typeof externalId !== "string") throw notDone("previews for a customer who does not exist yet");
  const customer = state.customers.get(externalId);
  if (customer === undefined) throw notFound("customer");
  const invoice = newInvoice(customer, { ...partsOf(state, customer, body, now), status: "finalized" }, 0);
  const total = totalOf(invoice);
  if (total <= 0n) return { invoice, totalCents: total };
  const preview = recordOf(ask("invoice.preview_rounding", allocationRequest(state, invoice)), "preview");
  invoice.prepaidCents = wholeOf(preview, "prepaid_credit_amount_cents");
  return { invoice, totalCents: wholeOf(preview, "total_amount_cents") };
}

/** Of a subscription to come, its plan's fee; of those there are, what their period has come to. */
function partsOf(state: LagoState, customer: Customer, body: Body, now: number): NewInvoice {
  const subscriptions = isRecord(body["subscriptions"]) ? body["subscriptions"]["external_ids"] : undefined;
  if (!Array.isArray(subscriptions)) {
    const plan = planOf(state, String(body["plan_code"] ?? ""));
    if (plan === undefined) throw notFound("plan");
    const fees = [newFee(subscriptionFee(plan, undefined), customer.taxRate)];
    return { type: "subscription", status: "draft", currency: plan.currency, fees, at: now };
  }
  const drafts = subscriptions.flatMap((id) => {
    const subscription = state.subscriptions.get(String(id));
    if (subscription?.customer !== customer) throw notFound("subscription");
    return periodInvoices(state, subscription, now);
  });
  const [first] = drafts;
  const currency = first?.currency ?? customer.currency ?? "EUR";
  const alike = drafts.filter((draft) => draft.currency === currency);
  return {
    ...(first ?? { type: "subscription", status: "draft", at: now }),
    currency,
    fees: alike.flatMap(({ fees }) => fees),
    progressiveCreditCents: first?.progressiveCreditCents ?? 0n,
  };
}
