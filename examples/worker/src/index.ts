/**
 * A Worker in front of a metered API: it lets a request through only if the customer's prepaid wallets cover it.
 *
 *   POST /flexprice/complete   POST /lago/complete
 *   x-customer: the customer's id    x-request-id: makes a repeat count once
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
    const { LAGO_API_KEY: apiKey, LAGO_BASE_URL: baseUrl } = env;
    return { provider: lago(baseUrl === undefined ? { apiKey } : { apiKey, baseUrl }), taxRate: "20" };
  }
  const { FLEXPRICE_API_KEY: apiKey, FLEXPRICE_BASE_URL: baseUrl } = env;
  const grants = "fetch";
  return { provider: flexprice(baseUrl === undefined ? { apiKey, grants } : { apiKey, baseUrl, grants }) };
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const name = new URL(request.url).pathname.split("/")[1] ?? "";
    const price = PRICES[name];
    const customer = request.headers.get("x-customer");
    if (price === undefined || customer === null) return new Response("not found\n", { status: 404 });

    const { metric, units } = await request.json<{ metric: string; units: number }>();
    const key = request.headers.get("x-request-id");
    try {
      const decision = await gateFor(name, env).spend(
        { customer, metric, units, ...price },
        { waitUntil: (promise) => context.waitUntil(promise), ...(key === null ? {} : { key }) },
      );
      if (!decision.allowed) return decision.toResponse();
    } catch (error) {
      // Bad input, such as a negative number of units: never let it through.
      if (isCreditGateError(error)) return Response.json({ code: error.code, path: error.path }, { status: 400 });
      throw error;
    }
    const headers = { "x-customer": customer, "x-provider": name };
    return fetch(env.UPSTREAM_URL, { method: "POST", headers, body: JSON.stringify({ metric, units }) });
  },
};
