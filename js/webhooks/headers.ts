/** What signature headers must hold. */

import { CreditGateError } from "../errors.js";

/** An id longer than this is nobody's, and would fill what remembers it. */
const LONGEST_ID = 256;

/** @throws CreditGateError `webhook_signature_missing` */
export function required(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === null || value === "") throw new CreditGateError("webhook_signature_missing", `the header ${name} is missing`);
  return value;
}

/** @throws CreditGateError `webhook_signature_malformed` */
export function checkId(id: string, name: string): string {
  if (id.length > LONGEST_ID) throw malformed(name);
  return id;
}

export function malformed(name: string, cause?: unknown): CreditGateError {
  return new CreditGateError("webhook_signature_malformed", `the header ${name} cannot be read`, { cause });
}
