/**
 * The two APIs and the control API under one HTTP server.
 *
 * @module creditgate/sandbox
 */
import { Hono } from "hono";
import { controlRoutes } from "./control-routes.js";
import { bodyForStatus as flexpriceBody } from "./flexprice/errors.js";
import { PORTAL_PATH } from "./flexprice/portal.js";
import { flexpriceRoutes } from "./flexprice/routes.js";
import { door, type Env } from "./http.js";
import { bodyForStatus as lagoBody } from "./lago/errors.js";
import { lagoRoutes } from "./lago/routes.js";
import type { World } from "./world.js";
import type { WorldControl } from "./world-control.js";

export const FLEXPRICE_PATH = "/flexprice/v1";
/** What Lago's server calls its API's URL. */
export const LAGO_URL = "/lago";
export const LAGO_PATH = `${LAGO_URL}/api/v1`;
export const CONTROL_PATH = "/control";

export interface ApiKeys {
  readonly flexprice: string;
  readonly lago: string;
}

export function sandboxApp(world: World, control: WorldControl, keys: ApiKeys, closing: AbortSignal): Hono<Env> {
  const app = new Hono<Env>();
  app.use(
    `${FLEXPRICE_PATH}/*`,
    door(world, {
      provider: "flexprice",
      basePath: FLEXPRICE_PATH,
      apiKey: keys.flexprice,
      // The portal's routes look at the session token themselves.
      presented: (c) => (c.req.path.startsWith(`${FLEXPRICE_PATH}${PORTAL_PATH}/`) ? `${keys.flexprice}+portal` : (c.req.header("x-api-key") ?? "")),
      errorBody: flexpriceBody,
      closing,
    }),
  );
  app.use(
    `${LAGO_PATH}/*`,
    door(world, {
      provider: "lago",
      basePath: LAGO_PATH,
      apiKey: keys.lago,
      presented: (c) => /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "",
      errorBody: lagoBody,
      closing,
    }),
  );
  app.route(FLEXPRICE_PATH, flexpriceRoutes(world));
  app.route(LAGO_PATH, lagoRoutes(world));
  app.route(CONTROL_PATH, controlRoutes(control));
  return app;
}
