/**
 * Alerts of one wallet, which only the newer family of routes has (lago 2).
 *
 * @module creditgate/sandbox
 */
import type { Context, Hono } from "hono";
import { isRecord } from "../fields.js";
import type { Env } from "../http.js";
import type { World } from "../world.js";
import { createAlerts, updateAlert } from "./alerts.js";
import { bodyOf, pageOf, rootsOf, walletByCode } from "./answers.js";
import { badRequest, notFound } from "./errors.js";
import { alertJson } from "./serialize.js";
import type { Alert, LagoState } from "./state.js";

const PATH = "/customers/:externalId/wallets/:code/alerts";

export function addAlerts(app: Hono<Env>, world: World): void {
  // One under `alert`, or several under `alerts`.
  app.post(PATH, async (c) => {
    const { alert, alerts } = await rootsOf(c);
    const now = world.catchUp();
    const wallet = walletByCode(c, world.lago);
    if (Array.isArray(alerts)) return c.json({ alerts: createAlerts(wallet, alerts.filter(isRecord), now).map(alertJson) });
    if (!isRecord(alert)) throw badRequest("alert");
    const [made] = createAlerts(wallet, [alert], now).map(alertJson);
    return c.json({ alert: made });
  });

  app.get(PATH, (c) => {
    world.catchUp();
    const { page, meta } = pageOf(c, walletByCode(c, world.lago).alerts);
    return c.json({ alerts: page.map(alertJson), meta });
  });

  app.get(`${PATH}/:alertCode`, (c) => {
    world.catchUp();
    return c.json({ alert: alertJson(alertOf(c, world.lago)) });
  });

  app.put(`${PATH}/:alertCode`, async (c) => {
    const body = await bodyOf(c, "alert");
    world.catchUp();
    const alert = alertOf(c, world.lago);
    updateAlert(alert, body);
    return c.json({ alert: alertJson(alert) });
  });

  app.delete(`${PATH}/:alertCode`, (c) => {
    world.catchUp();
    const alert = alertOf(c, world.lago);
    alert.wallet.alerts = alert.wallet.alerts.filter((other) => other !== alert);
    return c.json({ alert: alertJson(alert) });
  });

  app.delete(PATH, (c) => {
    world.catchUp();
    walletByCode(c, world.lago).alerts = [];
    return c.body(null, 200);
  });
}

function alertOf(c: Context, state: LagoState): Alert {
  const alert = walletByCode(c, state).alerts.find(({ code }) => code === c.req.param("alertCode"));
  if (alert === undefined) throw notFound("alert");
  return alert;
}
