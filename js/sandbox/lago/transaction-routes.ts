/**
 * Wallet transactions (lago 2).
 *
 * @module creditgate/sandbox
 */
import type { Context, Hono } from "hono";
import { isRecord } from "../fields.js";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { bodyOf, knownQuery, pageOf, walletById } from "./answers.js";
import { notFound } from "./errors.js";
import { shareJson, transactionJson } from "./serialize.js";
import type { LagoState, Transaction } from "./state.js";
import { createTransactions, paymentUrlJson, sharesOf } from "./transactions.js";

export function addTransactions(app: Hono<Env>, world: World): void {
  app.get("/wallets/:id/wallet_transactions", (c) => {
    world.catchUp();
    const transactions = walletById(c, world.lago).transactions.filter(transactionFilter(c)).reverse();
    const { page, meta } = pageOf(c, transactions);
    return c.json({ wallet_transactions: page.map(transactionJson), meta });
  });

  app.post("/wallet_transactions", async (c) => {
    const body = await bodyOf(c, "wallet_transaction");
    return c.json({ wallet_transactions: createTransactions(world.lago, body, world.catchUp()).map(transactionJson) });
  });

  app.get("/wallet_transactions/:id", (c) => {
    world.catchUp();
    return c.json({ wallet_transaction: { ...transactionJson(transactionOf(c, world.lago)), applied_invoice_custom_sections: [] } });
  });

  app.get("/wallet_transactions/:id/consumptions", (c) => {
    world.catchUp();
    const { page, meta } = pageOf(c, sharesOf(transactionOf(c, world.lago), "inbound"));
    return c.json({ wallet_transaction_consumptions: page.map((share) => shareJson(share, share.outbound)), meta });
  });

  app.get("/wallet_transactions/:id/fundings", (c) => {
    world.catchUp();
    const { page, meta } = pageOf(c, sharesOf(transactionOf(c, world.lago), "outbound"));
    return c.json({ wallet_transaction_fundings: page.map((share) => shareJson(share, share.inbound)), meta });
  });

  app.post("/wallet_transactions/:id/payment_url", (c) => {
    world.catchUp();
    return c.json({ wallet_transaction_payment_details: paymentUrlJson(transactionOf(c, world.lago)) });
  });
}

function transactionOf(c: Context, state: LagoState): Transaction {
  const transaction = state.transactions.get(c.req.param("id") ?? "");
  if (transaction === undefined) throw notFound("wallet_transaction");
  return transaction;
}

/** Filters with a value that Lago does not know are ignored; metadata has to hold every pair that is asked for (2). */
function transactionFilter(c: Context): (transaction: Transaction) => boolean {
  const status = knownQuery(c, "status", ["pending", "settled", "failed"]);
  const kind = knownQuery(c, "transaction_status", ["purchased", "granted", "voided", "invoiced"]);
  const type = knownQuery(c, "transaction_type", ["inbound", "outbound"]);
  const pairs = Object.entries(c.req.query()).flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [{ key, value }];
  });
  return (transaction) =>
    (status === undefined || transaction.status === status) &&
    (kind === undefined || transaction.kind === kind) &&
    (type === undefined || transaction.type === type) &&
    pairs.every(({ key, value }) => transaction.metadata.some((pair) => isRecord(pair) && pair["key"] === key && String(pair["value"]) === value));
}
