/**
 * Flexprice's HTTP API (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import { type Context, Hono } from "hono";
import { isRecord } from "../fields.js";
import { type Env, jsonBody, wholeQuery } from "../http.js";
import { compare, type Exact, parseExact } from "../money.js";
import type { World } from "../world.js";
import { creditsBreakdown, readBalance } from "./balance.js";
import { FlexpriceError } from "./errors.js";
import { acceptEvents } from "./events.js";
import { terminate } from "./ledger.js";
import { balanceJson, customerJson, transactionJson, walletJson } from "./serialize.js";
import type { Customer, Transaction, Wallet } from "./state.js";
import { type Body, createWallet, topUp } from "./wallets.js";

const MAX_BULK = 1000;
const MAX_PAGE = 1000;

export function flexpriceRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  addCustomers(app, world);
  addWallets(app, world);
  addEvents(app, world);
  app.all("*", (c) => c.text("404 page not found", 404));
  app.onError((error, c) => {
    if (error instanceof FlexpriceError) return c.json(error.body(), error.status);
    return c.json(new FlexpriceError("internal_error", error.message).body(), 500);
  });
  return app;
}

function addCustomers(app: Hono<Env>, world: World): void {
  app.post("/customers", async (c) => {
    const body = await bodyOf(c);
    const externalId = body["external_id"];
    if (typeof externalId !== "string" || externalId === "") throw new FlexpriceError("validation_error", "external_id is required");
    const now = world.catchUp();
    if (world.flexprice.customerByExternalId(externalId) !== undefined) {
      throw new FlexpriceError("already_exists", "A customer with this external_id already exists", { external_id: externalId });
    }
    const name = typeof body["name"] === "string" ? body["name"] : "";
    return c.json(customerJson(world.flexprice.addCustomer(externalId, name, now)), 201);
  });

  app.get("/customers/wallets", (c) => {
    const customer = customerByQuery(c, world);
    const active = activeWallets(customer);
    if (c.req.query("include_real_time_balance") !== "true") {
      // Emitted although nothing was computed.
      return c.json(active.map((wallet) => ({ ...walletJson(wallet), is_cached_fallback: false })));
    }
    const fromCache = c.req.query("from_cache") === "true";
    return c.json(active.map((wallet) => balanceAnswer(c, world, wallet, fromCache, fromCache ? maxLive(c) : undefined)));
  });

  app.get("/customers/:id", (c) => c.json(customerJson(customerById(c, world))));

  app.get("/customers/:id/wallets", (c) => c.json(activeWallets(customerById(c, world)).map((wallet) => withBreakdown(c, wallet, walletJson(wallet)))));
}

function addWallets(app: Hono<Env>, world: World): void {
  app.post("/wallets", async (c) => {
    const body = await bodyOf(c);
    return c.json(walletJson(createWallet(world.flexprice, body, world.catchUp())));
  });

  app.get("/wallets/:id", (c) => {
    const wallet = walletById(c, world);
    return c.json(withBreakdown(c, wallet, walletJson(wallet)));
  });

  // `from_cache` ignores `x-max-live` here (rule 15).
  app.get("/wallets/:id/balance/real-time", (c) =>
    c.json(balanceAnswer(c, world, walletById(c, world), c.req.query("from_cache") === "true", undefined)),
  );

  app.get("/wallets/:id/balance/real-time-cached", (c) => c.json(balanceAnswer(c, world, walletById(c, world), true, maxLive(c))));

  app.post("/wallets/:id/top-up", async (c) => {
    const body = await bodyOf(c);
    const wallet = walletById(c, world);
    const transaction = topUp(world.flexprice, wallet, body, world.catchUp());
    return c.json({
      wallet_transaction: transactionJson(wallet, transaction),
      ...(transaction.invoiceId === undefined ? {} : { invoice_id: transaction.invoiceId }),
      wallet: walletJson(wallet),
    });
  });

  app.post("/wallets/:id/terminate", (c) => {
    terminate(walletById(c, world), world.catchUp());
    return c.json({ message: "wallet terminated successfully" });
  });

  app.get("/wallets/:id/transactions", (c) => {
    const wallet = walletById(c, world);
    const limit = wholeQuery(c, "limit", 50);
    const offset = wholeQuery(c, "offset", 0);
    if (limit === undefined || limit < 1 || limit > MAX_PAGE || offset === undefined) {
      throw new FlexpriceError("validation_error", `limit must be from 1 to ${MAX_PAGE} and offset 0 or more`);
    }
    const matching = newestFirst(wallet.transactions).filter(transactionFilter(c));
    return c.json({
      items: matching.slice(offset, offset + limit).map((transaction) => transactionJson(wallet, transaction)),
      // The offset is the next one, not the one asked for (2).
      pagination: { total: matching.length, limit, offset: offset + limit },
    });
  });
}

function addEvents(app: Hono<Env>, world: World): void {
  app.post("/events", async (c) => {
    const [eventId] = accept(c, world, [await bodyOf(c)]);
    return c.json({ message: "Event accepted for processing", event_id: eventId }, 202);
  });

  app.post("/events/bulk", async (c) => {
    const { events } = await bodyOf(c);
    if (!Array.isArray(events) || events.length < 1 || events.length > MAX_BULK) {
      throw new FlexpriceError("validation_error", `events must hold 1 to ${MAX_BULK} events`);
    }
    accept(c, world, events);
    return c.json({ message: "Events accepted for processing" }, 202);
  });
}

function accept(c: Context<Env>, world: World, events: readonly unknown[]): string[] {
  const countsFrom = world.catchUp() + world.delays.flexpriceEventLag;
  const { ids, added } = acceptEvents(world.flexprice, events, countsFrom);
  world.requests.eventsAccepted("flexprice", c.get("keyLabel"), added);
  return ids;
}

function balanceAnswer(c: Context<Env>, world: World, wallet: Wallet, fromCache: boolean, maxLive: number | undefined): Record<string, unknown> {
  const figures = readBalance(world.flexprice, wallet, { now: world.catchUp(), fromCache, maxLive, stale: c.get("effect").stale === true });
  return withBreakdown(c, wallet, balanceJson(wallet, figures));
}

/** The breakdown comes only when it is asked for (rule 46). */
function withBreakdown(c: Context, wallet: Wallet, json: Record<string, unknown>): Record<string, unknown> {
  const asked = (c.req.query("expand") ?? "").split(",").includes("credits_available_breakdown");
  const breakdown = asked ? creditsBreakdown(wallet) : undefined;
  return breakdown === undefined ? json : { ...json, credits_available_breakdown: breakdown };
}

