/**
 * Reporting usage events to Flexprice.
 */
import type { ProviderContext, UsageEvent } from "../../types.js";
import { inChunks } from "../chunks.js";
import { request } from "../http.js";
import type { Api } from "../http.js";

/** The server's own maximum (flexprice 2). */
const EVENTS_PER_CALL = 1000;

/** Idempotent: the server keeps one event per `event_id`. */
export async function sendEvents(api: Api, source: string | undefined, events: readonly UsageEvent[], context: ProviderContext): Promise<void> {
  const bodies = events.map((event) => bodyOf(event, source));
  await inChunks(bodies, EVENTS_PER_CALL, async (chunk) => {
    const call = chunk.length === 1 ? { path: "/events", body: chunk[0] } : { path: "/events/bulk", body: { events: chunk } };
    await request(api, call, context);
  });
}

function bodyOf(event: UsageEvent, source: string | undefined): object {
  return {
    event_name: event.code,
    external_customer_id: event.customer,
    event_id: event.key,
    timestamp: new Date(event.at).toISOString(),
    source, // JSON leaves it out when undefined
    properties: event.properties,
  };
}
