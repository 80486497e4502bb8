/** The keys that snapshots are signed and verified with: ECDSA over P-256, as JWKs. */

import { invalidOption, LONGEST_ID } from "../input.js";
import { ALGORITHM } from "./token.js";

/** A public key as a JWK (RFC 7517): what a page verifies with. Anybody may have it. */
export interface SnapshotPublicKey {
  /** `"EC"` */
  readonly kty: string;
  /** `"P-256"` */
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  /** The key's id: which of several keys signed a snapshot. */
  readonly kid: string;
  /** `"ES256"`, where it is said. */
  readonly alg?: string;
}

/** A private key as a JWK: what the server signs with. A secret. */
export interface SnapshotPrivateKey extends SnapshotPublicKey {
  readonly d: string;
}

/**
 * The parts of a public key that matter.
 *
 * @throws CreditGateError `invalid_option` at the path of what is wrong, without saying the value.
 */
export function publicKeyOption(path: string, key: unknown): SnapshotPublicKey {
  const parts = partsOf(path, key);
  if ("d" in parts) throw invalidOption(`${path}.d`, "belongs to a private key: give the public one, and keep that away from pages");
  const { kty, crv, x, y, kid } = parts;
  return { kty, crv, x, y, kid };
}

/** As {@link publicKeyOption}, of a private key. */
export function privateKeyOption(path: string, key: unknown): SnapshotPrivateKey {
  const { kty, crv, x, y, kid, d } = partsOf(path, key);
  if (typeof d !== "string" || d === "") throw invalidOption(`${path}.d`, "is required: the private key signs");
  return { kty, crv, x, y, kid, d };
}

/** What a JWK of the right kind has, checked, and `d` if it is there. */
function partsOf(path: string, key: unknown): SnapshotPublicKey & { readonly d?: unknown } {
  if (typeof key !== "object" || key === null) throw invalidOption(path, "must be a JWK, as `generateSnapshotKey` makes it");
  const fields = key as Readonly<Record<string, unknown>>;
  const required = { kty: "EC", crv: "P-256" };
  for (const [name, value] of Object.entries(required)) {
    if (fields[name] !== value) throw invalidOption(`${path}.${name}`, `must be "${value}"`);
  }
  const { alg = ALGORITHM } = fields;
  if (alg !== ALGORITHM) throw invalidOption(`${path}.alg`, `must be "${ALGORITHM}", where it is said`);
  for (const name of ["x", "y", "kid"]) {
    const value = fields[name];
    if (typeof value !== "string" || value === "" || value.length > LONGEST_ID) throw invalidOption(`${path}.${name}`, "must be text");
  }
  return fields as unknown as SnapshotPublicKey;
}
