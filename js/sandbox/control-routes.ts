/**
 * The control verbs over HTTP, JSON in and out. No key: the sandbox listens on the loopback interface only.
 *
 * @module creditgate/sandbox
 */
import { Hono } from "hono";
import { isCreditGateError } from "../errors.js";
import { jsonBody } from "./http.js";
import type { WorldControl } from "./world-control.js";

export function controlRoutes(control: WorldControl): Hono {
  const app = new Hono();
  app.post("/reset", async (c) => c.json(control.reset((await c.req.text()) === "" ? {} : await jsonBody(c))));
  app.post("/clock", async (c) => c.json(control.clock(await jsonBody(c))));
  app.post("/metrics", async (c) => c.json(control.metrics(await jsonBody(c))));
  app.post("/customers", async (c) => c.json(control.customers(await jsonBody(c))));
  app.post("/wallets", async (c) => c.json(control.wallets(await jsonBody(c))));
  app.post("/faults", async (c) => c.json(control.faults(await jsonBody(c))));
  app.delete("/faults", (c) => {
    control.clearFaults();
    return c.body(null, 204);
  });
  app.post("/pay", async (c) => c.json(control.pay(await jsonBody(c))));
  app.post("/refresh", (c) => c.json(control.refresh()));
  app.post("/sweep", (c) => c.json(control.sweep()));
  app.post("/subscriptions", async (c) => c.json(control.subscriptions(await jsonBody(c))));
  app.post("/plans", async (c) => c.json(control.plans(await jsonBody(c))));
  app.post("/invoices", async (c) => c.json(control.invoices(await jsonBody(c))));
  app.post("/finalize", async (c) => c.json(control.finalize(await jsonBody(c))));
  app.post("/webhooks", async (c) => c.json(control.webhooks(await jsonBody(c))));
  app.get("/deliveries", async (c) => c.json(await control.deliveries()));
  app.get("/requests", (c) => c.json(control.requests()));
  app.all("*", (c) => c.json({ code: "unknown_verb", message: `there is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (!isCreditGateError(error)) return c.json({ code: "engine_fault", message: error.message }, 500);
    return c.json({ code: error.code, message: error.message, path: error.path }, error.code === "engine_fault" ? 500 : 400);
  });
  return app;
}
