/**
 * The routes under `/wallets` (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import type { Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { balanceAnswer, bodyOf, maxLive, walletById, withBreakdown } from "./answers.js";
import { type Body, refused, textOf } from "./body.js";
import { terminate } from "./ledger.js";
import { checkoutJson, transactionJson, walletJson } from "./serialize.js";
import type { FlexpriceState, Transaction, Wallet } from "./state.js";
import { manualDebit, topUp } from "./topup.js";
import { bodyOfQuery, transactionPage } from "./transactions.js";
import { convertToPostpaid, createWallet, updateWallet } from "./wallets.js";

/** Without any of these the search dereferences nil and panics: 500 without JSON. */
const PAGING = ["limit", "offset", "sort", "order"];

export function addWalletRoutes(app: Hono<Env>, world: World): void {
  addLists(app, world);
  addReads(app, world);
  addOperations(app, world);
}

function addLists(app: Hono<Env>, world: World): void {
  app.get("/wallets", (c) => {
    world.catchUp();
    const ids = c.req.queries("wallet_ids")?.flatMap((list) => list.split(","));
    return c.json(listOf(world.flexprice, c.req.query(), ids));
  });

  app.post("/wallets/search", async (c) => {
    const body = await bodyOf(c);
    world.catchUp();
    if (!PAGING.some((key) => (body[key] ?? undefined) !== undefined)) return c.body(null, 500);
    return c.json(listOf(world.flexprice, body, idsOf(body)));
  });

  app.post("/wallets/transactions/search", async (c) => {
    const body = await bodyOf(c);
    world.catchUp();
    const all = [...world.flexprice.wallets.values()].flatMap(({ transactions }) => transactions);
    return c.json(transactionPage(all, body));
  });
}

function addReads(app: Hono<Env>, world: World): void {
  app.get("/wallets/:id", (c) => {
    world.catchUp();
    const wallet = walletById(c, world.flexprice);
    return c.json(withBreakdown(c.req.query(), wallet, walletJson(wallet)));
  });

  // `from_cache` ignores `x-max-live` here (rule 15).
  app.get("/wallets/:id/balance/real-time", (c) =>
    c.json(balanceAnswer(c, world, walletById(c, world.flexprice), c.req.query("from_cache") === "true")),
  );

  app.get("/wallets/:id/balance/real-time-cached", (c) => c.json(balanceAnswer(c, world, walletById(c, world.flexprice), true, maxLive(c))));

  app.get("/wallets/:id/transactions", (c) => {
    world.catchUp();
    const { transactions } = walletById(c, world.flexprice);
    return c.json(transactionPage(transactions, bodyOfQuery(c.req.query())));
  });
}

function addOperations(app: Hono<Env>, world: World): void {
  app.post("/wallets", async (c) => {
    const body = await bodyOf(c);
    return c.json(walletJson(createWallet(world.flexprice, body, world.catchUp())));
  });

  app.put("/wallets/:id", async (c) => {
    const body = await bodyOf(c);
    const now = world.catchUp();
    const wallet = walletById(c, world.flexprice);
    updateWallet(world.flexprice, wallet, body, now);
    return c.json(walletJson(wallet));
  });

  app.post("/wallets/:id/top-up", async (c) => {
    const body = await bodyOf(c);
    const now = world.catchUp();
    const wallet = walletById(c, world.flexprice);
    return c.json(topUpAnswer(wallet, topUp(world.flexprice, wallet, body, now)));
  });

  app.post("/wallets/:id/debit", async (c) => {
    const body = await bodyOf(c);
    const now = world.catchUp();
    const wallet = walletById(c, world.flexprice);
    manualDebit(world.flexprice, wallet, body, now);
    return c.json(walletJson(wallet));
  });

  app.post("/wallets/:id/terminate", (c) => {
    const now = world.catchUp();
    terminate(world.flexprice, walletById(c, world.flexprice), now);
    return c.json({ message: "wallet terminated successfully" });
  });

  app.post("/wallets/:id/modify", async (c) => {
    const body = await bodyOf(c);
    const now = world.catchUp();
    const original = walletById(c, world.flexprice);
    const wallet = convertToPostpaid(world.flexprice, original, body, now);
    return c.json({ original_wallet: walletJson(original), new_wallet: walletJson(wallet) });
  });
}

/** `invoice_id` and `checkout_session` are absent where there are none. */
function topUpAnswer(wallet: Wallet, transaction: Transaction): Record<string, unknown> {
  const { checkout } = wallet;
  return {
    wallet_transaction: transactionJson(transaction),
    ...(transaction.invoice === undefined ? {} : { invoice_id: transaction.invoice.id }),
    wallet: walletJson(wallet),
    ...(checkout?.transaction === transaction ? { checkout_session: checkoutJson(checkout) } : {}),
  };
}

/** Paging is not honoured: everything comes, and `pagination` is made up. Newest first. */
function listOf(state: FlexpriceState, query: Body, ids: readonly string[] | undefined): Record<string, unknown> {
  const status = textOf(query, "status");
  const wallets = [...state.wallets.values()]
    .filter((wallet) => (status === undefined || wallet.status === status) && (ids === undefined || ids.includes(wallet.id)))
    .reverse();
  return {
    items: wallets.map((wallet) => withBreakdown(query, wallet, walletJson(wallet))),
    pagination: { total: wallets.length, limit: 50, offset: 0 },
  };
}

function idsOf(body: Body): readonly string[] | undefined {
  const ids: unknown = body["wallet_ids"] ?? undefined;
  if (ids === undefined) return undefined;
  if (!Array.isArray(ids)) throw refused("wallet_ids must be a list");
  return ids.map(String);
}
