/**
 * Usage events on their way in (flexprice 2, rule 18).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { isRecord } from "../fields.js";
import { ZERO } from "../money.js";
import { unitsOf } from "../usage.js";
import { FlexpriceError } from "./errors.js";
import { usageArrived } from "./evaluation.js";
import type { FlexpriceState } from "./state.js";

interface Event {
  readonly id: string;
  readonly name: string;
  readonly externalCustomerId: string;
  readonly properties: Record<string, unknown>;
}

/**
 * Accepts all events or none. An `event_id` counts once; customers and names nobody knows are accepted too,
 * because the provider looks at them only afterwards. Answers the ids, and how many events were new.
 */
export function acceptEvents(
  state: FlexpriceState,
  values: readonly unknown[],
  delays: { readonly flexpriceEventLag: number; readonly flexpriceEvaluationDelay: number },
  now: number,
): { ids: string[]; added: number } {
  const events = values.map(readEvent);
  const fresh = events.filter((event) => isNew(state, event));
  for (const event of fresh) {
    const metric = state.metrics.get(event.name);
    if (metric === undefined) continue;
    state.usage.add({
      subject: event.externalCustomerId,
      code: event.name,
      units: unitsOf(metric, event.properties),
      namedCents: ZERO,
      countsFrom: now + delays.flexpriceEventLag,
    });
    const customer = state.customerByExternalId(event.externalCustomerId);
    if (customer !== undefined) usageArrived(state, customer, delays.flexpriceEvaluationDelay, now);
  }
  return { ids: events.map(({ id }) => id), added: fresh.length };
}

function isNew(state: FlexpriceState, event: Event): boolean {
  if (state.seenEvents.has(event.id)) return false;
  state.seenEvents.add(event.id);
  return true;
}

function readEvent(value: unknown): Event {
  const fields = isRecord(value) ? value : {};
  const { event_id: id, event_name: name, external_customer_id: externalCustomerId, properties } = fields;
  if (typeof name !== "string" || name === "") throw new FlexpriceError("validation_error", "event_name is required");
  if (typeof externalCustomerId !== "string" || externalCustomerId === "") {
    throw new FlexpriceError("validation_error", "external_customer_id is required");
  }
  return {
    id: typeof id === "string" && id !== "" ? id : randomUUID(),
    name,
    externalCustomerId,
    properties: isRecord(properties) ? properties : {},
  };
}
