/** A program as users write it, type-checked against the declarations of the package. */
import { type Account, CreditGate, CreditGateError, type Decision, type ErrorCode, type Hold, isCreditGateError, memoryStore } from "creditgate";
import { type CheckoutState, CheckoutPreview, defineCreditPreview, signedSnapshots } from "creditgate/browser";
import { coverage, type InvoicePreview, previewInvoice, type WalletsSnapshot } from "creditgate/engine";
import { isCreditGateError as guard } from "creditgate/errors";
import { flexprice } from "creditgate/flexprice";
import { flexpriceApi } from "creditgate/flexprice/api";
import { lago } from "creditgate/lago";
import { lagoApi } from "creditgate/lago/api";
import { call, verbs } from "creditgate/rules";
import { generateSnapshotKey, previewEndpoint, type SnapshotPublicKey } from "creditgate/server";
import { workersKv } from "creditgate/store/workers-kv";
import { flexpriceWebhooks, lagoWebhooks } from "creditgate/webhooks";

const gate = new CreditGate({ provider: flexprice({ apiKey: async () => "key", region: "us" }), store: memoryStore(), webhooks: flexpriceWebhooks({ secret: "whsec_AAAA" }) });
export const other = new CreditGate({ provider: lago({ apiKey: "key", refreshInterval: "none" }), taxRate: "20", whenScopesOverlap: "reconstruct", webhooks: lagoWebhooks({ hmacKey: "key" }) });

export async function spend(amount: string): Promise<Response> {
  const decision: Decision = await gate.spend({ customer: "cus_1", amount, currency: "USD", metric: "tokens" }, { key: "request-1", waitUntil: (promise) => void promise });
  if (!decision.allowed) return decision.toResponse();
  return new Response(decision.outcome === "unknown" ? decision.reason : decision.available);
}

export async function hold(): Promise<string> {
  const held: Hold = await gate.authorize({ customer: "cus_1", credits: 5n, currency: "USD" });
  if (!held.allowed) return held.decision.reason;
  return (await held.capture("0.031")).captured;
}

export function told(error: unknown): ErrorCode | undefined {
  if (error instanceof CreditGateError || guard(error)) return error.code;
  return isCreditGateError(error) ? error.code : undefined;
}

const snapshot: WalletsSnapshot = { profile: "flexprice", wallets: [] };
export const preview: InvoicePreview = previewInvoice(snapshot, { currency: "USD", lines: [{ id: "a", amount: "1" }] }, { now: 0 });
export const short: string | null = coverage(snapshot, { currency: "USD", units: 3, unitPrice: "0.1" }, { now: 0 }).shortfall;
export const covers: boolean | undefined = gate.meter({ unitPrice: "0.01", currency: "USD" }).covers("cus_1", 1);
export const account = async (): Promise<Account | undefined> => gate.account("cus_1");
export const stored = (namespace: Parameters<typeof workersKv>[0]): CreditGate => new CreditGate({ provider: lago({ apiKey: "key" }), taxRate: "0", store: workersKv(namespace) });
export async function credits(request: Request): Promise<Response> {
  const { privateKey } = await generateSnapshotKey();
  return previewEndpoint({ gate, key: privateKey, origins: ["https://shop.example"], authenticate: () => "cus_1" })(request);
}

export function page(publicKey: SnapshotPublicKey): CheckoutState {
  defineCreditPreview();
  const checkout = new CheckoutPreview({ source: signedSnapshots({ endpoint: "/credits", customer: "cus_1", publicKey }) });
  checkout.subscribe((state) => void state.snapshot?.asOf);
  return checkout.state;
}

export const apis = [flexpriceApi({ apiKey: "key" }), lagoApi({ apiKey: "key" })] as const;
export const answers = verbs.map((verb) => call(verb, {}));

// @ts-expect-error: a customer is required
void gate.check({ amount: "1", currency: "USD" });
// @ts-expect-error: Lago needs its tax rate to be text, a bigint or a safe integer
new CreditGate({ provider: lago({ apiKey: "key" }), taxRate: null });
