/** The usage event of a debit, for who reports. */

import { CreditGateError } from "../errors.js";
import type { LedgerEntry, UsageEvent } from "../types.js";
import type { Settings } from "./options.js";
import type { ParsedUsage } from "./usage.js";

/** The event that reports a debit. */
export function eventOf(debit: LedgerEntry, { customer, metric, event }: ParsedUsage): UsageEvent {
  const { subscription, properties = {}, code = metric ?? "" } = event ?? {};
  // A key counts once for a customer; at the provider it must not meet the same key of another. The customer is
  // encoded, so that the first colon is where it ends.
  const fields = { key: `${encodeURIComponent(customer)}:${debit.key}`, customer, at: debit.at, code, properties };
  return subscription === undefined ? fields : { ...fields, subscription };
}

/**
 * Refuses a usage that could not be reported, before anything is spent.
 *
 * @throws CreditGateError `invalid_input` at the field that is missing.
 */
export function checkReportable({ metric, event }: ParsedUsage, settings: Settings): void {
  if (settings.report === "elsewhere") return;
  if (metric === undefined && event?.code === undefined) throw missing("usage.metric", "names the event to report");
  if (!settings.reportsToProvider) return;
  // An event without what its metric sums up is usage of zero: the provider would never bill it.
  if (event?.properties === undefined) throw missing("usage.event.properties", "is what the provider aggregates; {} if it counts events");
  if (settings.provider.profile === "lago" && event.subscription === undefined) {
    throw missing("usage.event.subscription", "is needed to report to Lago");
  }
}

function missing(path: string, why: string): CreditGateError {
  return new CreditGateError("invalid_input", `\`${path}\` ${why}`, { path });
}
