/** A snapshot to sign, and what it is signed with. */
import { CompactSign, importJWK } from "jose";
import { isCreditGateError } from "../../errors.js";
import { signSnapshot, type SnapshotPrivateKey, type SnapshotPublicKey, verifySnapshot, type VerifyOptions } from "../../signed/index.js";
import type { RedactedSnapshot } from "../../types.js";

/** With milliseconds, which tokens do not have. */
export const NOW = Date.UTC(2026, 10, 21, 12, 0, 0, 345);
export const VALID_FOR = 600_000;
export const CUSTOMER = "cus_1";
export const ORIGIN = "https://shop.example";

export const KEY: SnapshotPrivateKey = {
  kty: "EC", crv: "P-256", kid: "key-1",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
};
const { d, ...publicKey } = KEY;
export const PUBLIC_KEY: SnapshotPublicKey = publicKey;

export const SNAPSHOT: RedactedSnapshot = {
  profile: "flexprice",
  wallets: [{ id: "w", name: "Prepaid ✓", currency: "USD", balance: "25" }],
  grants: { w: [{ id: "g", credits_available: "25" }] },
  fetchedAt: NOW - 900.5,
  asOf: NOW - 1_000.5,
  freshness: "computed",
};

export const signed = (changes: Partial<{ customer: string; origin: string; now: number; key: SnapshotPrivateKey; snapshot: RedactedSnapshot }> = {}) => {
  const { customer = CUSTOMER, origin = ORIGIN, now = NOW, key = KEY, snapshot = SNAPSHOT } = changes;
  return signSnapshot(key, snapshot, { customer, origin, now, validFor: VALID_FOR });
};

export const verify = (token: string, changes: Partial<VerifyOptions> = {}) =>
  verifySnapshot(token, { publicKey: PUBLIC_KEY, customer: CUSTOMER, origin: ORIGIN, now: NOW, ...changes });

/** The code that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!isCreditGateError(error)) throw error;
    return error.code;
  }
}

export const header = (changes: object = {}) => ({ alg: "ES256", typ: "creditgate-snapshot+jwt", kid: KEY.kid, ...changes });
export const claims = (changes: object = {}) => ({
  sub: CUSTOMER, aud: ORIGIN, iat: Math.floor(NOW / 1000), exp: Math.floor(NOW / 1000) + 600, snapshot: SNAPSHOT, ...changes,
});

/** Signed by the right key, and saying anything. */
export async function forged(payload: unknown, changes: object = {}): Promise<string> {
  const bytes = payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
  const key = await importJWK({ ...KEY, key_ops: ["sign"] }, "ES256");
  return new CompactSign(bytes).setProtectedHeader(header(changes)).sign(key);
}
