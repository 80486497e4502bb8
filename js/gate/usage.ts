/** Usage as callers give it, checked. */

import { type ParsedCost, parseCost, type priceReader } from "../cost.js";
import { parseFeeKey } from "../fee-key.js";
import { invalid, isId, knownOnly, LONGEST_ID, object } from "../input.js";
import type { AuthorizeOptions, FeeKey, FeeKeyParts, Profile, ProviderIds, Usage, UsageEventFields } from "../types.js";

/** A usage that may be decided. */
export interface ParsedUsage extends ParsedCost {
  readonly customer: string;
  readonly feeKey: FeeKeyParts;
  readonly metric: string | undefined;
  readonly event: UsageEventFields | undefined;
}

const METER_FIELDS = new Set(["currency", "event", "unitPrice", "unitsProperty", "metric", "feeType", "targetWallet", "priceType"]);
const PROVIDER_IDS = new Set(["walletId", "customerId"]);
const EVENT_FIELDS = new Set(["code", "subscription", "properties"]);

/** What a gate has read before. */
interface UsageReaders {
  readonly feeKeys: FeeKeys;
  readonly readPrice: ReturnType<typeof priceReader>;
}

/** Asked by every check: comparing with constants takes a third of a set's time. */
const USAGE_FIELDS = {
  has(name: string): boolean {
    switch (name) {
      case "customer": case "currency": case "event":
      case "amount": case "credits": case "units": case "unitPrice":
      case "metric": case "feeType": case "targetWallet": case "priceType":
        return true;
      default:
        return false;
    }
  },
};

/**
 * Reads a usage, except for the customer's id: `Core.read` does, which knows those that were read before.
 *
 * @throws CreditGateError `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount`, at the
 * path of the field.
 */
export function parseUsage(usage: Usage, { feeKeys, readPrice }: UsageReaders): ParsedUsage {
  const fields = object(usage, "usage");
  knownOnly(fields, USAGE_FIELDS, "usage");
  const { isCredits, cost } = parseCost(usage, readPrice);
  const { customer, metric, event } = usage;
  return {
    customer,
    feeKey: feeKeys.parse(usage, usage.currency),
    isCredits,
    cost,
    metric,
    event: event === undefined ? undefined : parseEvent(event, "usage.event"),
  };
}

/** Fee keys remembered: most programs ask about a few. */
const MOST_REMEMBERED = 8;

interface Remembered extends FeeKey {
  readonly currency: unknown;
  readonly parts: FeeKeyParts;
}

/** Reads fee keys, the last few of them by comparison alone. */
export class FeeKeys {
  readonly #profile: Profile;
  readonly #recent: Remembered[] = [];
  #next = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** @throws CreditGateError `invalid_input` at the path of the field. */
  parse({ metric, feeType, targetWallet, priceType }: FeeKey, currency: unknown): FeeKeyParts {
    for (const known of this.#recent) {
      const isSame = known.metric === metric && known.currency === currency && known.feeType === feeType;
      if (isSame && known.targetWallet === targetWallet && known.priceType === priceType) return known.parts;
    }
    const key = { metric, feeType, targetWallet, priceType };
    const parts = parseFeeKey(key, currency, this.#profile);
    this.#recent[this.#next] = { ...key, currency, parts };
    this.#next = (this.#next + 1) % MOST_REMEMBERED;
    return parts;
  }
}

/** Reads a customer's id. */
export function parseCustomer(customer: unknown, path = "usage.customer"): string {
  if (!isId(customer)) throw invalid(path, `must be text of 1 to ${LONGEST_ID} characters`);
  return customer;
}

/** Reads a provider's ids, one or both. */
export function parseIds(ids: ProviderIds, path: string): ProviderIds {
  const { walletId, customerId } = object(ids, path) as ProviderIds;
  knownOnly(ids, PROVIDER_IDS, path);
  if (walletId === undefined && customerId === undefined) throw invalid(path, "must name a `walletId` or a `customerId`");
  if (walletId !== undefined) parseCustomer(walletId, `${path}.walletId`);
  if (customerId !== undefined) parseCustomer(customerId, `${path}.customerId`);
  return { walletId, customerId };
}

/** Checks what is said of one call: a misspelt key would count every repeat. */
export function checkCall(options: AuthorizeOptions, known: ReadonlySet<string>): void {
  knownOnly(object(options, "options"), known, "options");
  const { key, waitUntil, whenUnknown, holdFor } = options;
  // Keys of the gate's own begin with NUL.
  if (key !== undefined && (typeof key !== "string" || key === "" || key.length > LONGEST_ID || key.startsWith("\0"))) {
    throw invalid("options.key", `must be text of 1 to ${LONGEST_ID} characters`);
  }
  if (waitUntil !== undefined && typeof waitUntil !== "function") throw invalid("options.waitUntil", "must be a function");
  if (whenUnknown !== undefined && whenUnknown !== "deny" && whenUnknown !== "allow") {
    throw invalid("options.whenUnknown", 'must be "deny" or "allow"');
  }
  if (holdFor !== undefined && !(Number.isFinite(holdFor) && holdFor > 0)) {
    throw invalid("options.holdFor", "must be milliseconds, more than 0");
  }
}

/** What may be said of a webhook, of a check, of a call that spends, and of one that authorises. */
export const HANDLE_OPTIONS: ReadonlySet<string> = new Set(["waitUntil"]);
export const CALL_OPTIONS: ReadonlySet<string> = new Set([...HANDLE_OPTIONS, "whenUnknown"]);
export const SPEND_OPTIONS: ReadonlySet<string> = new Set([...CALL_OPTIONS, "key"]);
export const AUTHORIZE_OPTIONS: ReadonlySet<string> = new Set([...SPEND_OPTIONS, "holdFor"]);

/** Checks that `value` is an object of these fields, and its event. */
export function checkMeter(value: unknown): void {
  const fields = object(value, "meter");
  knownOnly(fields, METER_FIELDS, "meter");
  parseEvent(fields["event"], "meter.event");
  const { unitsProperty } = fields;
  if (unitsProperty !== undefined && (typeof unitsProperty !== "string" || unitsProperty === "")) {
    throw invalid("meter.unitsProperty", "must be text");
  }
}

/** Reads what a usage event says beyond its usage. */
export function parseEvent(event: unknown, path: string): UsageEventFields | undefined {
  if (event === undefined) return undefined;
  const fields = object(event, path);
  knownOnly(fields, EVENT_FIELDS, path);
  for (const field of ["code", "subscription"]) {
    const value = fields[field];
    if (value !== undefined && (typeof value !== "string" || value === "")) throw invalid(`${path}.${field}`, "must be text");
  }
  const { properties } = fields;
  if (properties !== undefined) {
    for (const [name, value] of Object.entries(object(properties, `${path}.properties`))) {
      if (typeof value !== "string" && typeof value !== "number") {
        throw invalid(`${path}.properties.${name}`, "must be text or a number");
      }
    }
  }
  return event as UsageEventFields;
}
