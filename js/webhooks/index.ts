/**
 * The providers' webhooks: verified over raw bytes, and read.
 *
 * `verify` and `parse` need nothing but Web `Request` and WebCrypto, and load no WebAssembly. Given to the gate
 * (`webhooks`), they keep its snapshots current: `gate.handleWebhook(request)`.
 *
 * @module creditgate/webhooks
 */

export { flexpriceWebhooks, type FlexpriceWebhooksOptions } from "./flexprice/index.js";
export { lagoWebhooks, type LagoWebhooksOptions } from "./lago/index.js";
export type {
  AlertWebhook, OtherWebhook, PaymentFailureWebhook, TransactionWebhook, WalletWebhook, WebhookAlert, WebhookContext,
  WebhookDelivery, WebhookEvent, WebhookObject, Webhooks, WebhookThreshold,
} from "../types.js";
