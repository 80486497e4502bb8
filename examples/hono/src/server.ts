/**
 * A Hono server that sells an API by the request: it answers only if the customer's prepaid wallets cover it.
 *
 *   POST /complete             x-customer: the customer's id; a real program takes it from its own authentication
 *   POST /webhooks/flexprice   where the billing API says that a wallet has changed
 *
 * Try it: `npx creditgate sandbox` is the billing API on this machine. It prints addresses and keys, and answers the
 * secret of its webhooks to
 * `curl -d '{"provider":"flexprice","url":"http://127.0.0.1:8787/webhooks/flexprice"}' CONTROL_URL/webhooks`. Then
 * `FLEXPRICE_BASE_URL=... FLEXPRICE_API_KEY=... FLEXPRICE_WEBHOOK_SECRET=whsec_... npm start`, and
 * `curl -X POST -H 'x-customer: acme' http://127.0.0.1:8787/complete`.
 */
import { serve } from "@hono/node-server";
import { CreditGate } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { flexpriceWebhooks } from "creditgate/webhooks";
import { Hono } from "hono";

const { FLEXPRICE_API_KEY = "", FLEXPRICE_BASE_URL, FLEXPRICE_WEBHOOK_SECRET = "", PORT = "8787" } = process.env;

const gate = new CreditGate({
  provider: flexprice({ apiKey: FLEXPRICE_API_KEY, baseUrl: FLEXPRICE_BASE_URL }),
  webhooks: flexpriceWebhooks({ secret: FLEXPRICE_WEBHOOK_SECRET }),
  report: "provider", // the gate sends the usage events, in batches
});

const app = new Hono();

app.post("/complete", async (c) => {
  const customer = c.req.header("x-customer");
  if (!customer) return c.json({ error: "unauthenticated" }, 401);
  const event = { properties: { units: 1 } }; // what the billing API aggregates
  const decision = await gate.spend({ customer, amount: "0.01", currency: "USD", metric: "completions", event });
  if (!decision.allowed) return decision.toResponse(); // 402, or 503 where the wallets are unknown
  return c.json({ text: "Here is what you paid for." });
});

// The signature is over the bytes as they came: the request goes in as it is.
app.post("/webhooks/flexprice", (c) => gate.handleWebhook(c.req.raw));

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(PORT) }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});

/** Answers what is under way, then sends the usage events that are left. */
function stop(): void {
  server.close(() => void gate.close());
}

process.once("SIGINT", stop);
process.once("SIGTERM", stop);
