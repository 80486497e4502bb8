/**
 * Reporting usage events to Lago.
 */
import { CreditGateError } from "../../errors.js";
import type { ProviderContext, UsageEvent } from "../../types.js";
import { inChunks } from "../chunks.js";
import { request } from "../http.js";
import type { Answer, Api } from "../http.js";
import { isObject } from "../shape.js";

/** The server's own maximum. */
const EVENTS_PER_CALL = 100;

/** Throws `invalid_input` (path `usage.event.subscription`) before anything is sent when an event names no subscription. */
export async function sendEvents(api: Api, events: readonly UsageEvent[], context: ProviderContext): Promise<void> {
  await inChunks(events.map(bodyOf), EVENTS_PER_CALL, (chunk) => sendChunk(api, chunk, context));
}

/**
 * Lago answers 422 to a `transaction_id` it has already, and takes none of a batch that holds one. Sending again
 * must be safe, so those events count as accepted and the others go once more, alone.
 */
async function sendChunk(api: Api, chunk: readonly object[], context: ProviderContext): Promise<void> {
  const call = chunk.length === 1 ? { path: "/events", body: { event: chunk[0] } } : { path: "/events/batch", body: { events: chunk } };
  const answer = await request(api, { ...call, accept: (refused) => acceptedBefore(chunk, refused) !== undefined }, context);
  const known = acceptedBefore(chunk, answer);
  const rest = known === undefined ? [] : chunk.filter((_, index) => !known.has(index));
  if (rest.length > 0) await sendChunk(api, rest, context);
}

/** Which events of `chunk` are refused for being there already; `undefined` unless that is all there was to refuse. */
function acceptedBefore(chunk: readonly object[], { status, body }: Answer): ReadonlySet<number> | undefined {
  const details = status === 422 && isObject(body) ? body["error_details"] : undefined;
  if (!isObject(details)) return undefined;
  const refusals = Object.entries(chunk.length === 1 ? { 0: details } : details); // a batch's are keyed by index
  const allKnown = refusals.every(([index, errors]) => Number(index) in chunk && isDuplicate(errors));
  return allKnown && refusals.length > 0 ? new Set(refusals.map(([index]) => Number(index))) : undefined;
}

function isDuplicate(errors: unknown): boolean {
  return JSON.stringify(errors) === '{"transaction_id":["value_already_exist"]}';
}

function bodyOf(event: UsageEvent): object {
  if (event.subscription === undefined || event.subscription === "") {
    throw new CreditGateError("invalid_input", "usage.event.subscription is missing: Lago takes no usage event without it", {
      path: "usage.event.subscription",
    });
  }
  return {
    transaction_id: event.key,
    external_subscription_id: event.subscription,
    code: event.code,
    timestamp: (event.at / 1000).toFixed(3), // seconds; as text, so that no digit is lost on the way
    properties: event.properties,
  };
}
