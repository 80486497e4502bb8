/**
 * A Worker in front of a metered API: it lets a request through only if the customer's prepaid wallets cover it.
 *
 *   POST /flexprice/complete   POST /lago/complete
 *   x-customer: the customer's id; a real program takes it from its own authentication
 *   {"metric": "tokens", "units": 1500}
 */
import { CreditGate, type GateOptions, isCreditGateError } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { lago } from "creditgate/lago";

interface Env {
  readonly FLEXPRICE_API_KEY: string;
  readonly FLEXPRICE_BASE_URL?: string;
  readonly LAGO_API_KEY: string;
  readonly LAGO_BASE_URL?: string;
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
  if (name === "lago") {
    return { provider: lago({ apiKey: env.LAGO_API_KEY, baseUrl: env.LAGO_BASE_URL }), taxRate: "20" };
  }
  const provider = flexprice({ apiKey: env.FLEXPRICE_API_KEY, baseUrl: env.FLEXPRICE_BASE_URL, grants: "fetch" });
  return { provider };
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
    const name = new URL(request.url).pathname.split("/")[1] ?? "";
    const price = Object.hasOwn(PRICES, name) ? PRICES[name] : undefined;
    const customer = request.headers.get("x-customer");
    if (price === undefined || customer === null) return new Response("not found\n", { status: 404 });

    const usage = await readUsage(request);
    if (usage === undefined) return Response.json({ code: "invalid_input", path: "body" }, { status: 400 });
    try {
      const decision = await gateFor(name, env).spend(
        { customer, ...usage, ...price },
        { waitUntil: (promise) => context.waitUntil(promise) },
      );
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
