/**
 * Webhooks on their way: built when the request that caused them is done, sent over real HTTP, and sent again by the
 * sandbox's clock.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Profile } from "../../types.js";
import { type Clock, earliest } from "../clock.js";
import type { Emission } from "./emission.js";
import { type Endpoint, endpointJson, readEndpoint, type WebhookEndpoint } from "./endpoints.js";
import type { SigningKeys } from "./signing.js";
import { transportOf } from "./transport.js";

/** One try to deliver. Neither a status nor an error: it is under way. */
export interface Attempt {
  /** Milliseconds by the sandbox's clock. */
  readonly at: number;
  /** What the receiver answered. */
  status?: number;
  /** Why there was no answer. */
  error?: string;
}

/** One webhook for one endpoint. */
export interface Delivery {
  /** `svix-id` (one for all endpoints of an event) or `X-Lago-Unique-Key`; the same over all attempts. */
  readonly id: string;
  /** The provider's own event: what Flexprice's `POST /webhooks/retry` takes. */
  readonly event_id: string;
  readonly endpoint_id: string;
  readonly provider: Profile;
  readonly event_type: string;
  /** The JSON text, byte for byte as sent. */
  readonly body: string;
  readonly status: "pending" | "delivered" | "failed";
  readonly attempts: readonly Readonly<Attempt>[];
  /** When the next attempt is due, milliseconds; null when there is none. */
  readonly next_attempt_at: number | null;
}

interface Outgoing {
  readonly id: string;
  readonly eventId: string;
  readonly endpoint: Endpoint;
  readonly type: string;
  readonly body: string;
  readonly attempts: Attempt[];
  status: Delivery["status"];
  /** When the next attempt is due, if there is one. */
  due: number;
}

export class Webhooks {
  readonly keys: SigningKeys;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #settled: () => void;
  readonly #endpoints: Endpoint[] = [];
  readonly #outgoing: Outgoing[] = [];
  /** Those of them that have a next attempt. */
  readonly #waiting = new Set<Outgoing>();
  readonly #underWay = new Set<Promise<void>>();
  #emitted: { readonly provider: Profile; readonly emission: Emission }[] = [];
  #isSilent = false;

  /** `settled` is called when an attempt has come to its end: the next may be due, or has to be waited for. */
  constructor(clock: Clock, keys: SigningKeys, closing: AbortSignal, settled: () => void) {
    this.#clock = clock;
    this.keys = keys;
    this.#closing = closing;
    this.#settled = settled;
  }

  register(request: unknown): WebhookEndpoint {
    const endpoint = readEndpoint(request, this.#endpoints);
    this.#endpoints.push(endpoint);
    return endpointJson(endpoint, this.keys);
  }

  hasEndpoint(signature?: Endpoint["signature"]): boolean {
    return this.#endpoints.some((endpoint) => signature === undefined || endpoint.signature === signature);
  }

  /** Something happened. It is built and sent by the next {@link flush}. */
  emit(provider: Profile, emission: Emission): void {
    if (!this.#isSilent) this.#emitted.push({ provider, emission });
  }

  /** What `work` does is told to nobody: a state set up by hand has no history. */
  silently<T>(work: () => T): T {
    this.#isSilent = true;
    try {
      return work();
    } finally {
      this.#isSilent = false;
    }
  }

  /** Builds what was emitted, and sends what is due. */
  flush(): void {
    const now = this.#clock.now();
    const emitted = this.#emitted;
    this.#emitted = [];
    for (const { provider, emission } of emitted) this.#enqueue(provider, emission, now);
    for (const delivery of this.#waiting) {
      if (delivery.due <= now) this.#send(delivery, now);
    }
  }

  /** When the next attempt is due; infinity when there is none. */
  nextDue(): number {
    return earliest([...this.#waiting].map(({ due }) => due));
  }

  /** Sends an event once more to all its endpoints. False when there is no such event. */
  retry(provider: Profile, eventId: string): boolean {
    const now = this.#clock.now();
    const again = this.#outgoing.filter((delivery) => delivery.endpoint.provider === provider && delivery.eventId === eventId);
    for (const delivery of again) {
      delivery.status = "pending";
      delivery.due = now;
      this.#waiting.add(delivery);
    }
    return again.length > 0;
  }

  /** All deliveries, oldest first, once no attempt is under way. */
  async deliveries(): Promise<Delivery[]> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    return this.#outgoing.map((delivery) => ({
      id: delivery.id,
      event_id: delivery.eventId,
      endpoint_id: delivery.endpoint.id,
      provider: delivery.endpoint.provider,
      event_type: delivery.type,
      body: delivery.body,
      status: delivery.status,
      attempts: structuredClone(delivery.attempts),
      next_attempt_at: this.#waiting.has(delivery) ? delivery.due : null,
    }));
  }

  #enqueue(provider: Profile, { type, build }: Emission, now: number): void {
    const eventId = `sysevt_${randomUUID()}`;
    const messageId = `msg_${randomUUID().replaceAll("-", "")}`;
    for (const endpoint of this.#endpoints) {
      if (endpoint.provider !== provider || endpoint.eventTypes?.includes(type) === false) continue;
      const json = JSON.stringify(build(endpoint.shape));
      const delivery: Outgoing = {
        id: provider === "lago" ? randomUUID() : messageId,
        eventId,
        endpoint,
        type,
        body: provider === "lago" ? escapedAsRails(json) : json,
        attempts: [],
        status: "pending",
        due: now,
      };
      this.#outgoing.push(delivery);
      this.#waiting.add(delivery);
    }
  }

  #send(delivery: Outgoing, now: number): void {
    const attempt: Attempt = { at: now };
    this.#waiting.delete(delivery);
    delivery.attempts.push(attempt);
    const sending = this.#post(delivery, attempt).then(() => {
      this.#underWay.delete(sending);
      this.#conclude(delivery, attempt);
    });
    this.#underWay.add(sending);
  }

  /** Never rejects: what goes wrong is the attempt's. */
  async #post({ id, endpoint, body }: Outgoing, attempt: Attempt): Promise<void> {
    const { timeout } = transportOf(endpoint.signature);
    const signed = this.keys.headers(endpoint.signature, { id, at: attempt.at, body });
    try {
      const response = await fetch(endpoint.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...signed },
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#closing, AbortSignal.timeout(timeout)]),
      });
      await response.body?.cancel();
      attempt.status = response.status;
    } catch (error) {
      attempt.error = error instanceof Error ? error.message : String(error);
    }
  }

  /** The next attempt is counted from this one's start, so that tests are exact however long an answer takes. */
  #conclude(delivery: Outgoing, { at, status }: Attempt): void {
    const { isSuccess, waits } = transportOf(delivery.endpoint.signature);
    const wait = waits[delivery.attempts.length - 1];
    if (status !== undefined && isSuccess(status)) delivery.status = "delivered";
    else if (wait === undefined) delivery.status = "failed";
    else {
      delivery.due = at + wait;
      this.#waiting.add(delivery);
    }
    if (!this.#closing.aborted) this.#settled();
  }
}

/** Rails writes these as \u escapes (lago 1.6). */
function escapedAsRails(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
