/**
 * Svix signatures, which are those of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body` (flexprice 4.3).
 *
 * No library does it here: `standardwebhooks` 1.1.1 takes no clock, knows one secret and one spelling of the headers,
 * tells failures apart by their message alone, and its HMAC in JavaScript is 7 times slower than WebCrypto's (8 ms for
 * 1 MiB, where a Worker may have 10 in all), at 4.8 KB gzip; `svix` is a client of 28 KB around it. It signs in the
 * tests.
 */

import { CreditGateError } from "../../errors.js";
import { type Bytes, decodeBase64, encodeUtf8, hmacSha256, isEqual } from "../bytes.js";
import { checkId, malformed, required } from "../headers.js";

/** The one version of symmetric signatures. */
const VERSION = "v1";

/** A delivery's signature headers, read. */
export interface SvixHeaders {
  readonly id: string;
  /** As it was sent: it is part of what is signed. Seconds. */
  readonly timestamp: string;
  /** Those of our version, as `v1,base64`. */
  readonly signatures: readonly string[];
}

/** The bytes of a secret as Svix shows it, with or without `whsec_`; `undefined` when it is none. */
export function decodeSecret(secret: string): Bytes | undefined {
  const key = decodeBase64(secret.replace(/^whsec_/, ""));
  return key === undefined || key.length === 0 ? undefined : key;
}

/**
 * Reads the headers, in either spelling: `svix-` or `webhook-`.
 *
 * @throws CreditGateError `webhook_signature_missing`, `webhook_signature_malformed`, `webhook_algorithm_refused`
 */
export function readHeaders(headers: Headers): SvixHeaders {
  const prefix = headers.has("svix-signature") ? "svix" : "webhook";
  const signatures = required(headers, `${prefix}-signature`).split(" ").filter((signature) => signature !== "");
  const id = checkId(required(headers, `${prefix}-id`), `${prefix}-id`);
  const timestamp = required(headers, `${prefix}-timestamp`);
  if (!/^\d{1,12}$/.test(timestamp)) throw malformed(`${prefix}-timestamp`);
  if (!signatures.every((signature) => /^[^,]+,[^,]+$/.test(signature))) throw malformed(`${prefix}-signature`);
  const ours = signatures.filter((signature) => signature.startsWith(`${VERSION},`));
  if (ours.length === 0) throw new CreditGateError("webhook_algorithm_refused", `no signature is of version ${VERSION}`);
  return { id, timestamp, signatures: ours };
}

/**
 * Checks when it was signed.
 *
 * @param now - milliseconds since the epoch
 * @param tolerance - milliseconds, either way
 * @returns when, in milliseconds since the epoch
 * @throws CreditGateError `webhook_stale`, `webhook_from_future`
 */
export function checkTime({ timestamp }: SvixHeaders, now: number, tolerance: number): number {
  const sentAt = Number(timestamp) * 1000;
  if (now - sentAt > tolerance) throw new CreditGateError("webhook_stale", "it was signed too long ago");
  if (sentAt - now > tolerance) throw new CreditGateError("webhook_from_future", "it was signed by a clock too far ahead");
  return sentAt;
}

/** The signature that whoever knows the secret sends. */
export async function sign(secret: Bytes, { id, timestamp }: Pick<SvixHeaders, "id" | "timestamp">, body: Bytes): Promise<string> {
  const head = encodeUtf8(`${id}.${timestamp}.`);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return `${VERSION},${await hmacSha256(secret, message)}`;
}

/**
 * Checks that one of the signatures is one of these secrets' own.
 *
 * @throws CreditGateError `webhook_signature_invalid`
 */
export async function checkSignatures(secrets: readonly Bytes[], headers: SvixHeaders, body: Bytes): Promise<void> {
  for (const secret of secrets) {
    const expected = await sign(secret, headers, body);
    if (headers.signatures.some((signature) => isEqual(signature, expected))) return;
  }
  throw new CreditGateError("webhook_signature_invalid", "no signature is that of the secret over these bytes");
}
