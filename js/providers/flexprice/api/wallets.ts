/**
 * Flexprice's wallets (flexprice 2).
 */
import { CreditGateError } from "../../../errors.js";
import type { Client, Write } from "../../api/client.js";
import type { CallOptions, ListOptions, Whom, WriteOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import { problemsOf } from "../../api/rules.js";
import type { Call } from "../../http.js";
import { secondsOption } from "../../options.js";
import { answerOf, listIn } from "./answers.js";
import { createBody, debitBody, topUpBody, updateBody } from "./bodies.js";
import type { CreateWallet, Debit, ModifyWallet, TopUp, TransactionFilter, TransactionSearch, UpdateWallet, WalletFilter } from "./requests.js";
import { findByKey, searchTransactions, walletTransactions } from "./transactions.js";
import type { MessageAnswer, ModifyAnswer, TopUpAnswer, Transaction, Wallet, WalletBalance } from "./types.js";

/** A call whose answer may hold `credits_available_breakdown`. */
export interface BreakdownOptions extends CallOptions {
  /** Ask for `credits_available_breakdown`; it may be missing all the same (flexprice 46). @defaultValue false */
  readonly breakdown?: boolean | undefined;
}

export interface BalanceOptions extends BreakdownOptions {
  /**
   * Take the figure from the provider's cache when it is no older than this, at least 1000, rounded down to whole
   * seconds; `Infinity` takes any (30 minutes at the most). Top-ups and debits do not refresh that cache
   * (flexprice 15-16). Without it the balance is computed.
   */
  readonly maxCachedAge?: number | undefined;
}

export interface OfCustomerOptions extends BalanceOptions {
  /** `"settled"` spares the provider the computation; then there is no breakdown either. @defaultValue `"real-time"` */
  readonly balances?: "real-time" | "settled" | undefined;
}

/** Which customer: by your own id, or by Flexprice's. */
export type CustomerId = { readonly externalId: string; readonly id?: never } | { readonly id: string; readonly externalId?: never };

export class FlexpriceWallets {
  readonly #client: Client;
  /** Whether the gate knows customers by Flexprice's own ids. */
  readonly #gateKnowsIds: boolean;

  constructor(client: Client, gateKnowsIds: boolean) {
    this.#client = client;
    this.#gateKnowsIds = gateKnowsIds;
  }

  /**
   * Creates a wallet. Not repeated after a failure: uniqueness is checked without a constraint, so that two attempts
   * may make two wallets. A second one of the same currency and type is `provider_rejected`, `already_exists`.
   */
  async create(request: CreateWallet, options: WriteOptions = {}): Promise<Wallet> {
    const body = createBody(request);
    const { external_customer_id, customer_id, currency } = body;
    await this.#client.check(() => problemsOf("flexprice.wallet.create", { wallet: body, now: this.#client.now() }), options);
    const write = {
      operation: "wallets.create",
      call: { path: "/wallets", body },
      take: (answer: unknown) => answerOf<Wallet>(answer),
      repeat: { check: "read the customer's wallets (wallets.ofCustomer)" },
      ids: { external_customer_id, customer_id, currency },
      whom: (wallet?: Wallet) => (this.#gateKnowsIds ? undefined : external_customer_id) ?? this.#ownerOf({ customer_id, ...wallet }),
    };
    return this.#client.write(write, options);
  }

  /** A wallet of any status. */
  async get(walletId: string, options: BreakdownOptions = {}): Promise<Wallet> {
    return this.#client.read({ path: pathOf("/wallets/{walletId}", { walletId }), query: expand(options) }, answerOf<Wallet>, options);
  }

  /** All wallets of the environment that match. One request: this list has no pages, whatever its pagination says. */
  async list(filter: WalletFilter = {}, options: BreakdownOptions = {}): Promise<readonly Wallet[]> {
    return this.#client.read({ path: "/wallets", query: [...queryOf(filter), ...expand(options)] }, listIn<Wallet>("items"), options);
  }

  /** As `list`, the filter in the body. */
  async search(filter: WalletFilter = {}, options: BreakdownOptions = {}): Promise<readonly Wallet[]> {
    // Without a field of paging the server fails (flexprice 2); what it says it ignores.
    const body = { ...filter, ...Object.fromEntries(expand(options)), limit: 1000 };
    return this.#client.read({ path: "/wallets/search", body }, listIn<Wallet>("items"), options);
  }

  /**
   * The active wallets of a customer with their real-time balances. Each shows the whole of the customer's pending
   * usage (flexprice 11).
   */
  async ofCustomer(customer: CustomerId, options: OfCustomerOptions = {}): Promise<readonly WalletBalance[]> {
    const { externalId, id } = customer;
    if ((externalId === undefined) === (id === undefined)) {
      throw new CreditGateError("invalid_input", "a customer is named by externalId or by id", { path: "customer" });
    }
    const whose = externalId === undefined ? ["id", String(id)] : ["lookup_key", externalId];
    const { query, headers } = cached(options);
    const call: Call =
      options.balances === "settled"
        ? { path: "/customers/wallets", query: [whose] }
        : { path: "/customers/wallets", query: [whose, ["include_real_time_balance", "true"], ...query, ...expand(options)], headers };
    return this.#client.read(call, (body) => listIn<WalletBalance>(Array.isArray(body) ? undefined : "items")(body), options);
  }

  /** The real-time balance, computed unless `maxCachedAge` is given. */
  async balance(walletId: string, options: BalanceOptions = {}): Promise<WalletBalance> {
    const kind = options.maxCachedAge === undefined ? "real-time" : "real-time-cached";
    const path = `${pathOf("/wallets/{walletId}/balance", { walletId })}/${kind}`;
    return this.#client.read({ path, query: expand(options), headers: cached(options).headers }, answerOf<WalletBalance>, options);
  }

  /** Changes what is given; harmless to repeat. */
  async update(walletId: string, request: UpdateWallet, options: WriteOptions = {}): Promise<Wallet> {
    const body = updateBody(request);
    const call: Call = { method: "PUT", path: pathOf("/wallets/{walletId}", { walletId }), body };
    await this.#client.check(() => problemsOf("flexprice.wallet.update", { wallet: body }), options);
    return this.#client.write({ ...this.#about<Wallet>("wallets.update", walletId, call), take: answerOf<Wallet>, repeat: "harmless" }, options);
  }

  /**
   * Adds credits, once per idempotency key: where the key was used for the same top-up of this wallet before, by an
   * earlier attempt or an earlier call, that top-up is the answer. Hence it may be repeated, and is.
   */
  async topUp(walletId: string, request: TopUp, options: WriteOptions = {}): Promise<TopUpAnswer> {
    const { idempotency_key = crypto.randomUUID() } = request; // the server's own repeats within a second (flexprice 2.2)
    const body = topUpBody({ ...request, idempotency_key });
    const call = { path: pathOf("/wallets/{walletId}/top-up", { walletId }), body };
    await this.#client.check(() => problemsOf("flexprice.wallet.top_up", { top_up: body, now: this.#client.now() }), options);
    const write: Write<TopUpAnswer> = {
      ...this.#about<TopUpAnswer>("wallets.topUp", walletId, call, idempotency_key),
      take: answerOf<TopUpAnswer>,
      repeat: "harmless",
      recover: async ({ providerCode }, _, read) => {
        const done = providerCode === "already_exists" ? await findByKey(read, walletId, body) : undefined;
        return done && { wallet_transaction: done, wallet: await read({ path: pathOf("/wallets/{walletId}", { walletId }) }, answerOf<Wallet>) };
      },
    };
    return this.#client.write(write, options);
  }

  /**
   * Takes credits away; the balance may become negative. Not repeated after a failure in spite of its key: whether
   * that keeps the server from consuming credits twice is doubtful (flexprice 5).
   */
  async debit(walletId: string, request: Debit, options: WriteOptions = {}): Promise<Wallet> {
    const body = debitBody(request);
    const call = { path: pathOf("/wallets/{walletId}/debit", { walletId }), body };
    await this.#client.check(() => problemsOf("flexprice.wallet.debit", { debit: body }), options);
    const write = { ...this.#about<Wallet>("wallets.debit", walletId, call, body.idempotency_key), take: answerOf<Wallet> };
    return this.#client.write(write, options);
  }

  /** Debits what is left and closes the wallet; a second time is `provider_rejected`, `invalid_operation` (flexprice 47). */
  async terminate(walletId: string, options: CallOptions = {}): Promise<MessageAnswer> {
    const call: Call = { method: "POST", path: pathOf("/wallets/{walletId}/terminate", { walletId }) };
    return this.#client.write({ ...this.#about<MessageAnswer>("wallets.terminate", walletId, call), take: answerOf<MessageAnswer> }, options);
  }

  /** Makes a post-paid wallet of a prepaid one: the old one is closed. */
  async modify(walletId: string, request: ModifyWallet, options: CallOptions = {}): Promise<ModifyAnswer> {
    const call = { path: pathOf("/wallets/{walletId}/modify", { walletId }), body: request };
    return this.#client.write({ ...this.#about<ModifyAnswer>("wallets.modify", walletId, call), take: answerOf<ModifyAnswer> }, options);
  }

  /** A wallet's transactions, newest first, read page by page. */
  transactions(walletId: string, filter: TransactionFilter = {}, options: ListOptions = {}): AsyncGenerator<Transaction, void, undefined> {
    return walletTransactions(this.#client, walletId, filter, options);
  }

  /** Transactions of the whole environment that match, read page by page. */
  searchTransactions(search: TransactionSearch, options: ListOptions = {}): AsyncGenerator<Transaction, void, undefined> {
    return searchTransactions(this.#client, search, options);
  }

  /** What the writes to one wallet have in common; most may not be repeated. */
  #about<T>(operation: string, walletId: string, call: Call, idempotency_key?: string): Omit<Write<T>, "take"> {
    return {
      operation,
      call,
      ids: { wallet_id: walletId, idempotency_key },
      repeat: { check: `read wallet ${walletId} and its transactions (wallets.get, wallets.transactions)` },
      whom: (answer) => this.#ownerOf({ id: walletId, customer_id: customerIn(answer) }),
    };
  }

  #ownerOf({ id, customer_id }: { readonly id?: string; readonly customer_id?: string | undefined }): Whom | undefined {
    if (id === undefined && customer_id === undefined) return undefined;
    if (this.#gateKnowsIds && customer_id !== undefined) return customer_id;
    return { ...(id !== undefined && { walletId: id }), ...(customer_id !== undefined && { customerId: customer_id }) };
  }
}

/** The customer of a wallet, or of what a top-up or a modification answers. */
function customerIn(answer: unknown): string | undefined {
  const { customer_id, wallet, new_wallet } = (answer ?? {}) as { customer_id?: string; wallet?: Wallet; new_wallet?: Wallet };
  return customer_id ?? wallet?.customer_id ?? new_wallet?.customer_id;
}

function expand({ breakdown = false }: BreakdownOptions): string[][] {
  return breakdown ? [["expand", "credits_available_breakdown"]] : [];
}

function cached({ maxCachedAge }: BalanceOptions): { readonly query: string[][]; readonly headers: Record<string, string> } {
  if (maxCachedAge === undefined) return { query: [], headers: {} };
  const seconds = maxCachedAge === Infinity ? undefined : secondsOption("maxCachedAge", maxCachedAge);
  return { query: [["from_cache", "true"]], headers: seconds === undefined ? {} : { "x-max-live": String(seconds) } };
}
