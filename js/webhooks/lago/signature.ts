/** Lago's two signatures: an HMAC of the body, or a token that holds the body (lago 1.6). */

import { JOSEAlgNotAllowed, JOSEError, JWSSignatureVerificationFailed } from "jose/errors";
import { compactVerify } from "jose/jws/compact/verify";
import { CreditGateError, isCreditGateError } from "../../errors.js";
import type { WebhookContext } from "../../types.js";
import { type Bytes, decodeUtf8, hmacSha256, isEqual } from "../bytes.js";
import { objectOf } from "../event.js";
import { malformed } from "../headers.js";
import { type PublicKey, unavailable } from "./key.js";

/** The header that holds it. */
export const SIGNATURE = "x-lago-signature";

/**
 * Checks the HMAC of the raw body.
 *
 * @throws CreditGateError `webhook_signature_invalid`
 */
export async function checkHmac(key: Bytes, signature: string, body: Bytes): Promise<void> {
  if (!isEqual(signature, await hmacSha256(key, body))) throw invalid("it is not that of the HMAC key over these bytes");
}

/**
 * Checks a token: signed by RS256 and nothing else, holding exactly this body, issued by whom it should be.
 *
 * @throws CreditGateError `webhook_signature_malformed`, `webhook_algorithm_refused`, `webhook_signature_invalid`,
 * `webhook_issuer_refused`, `webhook_key_unavailable`
 */
export async function checkToken(key: PublicKey, token: string, body: string, issuer: string | undefined, context: WebhookContext): Promise<void> {
  const claims = await verified(key, token, context);
  if (claims["data"] !== body) throw invalid("another body was signed");
  if (issuer !== undefined && claims["iss"] !== issuer) {
    throw new CreditGateError("webhook_issuer_refused", "it was signed for another issuer than the one that was agreed");
  }
}

async function verified(key: PublicKey, token: string, context: WebhookContext): Promise<Readonly<Record<string, unknown>>> {
  const current = await key.current(context);
  try {
    return await claimsOf(token, current);
  } catch (error) {
    if (!isCreditGateError(error) || error.code !== "webhook_signature_invalid") throw error;
    const renewed = await key.renewed(current, context);
    if (renewed === undefined) throw error;
    return claimsOf(token, renewed);
  }
}

async function claimsOf(token: string, key: CryptoKey): Promise<Readonly<Record<string, unknown>>> {
  const { payload } = await compactVerify(token, key, { algorithms: ["RS256"] }).catch((error: unknown) => {
    throw refusal(error);
  });
  return objectOf(parse(payload)) ?? {};
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(new Uint8Array(payload)) ?? "");
  } catch (cause) {
    throw malformed(SIGNATURE, cause);
  }
}

function refusal(error: unknown): CreditGateError {
  if (error instanceof JWSSignatureVerificationFailed) return invalid("it is not that of Lago's key");
  if (error instanceof JOSEAlgNotAllowed) {
    return new CreditGateError("webhook_algorithm_refused", "the token is not signed by RS256", { cause: error });
  }
  if (error instanceof JOSEError) return malformed(SIGNATURE, error);
  // What is left is a key that does not serve, such as one that is too short.
  return unavailable("it cannot be used", error);
}

function invalid(problem: string): CreditGateError {
  return new CreditGateError("webhook_signature_invalid", `the signature is refused: ${problem}`);
}
