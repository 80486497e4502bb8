/**
 * Customers, subscriptions and current usage, as far as wallets need them (lago 2).
 *
 * @module creditgate/sandbox
 */
import type { Hono } from "hono";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { bodyOf, customerOf, mandatory, pageOf } from "./answers.js";
import { notFound, unprocessable } from "./errors.js";
import { customerJson, subscriptionJson } from "./serialize.js";
import { currentUsageJson } from "./usage.js";

export function addCustomers(app: Hono<Env>, world: World): void {
  app.post("/customers", async (c) => {
    const body = await bodyOf(c, "customer");
    const { name, currency, timezone } = body;
    if (typeof timezone === "string" && !isTimezone(timezone)) throw unprocessable({ timezone: ["value_is_invalid"] });
    const customer = world.lago.customer(mandatory(body, "external_id"), world.catchUp());
    if (typeof name === "string") customer.name = name;
    if (typeof currency === "string") customer.currency = currency.toUpperCase();
    if (typeof timezone === "string") customer.timezone = timezone;
    return c.json({ customer: customerJson(customer) });
  });

  app.get("/customers/:externalId", (c) => {
    world.catchUp();
    return c.json({ customer: customerJson(customerOf(c, world.lago)) });
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

  // The sandbox ends no subscription: all there are are active.
  app.get("/subscriptions", (c) => {
    world.catchUp();
    const { external_customer_id: customer, plan_code: plan } = c.req.query();
    const statuses = [...(c.req.queries("status[]") ?? []), ...(c.req.queries("status") ?? [])];
    const found = [...world.lago.subscriptions.values()].filter(
      (subscription) =>
        (customer === undefined || subscription.customer.externalId === customer) &&
        (plan === undefined || subscription.planCode === plan) &&
        (statuses.length === 0 || statuses.includes("active")),
    );
    const { page, meta } = pageOf(c, found);
    return c.json({ subscriptions: page.map(subscriptionJson), meta });
  });

  app.get("/customers/:externalId/current_usage", (c) => {
    const now = world.catchUp();
    const customer = customerOf(c, world.lago);
    const subscription = world.lago.subscriptions.get(c.req.query("external_subscription_id") ?? "");
    if (subscription === undefined || subscription.customer !== customer) throw notFound("subscription");
    return c.json({ customer_usage: currentUsageJson(world.lago, subscription, now, c.req.query("apply_taxes") !== "false") });
  });
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
