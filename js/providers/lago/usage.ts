/**
 * Reading what a customer's ongoing balances are made of from Lago: the usage that is not invoiced yet (R-ONG-1).
 *
 * Loaded when a gate first reconstructs: others need not carry it.
 */
import type { ProviderContext, UsageAnswer, WalletsAnswer } from "../../types.js";
import { inChunks } from "../chunks.js";
import { request } from "../http.js";
import type { Api } from "../http.js";
import { invalidResponse, isObject } from "../shape.js";
import type { JsonObject } from "../shape.js";
import { fetchList, fetchWallets } from "./wallets.js";

/** Requests at once: as many as Workers have open. */
const AT_ONCE = 6;
/** An invoice's date is in the customer's time zone, ms. */
const DAY = 86_400_000;

/**
 * The wallets with the usage behind them, where it is needed: always, or only where there are or were several, since
 * one alone overlaps with nothing. Terminated ones count too: Lago's list never becomes shorter, and so the figures of
 * one customer, which are older without the usage, never go back in time.
 *
 * In the order in which money moves on: usage of the period, then drafts, then balances. What moves between two
 * requests is then counted twice for a moment, and never not at all; hence the wallets are read again.
 */
export async function fetchWithUsage(api: Api, always: boolean, customer: string, context: ProviderContext): Promise<WalletsAnswer> {
  const first = await fetchWallets(api, customer, context);
  if (first.wallets.length < (always ? 1 : 2)) return first;
  const sentAt = context.now();
  const usage = await fetchUsage(api, customer, context);
  return { ...(await fetchWallets(api, customer, context)), usage, sentAt };
}

async function fetchUsage(api: Api, customer: string, context: ProviderContext): Promise<UsageAnswer> {
  const ofCustomer = { external_customer_id: customer };
  const list = await fetchList(api, { path: "/subscriptions", query: { ...ofCustomer, "status[]": "active" } }, "subscriptions", context);
  const active = (list.items ?? []).filter(({ status = "active" }) => status === "active");
  const plans = await fetchPlans(api, active, context);
  const subscriptions = await all(active, async (subscription) => {
    const query = { external_subscription_id: textOf(api, subscription, "external_id") };
    const path = `/customers/${encodeURIComponent(customer)}/current_usage`;
    const usage = await fetchOne(api, { path, query }, "customer_usage", context);
    return { subscription, plan: plans.get(textOf(api, subscription, "plan_code")), customer_usage: usage };
  });
  const drafts = await fetchInvoices(api, { ...ofCustomer, status: "draft" }, ({ status }) => status === "draft", context);
  if (active.length === 0) return { subscriptions, invoices: drafts };
  // R-ONG-4: no invoice of a period is older than the period.
  const query = { ...ofCustomer, invoice_type: "progressive_billing", ...since(active) };
  const progressive = await fetchInvoices(api, query, ({ invoice_type: type }) => type === "progressive_billing", context);
  return { subscriptions, invoices: [...drafts, ...progressive] };
}

async function fetchPlans(api: Api, subscriptions: readonly JsonObject[], context: ProviderContext): Promise<ReadonlyMap<string, JsonObject>> {
  const codes = [...new Set(subscriptions.map((subscription) => textOf(api, subscription, "plan_code")))];
  const plans = await all(codes, (code) => fetchOne(api, { path: `/plans/${encodeURIComponent(code)}` }, "plan", context));
  return new Map(codes.map((code, index) => [code, plans[index] ?? {}]));
}

/** Invoices with their fees, which lists leave out. Filters that a server does not know are applied here as well. */
async function fetchInvoices(
  api: Api,
  query: Readonly<Record<string, string>>,
  isWanted: (invoice: JsonObject) => boolean,
  context: ProviderContext,
): Promise<readonly JsonObject[]> {
  const { items = [] } = await fetchList(api, { path: "/invoices", query }, "invoices", context);
  return all(items.filter(isWanted), async (invoice) => {
    if (Array.isArray(invoice["fees"])) return invoice;
    return fetchOne(api, { path: `/invoices/${encodeURIComponent(textOf(api, invoice, "lago_id"))}` }, "invoice", context);
  });
}

async function fetchOne(
  api: Api,
  call: { readonly path: string; readonly query?: Readonly<Record<string, string>> },
  key: string,
  context: ProviderContext,
): Promise<JsonObject> {
  const { body } = await request(api, call, context);
  const value = isObject(body) ? body[key] : undefined;
  if (isObject(value)) return value;
  throw invalidResponse(api.name, `its ${key} is missing, not JSON, larger than 8 MiB, or not an object`);
}

/** The day before the earliest running period began; nothing where a subscription does not say. */
function since(subscriptions: readonly JsonObject[]): { readonly issuing_date_from?: string } {
  const starts = subscriptions.map((subscription) => Date.parse(String(subscription["current_billing_period_started_at"])));
  const first = Math.min(...starts);
  return Number.isFinite(first) ? { issuing_date_from: new Date(first - DAY).toISOString().slice(0, 10) } : {};
}

function textOf(api: Api, object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value === "string") return value;
  throw invalidResponse(api.name, `a ${key} is missing`);
}

/** What `run` makes of each item, in order, a few at once. */
async function all<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  await inChunks(items, AT_ONCE, async (chunk) => {
    results.push(...(await Promise.all(chunk.map(run))));
  });
  return results;
}
