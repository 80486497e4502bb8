/**
 * The bodies of Lago's webhooks (lago 1.6). None carries `applies_to`, and which other blocks are there differs.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { type Exact, textWithPoint } from "../money.js";
import type { Emission } from "../webhooks/emission.js";
import { ORGANIZATION_ID, seconds, thresholdJson, transactionJson, walletJson } from "./serialize.js";
import type { Alert, Threshold, Transaction, Wallet } from "./state.js";

type Json = Readonly<Record<string, unknown>>;

/** What an endpoint may ask for by `event_types`. */
export const EVENT_TYPES = [
  "wallet.created",
  "wallet.updated",
  "wallet.terminated",
  "wallet.depleted_ongoing_balance",
  "wallet_transaction.created",
  "wallet_transaction.updated",
  "wallet_transaction.payment_failure",
  "alert.triggered",
] as const;
type EventType = (typeof EVENT_TYPES)[number];

export function walletEvent(type: EventType, wallet: Wallet): Emission {
  return emission(type, "wallet", () => (type === "wallet.depleted_ongoing_balance" ? bareWallet(wallet) : webhookWallet(wallet)));
}

export function transactionEvent(type: EventType, transaction: Transaction): Emission {
  return emission(type, "wallet_transaction", () => ({ ...transactionJson(transaction), wallet: bareWallet(transaction.wallet) }));
}

/** The envelope; `objectType` is the key of the object too. */
export function emission(type: EventType, objectType: string, build: () => Json): Emission {
  return { type, build: () => ({ webhook_type: type, object_type: objectType, organization_id: ORGANIZATION_ID, [objectType]: build() }) };
}

/** The payment provider refused to pay a purchase (R-TX-4). */
export function paymentFailure({ id, wallet }: Transaction): Emission {
  return emission("wallet_transaction.payment_failure", "payment_provider_wallet_transaction_payment_error", () => ({
    lago_wallet_transaction_id: id,
    lago_customer_id: wallet.customer.id,
    external_customer_id: wallet.customer.externalId,
    provider_customer_id: `cus_${wallet.customer.id.slice(0, 8)}`,
    payment_provider: "stripe",
    payment_provider_code: "sandbox",
    provider_error: { message: "Your card was declined.", error_code: "card_declined" },
  }));
}

/** What one evaluation of an alert found (R-ALRT-6). */
export interface Crossing {
  readonly alert: Alert;
  readonly previous: Exact;
  readonly current: Exact;
  readonly crossed: readonly Threshold[];
  readonly at: number;
}

export function alertTriggered({ alert, previous, current, crossed, at }: Crossing): Emission {
  const { wallet } = alert;
  const id = randomUUID();
  return emission("alert.triggered", "triggered_alert", () => ({
    lago_id: id,
    lago_organization_id: ORGANIZATION_ID,
    lago_alert_id: alert.id,
    lago_subscription_id: null,
    external_subscription_id: null,
    lago_wallet_id: wallet.id,
    external_customer_id: wallet.customer.externalId,
    billable_metric_code: null,
    alert_name: alert.name,
    alert_code: alert.code,
    alert_type: alert.type,
    current_value: textWithPoint(current),
    previous_value: textWithPoint(previous),
    crossed_thresholds: crossed.map(thresholdJson),
    triggered_at: seconds(at),
    subscription_external_id: null,
    customer_external_id: wallet.customer.externalId,
  }));
}

function webhookWallet(wallet: Wallet): Json {
  const { applies_to: _, applied_invoice_custom_sections: __, ...shown } = walletJson(wallet);
  return shown;
}

/** Without rules and metadata, as in a transaction and when depleted. */
function bareWallet(wallet: Wallet): Json {
  const { recurring_transaction_rules: _, metadata: __, ...shown } = webhookWallet(wallet);
  return shown;
}
