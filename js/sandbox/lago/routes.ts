/**
 * Lago's HTTP API (lago 2). Everything that succeeds answers 200.
 *
 * @module creditgate/sandbox
 */
import { Hono } from "hono";
import { isRecord } from "../fields.js";
import { type Env, jsonBody } from "../http.js";
import type { World } from "../world.js";
import { addAlerts } from "./alert-routes.js";
import { bodyOf } from "./answers.js";
import { addBilling } from "./billing-routes.js";
import { addCustomers } from "./customer-routes.js";
import { LagoError, unprocessable } from "./errors.js";
import { acceptBatch, acceptEvent } from "./events.js";
import { addTransactions } from "./transaction-routes.js";
import { addWallets } from "./wallet-routes.js";

const MAX_BATCH = 100;

export function lagoRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();
  addCustomers(app, world);
  addWallets(app, world);
  addAlerts(app, world);
  addTransactions(app, world);
  addBilling(app, world);
  addEvents(app, world);
  addWebhookKeys(app, world);
  app.all("*", (c) => c.json({ status: 404, error: "Not Found" }, 404));
  app.onError((error, c) => {
    if (error instanceof LagoError) return c.json(error.body(), error.status);
    return c.json({ status: 500, error: error.message }, 500);
  });
  return app;
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

/** The PEM in base64; the plain form is deprecated (1.6). */
function addWebhookKeys(app: Hono<Env>, world: World): void {
  const publicKey = (): string => Buffer.from(world.webhooks.keys.publicKey).toString("base64");
  app.get("/webhooks/json_public_key", (c) => c.json({ webhook: { public_key: publicKey() } }));
  app.get("/webhooks/public_key", (c) => c.text(publicKey()));
}
