/**
 * A Worker in front of a metered API: it lets a request through only if the customer's prepaid wallets cover it.
 *
 *   POST /flexprice/complete   POST /lago/complete
 *   x-customer: the customer's id; a real program takes it from its own authentication
 *   {"metric": "tokens", "units": 1500}
 *
 *   POST /flexprice/webhooks   POST /lago/webhooks: where the billing API says that a wallet has changed
 *
 * Try it: `npx creditgate sandbox` is the billing API on this machine; with what it prints in `.dev.vars`, a line for
 * each string of `Env`, `npm run dev` is the Worker in front of it. Workers KV spares look-ups: isolates share what one
 * of them has fetched, and hear of each other's webhooks.
 */
import { CreditGate, type GateOptions, isCreditGateError } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { lago } from "creditgate/lago";
import { type KvNamespace, workersKv } from "creditgate/store/workers-kv";
import { flexpriceWebhooks, lagoWebhooks } from "creditgate/webhooks";

interface Env {
  readonly FLEXPRICE_API_KEY: string;
  readonly FLEXPRICE_BASE_URL?: string;
  readonly FLEXPRICE_WEBHOOK_SECRET: string;
  readonly LAGO_API_KEY: string;
  readonly LAGO_BASE_URL?: string;
  readonly LAGO_HMAC_KEY: string;
  readonly SNAPSHOTS: KvNamespace;
  /** The API that is being sold. */
  readonly UPSTREAM_URL: string;
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

const PRICES: Readonly<Record<string, { unitPrice: string; currency: string }>> = {
  flexprice: { unitPrice: "0.00001", currency: "USD" },
  lago: { unitPrice: "0.00001", currency: "EUR" },
};

/** Gates keep what they have cached, so they live as long as the isolate; they are built on first use. */
const gates = new Map<string, CreditGate>();

function gateFor(name: string, env: Env): CreditGate {
  const known = gates.get(name);
  if (known !== undefined) return known;
  const gate = new CreditGate(options(name, env));
  gates.set(name, gate);
  return gate;
}

function options(name: string, env: Env): GateOptions {
  const store = workersKv(env.SNAPSHOTS);
  if (name === "lago") {
    const provider = lago({ apiKey: env.LAGO_API_KEY, baseUrl: env.LAGO_BASE_URL });
    return { provider, taxRate: "20", webhooks: lagoWebhooks({ hmacKey: env.LAGO_HMAC_KEY }), store };
  }
  const provider = flexprice({ apiKey: env.FLEXPRICE_API_KEY, baseUrl: env.FLEXPRICE_BASE_URL, grants: "fetch" });
  return { provider, webhooks: flexpriceWebhooks({ secret: env.FLEXPRICE_WEBHOOK_SECRET }), store };
}

/** What the client asks for; `undefined` for a body that is none. The gate checks the values. */
async function readUsage(request: Request): Promise<{ metric: string; units: number } | undefined> {
  try {
    const { metric, units } = (await request.json()) as { metric: string; units: number };
    return { metric, units };
  } catch {
    return undefined;
  }
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const [, name = "", route] = new URL(request.url).pathname.split("/");
    const price = Object.hasOwn(PRICES, name) ? PRICES[name] : undefined;
    const customer = request.headers.get("x-customer");
    const waitUntil = (promise: Promise<unknown>) => context.waitUntil(promise);
    if (price !== undefined && route === "webhooks") return gateFor(name, env).handleWebhook(request, { waitUntil });
    if (price === undefined || customer === null) return new Response("not found\n", { status: 404 });

    const usage = await readUsage(request);
    if (usage === undefined) return Response.json({ code: "invalid_input", path: "body" }, { status: 400 });
    try {
      const decision = await gateFor(name, env).spend({ customer, ...usage, ...price }, { waitUntil });
      if (!decision.allowed) return decision.toResponse();
    } catch (error) {
      // Bad input, such as a negative number of units: never let it through.
      if (isCreditGateError(error)) return Response.json({ code: error.code, path: error.path }, { status: 400 });
      throw error;
    }
    const headers = { "x-customer": customer, "x-provider": name };
    return fetch(env.UPSTREAM_URL, { method: "POST", headers, body: JSON.stringify(usage) });
  },
};
