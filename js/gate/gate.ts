/** The gate: may this usage go out? */

import { CreditGateError } from "../errors.js";
import type {
  AuthorizeOptions, CallOptions, CustomerSnapshot, Decision, DraftInvoice, GateOptions, GatePreview, GateStats, ProviderIds, SnapshotInfo, SpendOptions, Usage,
} from "../types.js";
import { Account } from "./account.js";
import { Core, info } from "./core.js";
import { Hold } from "./hold.js";
import { Meter, type MeterOptions } from "./meter.js";
import { resolve } from "./options.js";
import { preview, snapshotOf } from "./preview.js";
import type { CustomerState } from "./snapshots.js";
import {
  AUTHORIZE_OPTIONS, CALL_OPTIONS, checkCall, HANDLE_OPTIONS, type ParsedUsage, parseCustomer, parseIds, SPEND_OPTIONS,
} from "./usage.js";
import { type Watch, Watches, type WatchOptions, type WatchUpdate } from "./watch.js";
import type { HandleOptions, WebhookHandler } from "./webhooks.js";

/** A call that says nothing. */
const NONE: AuthorizeOptions = {};

/**
 * Answers, at the edge and without a network call, whether a customer's prepaid wallets cover a usage.
 *
 * Build one per provider, on first use, and keep it: it holds the cached wallets. `spend` and `authorize`
 * protect; `check` only answers, since two checks see the same balance.
 *
 * @example
 * ```ts
 * import { CreditGate } from "creditgate";
 * import { flexprice } from "creditgate/flexprice";
 *
 * const gate = new CreditGate({ provider: flexprice({ apiKey: env.FLEXPRICE_API_KEY }) });
 *
 * const usage = { customer: "cus_1", amount: "0.0042", currency: "USD", metric: "tokens" };
 * const decision = await gate.spend(usage);
 * if (!decision.allowed) console.log(decision.reason, decision.toResponse().status);
 * ```
 */
export class CreditGate {
  readonly #core: Core;
  #watches: Watches | undefined;
  #webhooks: WebhookHandler | undefined;

  /** @throws CreditGateError `invalid_option` at the option's name. */
  constructor(options: GateOptions) {
    this.#core = new Core(resolve(options));
  }

  /**
   * Checks a usage and debits it, in one step. Looks the customer up first, if need be; a denial on figures older
   * than `revalidateAfter` is checked once with the provider.
   *
   * @throws CreditGateError for bad input: `invalid_input`, `invalid_decimal`, `decimal_out_of_range`,
   * `negative_amount`, `key_conflict`; and `closed`. Everything else is an answer.
   */
  async spend(usage: Usage, options: SpendOptions = NONE): Promise<Decision> {
    const { usage: parsed, state } = this.#read(usage, options, SPEND_OPTIONS);
    const lookUp = this.#core.lookUp(state, parsed, options.key);
    if (lookUp !== undefined) await lookUp;
    return this.#record(state, parsed, options);
  }

  /** As {@link CreditGate.spend}, at once and from what is cached. What is due is refreshed behind the answer. */
  spendCached(usage: Usage, options: SpendOptions = NONE): Decision {
    const { usage: parsed, state } = this.#read(usage, options, SPEND_OPTIONS);
    return this.#record(state, parsed, options);
  }

  /**
   * Answers whether a usage is covered, and records nothing: advisory.
   *
   * @throws CreditGateError as {@link CreditGate.spend}.
   */
  async check(usage: Usage, call: CallOptions = NONE): Promise<Decision> {
    const { usage: parsed, state } = this.#read(usage, call, CALL_OPTIONS);
    const lookUp = this.#core.lookUp(state, parsed);
    if (lookUp !== undefined) await lookUp;
    return this.#core.answer(state, parsed, call);
  }

  /** As {@link CreditGate.check}, at once and from what is cached. What is due is refreshed behind the answer. */
  checkCached(usage: Usage, call: CallOptions = NONE): Decision {
    const { usage: parsed, state } = this.#read(usage, call, CALL_OPTIONS);
    return this.#core.answer(state, parsed, call);
  }

