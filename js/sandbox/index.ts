/**
 * The sandbox: a local server that speaks both hosted APIs truthfully, for demos, tests and one's own
 * development. Node only.
 *
 * State is real: events become pending usage, top-ups become credits, and Lago's ongoing balances move only when
 * its refresh clock ticks. Webhooks are signed, sent and sent again. Time can be turned, and faults switched on,
 * through {@link Sandbox.control} or the same verbs over HTTP.
 *
 * @module creditgate/sandbox
 */
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { CreditGateError } from "../errors.js";
import { CONTROL_PATH, FLEXPRICE_PATH, LAGO_PATH, LAGO_URL, sandboxApp } from "./app.js";
import { Clock } from "./clock.js";
import type { Control } from "./control.js";
import { SigningKeys } from "./webhooks/signing.js";
import { World } from "./world.js";
import { WorldControl } from "./world-control.js";

export type { Control, CustomerRequest, MetricRequest } from "./control.js";
export type { FinalizeRequest, InvoiceRequest, PlanRequest } from "./control-lago.js";
export type { SubscriptionRequest } from "./control-subscriptions.js";
export type { FlexpriceWalletRequest, GrantRequest, LagoWalletRequest, WalletRequest } from "./control-wallets.js";
export type { Fault } from "./faults.js";
export type { ProviderRequests, RequestCounts, Requests } from "./requests.js";
export type { Shape } from "./webhooks/emission.js";
export type { WebhookEndpoint, WebhookRequest } from "./webhooks/endpoints.js";
export type { Signature } from "./webhooks/signing.js";
export type { Attempt, Delivery } from "./webhooks/webhooks.js";

export interface SandboxOptions {
  /** @defaultValue `0`: any free port. The sandbox listens on 127.0.0.1 only. */
  readonly port?: number;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: () => number;
  /** How often Lago's ongoing balances are refreshed, ms (R-ONG-14). @defaultValue `300_000` */
  readonly lagoRefreshInterval?: number;
  /** How long after POST /wallets Lago's first credits land, ms (R-NEW-3). @defaultValue `50` */
  readonly lagoGrantDelay?: number;
  /** How long until Flexprice counts an event, ms (flexprice 18). @defaultValue `120_000` */
  readonly flexpriceEventLag?: number;
  /** How long after usage Flexprice looks at alerts and auto top-ups, ms (flexprice 61). @defaultValue `330_000` */
  readonly flexpriceEvaluationDelay?: number;
  /** API keys to accept. `KEY+label` is accepted too, and counted under its label. */
  readonly keys?: { readonly lago?: string; readonly flexprice?: string };
}

export interface Sandbox {
  readonly lago: { readonly baseUrl: string; readonly apiKey: string };
  readonly flexprice: { readonly baseUrl: string; readonly apiKey: string };
  readonly control: Control;
  close(): Promise<void>;
}

/**
 * Starts a sandbox; resolves when it listens.
 *
 * @example
 * ```ts
 * import { startSandbox } from "creditgate/sandbox";
 *
 * const sandbox = await startSandbox();
 * sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "25" });
 * const answer = await fetch(`${sandbox.flexprice.baseUrl}/customers/wallets?lookup_key=acme`, {
 *   headers: { "x-api-key": sandbox.flexprice.apiKey },
 * });
 * await sandbox.close();
 * ```
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const delays = {
    lagoRefreshInterval: wholeOption(options.lagoRefreshInterval ?? 300_000, "lagoRefreshInterval", 1),
    lagoGrantDelay: wholeOption(options.lagoGrantDelay ?? 50, "lagoGrantDelay", 0),
    flexpriceEventLag: wholeOption(options.flexpriceEventLag ?? 120_000, "flexpriceEventLag", 0),
    flexpriceEvaluationDelay: wholeOption(options.flexpriceEvaluationDelay ?? 330_000, "flexpriceEvaluationDelay", 0),
  };
  const port = wholeOption(options.port ?? 0, "port", 0, 65_535);
  const keys = { lago: options.keys?.lago ?? "sandbox-lago-key", flexprice: options.keys?.flexprice ?? "sandbox-flexprice-key" };

  const server = createServer();
  const origin = `http://127.0.0.1:${await listen(server, port)}`;
  const closing = new AbortController();
  const world = new World(new Clock(options.now ?? Date.now), delays, new SigningKeys(origin + LAGO_URL), closing.signal);
  const control = new WorldControl(world, origin + CONTROL_PATH);
  const app = sandboxApp(world, control, keys, closing.signal);
  server.on("request", getRequestListener(app.fetch, { overrideGlobalObjects: false }));

  return {
    lago: { baseUrl: origin + LAGO_PATH, apiKey: keys.lago },
    flexprice: { baseUrl: origin + FLEXPRICE_PATH, apiKey: keys.flexprice },
    control,
    close: async () => {
      closing.abort();
      await close(server);
    },
  };
}

/** Resolves with the port, or rejects with why the server cannot listen. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Ends at once, open connections included. Closing twice is fine. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function wholeOption(value: number, path: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new CreditGateError("invalid_option", `${path} must be a whole number of at least ${least}`, { path });
  }
  return value;
}
