/**
 * Plans and invoices, as far as wallets have to do with them (lago 1.7, 2).
 *
 * @module creditgate/sandbox
 */
import type { Context, Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { knownQuery, pageOf, rootsOf } from "./answers.js";
import { voidInvoice } from "./billing.js";
import type { Invoice } from "./billing-state.js";
import { notFound } from "./errors.js";
import { planOf } from "./fees.js";
import { invoiceJson, planJson, previewJson, wholeInvoiceJson } from "./invoice-json.js";
import { previewInvoice } from "./preview.js";
import { seconds } from "./serialize.js";
import type { LagoState } from "./state.js";

export function addBilling(app: Hono<Env>, world: World): void {
  app.get("/plans/:code", (c) => {
    world.catchUp();
    const plan = planOf(world.lago, c.req.param("code"));
    if (plan === undefined) throw notFound("plan");
    return c.json({ plan: planJson(plan) });
  });

  app.get("/invoices", (c) => {
    world.catchUp();
    const invoices = visible(world.lago).filter(invoiceFilter(c)).reverse();
    const { page, meta } = pageOf(c, invoices);
    return c.json({ invoices: page.map(invoiceJson), meta });
  });

  app.post("/invoices/preview", async (c) => {
    const body = await rootsOf(c);
    return c.json({ invoice: previewJson(previewInvoice(world.lago, body, world.catchUp())) });
  });

  app.get("/invoices/:id", (c) => {
    world.catchUp();
    return c.json({ invoice: wholeInvoiceJson(invoiceById(c, world.lago)) });
  });

  app.post("/invoices/:id/void", (c) => {
    const now = world.catchUp();
    const invoice = invoiceById(c, world.lago);
    voidInvoice(world.lago, invoice, now);
    return c.json({ invoice: wholeInvoiceJson(invoice) });
  });
}

/** R-TX-2: an open invoice is seen by nobody. */
function visible(state: LagoState): Invoice[] {
  return [...state.invoices.values()].filter(({ status }) => status !== "open");
}

function invoiceById(c: Context, state: LagoState): Invoice {
  const invoice = state.invoices.get(c.req.param("id") ?? "");
  if (invoice === undefined || invoice.status === "open") throw notFound("invoice");
  return invoice;
}

function invoiceFilter(c: Context): (invoice: Invoice) => boolean {
  const { external_customer_id: customer, currency, issuing_date_from: from, issuing_date_to: to } = c.req.query();
  const status = knownQuery(c, "status", ["draft", "finalized", "voided", "failed", "pending"]);
  const payment = knownQuery(c, "payment_status", ["pending", "succeeded", "failed"]);
  const type = knownQuery(c, "invoice_type", ["subscription", "credit", "progressive_billing", "one_off", "add_on", "advance_charges"]);
  return (invoice) => {
    const issued = seconds(invoice.createdAt).slice(0, 10);
    return (
      (customer === undefined || invoice.customer.externalId === customer) &&
      (currency === undefined || invoice.currency === currency) &&
      (status === undefined || invoice.status === status) &&
      (payment === undefined || invoice.paymentStatus === payment) &&
      (type === undefined || invoice.type === type) &&
      (from === undefined || issued >= from) &&
      (to === undefined || issued <= to)
    );
  };
}
