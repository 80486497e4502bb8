/** Signing. */

import { CompactSign } from "jose/jws/compact/sign";
import { CreditGateError } from "../errors.js";
import type { RedactedSnapshot } from "../types.js";
import type { SnapshotPrivateKey } from "./keys.js";
import { ALGORITHM, type Claims, LONGEST_TOKEN, TYPE } from "./token.js";

/** What is said about a snapshot when it is signed. Times in milliseconds. */
export interface Signing {
  readonly customer: string;
  /** Of the page that it is for, as in `https://shop.example`. */
  readonly origin: string;
  readonly now: number;
  /** For how long it may be believed, at least a second. */
  readonly validFor: number;
}

/**
 * Signs a snapshot for one customer and the pages of one origin. Only what a page may see: the caller has redacted it.
 *
 * @param key - checked by `privateKeyOption`. What `jose` makes of it is kept by this very object: hold on to it
 * @throws CreditGateError `snapshot_invalid` when it is too long to be believed; `invalid_option` when the key does not serve.
 */
export async function signSnapshot(
  key: SnapshotPrivateKey,
  snapshot: RedactedSnapshot,
  { customer, origin, now, validFor }: Signing,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const iat = Math.floor(now / 1000);
  const exp = Math.floor((now + validFor) / 1000);
  const claims: Claims = { sub: customer, aud: origin, iat, exp, snapshot: parts(snapshot) };
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const header = { alg: ALGORITHM, typ: TYPE, kid: key.kid };
  const token = await new CompactSign(payload).setProtectedHeader(header).sign(key).catch((cause: unknown) => {
    throw new CreditGateError("invalid_option", "the key cannot sign", { path: "key", cause });
  });
  if (token.length > LONGEST_TOKEN) throw new CreditGateError("snapshot_invalid", "the snapshot is too long to be signed: who has so many wallets or grants");
  return { token, expiresAt: exp * 1000 };
}

/** Nothing that a snapshot may carry besides. */
function parts({ profile, wallets, grants, fetchedAt, asOf, freshness }: RedactedSnapshot): RedactedSnapshot {
  return { profile, wallets, ...(grants === undefined ? {} : { grants }), fetchedAt, asOf, freshness };
}
