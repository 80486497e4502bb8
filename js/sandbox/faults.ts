/**
 * Fault switches: what goes wrong, on which routes, and how often.
 *
 * @module creditgate/sandbox
 */
import type { Profile } from "../types.js";
import { boolean, Fields, integerFrom, invalid, oneOf } from "./fields.js";
import { ROUTE_CLASSES, type RouteClass } from "./requests.js";

/** One switch. Several may be on at once; where two say the same thing the newer one holds. */
export interface Fault {
  /** Both when absent. */
  readonly provider?: Profile | undefined;
  /** @defaultValue `"all"` */
  readonly route?: RouteClass | "all" | undefined;
  /** Real milliseconds until the request is looked at. */
  readonly latency?: number | undefined;
  /** The request is answered with this error and has no effect. */
  readonly status?: number | undefined;
  /** Seconds for `Retry-After` (and `X-RateLimit-Reset`) beside `status`. */
  readonly retryAfter?: number | undefined;
  /** The request has its effect, and its answer is cut in half. */
  readonly malformed?: boolean | undefined;
  /** The request has its effect, and the connection breaks instead of the answer. */
  readonly drop?: boolean | undefined;
  /** Flexprice: computing fails, so that reads are answered from the cache where it has a value (rule 14). */
  readonly stale?: boolean | undefined;
  /** The switch goes off after so many requests. Without it, it stays on. */
  readonly times?: number | undefined;
}

/** What the switches that match one request do to it. */
export type FaultEffect = Pick<Fault, "latency" | "status" | "retryAfter" | "malformed" | "drop" | "stale">;

export function readFault(value: unknown): Fault {
  const fields = new Fields(value);
  const fault: Fault = {
    provider: fields.optional("provider", oneOf("flexprice", "lago")),
    route: fields.optional("route", oneOf("all", ...ROUTE_CLASSES)),
    latency: fields.optional("latency", integerFrom(0, 600_000)),
    status: fields.optional("status", integerFrom(400, 599)),
    retryAfter: fields.optional("retryAfter", integerFrom(0)),
    malformed: fields.optional("malformed", boolean),
    drop: fields.optional("drop", boolean),
    stale: fields.optional("stale", boolean),
    times: fields.optional("times", integerFrom(1)),
  };
  fields.done();
  if (fault.retryAfter !== undefined && fault.status === undefined) throw invalid('needs a "status"', "retryAfter");
  if (fault.stale === true && fault.provider === "lago") throw invalid("is Flexprice's; Lago has no such cache", "stale");
  return fault;
}

export class Faults {
  #on: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#on.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#on = [];
  }

  /** What happens to this request; uses up one of `times` of each switch that matches. */
  take(provider: Profile, route: RouteClass): FaultEffect {
    const matching = this.#on.filter(({ fault }) => matches(fault, provider, route));
    for (const entry of matching) entry.left -= 1;
    this.#on = this.#on.filter(({ left }) => left > 0);
    return matching.reduce<FaultEffect>((effect, { fault }) => ({ ...effect, ...said(fault) }), {});
  }
}

function matches(fault: Fault, provider: Profile, route: RouteClass): boolean {
  return (fault.provider ?? provider) === provider && (fault.route === undefined || fault.route === "all" || fault.route === route);
}

/** The keys that a switch does give, so that it overrides only those. */
function said(fault: Fault): FaultEffect {
  return Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined));
}
