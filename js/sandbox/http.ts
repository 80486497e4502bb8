/**
 * What both APIs do before and after their routes: counting, faults, the API key.
 *
 * @module creditgate/sandbox
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Profile } from "../types.js";
import type { FaultEffect } from "./faults.js";
import { routeClass } from "./requests.js";
import type { World } from "./world.js";

export interface Env {
  Bindings: HttpBindings;
  Variables: {
    /** What the fault switches do to this request. */
    effect: FaultEffect;
    /** Whose API key this is, for the counts. */
    keyLabel: string;
  };
}

/** What differs between the two APIs at the door. */
export interface Door {
  readonly provider: Profile;
  readonly basePath: string;
  readonly apiKey: string;
  /** The API key that a request presents. */
  readonly presented: (c: Context<Env>) => string;
  /** The body for an error that no route made: a wrong key, a fault switch. */
  readonly errorBody: (status: number) => Record<string, unknown>;
  /** Ends waiting requests when the sandbox closes. */
  readonly closing: AbortSignal;
}

/** Counts the request, applies the faults, checks the key. */
export function door(world: World, options: Door): MiddlewareHandler<Env> {
  return async (c, next) => {
    const route = routeClass(c.req.path.slice(options.basePath.length));
    const keyLabel = labelOf(options.presented(c), options.apiKey);
    world.requests.received(options.provider, route, keyLabel ?? "unauthorized");
    const effect = world.faults.take(options.provider, route);
    if (effect.latency !== undefined && !(await waited(effect.latency, options.closing))) {
      breakConnection(c);
      return undefined;
    }
    if (keyLabel === undefined) return c.json(options.errorBody(401), 401);
    if (effect.status !== undefined) return failed(c, effect.status, effect.retryAfter, options);
    c.set("effect", effect);
    c.set("keyLabel", keyLabel);
    await next();
    world.conclude();
    if (effect.drop === true) breakConnection(c);
    else if (effect.malformed === true) await cutAnswer(c);
    return undefined;
  };
}

/** `KEY` itself is `default`; `KEY+label` tells one caller from another in the counts. */
function labelOf(presented: string, apiKey: string): string | undefined {
  if (presented === apiKey) return "default";
  const label = presented.startsWith(`${apiKey}+`) ? presented.slice(apiKey.length + 1) : "";
  return /^[\w-]{1,64}$/.test(label) ? label : undefined;
}

function failed(c: Context<Env>, status: number, retryAfter: number | undefined, { provider, errorBody }: Door): Response {
  if (retryAfter !== undefined) {
    c.header("Retry-After", String(retryAfter));
    if (provider === "lago") c.header("X-RateLimit-Reset", String(retryAfter));
  }
  // A fault's status is 400..599, and those all carry a body.
  return c.json(errorBody(status), status as ContentfulStatusCode);
}

/** Waits by the host's clock. False when the sandbox closed meanwhile. */
function waited(ms: number, closing: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal: closing }).catch(() => false);
}

/** The client sees the connection close without an answer. */
function breakConnection(c: Context<Env>): void {
  c.env.incoming.socket.destroy();
  c.res = undefined;
  c.res = RESPONSE_ALREADY_SENT;
}

/** The client sees half of the JSON. */
async function cutAnswer(c: Context<Env>): Promise<void> {
  const { status, headers } = c.res;
  const body = await c.res.text();
  c.res = undefined;
  c.res = new Response(body.slice(0, Math.ceil(body.length / 2)), { status, headers });
}

/** The body as JSON, or `undefined` where it is none. */
export async function jsonBody(c: Context): Promise<unknown> {
  try {
    return await c.req.json<unknown>();
  } catch {
    return undefined;
  }
}

/** A query parameter as a whole number, or `undefined` where it is none. Absent is `fallback`. */
export function wholeQuery(c: Context, key: string, fallback: number): number | undefined {
  const value = c.req.query(key);
  if (value === undefined) return fallback;
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
