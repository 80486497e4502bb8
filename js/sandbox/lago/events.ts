/**
 * Usage events on their way in (lago 2).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { isRecord } from "../fields.js";
import { parseExact, ZERO } from "../money.js";
import { unitsOf } from "../usage.js";
import { billInAdvance } from "./billing.js";
import { type ErrorDetails, unprocessable } from "./errors.js";
import { chargeOf } from "./fees.js";
import { seconds } from "./serialize.js";
import type { LagoState } from "./state.js";

interface Event {
  readonly transactionId: string;
  readonly externalSubscriptionId: string;
  readonly code: string;
  readonly timestamp: number;
  readonly properties: Record<string, unknown>;
  readonly preciseTotal: unknown;
}

type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** One event. Answers it as the API shows it. */
export function acceptEvent(state: LagoState, value: unknown, now: number): Record<string, unknown> {
  const event = readEvent(value, now);
  const errors = event.errors ?? duplicateErrors(state, event.event);
  if (errors !== undefined) throw unprocessable(errors);
  return add(state, event.event, now);
}

/** All events or none: the errors are listed by the index of the event. */
export function acceptBatch(state: LagoState, values: readonly unknown[], now: number): Record<string, unknown>[] {
  const events = values.map((value) => readEvent(value, now));
  const inBatch = new Set<string>();
  const errors: Record<string, FieldErrors> = {};
  for (const [index, { event, errors: unreadable }] of events.entries()) {
    const key = identity(event);
    const repeated = inBatch.has(key) ? ALREADY_EXISTS : duplicateErrors(state, event);
    inBatch.add(key);
    const wrong = unreadable ?? repeated;
    if (wrong !== undefined) errors[String(index)] = wrong;
  }
  if (Object.keys(errors).length > 0) {
    const details: ErrorDetails = errors;
    throw unprocessable(details);
  }
  return events.map(({ event }) => add(state, event, now));
}

const ALREADY_EXISTS: FieldErrors = { transaction_id: ["value_already_exist"] };

/** A transaction id counts once per subscription; Lago says so rather than accepting it in silence. */
function duplicateErrors(state: LagoState, event: Event): FieldErrors | undefined {
  return state.seenEvents.has(identity(event)) ? ALREADY_EXISTS : undefined;
}

function identity(event: Event): string {
  return JSON.stringify([event.externalSubscriptionId, event.transactionId]);
}

/** Enters the event. Subscriptions and codes nobody knows are accepted: the provider looks at them only afterwards. */
function add(state: LagoState, event: Event, now: number): Record<string, unknown> {
  state.seenEvents.add(identity(event));
  const metric = state.metrics.get(event.code);
  const subscription = state.subscriptions.get(event.externalSubscriptionId);
  if (metric !== undefined) {
    const named = parseExact(event.preciseTotal);
    const charge = subscription === undefined ? undefined : chargeOf(state, subscription, event.code);
    const target = charge?.acceptsTargetWallet === true ? textOf(event.properties["target_wallet_code"]) : "";
    const used = {
      code: event.code,
      targetWallet: target === "" ? null : target,
      units: named === undefined ? unitsOf(metric, event.properties) : ZERO,
      namedCents: named ?? ZERO,
    };
    state.usage.add({ ...used, subject: event.externalSubscriptionId, countsFrom: now });
    if (subscription !== undefined && charge?.payInAdvance === true) billInAdvance(state, subscription, { ...used, events: 1 }, now);
  }
  if (subscription !== undefined) subscription.customer.awaitingRefresh = true;
  return {
    lago_id: randomUUID(),
    transaction_id: event.transactionId,
    lago_customer_id: null,
    code: event.code,
    timestamp: new Date(event.timestamp).toISOString(),
    precise_total_amount_cents: event.preciseTotal ?? null,
    properties: event.properties,
    lago_subscription_id: null,
    external_subscription_id: event.externalSubscriptionId,
    created_at: seconds(now),
  };
}

function readEvent(value: unknown, now: number): { readonly event: Event; readonly errors: FieldErrors | undefined } {
  const fields = isRecord(value) ? value : {};
  const at = fields["timestamp"] === undefined || fields["timestamp"] === null ? now / 1000 : Number(fields["timestamp"]);
  const event: Event = {
    transactionId: textOf(fields["transaction_id"]),
    externalSubscriptionId: textOf(fields["external_subscription_id"]),
    code: textOf(fields["code"]),
    timestamp: Math.floor(at * 1000),
    properties: isRecord(fields["properties"]) ? fields["properties"] : {},
    preciseTotal: fields["precise_total_amount_cents"] ?? undefined,
  };
  const errors: Record<string, readonly string[]> = {};
  if (event.transactionId === "") errors["transaction_id"] = ["value_is_mandatory"];
  if (event.code === "") errors["code"] = ["value_is_mandatory"];
  if (event.externalSubscriptionId === "") errors["external_subscription_id"] = ["value_is_mandatory"];
  if (!Number.isSafeInteger(event.timestamp)) errors["timestamp"] = ["invalid_format"];
  if (event.preciseTotal !== undefined && parseExact(event.preciseTotal) === undefined) {
    errors["precise_total_amount_cents"] = ["is_not_a_number"];
  }
  return { event, errors: Object.keys(errors).length === 0 ? undefined : errors };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
