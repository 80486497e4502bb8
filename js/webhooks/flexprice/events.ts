/**
 * Flexprice's events. The body is the event, in one of three shapes: slim, slim with `customer.external_id`, and full
 * as before 2026-08 and as documented (flexprice 4.2).
 */

import type { WebhookAlert, WebhookEvent, WebhookObject, WebhookThreshold } from "../../types.js";
import { decimalOf, nameOf, objectOf, parseBody, textOf } from "../event.js";

/** Balance alerts: which balance, and which way. */
const ALERT = /^wallet\.(credit|ongoing)_balance\.(dropped|recovered)$/;

const LEVELS = ["critical", "warning", "info"];

/** @throws CreditGateError `webhook_invalid` */
export function parse(body: string): WebhookEvent {
  const payload = parseBody(body);
  const type = nameOf(payload, "event_type");
  const wallet = objectOf(payload["wallet"]);
  const customer = objectOf(payload["customer"]);
  const fields = {
    provider: "flexprice",
    type,
    walletId: textOf(wallet?.["id"]),
    customerId: textOf(wallet?.["customer_id"]) ?? textOf(customer?.["id"]),
    customer: textOf(customer?.["external_id"]),
    payload,
  } as const;
  switch (type) {
    case "wallet.created":
    case "wallet.updated":
    case "wallet.terminated":
    case "wallet.ongoing_balance.updated":
      return { ...fields, kind: "wallet", wallet };
    case "wallet.transaction.created":
    case "wallet.transaction.updated": {
      // An update has a key of its own.
      const transaction = objectOf(payload["transaction"]) ?? objectOf(payload["updated_transaction"]);
      const { id, wallet_id, customer_id } = transaction ?? {};
      const ids = { walletId: textOf(wallet_id) ?? fields.walletId, customerId: textOf(customer_id) ?? fields.customerId };
      return { ...fields, ...ids, kind: "transaction", transactionId: textOf(id), transaction };
    }
    case "feature.wallet_balance.alert": {
      const ids = { walletId: textOf(payload["wallet_id"]), customerId: textOf(payload["customer_id"]) };
      return { ...fields, ...ids, kind: "alert", alert: featureAlert(payload) };
    }
  }
  const [isAlert, balance, direction] = ALERT.exec(type) ?? [];
  if (isAlert === undefined) return { ...fields, kind: "other" };
  const alert = balanceAlert(objectOf(payload["alert"]) ?? {}, balance === "ongoing" ? "ongoing" : "settled");
  return { ...fields, kind: "alert", alert: { ...alert, direction: direction === "dropped" ? "dropped" : "recovered" } };
}

/** Values and thresholds are credits (flexprice 56, 67). */
function balanceAlert(alert: WebhookObject, balance: "settled" | "ongoing"): Omit<WebhookAlert, "direction"> {
  return {
    balance,
    state: textOf(alert["state"]),
    value: decimalOf(alert["current_balance"]),
    unit: "credits",
    thresholds: thresholds(objectOf(alert["alert_settings"])),
  };
}

/** No longer sent. Which unit its figures have was never established, so none is said. */
function featureAlert(payload: WebhookObject): WebhookAlert {
  const state = textOf(payload["alert_status"]);
  return { direction: state === "ok" ? "recovered" : "dropped", state, value: decimalOf(payload["current_balance"]), thresholds: [] };
}

function thresholds(settings: WebhookObject = {}): WebhookThreshold[] {
  return LEVELS.flatMap((code) => {
    const level = objectOf(settings[code]);
    const value = decimalOf(level?.["threshold"]);
    return value === undefined ? [] : [{ code, value, condition: textOf(level?.["condition"]) }];
  });
}
