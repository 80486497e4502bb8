/**
 * The customer portal: a session for one customer, and what its token may see (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Context, Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { balanceAnswer, walletById, withBreakdown } from "./answers.js";
import { activeWallets, customerByExternalId } from "./customers.js";
import { FlexpriceError, Unauthorized } from "./errors.js";
import { customerJson, iso, walletJson } from "./serialize.js";
import type { Customer, Wallet } from "./state.js";
import { bodyOfQuery, transactionPage } from "./transactions.js";

/** Requests below it present `X-Session-Token` instead of an API key. */
export const PORTAL_PATH = "/customer/portal";
const SESSION_LIFETIME = 3_600_000;

export function addPortalRoutes(app: Hono<Env>, world: World): void {
  app.get("/customers/portal/:externalId", (c) => {
    const now = world.catchUp();
    const customer = customerByExternalId(world.flexprice, c.req.param("externalId"));
    const token = randomUUID();
    const expiresAt = now + SESSION_LIFETIME;
    world.flexprice.portalSessions.set(token, { customer, expiresAt });
    return c.json({ url: `https://portal.example/?token=${token}`, token, expires_at: iso(expiresAt) });
  });

  app.get(`${PORTAL_PATH}/info`, (c) => c.json(customerJson(ownCustomer(c, world))));

  app.post(`${PORTAL_PATH}/wallets`, (c) => c.json(activeWallets(ownCustomer(c, world)).map((wallet) => balanceAnswer(c, world, wallet))));

  app.get(`${PORTAL_PATH}/wallets/:id`, (c) => {
    const wallet = ownWallet(c, world);
    return c.json(withBreakdown(c.req.query(), wallet, walletJson(wallet)));
  });

  app.get(`${PORTAL_PATH}/wallets/:id/transactions`, (c) => c.json(transactionPage(ownWallet(c, world).transactions, bodyOfQuery(c.req.query()))));
}

function ownCustomer(c: Context<Env>, world: World): Customer {
  const now = world.catchUp();
  const session = world.flexprice.portalSessions.get(c.req.header("x-session-token") ?? "");
  if (session === undefined || session.expiresAt <= now) throw new Unauthorized();
  return session.customer;
}

/** Another customer's wallet is not found. */
function ownWallet(c: Context<Env>, world: World): Wallet {
  const customer = ownCustomer(c, world);
  const wallet = walletById(c, world.flexprice);
  if (wallet.customer !== customer) throw new FlexpriceError("not_found", "Wallet not found", { wallet_id: wallet.id });
  return wallet;
}
