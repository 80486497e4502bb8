/**
 * Who hears webhooks: what `control.webhooks` is told and what it answers.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import type { Profile } from "../../types.js";
import { Fields, invalid, listOf, oneOf, type Reader } from "../fields.js";
import { EVENT_TYPES as FLEXPRICE_EVENTS } from "../flexprice/webhooks.js";
import { EVENT_TYPES as LAGO_EVENTS } from "../lago/webhooks.js";
import { SHAPES, type Shape } from "./emission.js";
import type { Signature, SigningKeys } from "./signing.js";

/** Lago 1.6. */
const MAX_LAGO_ENDPOINTS = 10;

export interface WebhookRequest {
  readonly provider: Profile;
  /** Where to POST: http or https on the loopback interface only. */
  readonly url: string;
  /** Only these. @defaultValue every type */
  readonly event_types?: readonly string[];
  /** Flexprice: `"svix"` or, like a self-hosted one, `"none"`. Lago: `"jwt"` or `"hmac"`. @defaultValue `"svix"`, `"jwt"` */
  readonly signature?: Signature;
  /** Flexprice only: how much the bodies carry (flexprice 4.2). @defaultValue `"slim"` */
  readonly shape?: Shape;
}

export interface Endpoint {
  readonly id: string;
  readonly provider: Profile;
  readonly url: string;
  readonly eventTypes: readonly string[] | undefined;
  readonly signature: Signature;
  readonly shape: Shape;
}

/** What a registered endpoint is answered as, with what its receiver verifies by. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly provider: Profile;
  readonly url: string;
  readonly event_types: readonly string[] | null;
  readonly signature: Signature;
  /** Flexprice only. */
  readonly shape?: Shape;
  /** `svix`: `whsec_` and base64. `hmac`: the key, as text. */
  readonly secret?: string;
  /** `jwt`: PEM. */
  readonly public_key?: string;
  /** `jwt`: the token's `iss`. */
  readonly issuer?: string;
}

export function readEndpoint(request: unknown, existing: readonly Endpoint[]): Endpoint {
  const fields = new Fields(request);
  const provider = fields.required("provider", oneOf("flexprice", "lago"));
  const isLago = provider === "lago";
  const types = listOf(isLago ? oneOf(...LAGO_EVENTS) : oneOf(...FLEXPRICE_EVENTS));
  const endpoint: Endpoint = {
    id: randomUUID(),
    provider,
    url: fields.required("url", loopbackUrl),
    eventTypes: fields.optional<readonly string[]>("event_types", types),
    signature: fields.optional<Signature>("signature", isLago ? oneOf("jwt", "hmac") : oneOf("svix", "none")) ?? (isLago ? "jwt" : "svix"),
    shape: (isLago ? undefined : fields.optional("shape", oneOf(...SHAPES))) ?? "slim",
  };
  fields.done();
  if (isLago && existing.filter((other) => other.provider === "lago").length >= MAX_LAGO_ENDPOINTS) {
    throw invalid(`is taken: Lago has at most ${MAX_LAGO_ENDPOINTS} endpoints`, "url");
  }
  return endpoint;
}

export function endpointJson(endpoint: Endpoint, keys: SigningKeys): WebhookEndpoint {
  const { id, provider, url, eventTypes, signature, shape } = endpoint;
  return {
    id,
    provider,
    url,
    event_types: eventTypes ?? null,
    signature,
    ...(provider === "flexprice" ? { shape } : {}),
    ...(signature === "svix" ? { secret: keys.svixSecret } : {}),
    ...(signature === "hmac" ? { secret: keys.hmacKey } : {}),
    ...(signature === "jwt" ? { public_key: keys.publicKey, issuer: keys.issuer } : {}),
  };
}

const loopbackUrl: Reader<string> = (value, path) => {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  const isLoopback = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (!isLoopback || !["http:", "https:"].includes(url.protocol)) throw invalid("must be an http URL on 127.0.0.1, localhost or [::1]", path);
  return url.href;
};
