/**
 * The two APIs and the control API under one HTTP server.
 *
 * @module creditgate/sandbox
 */
import { Hono } from "hono";
import type { WorldControl } from "./control.js";
import { controlRoutes } from "./control-routes.js";
import { bodyForStatus as flexpriceBody } from "./flexprice/errors.js";
import { flexpriceRoutes } from "./flexprice/routes.js";
import { door, type Env } from "./http.js";
import { bodyForStatus as lagoBody } from "./lago/errors.js";
import { lagoRoutes } from "./lago/routes.js";
import type { World } from "./world.js";

export const FLEXPRICE_PATH = "/flexprice/v1";
export const LAGO_PATH = "/lago/api/v1";
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
      presented: (c) => c.req.header("x-api-key") ?? "",
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
