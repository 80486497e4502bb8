/** A new pair of keys. */

import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import { exportJWK } from "jose/key/export";
import { generateKeyPair } from "jose/key/generate/keypair";
import { privateKeyOption, publicKeyOption, type SnapshotPrivateKey, type SnapshotPublicKey } from "./keys.js";
import { ALGORITHM } from "./token.js";

/**
 * Makes a pair of keys for signed snapshots, once: keep the private one with the server's other secrets, and give the
 * public one to the page. Its `kid` is its thumbprint (RFC 7638), so that a key can be replaced: let pages verify with
 * both, then sign with the new one, then drop the old one.
 *
 * @example
 * ```ts
 * import { generateSnapshotKey } from "creditgate/server";
 *
 * const { privateKey, publicKey } = await generateSnapshotKey();
 * console.log(privateKey.kid === publicKey.kid, "d" in publicKey); // true false
 * ```
 */
export async function generateSnapshotKey(): Promise<{ readonly privateKey: SnapshotPrivateKey; readonly publicKey: SnapshotPublicKey }> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  const privateKey = privateKeyOption("key", { ...jwk, kid: await calculateJwkThumbprint(jwk) });
  const { d, ...publicKey } = privateKey;
  return { privateKey, publicKey: publicKeyOption("key", publicKey) };
}
