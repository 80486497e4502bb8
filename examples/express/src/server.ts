/**
 * An Express server that sells an API by the request: it answers only if the customer's prepaid wallets cover it.
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
import type { AddressInfo } from "node:net";
import { CreditGate } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { flexpriceWebhooks } from "creditgate/webhooks";
import express from "express";

const { FLEXPRICE_API_KEY = "", FLEXPRICE_BASE_URL, FLEXPRICE_WEBHOOK_SECRET = "", PORT = "8787" } = process.env;

const gate = new CreditGate({
  provider: flexprice({ apiKey: FLEXPRICE_API_KEY, baseUrl: FLEXPRICE_BASE_URL }),
  webhooks: flexpriceWebhooks({ secret: FLEXPRICE_WEBHOOK_SECRET }),
  report: "provider", // the gate sends the usage events, in batches
});

const app = express();

// Before any `express.json()`: the signature is over the bytes as they came.
app.post("/webhooks/flexprice", express.raw({ type: () => true, limit: "1mb" }), async (request, response) => {
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const delivery = new Request("http://localhost/webhooks/flexprice", { method: "POST", headers, body: request.body });
  await send(await gate.handleWebhook(delivery), response);
});

app.post("/complete", express.json(), async (request, response) => {
  const customer = request.get("x-customer");
  if (!customer) {
    response.status(401).json({ error: "unauthenticated" });
    return;
  }
  const event = { properties: { units: 1 } }; // what the billing API aggregates
  const decision = await gate.spend({ customer, amount: "0.01", currency: "USD", metric: "completions", event });
  if (!decision.allowed) await send(decision.toResponse(), response); // 402, or 503 where the wallets are unknown
  else response.json({ text: "Here is what you paid for." });
});

/** A Web `Response` as Express sends it. */
async function send(from: Response, to: express.Response): Promise<void> {
  to.status(from.status).set(Object.fromEntries(from.headers));
  to.send(Buffer.from(await from.arrayBuffer()));
}

const server = app.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** Answers what is under way, then sends the usage events that are left. */
function stop(): void {
  server.close(() => void gate.close());
}

process.once("SIGINT", stop);
process.once("SIGTERM", stop);
