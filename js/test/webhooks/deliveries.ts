/** Deliveries as the providers send them, signed here by other means than the package's own. */
import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { type CreditGateError, isCreditGateError } from "../../errors.js";

export const NOW: number = Date.parse("2026-08-29T10:40:00Z");
export const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
export const OTHER_SECRET = "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";
export const HMAC_KEY = "lago-hmac-test-key-0001";

export interface Svix {
  readonly body?: string;
  readonly id?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  readonly secrets?: readonly string[];
  readonly spelling?: "svix" | "webhook";
  /** What the headers hold instead; `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** What arrives instead of what was signed. */
  readonly arrives?: BodyInit;
}

export function svixSignature(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`;
}

/** A delivery of Flexprice's cloud. */
export function svixRequest(svix: Svix = {}): Request {
  const { body = '{"event_type":"wallet.updated"}', id = "msg_1", at = NOW, secrets = [SECRET], spelling = "svix", headers = {}, arrives = body } = svix;
  const seconds = Math.floor(at / 1000);
  const signed = {
    [`${spelling}-id`]: id,
    [`${spelling}-timestamp`]: String(seconds),
    [`${spelling}-signature`]: secrets.map((secret) => svixSignature(secret, id, seconds, body)).join(" "),
  };
  return post(arrives, { ...signed, ...headers });
}

/** A delivery of Lago's by HMAC. */
export function hmacRequest(body: string, headers: Readonly<Record<string, string | undefined>> = {}, key = HMAC_KEY, arrives: BodyInit = body): Request {
  const signature = createHmac("sha256", key).update(body).digest("base64");
  return post(arrives, { "x-lago-signature": signature, "x-lago-signature-algorithm": "hmac", "x-lago-unique-key": "key-1", ...headers });
}

/** A delivery of Lago's by JWT. */
export function tokenRequest(body: string, token: string, headers: Readonly<Record<string, string | undefined>> = {}): Request {
  return post(body, { "x-lago-signature": token, "x-lago-signature-algorithm": "jwt", "x-lago-unique-key": "key-1", ...headers });
}

export interface KeyPair {
  readonly pem: string;
  sign(header: object, claims: object): Promise<string>;
}

/** An RSA key pair as Lago has one. */
export async function keyPair(): Promise<KeyPair> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const spki = Buffer.from((await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer).toString("base64");
  return {
    pem: `-----BEGIN PUBLIC KEY-----\n${spki.replaceAll(/.{64}/g, "$&\n").trim()}\n-----END PUBLIC KEY-----\n`,
    async sign(header, claims) {
      const message = unsigned(header, claims);
      const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", privateKey, new TextEncoder().encode(message));
      return `${message}.${Buffer.from(signature).toString("base64url")}`;
    },
  };
}

/** The part of a token that is signed. */
export function unsigned(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
}

export function post(body: BodyInit, headers: Readonly<Record<string, string | undefined>> = {}): Request {
  const kept = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // Streams need `duplex` in Node; the types do not know it.
  return new Request("https://example.com/webhooks", { method: "POST", headers: kept, body, ...({ duplex: "half" } as object) });
}

/** The code of the error a promise is rejected with, which must be one of ours. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).code;
}

export async function errorOf(promise: Promise<unknown>): Promise<CreditGateError> {
  const outcome: unknown = await promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  );
  if (isCreditGateError(outcome)) return outcome;
  return expect.fail(`no CreditGateError: ${String(outcome)} ${JSON.stringify(outcome)}`);
}
