/**
 * Managing wallets by Flexprice's API. An export of its own: a gate does not pay for it in bytes.
 *
 * @module creditgate/flexprice/api
 */
import { Client } from "../../api/client.js";
import { API_KEYS, settingsOf } from "../../api/options.js";
import type { ApiOptions } from "../../api/options.js";
import { checkKeys, oneOf, textOption } from "../../options.js";
import { connect, KEYS } from "../options.js";
import type { FlexpriceOptions } from "../options.js";
import { FlexpriceCustomers } from "./customers.js";
import { FlexpriceEvents } from "./events.js";
import { FlexpriceInvoices } from "./invoices.js";
import { FlexpriceValidate } from "./validate.js";
import { FlexpriceWallets } from "./wallets.js";

export type { Problem, UnansweredWrite } from "../../../errors.js";
export type { ApiOptions, CallOptions, Invalidates, ListOptions, Whom, WriteOptions } from "../../api/options.js";
export type { FlexpriceOptions } from "../options.js";
export type { PreviewAfterCredits, PreviewNote } from "./after-credits.js";
export type { FlexpriceCustomers } from "./customers.js";
export type { FlexpriceEvents } from "./events.js";
export type { AfterCreditsOptions, FlexpriceInvoices } from "./invoices.js";
export type * from "./requests.js";
export type * from "./types.js";
export type { CreateContext, FlexpriceValidate } from "./validate.js";
export type { BalanceOptions, BreakdownOptions, CustomerId, FlexpriceWallets, OfCustomerOptions } from "./wallets.js";

/**
 * Options of {@link flexpriceApi}: those of `flexprice()`, so that one object serves both, and {@link ApiOptions}.
 * What concerns the gate's reading only (`grants`, `maxCachedAge`, `reflectWithin`, `environment`) has no effect here.
 */
export interface FlexpriceApiOptions extends FlexpriceOptions, ApiOptions {}

/** What {@link flexpriceApi} gives. */
export interface FlexpriceApi {
  /** Where requests go, as in `https://us.api.flexprice.io/v1`: a page with a portal session asks there, too. */
  readonly baseUrl: string;
  readonly wallets: FlexpriceWallets;
  readonly events: FlexpriceEvents;
  readonly invoices: FlexpriceInvoices;
  readonly customers: FlexpriceCustomers;
  /** The rules alone: nothing is sent. */
  readonly validate: FlexpriceValidate;
}

/**
 * The client of everything in Flexprice's API that concerns wallets. Nothing is sent before the first call.
 *
 * Throws `invalid_option` with the option's path, as in `flexprice.apiKey`. Calls reject with a `CreditGateError`:
 * `provider_*` and `invalid_response` when the billing API refuses or fails, `outcome_unknown` when nobody knows
 * whether a write happened, `invalid_input` with `problems` when the rules refuse a write before it is sent.
 *
 * @example
 * ```ts
 * import { flexpriceApi } from "creditgate/flexprice/api";
 *
 * const api = flexpriceApi({ apiKey: env.FLEXPRICE_API_KEY, region: "us" });
 * const [wallet] = await api.wallets.ofCustomer({ externalId: "cus_1" });
 * if (wallet) console.log(wallet.balance, wallet.currency); // 25 usd
 * ```
 */
export function flexpriceApi(options: FlexpriceApiOptions): FlexpriceApi {
  checkKeys("flexprice", options, [...KEYS, ...API_KEYS]);
  const client = new Client(connect(options), settingsOf("flexprice", options));
  const gateKnowsIds = oneOf("flexprice.customers", options.customers, ["external", "id"]) === "id";
  const wallets = new FlexpriceWallets(client, gateKnowsIds);
  return {
    baseUrl: client.api.base,
    wallets,
    events: new FlexpriceEvents(client, textOption("flexprice.source", options.source)),
    invoices: new FlexpriceInvoices(client, wallets),
    customers: new FlexpriceCustomers(client),
    validate: new FlexpriceValidate(client),
  };
}
