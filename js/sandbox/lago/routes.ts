/**
 * Lago's HTTP API (lago 2). Everything that succeeds answers 200.
 *
 * @module creditgate/sandbox
 */
import { type Context, Hono } from "hono";
import { isRecord } from "../fields.js";
import { type Env, jsonBody, wholeQuery } from "../http.js";
import type { World } from "../world.js";
import { LagoError, notFound, unprocessable } from "./errors.js";
import { acceptBatch, acceptEvent } from "./events.js";
import { terminate } from "./ledger.js";
import { customerJson, subscriptionJson, transactionJson, walletJson } from "./serialize.js";
import type { Transaction, Wallet } from "./state.js";
import { currentUsageJson } from "./usage.js";
import { type Body, createTransactions, createWallet } from "./wallets.js";

const MAX_BATCH = 100;
const PER_PAGE = 100;

export function lagoRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  addCustomers(app, world);
  addWallets(app, world);
  addEvents(app, world);
  app.all("*", (c) => c.json({ status: 404, error: "Not Found" }, 404));
  app.onError((error, c) => {
    if (error instanceof LagoError) return c.json(error.body(), error.status);
    return c.json({ status: 500, error: error.message }, 500);
  });
  return app;
}

function addCustomers(app: Hono<Env>, world: World): void {
  app.post("/customers", async (c) => {
    const body = await bodyOf(c, "customer");
    const now = world.catchUp();
    const customer = world.lago.customer(mandatory(body, "external_id"), now);
    if (typeof body["name"] === "string") customer.name = body["name"];
    if (typeof body["currency"] === "string") customer.currency = body["currency"].toUpperCase();
    return c.json({ customer: customerJson(customer) });
  });

  app.post("/subscriptions", async (c) => {
    const body = await bodyOf(c, "subscription");
    const externalId = mandatory(body, "external_id");
    const planCode = mandatory(body, "plan_code");
    const now = world.catchUp();
    const customer = world.lago.customer(mandatory(body, "external_customer_id"), now);
    const known = world.lago.subscriptions.get(externalId);
    if (known !== undefined && known.customer !== customer) throw unprocessable({ external_id: ["value_already_exist"] });
    return c.json({ subscription: subscriptionJson(known ?? world.lago.subscribe(customer, externalId, planCode, now)) });
  });

  app.get("/customers/:externalId/current_usage", (c) => {
    const now = world.catchUp();
    const customer = world.lago.customers.get(c.req.param("externalId"));
    if (customer === undefined) throw notFound("customer");
    const subscription = world.lago.subscriptions.get(c.req.query("external_subscription_id") ?? "");
    if (subscription === undefined || subscription.customer !== customer) throw notFound("subscription");
    return c.json({ customer_usage: currentUsageJson(world.lago, subscription, now) });
  });
}

function addWallets(app: Hono<Env>, world: World): void {
  app.get("/wallets", (c) => {
    world.catchUp();
    const customer = c.req.query("external_customer_id");
    const currency = c.req.query("currency");
    const wallets = (customer === undefined ? [...world.lago.wallets.values()] : (world.lago.customers.get(customer)?.wallets ?? []))
      .filter((wallet) => currency === undefined || wallet.currency === currency)
      .sort(newestFirst);
    const { page, meta } = pageOf(c, wallets);
    return c.json({ wallets: page.map(walletJson), meta });
  });

  app.post("/wallets", async (c) => {
    const body = await bodyOf(c, "wallet");
    return c.json({ wallet: walletJson(createWallet(world.lago, body, world.catchUp(), world.delays.lagoGrantDelay)) });
  });

  app.get("/wallets/:id", (c) => c.json({ wallet: walletJson(walletById(c, world)) }));

  app.delete("/wallets/:id", (c) => {
    const wallet = walletById(c, world);
    terminate(wallet, world.catchUp());
    return c.json({ wallet: walletJson(wallet) });
  });

  app.get("/wallets/:id/wallet_transactions", (c) => {
    const transactions = [...walletById(c, world).transactions].filter(transactionFilter(c)).reverse();
    const { page, meta } = pageOf(c, transactions);
    return c.json({ wallet_transactions: page.map(transactionJson), meta });
  });

  app.post("/wallet_transactions", async (c) => {
    const body = await bodyOf(c, "wallet_transaction");
    return c.json({ wallet_transactions: createTransactions(world.lago, body, world.catchUp()).map(transactionJson) });
  });
}

function addEvents(app: Hono<Env>, world: World): void {
  app.post("/events", async (c) => {
    const body = await bodyOf(c, "event");
    const event = acceptEvent(world.lago, body, world.catchUp());
    world.requests.eventsAccepted("lago", c.get("keyLabel"), 1);
    return c.json({ event });
  });

  app.post("/events/batch", async (c) => {
    const body = await jsonBody(c);
    const values: unknown = isRecord(body) ? body["events"] : undefined;
    if (!Array.isArray(values) || values.length === 0) throw unprocessable({ events: ["no_events"] });
    if (values.length > MAX_BATCH) throw unprocessable({ events: ["too_many_events"] });
    const events = acceptBatch(world.lago, values, world.catchUp());
    world.requests.eventsAccepted("lago", c.get("keyLabel"), events.length);
    return c.json({ events });
  });
}

function walletById(c: Context, world: World): Wallet {
  world.catchUp();
  const wallet = world.lago.wallets.get(c.req.param("id") ?? "");
  if (wallet === undefined) throw notFound("wallet");
  return wallet;
}

/** created_at descending, then id ascending (2). */
function newestFirst(a: Wallet, b: Wallet): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1);
}

/** Filters with a value that Lago does not know are ignored, not rejected (2). */
function transactionFilter(c: Context): (transaction: Transaction) => boolean {
  const status = knownQuery(c, "status", ["pending", "settled", "failed"]);
  const kind = knownQuery(c, "transaction_status", ["purchased", "granted", "voided", "invoiced"]);
  const type = knownQuery(c, "transaction_type", ["inbound", "outbound"]);
  return (transaction) =>
    (status === undefined || transaction.status === status) &&
    (kind === undefined || transaction.kind === kind) &&
    (type === undefined || transaction.type === type);
}

function knownQuery(c: Context, key: string, known: readonly string[]): string | undefined {
  const value = c.req.query(key);
  return value !== undefined && known.includes(value) ? value : undefined;
}

/** One page and its meta. Where there is nothing at all, the current page is 0. */
function pageOf<T>(c: Context, items: readonly T[]): { readonly page: readonly T[]; readonly meta: Record<string, number | null> } {
  const page = Math.max(1, wholeQuery(c, "page", 1) ?? 1);
  const perPage = Math.max(1, wholeQuery(c, "per_page", PER_PAGE) ?? PER_PAGE);
  const pages = Math.ceil(items.length / perPage);
  return {
    page: items.slice((page - 1) * perPage, page * perPage),
    meta: {
      current_page: items.length === 0 ? 0 : page,
      next_page: page < pages ? page + 1 : null,
      prev_page: page > 1 && page <= pages ? page - 1 : null,
      total_pages: pages,
      total_count: items.length,
    },
  };
}

function mandatory(body: Body, key: string): string {
  const value = body[key];
  if (typeof value !== "string" || value === "") throw unprocessable({ [key]: ["value_is_mandatory"] });
  return value;
}

async function bodyOf(c: Context, root: string): Promise<Body> {
  const body = await jsonBody(c);
  const value: unknown = isRecord(body) ? body[root] : undefined;
  if (!isRecord(value)) throw new LagoError(400, `BadRequest: param is missing or the value is empty or invalid: ${root}`);
  return value;
}
