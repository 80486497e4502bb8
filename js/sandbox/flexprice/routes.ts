/**
 * Flexprice's HTTP API (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import { type Context, Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { searchAlerts } from "./alerts.js";
import { balanceAnswer, bodyOf, maxLive, withBreakdown } from "./answers.js";
import { requiredText } from "./body.js";
import { activeWallets, createCustomer, customerByExternalId, customerById, customerByQuery } from "./customers.js";
import { FlexpriceError, Unauthorized } from "./errors.js";
import { acceptEvents } from "./events.js";
import { addPortalRoutes } from "./portal.js";
import { previewInvoice } from "./preview.js";
import { alertLogJson, customerJson, ENVIRONMENT, TENANT, walletJson } from "./serialize.js";
import { settingJson, updateSetting } from "./settings.js";
import { pageOf } from "./transactions.js";
import { addWalletRoutes } from "./wallet-routes.js";

const MAX_BULK = 1000;

export function flexpriceRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  addPortalRoutes(app, world);
  addCustomerRoutes(app, world);
  addWalletRoutes(app, world);
  addEventRoutes(app, world);
  addWebhookRoutes(app, world);
  addSettingRoutes(app, world);
  app.all("*", (c) => c.text("404 page not found", 404));
  app.onError((error, c) => {
    if (error instanceof FlexpriceError) return c.json(error.body(), error.status);
    if (error instanceof Unauthorized) return c.json({ error: "Unauthorized" }, 401);
    return c.json(new FlexpriceError("internal_error", error.message).body(), 500);
  });
  return app;
}

function addCustomerRoutes(app: Hono<Env>, world: World): void {
  app.post("/customers", async (c) => {
    const body = await bodyOf(c);
    return c.json(customerJson(createCustomer(world.flexprice, body, world.catchUp())), 201);
  });

  app.get("/customers/wallets", (c) => {
    world.catchUp();
    const active = activeWallets(customerByQuery(world.flexprice, c.req.query()));
    if (c.req.query("include_real_time_balance") !== "true") {
      // Emitted although nothing was computed.
      return c.json(active.map((wallet) => ({ ...walletJson(wallet), is_cached_fallback: false })));
    }
    const fromCache = c.req.query("from_cache") === "true";
    return c.json(active.map((wallet) => balanceAnswer(c, world, wallet, fromCache, fromCache ? maxLive(c) : undefined)));
  });

  // Today's path, and the one of older documentation.
  app.on("GET", ["/customers/external/:externalId", "/customers/lookup/:externalId"], (c) =>
    c.json(customerJson(customerByExternalId(world.flexprice, c.req.param("externalId") ?? ""))),
  );

  app.get("/customers/:id", (c) => c.json(customerJson(customerById(world.flexprice, c.req.param("id")))));

  app.get("/customers/:id/wallets", (c) => {
    world.catchUp();
    const active = activeWallets(customerById(world.flexprice, c.req.param("id")));
    return c.json(active.map((wallet) => withBreakdown(c.req.query(), wallet, walletJson(wallet))));
  });
}

function addEventRoutes(app: Hono<Env>, world: World): void {
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
  const { ids, added } = acceptEvents(world.flexprice, events, world.delays, world.catchUp());
  world.requests.eventsAccepted("flexprice", c.get("keyLabel"), added);
  return ids;
}

function addWebhookRoutes(app: Hono<Env>, world: World): void {
  // Endpoints are made in Svix's portal, here by `control.webhooks` (4.3).
  app.get("/webhooks/dashboard", (c) => {
    if (!world.webhooks.hasEndpoint("svix")) return c.json({ url: "", svix_enabled: false });
    const login = { url: "https://app.svix.example/login#key=sandbox", token: "appsk_sandbox" };
    return c.json({ svix_enabled: true, ...login, app_id: `${TENANT}_${ENVIRONMENT}` });
  });

  app.post("/webhooks/retry", async (c) => {
    const id = requiredText(await bodyOf(c), "system_event_id");
    if (!world.webhooks.retry("flexprice", id)) throw new FlexpriceError("not_found", "System event not found", { system_event_id: id });
    return c.json({ message: "Webhook retry accepted" }, 202);
  });
}

function addSettingRoutes(app: Hono<Env>, world: World): void {
  app.post("/invoices/preview", async (c) => {
    const body = await bodyOf(c);
    return c.json(previewInvoice(world.flexprice, body, world.catchUp()));
  });

  app.post("/alerts/search", async (c) => {
    const body = await bodyOf(c);
    world.catchUp();
    const { limit, offset } = pageOf(body);
    const logs = searchAlerts(world.flexprice, body);
    return c.json({ items: logs.slice(offset, offset + limit).map(alertLogJson), pagination: { total: logs.length, limit, offset } });
  });

  app.get("/settings/:key", (c) => c.json(settingJson(world.flexprice.settings, c.req.param("key"))));

  app.put("/settings/:key", async (c) => {
    const body = await bodyOf(c);
    updateSetting(world.flexprice.settings, c.req.param("key"), body);
    return c.json(settingJson(world.flexprice.settings, c.req.param("key")));
  });
}
