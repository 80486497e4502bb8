/**
 * The control verbs: what tests and demos do to the sandbox itself. The HTTP control API has the same ones.
 *
 * @module creditgate/sandbox
 */
import type { Profile } from "../types.js";
import type { FinalizeRequest, InvoiceRequest, PlanRequest } from "./control-lago.js";
import type { SubscriptionRequest } from "./control-subscriptions.js";
import type { WalletRequest } from "./control-wallets.js";
import type { Fault } from "./faults.js";
import type { Requests } from "./requests.js";
import type { WebhookEndpoint, WebhookRequest } from "./webhooks/endpoints.js";
import type { Delivery } from "./webhooks/webhooks.js";

export interface MetricRequest {
  readonly provider: Profile;
  /** Flexprice `event_name`, Lago `code`. */
  readonly code: string;
  readonly currency: string;
  /** Price of one unit, currency units. */
  readonly unit_price: string;
  /** The event property that is added up; null counts the events. @defaultValue `"units"` */
  readonly property?: string | null;
}

export interface CustomerRequest {
  readonly provider: Profile;
  readonly external_id: string;
  /** Lago only: percent, on every fee. @defaultValue `"0"` */
  readonly tax_rate?: string;
  /** Lago only. */
  readonly currency?: string;
  /** Lago only: external id of an active subscription, for events to name. */
  readonly subscription?: string;
}

type Json = Record<string, unknown>;

/** The verbs, as the sandbox object offers them. A request that is not well formed throws `invalid_input` with its path. */
export interface Control {
  /** Where the HTTP control API is. */
  readonly baseUrl: string;
  /** Forgets everything. The clock goes back to the host's time, or starts at `now`. */
  reset(request?: { readonly now?: number | string }): { now: number };
  /** Turns the clock: by so many milliseconds, or to a moment that is not past. */
  clock(request: { readonly advance: number } | { readonly set: number | string }): { now: number };
  /** Gives events of one code a price in one currency. Events sent before the code had any price cost nothing. */
  metrics(request: MetricRequest): { metric: Json };
  /** Makes a customer, or changes the one there is. */
  customers(request: CustomerRequest): { customer: Json };
  /** Sets a wallet up in any state. Answers it as the provider shows it. */
  wallets(request: WalletRequest): { id: string; wallet: Json };
  /** Switches a fault on. */
  faults(request: Fault): { fault: Fault };
  /** Switches every fault off. */
  clearFaults(): void;
  /**
   * Pays a pending purchase, by the id of its transaction or its invoice. Paying twice does nothing more. Lago only:
   * `outcome` says whether the payment succeeds, which one that failed may still do (lago R-TX-4).
   */
  pay(request: { readonly provider: Profile; readonly id: string; readonly outcome?: "succeeded" | "failed" }): { transaction: Json };
  /** Ticks Lago's refresh now, for the customers that it would look at. */
  refresh(): { now: number };
  /** Sets up a Flexprice subscription, which `POST /invoices/preview` needs. */
  subscriptions(request: SubscriptionRequest): { id: string; subscription: Json };
  /** Sets up a Lago plan. A subscription of a plan that was not set up is billed for every metric. */
  plans(request: PlanRequest): { plan: Json };
  /** Sets up a Lago invoice: a draft, or one of progressive billing, which the ongoing balances take into account. */
  invoices(request: InvoiceRequest): { id: string; invoice: Json };
  /** Ends a Lago customer's period: usage becomes invoices, which the wallets pay (lago R-APP). Or finalizes a draft. */
  finalize(request: FinalizeRequest): { invoices: Json[] };
  /** Registers an endpoint for webhooks. Answers what its receiver verifies them by. */
  webhooks(request: WebhookRequest): { endpoint: WebhookEndpoint };
  /** The webhooks sent, oldest first. Waits for attempts that are under way, so that what it says is settled. */
  deliveries(): Promise<{ deliveries: Delivery[] }>;
  /** Runs the jobs that take expired credits (flexprice 43) and terminate expired wallets (R-EXP-1). */
  sweep(): { credits_expired: number; wallets_terminated: number };
  /** How many requests came in since the start or the last reset. */
  requests(): Requests;
}
