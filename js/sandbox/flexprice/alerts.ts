/**
 * Wallet alerts: their states, their log and `POST /alerts/search` (flexprice 3.13).
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { type Exact, text } from "../money.js";
import { hasThreshold } from "./alert-settings.js";
import { type Body, textOf, timeOf } from "./body.js";
import { type AlertLog, type AlertSettings, type AlertState, type AlertType, type FlexpriceState, newId, type Wallet } from "./state.js";
import { walletEvent } from "./webhooks.js";

/** The wallet's own settings if they have any threshold, else the environment's (rule 56). */
export function settingsOf(state: FlexpriceState, wallet: Wallet): AlertSettings {
  const own = wallet.alertSettings;
  return own !== undefined && hasThreshold(own) ? own : state.settings.wallet_balance_alert_config;
}

/** Looks at both balances; the wallet's own state follows the ongoing one, and is ok without alerts (rule 60). */
export function raiseAlerts(state: FlexpriceState, wallet: Wallet, realTimeCreditBalance: Exact, now: number): void {
  if (settingsOf(state, wallet).alert_enabled !== true) {
    wallet.alertState = "ok";
    return;
  }
  wallet.alertState = raise(state, wallet, "low_ongoing_balance", realTimeCreditBalance, now);
  raise(state, wallet, "low_credit_balance", wallet.creditBalance, now);
}

/** One kind of alert: its state now, logged and told where it changed (rules 57, 59). */
function raise(state: FlexpriceState, wallet: Wallet, type: AlertType, value: Exact, now: number): AlertState {
  const settings = settingsOf(state, wallet);
  const answer = ask("alerts.state", { settings, value_credits: text(value), previous: wallet.alerted.get(type) ?? null });
  const current = stateOf(answer["state"]);
  if (answer["alert_logs"] === 1) {
    wallet.alerted.set(type, current);
    const log = { id: newId("alert"), wallet, type, state: current, settings, value, createdAt: now };
    state.alertLogs.push(log);
    tell(state, log);
  }
  return current;
}

/** Only the two ends send a webhook; `info` and `warning` are logged and no more (rule 59). */
function tell(state: FlexpriceState, log: AlertLog): void {
  const balance = log.type === "low_ongoing_balance" ? "ongoing_balance" : "credit_balance";
  if (log.state === "in_alarm") state.emit(walletEvent(`wallet.${balance}.dropped`, log.wallet, log));
  if (log.state === "ok") state.emit(walletEvent(`wallet.${balance}.recovered`, log.wallet, log));
}

function stateOf(value: unknown): AlertState {
  return STATES.find((known) => known === value) ?? "ok";
}

const STATES: readonly AlertState[] = ["ok", "info", "warning", "in_alarm"];

/** The filter of `POST /alerts/search`; newest first. */
export function searchAlerts(state: FlexpriceState, filter: Body): readonly AlertLog[] {
  const asked = (key: string, value: string): boolean => (textOf(filter, key) ?? value) === value;
  const from = timeOf(filter, "start_time") ?? Number.NEGATIVE_INFINITY;
  const to = timeOf(filter, "end_time") ?? Number.POSITIVE_INFINITY;
  return state.alertLogs
    .filter(
      (log) =>
        asked("entity_type", "wallet") &&
        asked("entity_id", log.wallet.id) &&
        asked("customer_id", log.wallet.customer.id) &&
        asked("alert_type", log.type) &&
        asked("alert_status", log.state) &&
        log.createdAt >= from &&
        log.createdAt <= to,
    )
    .reverse();
}