  /**
   * Holds an amount for work whose cost is known later. A hold that is not allowed holds nothing:
   * `hold.allowed` tells.
   *
   * @throws CreditGateError as {@link CreditGate.spend}.
   */
  async authorize(usage: Usage, options: AuthorizeOptions = NONE): Promise<Hold> {
    const { usage: parsed, state } = this.#read(usage, options, AUTHORIZE_OPTIONS);
    const lookUp = this.#core.lookUp(state, parsed, options.key);
    if (lookUp !== undefined) await lookUp;
    const { verdict, entry } = this.#core.record(state, parsed, this.#core.judge(state, parsed), "hold", options);
    const pending = this.#core.behind(state, options);
    return new Hold(this.#core, parsed, this.#core.decision(state, parsed.feeKey, verdict, options, pending), entry);
  }

  /**
   * A price per unit, checked without an object in or out: the hot path.
   *
   * @throws CreditGateError for bad input; `closed`.
   */
  meter(options: MeterOptions): Meter {
    this.#core.checkOpen();
    return new Meter(this.#core, options);
  }

  /**
   * Looks a customer up and gives the synchronous forms for it. A look-up that fails leaves answers `unknown`.
   *
   * @throws CreditGateError for a bad id; `closed`.
   */
  async account(customer: string): Promise<Account> {
    const state = this.#core.state(parseCustomer(customer, "customer"));
    await this.#core.ensure(state);
    return new Account(customer, this.#core, {
      check: (usage, call) => this.checkCached(usage, call),
      spend: (usage, options) => this.spendCached(usage, options),
    });
  }

  /**
   * Says which wallet would pay how much of which line of a draft invoice, and what would be left, by the provider's own
   * rules. It looks the customer up as {@link CreditGate.check} does, and pays from settled balances, as invoices do,
   * whatever usage is pending and whatever was debited or held here. Who has no wallet, or is not known to the billing
   * API, pays everything: the preview then has no wallets. Advisory: what is charged is the billing API's to say.
   *
   * @param draft - of your own, or the billing API's by `draftFromLago` and `draftFromFlexprice` of `creditgate/engine`
   * @example
   * ```ts
   * const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }, { id: "seat", amount: "10", priceType: "FIXED" }] };
   * const preview = await gate.preview("cus_1", draft);
   * console.log(preview.credits, preview.total, preview.wallets[0]?.balanceAfter, preview.snapshot.age < 1_000); // 25 25 0 true
   * ```
   *
   * @throws CreditGateError for a bad id or draft (with the path, as in `invoice.lines[0].amount`); what the look-up
   * failed with, where no snapshot may answer; `decimal_out_of_range`; `closed`.
   */
  preview(customer: string, draft: DraftInvoice, call: HandleOptions = {}): Promise<GatePreview> {
    return preview(this.#core, customer, draft, call);
  }

  /**
   * A customer's wallets with nothing but what the rules read, and when they were taken: what `previewEndpoint` of
   * `creditgate/server` signs for a page, and `previewInvoice` of `creditgate/engine` takes. It looks the customer
   * up as {@link CreditGate.check} does; who is not known to the billing API has no wallets.
   *
   * @throws CreditGateError for a bad id; what the look-up failed with, where no snapshot may answer; `closed`.
   */
  snapshot(customer: string, call: HandleOptions = {}): Promise<CustomerSnapshot> {
    return snapshotOf(this.#core, customer, call);
  }

  /**
   * Fetches a customer's wallets now.
   *
   * @throws CreditGateError what the look-up failed with; `closed`.
   */
  async refresh(customer: string): Promise<SnapshotInfo> {
    const state = this.#core.state(parseCustomer(customer, "customer"));
    await this.#core.refresher.refreshAnew(state);
    if (state.failure !== undefined) throw state.failure;
    if (state.snapshot === undefined) throw new CreditGateError("provider_timeout", "no snapshot has arrived");
    return info(state.snapshot, this.#core.settings.now());
  }

  /**
   * Marks what is known of a customer as outdated, here and in the shared store, as after a top-up or a termination:
   * it answers nothing more, and the next call fetches first. Resolves when the store has it. Where the store does not
   * take it within 5 s it is outdated here all the same, and this rejects: repeat it, or other instances go on
   * answering from what they have until their next refresh.
   *
   * @param customer - the caller's id, or the provider's own of the customer or one of its wallets. Whose those are is
   * known from what is cached, or looked up; ids that the provider does not know mark nothing
   * @throws CreditGateError for a bad id; what the look-up failed with; `store_unavailable`; `closed`.
   */
  async invalidate(customer: string | ProviderIds): Promise<void> {
    this.#core.checkOpen();
    const id = typeof customer === "string" ? customer : await this.#core.customers.find(parseIds(customer, "customer"));
    if (id === undefined) return;
    const isShared = await this.#core.refresher.invalidate(this.#core.state(parseCustomer(id, "customer")));
    if (!isShared) throw new CreditGateError("store_unavailable", "outdated here, but the store did not take it: other instances do not know");
  }

  /**
   * Handles a delivery of the provider's webhooks, in any runtime with Web `Request` and `Response`: verified over its
   * raw body, and handled once. It is a hint: the customer is marked as outdated, here and in the shared store, and
   * fetched again behind the answer; then `onWebhook` hears the event. Every event but those of kind `other` does
   * so, Flexprice's `wallet.ongoing_balance.updated` too, which usage alone may cause (flexprice 66): leave it out of the
   * subscription where that would be too many fetches. What webhooks cause leaves half of `rateLimit.burst` to `spend`.
   *
   * Another instance hears of it by the store: its first call after `memoryFor` (30 s) looks there behind its answer,
   * and a store may take time to show it (Workers KV: up to a minute, and a write a second per customer: of a burst some
   * are answered 503 and come again). Without a store it learns of it when its own snapshot is refreshed.
   *
   * Answers 204 when handled and 200 to a repeat; 400, 401 or 413 to what must not be believed, and 503 when something
   * failed here (the look-up of a customer, the store, `onWebhook`), so that the provider sends again. Refusals are
   * problem+json with the `code`. `onWebhook` hears a delivery whether or not the store took the invalidation, and hears it
   * again when one that was answered 503 comes again. So now and then it is told twice: never count by deliveries.
   *
   * @example
   * ```ts
   * import { CreditGate } from "creditgate";
   * import { flexprice } from "creditgate/flexprice";
   * import { flexpriceWebhooks } from "creditgate/webhooks";
   *
   * const gate = new CreditGate({
   *   provider: flexprice({ apiKey: env.FLEXPRICE_API_KEY }),
   *   webhooks: flexpriceWebhooks({ secret: env.FLEXPRICE_WEBHOOK_SECRET }),
   *   onWebhook: (event) => {
   *     if (event.kind === "alert") console.log(event.customer, event.alert.direction); // cus_1 dropped
   *   },
   * });
   *
   * export async function handle(request: Request): Promise<Response> {
   *   return gate.handleWebhook(request);
   * }
   * ```
   *
   * @throws CreditGateError `invalid_option` on a gate without `webhooks`; `invalid_input` when somebody has read the
   * request's body before; `closed`.
   */
  async handleWebhook(request: Request, options: HandleOptions = {}): Promise<Response> {
    this.#core.checkOpen();
    checkCall(options, HANDLE_OPTIONS);
    const { webhooks } = this.#core.settings;
    if (webhooks === undefined) throw new CreditGateError("invalid_option", "`webhooks` is needed to handle them", { path: "webhooks" });
    // Loaded by who has webhooks.
    const { WebhookHandler } = await import("./webhooks.js");
    this.#webhooks ??= new WebhookHandler(this.#core);
    return this.#webhooks.handle(webhooks, request, options);
  }

  /**
   * Says when the provider accepted the usage event of a debit, for who reports elsewhere and knows: the debit then
   * leaves by that time, instead of by `reportWithin`.
   *
   * @param key - the idempotency key that the debit was spent with
   * @param at - milliseconds since the epoch. @defaultValue now
   * @returns whether there is such a debit: it may have left already
   * @throws CreditGateError for a bad id; `closed`.
   */
  reported(customer: string, key: string, at: number = this.#core.settings.now()): boolean {
    this.#core.checkOpen();
    if (!Number.isFinite(at)) throw new CreditGateError("invalid_input", "`at` must be milliseconds since the epoch", { path: "at" });
    return this.#core.reported(parseCustomer(customer, "customer"), key, at);
  }

  /**
   * Keeps a customer's figures fresh for somebody who looks at them, such as a dashboard's connection: tells the
   * listener at once of what is cached, and after every refresh, whether it was due, asked for or caused by a webhook.
   * Refreshes every 5 minutes give or take a tenth, once more after an invalidation, and after a failure sooner, then
   * ever later. What the listener throws is dropped.
   *
   * It is the gate's one background timer, and keeps a process alive until it is closed. In Workers it lives no longer
   * than the request, WebSocket or Durable Object that it was called in; in their global scope there are no timers.
   *
   * @example
   * ```ts
   * import { CreditGate } from "creditgate";
   * import { flexprice } from "creditgate/flexprice";
   *
   * const gate = new CreditGate({ provider: flexprice({ apiKey: env.FLEXPRICE_API_KEY }) });
   * const usage = { customer: "cus_1", amount: "1", currency: "USD" };
   * await gate.check(usage);
   * const watch = gate.watch("cus_1", ({ stale }) => {
   *   console.log(gate.checkCached(usage).available, stale); // 25 false
   * });
   * watch.close();
   * ```
   *
   * @throws CreditGateError `invalid_input` for a bad id, listener or option, and in the global scope of a Worker;
   * `closed`.
   */
  watch(customer: string, listener: (update: WatchUpdate) => void, options: WatchOptions = {}): Watch {
    this.#core.checkOpen();
    this.#watches ??= new Watches(this.#core);
    return this.#watches.open(customer, listener, options);
  }

  /** What the gate has in hand. */
  stats(): GateStats {
    return this.#core.stats();
  }

  /** Ends what is watched, sends what is left to report and lets go of everything. Every later call throws `closed`. */
  close(): Promise<void> {
    this.#watches?.close();
    this.#webhooks?.close();
    return this.#core.close();
  }

  #read(usage: Usage, options: AuthorizeOptions, known: ReadonlySet<string>): { readonly usage: ParsedUsage; readonly state: CustomerState } {
    if (options !== NONE) checkCall(options, known);
    return this.#core.read(usage, known !== CALL_OPTIONS);
  }

  #record(state: CustomerState, usage: ParsedUsage, options: SpendOptions): Decision {
    const now = this.#core.settings.now();
    const { verdict } = this.#core.record(state, usage, this.#core.judge(state, usage, now), "debit", options, now);
    return this.#core.decision(state, usage.feeKey, verdict, options, this.#core.behind(state, options, now), now);
  }
}
