/**
 * Lago's wallets (lago 2), in both families of endpoints: by Lago's id, and by the customer's id and the wallet's code.
 */
import type { Client, Write } from "../../api/client.js";
import type { CallOptions, ListOptions, WriteOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import { problemsOf } from "../../api/rules.js";
import type { Call } from "../../http.js";
import { answerIn, pagesOf } from "./answers.js";
import { createBody, updateBody } from "./bodies.js";
import { LagoWalletMetadata } from "./metadata.js";
import { idsOf, repeatOf, walletPath } from "./naming.js";
import type { Naming } from "./naming.js";
import type { CreateCustomerWallet, CreateWallet, UpdateWallet, WalletFilter } from "./requests.js";
import type { Wallet } from "./types.js";

/** What the two families share. */
abstract class WalletFamily {
  protected readonly client: Client;
  readonly #naming: Naming;
  /** Not read by the gate: a write here leaves its snapshots alone. */
  readonly metadata: LagoWalletMetadata;

  constructor(client: Client, naming: Naming) {
    this.client = client;
    this.#naming = naming;
    this.metadata = new LagoWalletMetadata(client, naming);
  }

  /** A wallet of any status. By code it may be a terminated one, whose code is free again. */
  async get(wallet: string, options: CallOptions = {}): Promise<Wallet> {
    return this.client.read({ path: walletPath(this.#naming, wallet) }, answerIn<Wallet>("wallet"), options);
  }

  /** Changes what is given; repeated by id only. `applies_to` lists, and rules, are replaced. */
  async update(wallet: string, request: UpdateWallet, options: WriteOptions = {}): Promise<Wallet> {
    const body = updateBody(request);
    const call: Call = { method: "PUT", path: walletPath(this.#naming, wallet), body: { wallet: body } };
    await this.client.check(() => problemsOf("lago.wallet.update", { wallet: body, now: this.client.now() }), options);
    return this.#change({ operation: "wallets.update", call }, wallet, options);
  }

  /**
   * Terminates it; balances stay on it, and nobody can spend them. A second time changes nothing (lago R-EXP-2), but
   * is repeated by id only.
   */
  async terminate(wallet: string, options: CallOptions = {}): Promise<Wallet> {
    const call: Call = { method: "DELETE", path: walletPath(this.#naming, wallet) };
    return this.#change({ operation: "wallets.terminate", call }, wallet, options);
  }

  protected async createAt(body: CreateCustomerWallet, external_customer_id: string, options: WriteOptions): Promise<Wallet> {
    const wallet = { ...body, external_customer_id };
    await this.client.check(() => problemsOf("lago.wallet.create", { wallet, now: this.client.now() }), options);
    const write = {
      operation: "wallets.create",
      call: { path: this.#naming.collection, body: { wallet: body } },
      take: answerIn<Wallet>("wallet"),
      repeat: { check: "list the customer's wallets (wallets.list)" },
      ids: { external_customer_id },
      whom: () => external_customer_id,
    };
    return this.client.write(write, options);
  }

  /** Newest first. */
  protected async *listBy({ status, ...filter }: WalletFilter, options: ListOptions): AsyncGenerator<Wallet, void, undefined> {
    const query = queryOf(filter).map(([name = "", value = ""]) => [name === "billing_entity_codes" ? `${name}[]` : name, value]);
    for await (const wallet of pagesOf<Wallet>(this.client, this.#naming.collection, "wallets", query, options)) {
      if (status === undefined || wallet.status === status) yield wallet;
    }
  }

  #change(change: Pick<Write<Wallet>, "operation" | "call">, wallet: string, options: CallOptions): Promise<Wallet> {
    const whom = (answer?: Wallet) => (answer ?? this.#naming).external_customer_id ?? { walletId: wallet };
    const about = { ids: idsOf(this.#naming, wallet), repeat: repeatOf(this.#naming), whom };
    return this.client.write({ ...change, ...about, take: answerIn<Wallet>("wallet") }, options);
  }
}

/** Wallets by Lago's id. */
export class LagoWallets extends WalletFamily {
  constructor(client: Client) {
    super(client, { collection: "/wallets", key: "wallet_id" });
  }

  /**
   * Creates a wallet. Its balances are zero in the answer: the first credits land a moment later (lago R-NEW-3), and
   * a gate that looks in between has not seen them; the webhook `wallet.updated` tells. Not repeated after a failure:
   * two attempts may make two wallets.
   */
  async create(request: CreateWallet, options: WriteOptions = {}): Promise<Wallet> {
    return this.createAt(createBody(request), request.external_customer_id, options);
  }

  /** Wallets of all statuses unless `status` says which, newest first, read page by page. */
  list(filter: WalletFilter = {}, options: ListOptions = {}): AsyncGenerator<Wallet, void, undefined> {
    return this.listBy(filter, options);
  }
}

/** Wallets of one customer, by their codes. */
export class LagoCustomerWallets extends WalletFamily {
  readonly #externalId: string;

  constructor(client: Client, externalId: string) {
    const collection = pathOf("/customers/{externalId}/wallets", { externalId });
    super(client, { collection, key: "wallet_code", external_customer_id: externalId });
    this.#externalId = externalId;
  }

  /** As `wallets.create`, for this customer. */
  async create(request: CreateCustomerWallet, options: WriteOptions = {}): Promise<Wallet> {
    return this.createAt(createBody(request), this.#externalId, options);
  }

  /** As `wallets.list`, of this customer. */
  list(filter: Omit<WalletFilter, "external_customer_id"> = {}, options: ListOptions = {}): AsyncGenerator<Wallet, void, undefined> {
    return this.listBy(filter, options);
  }
}
