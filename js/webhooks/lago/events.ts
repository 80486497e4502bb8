/** Lago's events: `{webhook_type, object_type, organization_id, [object_type]: {...}}` (lago 1.6). */

import type { WebhookAlert, WebhookEvent, WebhookObject, WebhookThreshold } from "../../types.js";
import { decimalOf, nameOf, objectOf, parseBody, textOf } from "../event.js";

/** @throws CreditGateError `webhook_invalid` */
export function parse(body: string): WebhookEvent {
  const payload = parseBody(body);
  const type = nameOf(payload, "webhook_type");
  const object = objectOf(payload[String(payload["object_type"])]) ?? {};
  switch (type) {
    case "wallet.created":
    case "wallet.updated":
    case "wallet.terminated":
      return { ...ofWallet(type, payload, object), kind: "wallet", wallet: object };
    case "wallet.depleted_ongoing_balance":
      return { ...ofWallet(type, payload, object), kind: "alert", alert: depleted(object) };
    case "wallet_transaction.created":
    case "wallet_transaction.updated": {
      const fields = ofWallet(type, payload, objectOf(object["wallet"]) ?? {});
      const walletId = textOf(object["lago_wallet_id"]) ?? fields.walletId;
      return { ...fields, walletId, kind: "transaction", transactionId: textOf(object["lago_id"]), transaction: object };
    }
    case "wallet_transaction.payment_failure":
      return { ...ofCustomer(type, payload, object), kind: "payment_failure", transactionId: textOf(object["lago_wallet_transaction_id"]) };
    case "alert.triggered":
      return { ...ofCustomer(type, payload, object), walletId: textOf(object["lago_wallet_id"]), kind: "alert", alert: triggered(object) };
    default:
      return { provider: "lago", type, payload, kind: "other" };
  }
}

function ofCustomer(type: string, payload: WebhookObject, object: WebhookObject) {
  const { lago_customer_id, external_customer_id, customer_external_id } = object;
  const customer = textOf(external_customer_id) ?? textOf(customer_external_id);
  return { provider: "lago", type, customerId: textOf(lago_customer_id), customer, payload } as const;
}

function ofWallet(type: string, payload: WebhookObject, wallet: WebhookObject) {
  return { ...ofCustomer(type, payload, wallet), walletId: textOf(wallet["lago_id"]) };
}

/** R-ONG-13: the ongoing balance has come to zero or below. */
function depleted(wallet: WebhookObject): WebhookAlert {
  const value = decimalOf(wallet["credits_ongoing_balance"]);
  return { direction: "depleted", balance: "ongoing", value, unit: "credits", thresholds: [] };
}

/** R-ALRT; the alert's type says what it watches, and in which unit (lago 1.5). */
function triggered(alert: WebhookObject): WebhookAlert {
  const type = textOf(alert["alert_type"]) ?? "";
  const [isWallet, ongoing, amount] = /^wallet_(?:credits_)?(ongoing_)?balance(_amount)?$/.exec(type) ?? [];
  const crossed = Array.isArray(alert["crossed_thresholds"]) ? alert["crossed_thresholds"] : [];
  return {
    direction: "crossed",
    balance: isWallet === undefined ? undefined : ongoing === undefined ? "settled" : "ongoing",
    code: textOf(alert["alert_code"]),
    value: decimalOf(alert["current_value"]),
    previousValue: decimalOf(alert["previous_value"]),
    unit: isWallet === undefined ? undefined : amount === undefined ? "credits" : "minor",
    thresholds: crossed.flatMap(threshold),
  };
}

function threshold(crossed: unknown): WebhookThreshold[] {
  const { code, value, recurring } = objectOf(crossed) ?? {};
  const decimal = decimalOf(value);
  return decimal === undefined ? [] : [{ code: textOf(code), value: decimal, recurring: recurring === true }];
}
