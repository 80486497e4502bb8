/**
 * Flexprice's usage events.
 */
import { CreditGateError } from "../../../errors.js";
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { answerOf } from "./answers.js";
import type { UsageEventRequest } from "./requests.js";
import type { EventAnswer, MessageAnswer } from "./types.js";

/** The server's own maximum (flexprice 2). */
const MOST_EVENTS = 1000;

/** Usage changes balances minutes later (flexprice 18): sending events makes no snapshot outdated. */
export class FlexpriceEvents {
  readonly #client: Client;
  readonly #source: string | undefined;

  constructor(client: Client, source: string | undefined) {
    this.#client = client;
    this.#source = source;
  }

  /** Sends one event; once per `event_id`, hence repeated after a failure. */
  async send(event: UsageEventRequest, options: CallOptions = {}): Promise<EventAnswer> {
    const body = this.#complete(event, "event_id");
    const write = { operation: "events.send", call: { path: "/events", body }, take: answerOf<EventAnswer>, ids: { event_id: body.event_id } };
    return this.#client.write({ ...write, repeat: "harmless" }, options);
  }

  /** Sends 1 to 1000 events; accepted as a whole, each once per `event_id`, hence repeated after a failure. */
  async sendBulk(events: readonly UsageEventRequest[], options: CallOptions = {}): Promise<MessageAnswer> {
    if (events.length < 1 || events.length > MOST_EVENTS) {
      throw new CreditGateError("invalid_input", `one call takes 1 to ${MOST_EVENTS} events`, { path: "events" });
    }
    const body = { events: events.map((event, index) => this.#complete(event, `events[${index}].event_id`)) };
    const write = { operation: "events.sendBulk", call: { path: "/events/bulk", body }, take: answerOf<MessageAnswer>, ids: {} };
    return this.#client.write({ ...write, repeat: "harmless" }, options);
  }

  /** The server would make an id up, another one for each attempt: such an event counts twice. */
  #complete(event: UsageEventRequest, path: string): UsageEventRequest {
    if (typeof event.event_id !== "string" || event.event_id === "") {
      throw new CreditGateError("invalid_input", `${path} is missing: without it an event that is sent again counts twice`, { path });
    }
    return { timestamp: this.#client.now(), ...(this.#source !== undefined && { source: this.#source }), ...event };
  }
}
