/**
 * Alerts of wallets: what a request makes of them, and when they go off (lago 1.5, 3.10).
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { ask } from "../engine.js";
import { isRecord } from "../fields.js";
import { compare, type Exact, parseExact, text } from "../money.js";
import { type Body, nullableText, problemsOf, refuse } from "./requests.js";
import type { Alert, LagoState, Threshold, Wallet } from "./state.js";
import { alertTriggered } from "./webhooks.js";

const VALUES: ReadonlyMap<string, (wallet: Wallet) => Exact> = new Map([
  ["wallet_balance_amount", ({ balanceCents }) => ({ digits: balanceCents, scale: 0 })],
  ["wallet_credits_balance", ({ creditsBalance }) => creditsBalance],
  ["wallet_ongoing_balance_amount", ({ ongoing }) => ({ digits: ongoing.balanceCents, scale: 0 })],
  ["wallet_credits_ongoing_balance", ({ ongoing }) => ongoing.creditsBalance],
]);

/** All of them or none. */
export function createAlerts(wallet: Wallet, bodies: readonly Body[], now: number): Alert[] {
  const made: Alert[] = [];
  for (const body of bodies) {
    const existing = [...wallet.alerts, ...made];
    refuse(problemsOf("lago.alert.create", { alert: body, existing: existing.map(({ type }) => type) }), codeTaken(existing, body["code"]));
    made.push({
      id: randomUUID(),
      wallet,
      type: String(body["alert_type"]),
      code: String(body["code"]),
      name: nullableText(body["name"]),
      thresholds: readThresholds(body["thresholds"]),
      // R-ALRT-1.
      previousValue: valueOf(wallet, String(body["alert_type"])),
      lastProcessedAt: undefined,
      createdAt: now,
    });
  }
  wallet.alerts.push(...made);
  return made;
}

/** Code, name and thresholds; the type stays. Thresholds replace those there are. */
export function updateAlert(alert: Alert, body: Body): void {
  const others = alert.wallet.alerts.filter((other) => other !== alert);
  const thresholds = body["thresholds"] ?? alert.thresholds.map(({ code, value, recurring }) => ({ code, value: text(value), recurring }));
  const whole = { code: alert.code, ...body, alert_type: alert.type, thresholds };
  refuse(problemsOf("lago.alert.create", { alert: whole }), codeTaken(others, body["code"]));
  if (typeof body["code"] === "string") alert.code = body["code"];
  if (body["name"] !== undefined) alert.name = nullableText(body["name"]);
  alert.thresholds = readThresholds(thresholds);
}

/** R-ALRT-1..6: after each settled or ongoing update. */
export function evaluateAlerts(state: LagoState, wallet: Wallet, now: number): void {
  for (const alert of wallet.alerts) {
    const previous = alert.previousValue;
    const current = valueOf(wallet, alert.type);
    const crossed = crossedThresholds(alert, current);
    alert.previousValue = current;
    alert.lastProcessedAt = now;
    if (crossed.length > 0) state.emit(alertTriggered({ alert, previous, current, crossed, at: now }));
  }
}

/** One-time thresholds as they are stored, then each step of the recurring one (R-ALRT-6). */
function crossedThresholds({ thresholds, previousValue }: Alert, current: Exact): Threshold[] {
  const oneTime = thresholds.filter(({ recurring }) => !recurring);
  const step = thresholds.find(({ recurring }) => recurring);
  const answer = ask("alert.crossed", {
    direction: "decreasing",
    one_time_thresholds: oneTime.map(({ value }) => text(value)),
    recurring_threshold: step === undefined ? null : text(step.value),
    previous_value: text(previousValue),
    current_value: text(current),
  });
  const values = (Array.isArray(answer["crossed"]) ? answer["crossed"] : []).map(parseExact).filter((value) => value !== undefined);
  const isAmong = (value: Exact, list: readonly Exact[]): boolean => list.some((other) => compare(other, value) === 0);
  const once = oneTime.filter(({ value }) => isAmong(value, values));
  const steps = values.filter((value) => !isAmong(value, oneTime.map(({ value: other }) => other)));
  return [...once, ...steps.reverse().map((value) => ({ code: step?.code ?? null, value, recurring: true }))];
}

function valueOf(wallet: Wallet, type: string): Exact {
  return VALUES.get(type)?.(wallet) ?? wallet.creditsBalance;
}

function codeTaken(others: readonly Alert[], code: unknown): Record<string, string[]> {
  return others.some((other) => other.code === code) ? { code: ["value_already_exist"] } : {};
}

function readThresholds(value: unknown): Threshold[] {
  const thresholds: unknown[] = Array.isArray(value) ? value : [];
  return thresholds.filter(isRecord).flatMap((threshold) => {
    const exact = parseExact(threshold["value"]);
    return exact === undefined ? [] : [{ code: nullableText(threshold["code"]), value: exact, recurring: threshold["recurring"] === true }];
  });
}
