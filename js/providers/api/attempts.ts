/**
 * What the attempts of one write tell about whether it happened.
 */
import type { CreditGateError } from "../../errors.js";
import { isTransient } from "../http.js";

export class Attempts {
  /** When the first attempt was sent, ms since the epoch; `undefined` when nothing was. */
  firstSentAt: number | undefined;
  /** An attempt failed in a way that leaves open whether it was carried out. */
  #leftOpen = false;
  /** The last attempt has not been answered. */
  #underway = false;

  constructor(readonly repeatable: boolean) {}

  sent(now: number): void {
    this.firstSentAt ??= now;
    this.#underway = true;
  }

  /** Takes note of an attempt's failure; whether to send the write again. */
  repeats(failure: CreditGateError): boolean {
    this.#underway = false;
    if (leavesOpen(failure)) this.#leftOpen = true;
    return this.repeatable ? isTransient(failure) : wasNotLetIn(failure);
  }

  /** Whether, after this end, the write may have happened. What the call's signal ended was not answered, whatever its reason. */
  isUnknown(end: CreditGateError, signal: AbortSignal): boolean {
    return this.#leftOpen || (this.#underway && (end === signal.reason || leavesOpen(end)));
  }

  /** Whether a refusal may be due to an earlier attempt that was carried out. */
  get mayBeRepeat(): boolean {
    return this.#leftOpen;
  }
}

/** Neither a success that can be read nor a refusal. */
function leavesOpen({ code }: CreditGateError): boolean {
  return code === "provider_unavailable" || code === "provider_timeout" || code === "invalid_response";
}

/**
 * A rate limit in front of the API turns a request away before it does anything. Not so a 429 with a code: that one
 * comes from the application (lago 2: a third party's limit).
 */
function wasNotLetIn({ code, providerCode }: CreditGateError): boolean {
  return code === "provider_throttled" && providerCode === undefined;
}
