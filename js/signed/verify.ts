/** Verifying. */

import { JOSEError } from "jose/errors";
import { compactVerify } from "jose/jws/compact/verify";
import { CreditGateError, isCreditGateError } from "../errors.js";
import { invalid, knownOnly, LONGEST_ID, object } from "../input.js";
import type { Freshness, Profile, RedactedSnapshot } from "../types.js";
import { publicKeyOption, type SnapshotPublicKey } from "./keys.js";
import { ALGORITHM, type Claims, LONGEST_TOKEN, TYPE } from "./token.js";

/** What a snapshot must be to be believed. */
export interface VerifyOptions {
  /** The server's public key, or several while one is replaced: the token's `kid` tells which. */
  readonly publicKey: SnapshotPublicKey | readonly SnapshotPublicKey[];
  /** Whose page it is. */
  readonly customer: string;
  /** The page's own, as `location.origin` says it. */
  readonly origin: string;
  /** Milliseconds since the epoch. A snapshot may have been signed by a clock up to five minutes ahead. */
  readonly now: number;
}

/** A snapshot that one's own server signed. Times are milliseconds since the epoch. */
export interface VerifiedSnapshot {
  readonly customer: string;
  readonly origin: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly snapshot: RedactedSnapshot;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof VerifyOptions>(["publicKey", "customer", "origin", "now"]);
/** Unpadded base64url; of the last character of a signature of 64 bytes four bits say nothing, and must be zero. */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/;
/** How far the server's clock may be ahead, ms: visitors' clocks are often slow, and the figures are only shown. */
const AHEAD = 300_000;
const PROFILES: readonly Profile[] = ["flexprice", "lago"];
const FRESHNESS: readonly Freshness[] = ["computed", "cached_fallback", "undated"];

/**
 * Checks a signed snapshot of `previewEndpoint`, and gives what is in it: signed by one of these keys, for this
 * customer, for the pages of this origin, and not expired. It is for showing; who charges reprices on the server.
 *
 * @throws CreditGateError `snapshot_invalid`, `snapshot_wrong_origin`, `snapshot_wrong_customer`, `snapshot_expired`;
 * `invalid_input` or `invalid_option` at the path of an option that is wrong (or where there is no WebCrypto, as in pages
 * that are not served by https or from localhost).
 *
 * @example
 * ```ts
 * import { previewInvoice } from "creditgate/engine";
 * import { generateSnapshotKey, previewEndpoint, verifySnapshot } from "creditgate/server";
 *
 * const { privateKey, publicKey } = await generateSnapshotKey();
 * const origin = "https://shop.example";
 * const endpoint = previewEndpoint({ gate, key: privateKey, origins: [origin], authenticate: () => "cus_1" });
 * const answer = await endpoint(new Request("https://shop.example/credits", { headers: { origin } }));
 *
 * const token = (await answer.json()).snapshot;
 * const { snapshot } = await verifySnapshot(token, { publicKey, customer: "cus_1", origin, now: Date.now() });
 * const preview = previewInvoice(snapshot, { currency: "USD", lines: [{ id: "tokens", amount: "40" }] }, { now: Date.now() });
 * console.log(preview.credits, preview.total); // 25 15
 * ```
 */
export async function verifySnapshot(token: string, options: VerifyOptions): Promise<VerifiedSnapshot> {
  const { keys, customer, origin, now } = readOptions(options);
  const { sub, aud, iat, exp, snapshot } = claimsOf(await verified(token, keys));
  if (aud !== origin) throw new CreditGateError("snapshot_wrong_origin", "the snapshot was signed for the pages of another origin");
  if (sub !== customer) throw new CreditGateError("snapshot_wrong_customer", "the snapshot was signed for another customer");
  const [issuedAt, expiresAt] = [iat * 1000, exp * 1000];
  if (issuedAt > now + AHEAD) throw refused("it was signed in the future: one of the clocks is wrong");
  if (now >= expiresAt) throw new CreditGateError("snapshot_expired", "the snapshot has expired");
  return { customer, origin, issuedAt, expiresAt, snapshot };
}

/** The payload of a token that one of the keys signed. */
async function verified(token: string, keys: readonly SnapshotPublicKey[]): Promise<Uint8Array> {
  if (typeof token !== "string" || token.length > LONGEST_TOKEN || !SHAPE.test(token)) throw refused("it is no signed snapshot");
  let typ: unknown;
  const keyFor = (header: { readonly kid?: string | undefined; readonly typ?: string | undefined }) => {
    typ = header.typ;
    const key = keys.find(({ kid }) => kid === header.kid);
    if (key === undefined) throw refused("it was signed by another key than these");
    return { ...key };
  };
  const { payload } = await compactVerify(token, keyFor, { algorithms: [ALGORITHM] }).catch((cause: unknown) => {
    if (isCreditGateError(cause)) throw cause;
    if (cause instanceof JOSEError) throw refused("its signature is not that of this key over these bytes", cause);
    throw new CreditGateError("invalid_option", "`publicKey` cannot be used", { path: "publicKey", cause });
  });
  if (typ !== TYPE) throw refused("it is another type of token");
  return payload;
}

/** Signed by the right key, and yet read with care: another version of this package may have signed it. */
function claimsOf(payload: Uint8Array): Claims {
  const claims = fieldsOf(parsed(payload), "payload");
  const { sub, aud, iat, exp } = claims;
  const snapshot = fieldsOf(claims["snapshot"], "snapshot");
  const { profile, wallets, grants, fetchedAt, asOf, freshness } = snapshot;
  const isRead =
    isText(sub) && isText(aud) && Number.isSafeInteger(iat) && Number.isSafeInteger(exp) && PROFILES.includes(profile as Profile) && Array.isArray(wallets) &&
    (grants === undefined || Object.values(fieldsOf(grants, "grants")).every(Array.isArray)) &&
    isTime(fetchedAt) && isTime(asOf) && FRESHNESS.includes(freshness as Freshness);
  if (!isRead) throw refused("a claim is missing or wrong");
  const told = { profile, wallets, ...(grants === undefined ? {} : { grants }), fetchedAt, asOf, freshness };
  return { sub, aud, iat, exp, snapshot: told } as unknown as Claims;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch (cause) {
    throw refused("its payload is not JSON", cause);
  }
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw refused(`its ${name} is no object`);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_ID;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function readOptions(options: VerifyOptions): Omit<VerifyOptions, "publicKey"> & { readonly keys: readonly SnapshotPublicKey[] } {
  knownOnly(object(options, "options"), OPTIONS, "options");
  const { publicKey, customer, origin, now } = options;
  const keys = Array.isArray(publicKey)
    ? publicKey.map((key, index) => publicKeyOption(`publicKey[${index}]`, key))
    : [publicKeyOption("publicKey", publicKey)];
  for (const [name, value] of Object.entries({ customer, origin })) if (!isText(value)) throw invalid(`options.${name}`, "must be text");
  if (!Number.isFinite(now)) throw invalid("options.now", "must be milliseconds since the epoch");
  if (globalThis.crypto?.subtle === undefined) {
    throw new CreditGateError("invalid_option", "signatures need WebCrypto, which pages have that are served by https or from localhost");
  }
  return { keys, customer, origin, now };
}

function refused(problem: string, cause?: unknown): CreditGateError {
  return new CreditGateError("snapshot_invalid", `the snapshot is refused: ${problem}`, { cause });
}
