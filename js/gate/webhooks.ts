/**
 * Webhooks, handled: verified, each once, and taken for a hint that a customer's wallets are to be fetched. So their
 * order does not matter, nor that their figures lack what decides.
 */

import { CreditGateError, type ErrorCode, isCreditGateError } from "../errors.js";
import { isId } from "../input.js";
import { problemResponse } from "../problem.js";
import type { CallOptions, WebhookEvent, Webhooks } from "../types.js";
import type { Core } from "./core.js";
import { Deliveries } from "./deliveries.js";
import { Hints } from "./hints.js";

/** What may be said of a delivery. */
export type HandleOptions = Pick<CallOptions, "waitUntil">;

/** Refusals that are final; anything else failed here, and may succeed when the provider sends again. */
const REFUSED: Partial<Record<ErrorCode, number>> = {
  webhook_signature_missing: 401,
  webhook_signature_malformed: 400,
  webhook_algorithm_refused: 401,
  webhook_signature_invalid: 401,
  webhook_issuer_refused: 401,
  webhook_stale: 401,
  webhook_from_future: 401,
  webhook_too_large: 413,
  webhook_invalid: 400,
};

export class WebhookHandler {
  readonly #core: Core;
  readonly #deliveries: Deliveries;
  readonly #hints: Hints;

  constructor(core: Core) {
    this.#core = core;
    this.#deliveries = new Deliveries(core.stored);
    this.#hints = new Hints(core);
  }

  close(): void {
    this.#hints.close();
  }

  /** The answer to the provider. @throws CreditGateError `invalid_input` for a request whose body was read before */
  async handle(webhooks: Webhooks, request: Request, call: HandleOptions): Promise<Response> {
    try {
      return await this.#handle(webhooks, request, call);
    } catch (thrown) {
      if (isCreditGateError(thrown) && thrown.code === "invalid_input") throw thrown;
      return this.#refuse(isCreditGateError(thrown) ? thrown : unhandled("something failed", thrown));
    }
  }

  async #handle(webhooks: Webhooks, request: Request, call: HandleOptions): Promise<Response> {
    const { fetch, now, sleep, telemetry } = this.#core.settings;
    const { deliveryId, body } = await webhooks.verify(request, { fetch, now, sleep });
    if (deliveryId !== undefined && (await this.#deliveries.has(deliveryId))) {
      telemetry?.({ type: "webhook_duplicate", deliveryId });
      return new Response(null, { status: 200 });
    }
    const event = await this.#addressed(webhooks.parse(body));
    const { type, kind, customer } = event;
    const isShared = kind === "other" || customer === undefined || (await this.#hint(customer, call));
    // Whether or not the store took the hint: a burst that it is too slow for must not cost the listener an alert.
    await this.#tell(event);
    if (!isShared) throw unhandled("the store did not take the invalidation, so other instances would not hear of it");
    // Only now: had anything failed, it would have to come again.
    if (deliveryId !== undefined) await this.#deliveries.add(deliveryId);
    telemetry?.({ type: "webhook", event: type, kind, deliveryId, customer });
    return new Response(null, { status: 204 });
  }

  /**
   * Marks what is known of a customer as outdated and fetches it anew behind the answer, where anybody uses it; whether
   * the shared store has it.
   */
  async #hint(customer: string, call: HandleOptions): Promise<boolean> {
    const { cache, stored, refresher, settings } = this.#core;
    const state = cache.peek(customer);
    const isShared = await (state === undefined ? stored.invalidate(customer, settings.now()) : refresher.invalidate(state));
    this.#core.keepAlive(this.#hints.refetch(customer), call);
    return isShared;
  }

  /** The event with the id by which the gate addresses its customer. */
  async #addressed(event: WebhookEvent): Promise<WebhookEvent> {
    const { kind, walletId, customerId } = event;
    const named = this.#core.settings.provider.customers === "id" ? customerId : event.customer;
    const isLookedUp = named === undefined && kind !== "other" && this.#matters();
    const customer = isLookedUp ? await this.#core.customers.find({ walletId, customerId }, { isSpare: true }) : named;
    return { ...event, customer: isId(customer) ? customer : undefined };
  }

  /** Whether it makes a difference whose an event is: to a listener, to other instances, or to what is cached here. */
  #matters(): boolean {
    const { onWebhook, store } = this.#core.settings;
    return onWebhook !== undefined || store !== undefined || this.#core.cache.size() > 0;
  }

  async #tell(event: WebhookEvent): Promise<void> {
    try {
      await this.#core.settings.onWebhook?.(event);
    } catch (cause) {
      throw unhandled("onWebhook failed", cause);
    }
  }

  #refuse(error: CreditGateError): Response {
    const { code } = error;
    const status = REFUSED[code];
    this.#core.settings.telemetry?.({ type: status === undefined ? "webhook_failed" : "webhook_refused", error });
    if (status !== undefined) return problemResponse(status, "The delivery is refused.", { code });
    return problemResponse(503, "The delivery could not be handled now.", { code }, error.retryAfter);
  }
}

function unhandled(problem: string, cause?: unknown): CreditGateError {
  return new CreditGateError("webhook_unhandled", problem, { cause });
}
