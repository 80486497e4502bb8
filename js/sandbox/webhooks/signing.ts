/**
 * The keys that webhooks are signed with, and the headers that say so (flexprice 4.3, lago 1.6).
 *
 * @module creditgate/sandbox
 */
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Flexprice: `svix` or `none`. Lago: `hmac` or `jwt`. */
export type Signature = "svix" | "none" | "hmac" | "jwt";

/** One attempt's content. */
export interface Signed {
  /** The same over all attempts. */
  readonly id: string;
  /** Of this attempt, milliseconds. */
  readonly at: number;
  /** Exactly the bytes that are sent. */
  readonly body: string;
}

/** Made once per sandbox; a reset keeps them. */
export class SigningKeys {
  /** `whsec_` and base64 of 24 bytes. */
  readonly svixSecret = `whsec_${randomBytes(24).toString("base64")}`;
  readonly hmacKey = randomBytes(16).toString("hex");
  /** The `iss` of Lago's tokens: the URL of its API. */
  readonly issuer: string;
  #rsa: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined;

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  /** PEM of the key that Lago's tokens are verified with. */
  get publicKey(): string {
    return this.#keyPair().publicKey.export({ type: "spki", format: "pem" }).toString();
  }

  headers(signature: Signature, { id, at, body }: Signed): Record<string, string> {
    switch (signature) {
      case "none":
        return {};
      case "svix": {
        const timestamp = String(Math.floor(at / 1000));
        const key = Buffer.from(this.svixSecret.slice("whsec_".length), "base64");
        const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
        return { "svix-id": id, "svix-timestamp": timestamp, "svix-signature": `v1,${mac}` };
      }
      case "hmac":
        return lagoHeaders(id, signature, createHmac("sha256", this.hmacKey).update(body).digest("base64"));
      case "jwt":
        return lagoHeaders(id, signature, this.#token(body));
    }
  }

  /** RS256 over the whole body; no expiry and no issue time (lago 1.6). */
  #token(body: string): string {
    const signed = `${base64url({ alg: "RS256" })}.${base64url({ data: body, iss: this.issuer })}`;
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), this.#keyPair().privateKey).toString("base64url")}`;
  }

  /** Made when it is first needed: it takes a while. */
  #keyPair() {
    this.#rsa ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
    return this.#rsa;
  }
}

function lagoHeaders(id: string, algorithm: string, signature: string): Record<string, string> {
  return { "x-lago-signature": signature, "x-lago-signature-algorithm": algorithm, "x-lago-unique-key": id };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
