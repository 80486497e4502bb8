/**
 * Lago's usage events.
 */
import { CreditGateError } from "../../../errors.js";
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { answerIn, listIn } from "./answers.js";
import type { UsageEventRequest } from "./requests.js";
import type { UsageEventAnswer } from "./types.js";

/** The server's own maximum. */
const MOST_EVENTS = 100;

/** Usage changes balances minutes later (lago R-ONG-14): sending events makes no snapshot outdated. */
export class LagoEvents {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Sends one event; once per `transaction_id`, hence repeated after a failure. Where such a repeat finds the event
   * accepted already, the answer has the fields that were sent.
   */
  async send(event: UsageEventRequest, options: CallOptions = {}): Promise<UsageEventAnswer> {
    const sent = this.#dated(event);
    const write = { operation: "events.send", call: { path: "/events", body: { event: sent } } };
    const recover = ({ problems = [] }: CreditGateError, repeated: boolean) =>
      repeated && problems.length === 1 && isDuplicate(problems[0]?.path, problems[0]?.code) ? sent : undefined;
    return this.#client.write({ ...write, repeat: "harmless", take: answerIn<UsageEventAnswer>("event"), ids: { transaction_id: sent.transaction_id }, recover }, options);
  }

  /** Sends 1 to 100 events, accepted as a whole; repeated as `send` is. */
  async batch(events: readonly UsageEventRequest[], options: CallOptions = {}): Promise<readonly UsageEventAnswer[]> {
    if (events.length < 1 || events.length > MOST_EVENTS) {
      throw new CreditGateError("invalid_input", `one call takes 1 to ${MOST_EVENTS} events`, { path: "events" });
    }
    const sent = events.map((event) => this.#dated(event));
    const write = { operation: "events.batch", call: { path: "/events/batch", body: { events: sent } } };
    const recover = ({ problems = [] }: CreditGateError, repeated: boolean) =>
      repeated && problems.length === sent.length && problems.every(({ path, code }) => isDuplicate(path, code)) ? sent : undefined;
    return this.#client.write({ ...write, repeat: "harmless", take: listIn<UsageEventAnswer>("events"), ids: {}, recover }, options);
  }

  /** Lago would date it when it arrives. */
  #dated(event: UsageEventRequest): UsageEventRequest & UsageEventAnswer {
    return { timestamp: (this.#client.settings.now() / 1000).toFixed(3), ...event };
  }
}

function isDuplicate(path: string | undefined, code: string | undefined): boolean {
  return /^(\[\d+\]\.)?transaction_id$/.test(path ?? "") && code === "value_already_exist";
}
