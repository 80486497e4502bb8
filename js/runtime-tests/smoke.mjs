/**
 * What every set-up runs, as an app would: the rules, an error of each kind, webhooks, a gate in front of the sandbox,
 * and a checkout page with both builds of the engine. It only tells what happened, as JSON; judge.mjs says whether that is right, in one runtime for all.
 */
import { CreditGate, isCreditGateError } from "creditgate";
import { CheckoutPreview } from "creditgate/browser";
import { coverage, previewInvoice } from "creditgate/engine";
import { CreditGateError } from "creditgate/errors";
import { flexprice } from "creditgate/flexprice";
import { lago } from "creditgate/lago";
import { generateSnapshotKey, previewEndpoint, verifySnapshot } from "creditgate/server";
import { flexpriceWebhooks } from "creditgate/webhooks";
import { deliveries, sandbox, vectors } from "./input.mjs";

/** `rules` loads creditgate/rules, where the app has it: an app without it must not bundle it. */
export async function smoke({ rules } = {}) {
  return {
    engine: engine(),
    errors: await errors(),
    flexprice: await spending(flexprice(sandbox.flexprice), "USD"),
    lago: await spending(lago(sandbox.lago), "EUR", { taxRate: "0" }),
    refused: await refused(),
    checkout: await checkout(),
    deliveries: await Promise.all(deliveries.map(verify)),
    ...(rules === undefined ? {} : { vectors: replay(await rules()) }),
  };
}

const now = Date.parse("2026-11-20T12:00:00Z");
const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }], taxRates: ["20"] };
const snapshot = { profile: "flexprice", wallets: [{ id: "w", currency: "usd", balance: "30", real_time_balance: "12", is_cached_fallback: false }] };

function engine() {
  const { outcome, shortfall } = coverage(snapshot, { currency: "USD", amount: "15" }, { now });
  const { credits, tax, total } = previewInvoice(snapshot, draft, { now });
  return { outcome, shortfall, credits, tax, total };
}

async function errors() {
  const gate = new CreditGate({ provider: flexprice(sandbox.flexprice) });
  return {
    option: await thrownBy(() => new CreditGate({ provider: flexprice({ apiKey: "" }) })),
    float: await thrownBy(() => gate.check({ customer: "acme", amount: 0.1, currency: "USD" })),
    draft: await thrownBy(() => previewInvoice(snapshot, { currency: "USD", lines: [{ id: "a", amount: "1", quanity: "2" }] }, { now })),
    size: await thrownBy(() => coverage(snapshot, { currency: "USD", amount: "9".repeat(40) }, { now })),
    // The engine works on after an error.
    after: engine().outcome,
  };
}

async function thrownBy(body) {
  try {
    await body();
    return "nothing thrown";
  } catch (error) {
    const { name, code, path, message } = error;
    return { name, code, path: path ?? null, said: typeof message === "string" && message !== "", guarded: isCreditGateError(error), instance: error instanceof CreditGateError };
  }
}

async function spending(provider, currency, options = {}) {
  const gate = new CreditGate({ provider, ...options });
  const spend = async (amount) => told(await gate.spend({ customer: "acme", amount, currency }));
  const answers = [await spend("10"), await spend("20")];
  const meter = gate.meter({ unitPrice: "0.01", currency });
  const covers = [meter.covers("acme", 1500), meter.covers("acme", 1501), meter.covers("nobody", 1)];
  await gate.close();
  return { answers, covers };
}

async function refused() {
  const gate = new CreditGate({ provider: flexprice({ ...sandbox.flexprice, apiKey: "wrong" }) });
  return told(await gate.check({ customer: "acme", amount: "1", currency: "USD" }));
}

function told({ outcome, allowed, reason, available, shortfall }) {
  return { outcome, allowed, reason, available: available ?? null, shortfall: shortfall ?? null };
}

/** What a server signs of a customer's wallets, believed by the page, and previewed there. */
async function checkout() {
  const { privateKey, publicKey } = await generateSnapshotKey();
  const gate = new CreditGate({ provider: flexprice(sandbox.flexprice) });
  const origin = "https://shop.example";
  const endpoint = previewEndpoint({ gate, key: privateKey, origins: [origin], authenticate: () => "acme" });
  const answer = await endpoint(new Request(`${origin}/credits`, { headers: { authorization: "session" } }));
  const { snapshot: token } = await answer.json();
  const believe = (asked) => verifySnapshot(token, { publicKey, customer: "acme", origin, now: Date.now(), ...asked });
  const verified = await believe();
  const source = { fetch: async () => ({ ...verified.snapshot, expiresAt: verified.expiresAt }) };
  return { status: answer.status, other: (await thrownBy(() => believe({ customer: "other" }))).code, wasm: await paid(source, "wasm"), noWasm: await paid(source, "no-wasm") };
}

async function paid(source, engine) {
  const page = new CheckoutPreview({ source, engine });
  await page.load();
  const { state } = page;
  const told = state.status === "ready" ? page.preview(draft) : state.error;
  page.close();
  return { engine: state.engine ?? null, credits: told.credits ?? told.message, total: told.total ?? null };
}

async function verify({ secret, headers, body, now: at }) {
  const request = new Request("https://example.com/", { method: "POST", headers, body });
  return flexpriceWebhooks({ secret }).verify(request, { now: () => at }).then(
    () => "valid",
    (error) => error.code,
  );
}

function replay({ call }) {
  return vectors.map(({ kind, input }) => {
    try {
      return { answer: call(kind, input) };
    } catch (error) {
      return { error: `${error.code} ${error.message}` };
    }
  });
}
