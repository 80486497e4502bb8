/**
 * The control verbs on one world.
 *
 * @module creditgate/sandbox
 */
import type { Control } from "./control.js";
import { finalize, payLago, setUpInvoice, setUpPlan } from "./control-lago.js";
import { setUpSubscription, subscriptionJson } from "./control-subscriptions.js";
import { flexpriceCustomer, setUpFlexpriceWallet, setUpLagoWallet } from "./control-wallets.js";
import { type Fault, readFault } from "./faults.js";
import { currency, Fields, integerFrom, invalid, nonNegativeDecimal, nullable, oneOf, string, time } from "./fields.js";
import { evaluate } from "./flexprice/evaluation.js";
import { sweep } from "./flexprice/ledger.js";
import { pay } from "./flexprice/purchases.js";
import * as flexprice from "./flexprice/serialize.js";
import type { Wallet as FlexpriceWallet } from "./flexprice/state.js";
import { planJson, wholeInvoiceJson } from "./lago/invoice-json.js";
import { terminateExpired } from "./lago/ledger.js";
import { refreshAwaiting } from "./lago/ongoing.js";
import * as lago from "./lago/serialize.js";
import { text } from "./money.js";
import type { Requests } from "./requests.js";
import type { WebhookEndpoint } from "./webhooks/endpoints.js";
import type { Delivery } from "./webhooks/webhooks.js";
import type { World } from "./world.js";

type Json = Record<string, unknown>;

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
    return { now: this.#now() };
  }

  metrics(request: unknown): { metric: Json } {
    const fields = new Fields(request);
    const which = fields.required("provider", provider);
    const code = fields.required("code", string);
    const inCurrency = fields.required("currency", currency);
    const unitPrice = fields.required("unit_price", nonNegativeDecimal);
    const property = fields.optional("property", nullable(string));
    fields.done();
    this.#now();
    const metric = this.#world[which].metrics.set(code, inCurrency, unitPrice, property === undefined ? "units" : property);
    this.#flagAllForRefresh();
    const prices = Object.fromEntries([...metric.prices].map(([name, price]) => [name, text(price)]));
    return { metric: { code: metric.code, property: metric.property, prices } };
  }

  customers(request: unknown): { customer: Json } {
    const fields = new Fields(request);
    const which = fields.required("provider", provider);
    const externalId = fields.required("external_id", string);
    const now = this.#now();
    if (which === "flexprice") {
      fields.done();
      return { customer: flexprice.customerJson(flexpriceCustomer(this.#world.flexprice, externalId, now)) };
    }
    return { customer: lago.customerJson(this.#lagoCustomer(fields, externalId, now)) };
  }

  wallets(request: unknown): { id: string; wallet: Json } {
    const fields = new Fields(request);
    const now = this.#now();
    const which = fields.required("provider", provider);
    return this.#world.webhooks.silently(() => {
      if (which === "flexprice") {
        const wallet = setUpFlexpriceWallet(this.#world.flexprice, fields, now);
        return { id: wallet.id, wallet: flexprice.walletJson(wallet) };
      }
      const wallet = setUpLagoWallet(this.#world.lago, fields, now);
      return { id: wallet.id, wallet: lago.walletJson(wallet) };
    });
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
    const outcome = which === "lago" ? fields.optional("outcome", oneOf("succeeded", "failed")) : undefined;
    fields.done();
    const now = this.#world.catchUp();
    const transaction = which === "flexprice" ? this.#payFlexprice(id, now) : lago.transactionJson(payLago(this.#world.lago, id, outcome ?? "succeeded", now));
    this.#world.conclude();
    return { transaction };
  }

  refresh(): { now: number } {
    const now = this.#world.catchUp();
    refreshAwaiting(this.#world.lago, now);
    this.#world.conclude();
    return { now };
  }

  sweep(): { credits_expired: number; wallets_terminated: number } {
    const now = this.#world.catchUp();
    const credits = [...this.#world.flexprice.wallets.values()].reduce((count, wallet) => count + this.#sweepWallet(wallet, now), 0);
    const terminated = terminateExpired(this.#world.lago, now);
    this.#world.conclude();
    return { credits_expired: credits, wallets_terminated: terminated };
  }

  subscriptions(request: unknown): { id: string; subscription: Json } {
    const subscription = setUpSubscription(this.#world.flexprice, request, this.#now());
    return { id: subscription.id, subscription: subscriptionJson(subscription) };
  }

  plans(request: unknown): { plan: Json } {
    return { plan: planJson(setUpPlan(this.#world.lago, request, this.#now())) };
  }

  invoices(request: unknown): { id: string; invoice: Json } {
    const invoice = setUpInvoice(this.#world.lago, request, this.#now());
    return { id: invoice.id, invoice: wholeInvoiceJson(invoice) };
  }

  finalize(request: unknown): { invoices: Json[] } {
    const invoices = finalize(this.#world.lago, request, this.#now());
    this.#world.conclude();
    return { invoices: invoices.map(wholeInvoiceJson) };
  }

  webhooks(request: unknown): { endpoint: WebhookEndpoint } {
    // Also sends what happened before, which is not for who comes now.
    this.#now();
    return { endpoint: this.#world.webhooks.register(request) };
  }

  async deliveries(): Promise<{ deliveries: Delivery[] }> {
    return { deliveries: await this.#world.webhooks.deliveries() };
  }

  requests(): Requests {
    return this.#world.requests.read();
  }

  /** The time, with everything done and sent that was due by now. */
  #now(): number {
    const now = this.#world.catchUp();
    this.#world.conclude();
    return now;
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
    const state = this.#world.flexprice;
    const all = [...state.wallets.values()].flatMap(({ transactions }) => transactions);
    const transaction = all.find((candidate) => candidate.id === id || candidate.invoice?.id === id);
    if (transaction === undefined) throw invalid("names no transaction and no invoice", "id");
    const wasPending = transaction.status === "pending";
    pay(state, transaction, now);
    if (wasPending) evaluate(state, transaction.wallet, now);
    return flexprice.transactionJson(transaction);
  }

  /** Each expiry is a wallet operation, so that alerts are looked at. */
  #sweepWallet(wallet: FlexpriceWallet, now: number): number {
    const count = sweep(this.#world.flexprice, wallet, now);
    if (count > 0) evaluate(this.#world.flexprice, wallet, now);
    return count;
  }

  /** A price changes what past usage costs, so that every customer's figures are out of date. */
  #flagAllForRefresh(): void {
    for (const customer of this.#world.lago.customers.values()) customer.awaitingRefresh = true;
  }
}
