/**
 * The control verbs: what tests and demos do to the sandbox itself. The HTTP control API has the same ones.
 *
 * @module creditgate/sandbox
 */
import type { Profile } from "../types.js";
import { flexpriceCustomer, setUpFlexpriceWallet, setUpLagoWallet, type WalletRequest } from "./control-wallets.js";
import { type Fault, readFault } from "./faults.js";
import { currency, Fields, integerFrom, invalid, nonNegativeDecimal, nullable, oneOf, string, time } from "./fields.js";
import { completePurchase, sweep } from "./flexprice/ledger.js";
import * as flexprice from "./flexprice/serialize.js";
import { settle, terminateExpired } from "./lago/ledger.js";
import { refreshAwaiting } from "./lago/ongoing.js";
import * as lago from "./lago/serialize.js";
import { text } from "./money.js";
import type { Requests } from "./requests.js";
import type { World } from "./world.js";

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
  /** Pays a pending purchase, by the id of its transaction or its invoice. Paying twice does nothing more. */
  pay(request: { readonly provider: Profile; readonly id: string }): { transaction: Json };
  /** Ticks Lago's refresh now, for the customers that it would look at. */
  refresh(): { now: number };
  /** Runs the jobs that take expired credits (flexprice 43) and terminate expired wallets (R-EXP-1). */
  sweep(): { credits_expired: number; wallets_terminated: number };
  /** How many requests came in since the start or the last reset. */
  requests(): Requests;
}

const provider = oneOf("flexprice", "lago");

/** The verbs on one world. Requests are read strictly, so that the HTTP API may hand over what it was sent. */
export class WorldControl implements Control {
  readonly baseUrl: string;
  readonly #world: World;

  constructor(world: World, baseUrl: string) {
    this.#world = world;
    this.baseUrl = baseUrl;
  }

  reset(request: unknown = {}): { now: number } {
    const fields = new Fields(request);
    const now = fields.optional("now", time);
    fields.done();
    this.#world.reset(now);
    return { now: this.#world.clock.now() };
  }

  clock(request: unknown): { now: number } {
    const fields = new Fields(request);
    const advance = fields.optional("advance", integerFrom(0));
    const set = fields.optional("set", time);
    fields.done();
    if ((advance === undefined) === (set === undefined)) throw invalid('needs either "advance" or "set"', "");
    if (advance !== undefined) this.#world.clock.advance(advance);
    if (set !== undefined) this.#world.clock.set(set);
    return { now: this.#world.catchUp() };
  }

  metrics(request: unknown): { metric: Json } {
    const fields = new Fields(request);
    const which = fields.required("provider", provider);
    const code = fields.required("code", string);
    const inCurrency = fields.required("currency", currency);
    const unitPrice = fields.required("unit_price", nonNegativeDecimal);
    const property = fields.optional("property", nullable(string));
    fields.done();
    this.#world.catchUp();
    const metric = this.#world[which].metrics.set(code, inCurrency, unitPrice, property === undefined ? "units" : property);
    this.#flagAllForRefresh();
    const prices = Object.fromEntries([...metric.prices].map(([name, price]) => [name, text(price)]));
    return { metric: { code: metric.code, property: metric.property, prices } };
  }

  customers(request: unknown): { customer: Json } {
    const fields = new Fields(request);
    const which = fields.required("provider", provider);
    const externalId = fields.required("external_id", string);
    const now = this.#world.catchUp();
    if (which === "flexprice") {
      fields.done();
      return { customer: flexprice.customerJson(flexpriceCustomer(this.#world.flexprice, externalId, now)) };
    }
    return { customer: lago.customerJson(this.#lagoCustomer(fields, externalId, now)) };
  }

  wallets(request: unknown): { id: string; wallet: Json } {
    const fields = new Fields(request);
    const now = this.#world.catchUp();
    if (fields.required("provider", provider) === "flexprice") {
      const wallet = setUpFlexpriceWallet(this.#world.flexprice, fields, now);
      return { id: wallet.id, wallet: flexprice.walletJson(wallet) };
    }
    const wallet = setUpLagoWallet(this.#world.lago, fields, now);
    return { id: wallet.id, wallet: lago.walletJson(wallet) };
  }

  faults(request: unknown): { fault: Fault } {
    const fault = readFault(request);
    this.#world.faults.add(fault);
    return { fault };
  }

  clearFaults(): void {
    this.#world.faults.clear();
  }

  pay(request: unknown): { transaction: Json } {
    const fields = new Fields(request);
    const which = fields.required("provider", provider);
    const id = fields.required("id", string);
    fields.done();
    const now = this.#world.catchUp();
    return { transaction: which === "flexprice" ? this.#payFlexprice(id, now) : this.#payLago(id, now) };
  }

  refresh(): { now: number } {
    const now = this.#world.catchUp();
    refreshAwaiting(this.#world.lago, now);
    return { now };
  }

  sweep(): { credits_expired: number; wallets_terminated: number } {
    const now = this.#world.catchUp();
    const credits = [...this.#world.flexprice.wallets.values()].reduce((count, wallet) => count + sweep(wallet, now), 0);
    return { credits_expired: credits, wallets_terminated: terminateExpired(this.#world.lago, now) };
  }

  requests(): Requests {
    return this.#world.requests.read();
  }

  #lagoCustomer(fields: Fields, externalId: string, now: number) {
    const taxRate = fields.optional("tax_rate", nonNegativeDecimal);
    const inCurrency = fields.optional("currency", currency);
    const subscription = fields.optional("subscription", string);
    fields.done();
    const state = this.#world.lago;
    const taken = subscription === undefined ? undefined : state.subscriptions.get(subscription);
    if (taken !== undefined && taken.customer.externalId !== externalId) throw invalid("belongs to another customer", "subscription");
    const customer = state.customer(externalId, now);
    if (taxRate !== undefined) customer.taxRate = taxRate;
    if (inCurrency !== undefined) customer.currency = inCurrency.toUpperCase();
    if (subscription !== undefined && taken === undefined) state.subscribe(customer, subscription, "sandbox", now);
    customer.awaitingRefresh = true;
    return customer;
  }

  #payFlexprice(id: string, now: number): Json {
    for (const wallet of this.#world.flexprice.wallets.values()) {
      const transaction = wallet.transactions.find((candidate) => candidate.id === id || candidate.invoiceId === id);
      if (transaction === undefined) continue;
      if (transaction.status === "pending") completePurchase(wallet, transaction, now);
      return flexprice.transactionJson(wallet, transaction);
    }
    throw invalid("names no transaction and no invoice", "id");
  }

  #payLago(id: string, now: number): Json {
    const all = [...this.#world.lago.transactions.values()];
    const transaction = all.find((candidate) => candidate.id === id || candidate.invoiceId === id);
    if (transaction === undefined) throw invalid("names no transaction and no invoice", "id");
    if (transaction.status === "pending") settle(this.#world.lago, transaction, now);
    return lago.transactionJson(transaction);
  }

  /** A price changes what past usage costs, so that every customer's figures are out of date. */
  #flagAllForRefresh(): void {
    for (const customer of this.#world.lago.customers.values()) customer.awaitingRefresh = true;
  }
}
