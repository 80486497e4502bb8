/**
 * The bodies of Flexprice's webhooks (flexprice 4.2).
 *
 * @module creditgate/sandbox
 */
import { text } from "../money.js";
import type { Emission, Shape } from "../webhooks/emission.js";
import { alertSettingsJson, customerJson, slimTransactionJson, transactionJson, walletJson } from "./serialize.js";
import type { AlertLog, Transaction, Wallet } from "./state.js";

type Json = Record<string, unknown>;

/** What an endpoint may ask for by `event_types` (4.1). */
export const EVENT_TYPES = [
  "wallet.created",
  "wallet.updated",
  "wallet.terminated",
  "wallet.transaction.created",
  "wallet.transaction.updated",
  "wallet.credit_balance.dropped",
  "wallet.credit_balance.recovered",
  "wallet.ongoing_balance.dropped",
  "wallet.ongoing_balance.recovered",
  "wallet.ongoing_balance.updated",
] as const;
type EventType = (typeof EVENT_TYPES)[number];

export function walletEvent(type: EventType, wallet: Wallet, alert?: AlertLog): Emission {
  return {
    type,
    build: (shape) => ({
      event_type: type,
      wallet: shape === "full" ? walletJson(wallet) : slimWallet(wallet),
      ...(alert === undefined ? {} : { alert: alertJson(alert) }),
      ...customerOf(wallet, shape),
    }),
  };
}

/** The key of the transaction differs between the two events (4.2). */
export function transactionEvent(type: "wallet.transaction.created" | "wallet.transaction.updated", transaction: Transaction): Emission {
  const key = type === "wallet.transaction.created" ? "transaction" : "updated_transaction";
  return {
    type,
    build: (shape) => ({
      event_type: type,
      [key]: shape === "full" ? transactionJson(transaction) : slimTransactionJson(transaction),
      ...(shape === "full" ? { wallet: walletJson(transaction.wallet) } : {}),
      ...customerOf(transaction.wallet, shape),
    }),
  };
}

function customerOf({ customer }: Wallet, shape: Shape): Json {
  if (shape === "full") return { customer: customerJson(customer) };
  return shape === "slim" ? {} : { customer: { external_id: customer.externalId } };
}

function slimWallet(wallet: Wallet): Json {
  return {
    id: wallet.id,
    customer_id: wallet.customer.id,
    currency: wallet.currency,
    balance: text(wallet.balance),
    credit_balance: text(wallet.creditBalance),
    wallet_status: wallet.status,
    ...(wallet.name === "" ? {} : { name: wallet.name }),
    wallet_type: wallet.type,
    conversion_rate: text(wallet.conversionRate),
  };
}

/** `current_balance` is the value that was evaluated, in credits; `credit_balance` the settled one (rule 67). */
function alertJson({ state, value, wallet, type, settings }: AlertLog): Json {
  return {
    state,
    current_balance: text(value),
    credit_balance: text(wallet.creditBalance),
    alert_type: type,
    alert_settings: alertSettingsJson(settings),
  };
}
