/**
 * Managing wallets by Lago's API. An export of its own: a gate does not pay for it in bytes.
 *
 * @module creditgate/lago/api
 */
import { Client } from "../../api/client.js";
import { API_KEYS, settingsOf } from "../../api/options.js";
import type { ApiOptions } from "../../api/options.js";
import { checkKeys } from "../../options.js";
import { connect, KEYS } from "../options.js";
import type { LagoOptions } from "../options.js";
import { LagoCustomer } from "./customer.js";
import { LagoEvents } from "./events.js";
import { LagoInvoices } from "./invoices.js";
import { LagoWalletTransactions } from "./transactions.js";
import { LagoValidate } from "./validate.js";
import { LagoWallets } from "./wallets.js";

export type { Problem, UnansweredWrite } from "../../../errors.js";
export type { ApiOptions, CallOptions, Invalidates, ListOptions, Whom, WriteOptions } from "../../api/options.js";
export type { LagoOptions } from "../options.js";
export type { LagoWalletAlerts } from "./alerts.js";
export type { LagoCustomer } from "./customer.js";
export type { LagoEvents } from "./events.js";
export type { LagoInvoices } from "./invoices.js";
export type { LagoWalletMetadata } from "./metadata.js";
export type * from "./requests.js";
export type { LagoWalletTransactions } from "./transactions.js";
export type * from "./types.js";
export type { LagoValidate } from "./validate.js";
export type { LagoCustomerWallets, LagoWallets } from "./wallets.js";

/**
 * Options of {@link lagoApi}: those of `lago()`, so that one object serves both, and {@link ApiOptions}. What concerns
 * the gate's reading only (`refreshInterval`, `reflectWithin`, `environment`) has no effect here.
 */
export interface LagoApiOptions extends LagoOptions, ApiOptions {}

/** What {@link lagoApi} gives. */
export interface LagoApi {
  /** By Lago's ids. */
  readonly wallets: LagoWallets;
  readonly walletTransactions: LagoWalletTransactions;
  readonly invoices: LagoInvoices;
  readonly events: LagoEvents;
  /** What is addressed by a customer: wallets by code, their alerts, current usage. */
  customer(externalId: string): LagoCustomer;
  /** The rules alone: nothing is sent. */
  readonly validate: LagoValidate;
}

/**
 * The client of everything in Lago's API that concerns wallets. Nothing is sent before the first call.
 *
 * Throws `invalid_option` with the option's path, as in `lago.apiKey`. Calls reject with a `CreditGateError`:
 * `provider_*` and `invalid_response` when the billing API refuses or fails (a 422 with its `problems`),
 * `outcome_unknown` when nobody knows whether a write happened, `invalid_input` with `problems` when the rules refuse
 * a write before it is sent.
 *
 * @example
 * ```ts
 * import { lagoApi } from "creditgate/lago/api";
 *
 * const api = lagoApi({ apiKey: env.LAGO_API_KEY, region: "eu" });
 * for await (const wallet of api.wallets.list({ external_customer_id: "cus_1", status: "active" })) {
 *   console.log(wallet.balance_cents, wallet.currency); // 2500 EUR
 * }
 * ```
 */
export function lagoApi(options: LagoApiOptions): LagoApi {
  checkKeys("lago", options, [...KEYS, ...API_KEYS]);
  const client = new Client(connect(options), settingsOf("lago", options));
  return {
    wallets: new LagoWallets(client),
    walletTransactions: new LagoWalletTransactions(client),
    invoices: new LagoInvoices(client),
    events: new LagoEvents(client),
    customer: (externalId) => new LagoCustomer(client, externalId),
    validate: new LagoValidate(client),
  };
}
