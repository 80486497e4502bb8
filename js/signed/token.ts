/** What a signed snapshot is: a compact JWS of these parts. */

import type { RedactedSnapshot } from "../types.js";

export const ALGORITHM = "ES256";
/** Tells it from every other token that the same key may have signed. */
export const TYPE = "creditgate-snapshot+jwt";
/** Characters of the longest token: thousands of grants fit. */
export const LONGEST_TOKEN = 1_048_576;

/** What is signed. Times in seconds, as JWTs have them. */
export interface Claims {
  /** The customer. */
  readonly sub: string;
  /** The origin of the page that it is for. */
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly snapshot: RedactedSnapshot;
}
