/**
 * Wallets and their metadata, by Lago's id and by customer and code (lago 2).
 *
 * @module creditgate/sandbox
 */
import type { Context, Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { bodyOf, customerOf, newestFirst, pageOf, rootsOf, walletByCode, walletById } from "./answers.js";
import { terminate } from "./ledger.js";
import { deleteMetadata, mergeMetadata, metadataJson, replaceMetadata } from "./metadata.js";
import { BILLING_ENTITY, walletJson } from "./serialize.js";
import type { LagoState, Wallet } from "./state.js";
import { createWallet, updateWallet } from "./wallets.js";
import { walletEvent } from "./webhooks.js";

/** How a family of routes finds its wallet. */
type Find = (c: Context, state: LagoState) => Wallet;

export function addWallets(app: Hono<Env>, world: World): void {
  app.get("/wallets", (c) => {
    world.catchUp();
    const customer = c.req.query("external_customer_id");
    return listed(c, customer === undefined ? [...world.lago.wallets.values()] : (world.lago.customers.get(customer)?.wallets ?? []));
  });

  app.post("/wallets", async (c) => {
    const body = await bodyOf(c, "wallet");
    return c.json({ wallet: walletJson(createWallet(world.lago, body, world.catchUp(), world.delays.lagoGrantDelay)) });
  });

  app.get("/customers/:externalId/wallets", (c) => {
    world.catchUp();
    return listed(c, customerOf(c, world.lago).wallets);
  });

  app.post("/customers/:externalId/wallets", async (c) => {
    const body = await bodyOf(c, "wallet");
    const now = world.catchUp();
    const whole = { ...body, external_customer_id: customerOf(c, world.lago).externalId };
    return c.json({ wallet: walletJson(createWallet(world.lago, whole, now, world.delays.lagoGrantDelay)) });
  });

  addWallet(app, world, "/wallets/:id", walletById);
  addWallet(app, world, "/customers/:externalId/wallets/:code", walletByCode);
}

function addWallet(app: Hono<Env>, world: World, path: string, find: Find): void {
  app.get(path, (c) => {
    world.catchUp();
    return c.json({ wallet: walletJson(find(c, world.lago)) });
  });

  app.put(path, async (c) => {
    const body = await bodyOf(c, "wallet");
    const now = world.catchUp();
    const wallet = find(c, world.lago);
    updateWallet(world.lago, wallet, body, now);
    return c.json({ wallet: walletJson(wallet) });
  });

  app.delete(path, (c) => {
    const now = world.catchUp();
    const wallet = find(c, world.lago);
    terminate(world.lago, wallet, now);
    return c.json({ wallet: walletJson(wallet) });
  });

  addMetadata(app, world, `${path}/metadata`, find);
}

function addMetadata(app: Hono<Env>, world: World, path: string, find: Find): void {
  /** The wallet, once `change` is done to it. */
  const changed = (c: Context, change: (wallet: Wallet) => void) => {
    world.catchUp();
    const wallet = find(c, world.lago);
    change(wallet);
    world.lago.emit(walletEvent("wallet.updated", wallet));
    return c.json(metadataJson(wallet));
  };

  app.post(path, async (c) => {
    const { metadata } = await rootsOf(c);
    return changed(c, (wallet) => {
      replaceMetadata(wallet, metadata);
    });
  });

  app.on(["PATCH", "PUT"], path, async (c) => {
    const { metadata } = await rootsOf(c);
    return changed(c, (wallet) => {
      mergeMetadata(wallet, metadata);
    });
  });

  app.delete(path, (c) =>
    changed(c, (wallet) => {
      wallet.metadata = undefined;
    }),
  );

  app.delete(`${path}/:key`, (c) =>
    changed(c, (wallet) => {
      deleteMetadata(wallet, c.req.param("key") ?? "");
    }),
  );
}

/** Of every status; there is no filter for it (2). */
function listed(c: Context, wallets: readonly Wallet[]): Response {
  const currency = c.req.query("currency");
  const entities = c.req.queries("billing_entity_codes[]");
  const isAsked = (wallet: Wallet): boolean => currency === undefined || wallet.currency === currency;
  const ofEntity = entities === undefined || entities.includes(BILLING_ENTITY) ? wallets : [];
  const { page, meta } = pageOf(c, ofEntity.filter(isAsked).sort(newestFirst));
  return c.json({ wallets: page.map(walletJson), meta });
}