function customerByQuery(c: Context, world: World): Customer {
  const id = c.req.query("id");
  const key = c.req.query("lookup_key");
  if ((id === undefined || id === "") === (key === undefined || key === "")) {
    throw new FlexpriceError("validation_error", "Please provide either id or lookup_key");
  }
  const customer = id === undefined || id === "" ? world.flexprice.customerByExternalId(key ?? "") : world.flexprice.customers.get(id);
  if (customer === undefined) throw new FlexpriceError("not_found", "Customer not found", { customer_id: id ?? key });
  return customer;
}

function customerById(c: Context, world: World): Customer {
  const id = c.req.param("id") ?? "";
  const customer = world.flexprice.customers.get(id);
  if (customer === undefined) throw new FlexpriceError("not_found", "Customer not found", { customer_id: id });
  return customer;
}

function walletById(c: Context, world: World): Wallet {
  const id = c.req.param("id") ?? "";
  const wallet = world.flexprice.wallets.get(id);
  if (wallet === undefined) throw new FlexpriceError("not_found", "Wallet not found", { wallet_id: id });
  return wallet;
}

function activeWallets(customer: Customer): Wallet[] {
  return customer.wallets.filter(({ status }) => status === "active");
}

/** `x-max-live` in milliseconds. */
function maxLive(c: Context): number | undefined {
  const header = c.req.header("x-max-live");
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined;
}

function newestFirst(transactions: readonly Transaction[]): Transaction[] {
  return [...transactions].reverse().sort((a, b) => b.createdAt - a.createdAt);
}

function transactionFilter(c: Context): (transaction: Transaction) => boolean {
  const type = c.req.query("type");
  const status = c.req.query("transaction_status");
  const reason = c.req.query("transaction_reason");
  const moreThan = decimalQuery(c, "credits_available_gt");
  return (transaction) =>
    (type === undefined || transaction.type === type) &&
    (status === undefined || transaction.status === status) &&
    (reason === undefined || transaction.reason === reason) &&
    (moreThan === undefined || compare(transaction.creditsAvailable, moreThan) > 0);
}

function decimalQuery(c: Context, key: string): Exact | undefined {
  const value = c.req.query(key);
  if (value === undefined) return undefined;
  const exact = parseExact(value);
  if (exact === undefined) throw new FlexpriceError("validation_error", `${key} must be a decimal`);
  return exact;
}

async function bodyOf(c: Context): Promise<Body> {
  const body = await jsonBody(c);
  if (!isRecord(body)) throw new FlexpriceError("validation_error", "Invalid request format");
  return body;
}
