/**
 * Lago's wallet transactions (lago 2, R-TX): top-ups, grants and voids.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions, ListOptions, WriteOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import { problemsOf } from "../../api/rules.js";
import { answerIn, listIn, pagesOf } from "./answers.js";
import { transactionBody } from "./bodies.js";
import type { CreateWalletTransaction, WalletTransactionFilter } from "./requests.js";
import type { PaymentUrl, WalletTransaction, WalletTransactionShare } from "./types.js";

export class LagoWalletTransactions {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Buys, gives and takes away credits: one transaction each, in this order. Lago knows no idempotency key: after a
   * timeout, a broken connection or a 5xx it is not repeated, and the error is `outcome_unknown`: list the wallet's
   * transactions since `error.write.sentAt` before you repeat it. A name or metadata of your own makes its traces
   * certain.
   */
  async create(request: CreateWalletTransaction, options: WriteOptions = {}): Promise<readonly WalletTransaction[]> {
    const body = transactionBody(request);
    const { wallet_id } = body;
    await this.#client.check(() => problemsOf("lago.wallet_transaction.create", { wallet_transaction: body }), options);
    const write = {
      operation: "walletTransactions.create",
      call: { path: "/wallet_transactions", body: { wallet_transaction: body } },
      take: listIn<WalletTransaction>("wallet_transactions"),
      repeat: { check: `list the transactions of wallet ${wallet_id} (walletTransactions.list)` },
      ids: { wallet_id },
      whom: () => ({ walletId: wallet_id }),
    };
    return this.#client.write(write, options);
  }

  async get(transactionId: string, options: CallOptions = {}): Promise<WalletTransaction> {
    return this.#client.read({ path: pathOf("/wallet_transactions/{transactionId}", { transactionId }) }, answerIn<WalletTransaction>("wallet_transaction"), options);
  }

  /** A wallet's transactions, newest first, read page by page. */
  list(walletId: string, { metadata = {}, ...filter }: WalletTransactionFilter = {}, options: ListOptions = {}): AsyncGenerator<WalletTransaction, void, undefined> {
    const path = pathOf("/wallets/{walletId}/wallet_transactions", { walletId });
    const query = [...queryOf(filter), ...Object.entries(metadata).map(([key, value]) => [`metadata[${key}]`, value])];
    return pagesOf(this.#client, path, "wallet_transactions", query, options);
  }

  /** Where the customer pays a pending purchase. Moves nothing: harmless to repeat. */
  async paymentUrl(transactionId: string, options: CallOptions = {}): Promise<PaymentUrl> {
    const path = pathOf("/wallet_transactions/{transactionId}/payment_url", { transactionId });
    return this.#client.read({ method: "POST", path }, answerIn<PaymentUrl>("wallet_transaction_payment_details"), options);
  }

  /** What consumed an inbound transaction; traceable wallets only. */
  consumptions(transactionId: string, options: ListOptions = {}): AsyncGenerator<WalletTransactionShare, void, undefined> {
    const path = pathOf("/wallet_transactions/{transactionId}/consumptions", { transactionId });
    return pagesOf(this.#client, path, "wallet_transaction_consumptions", [], options);
  }

  /** What an outbound transaction consumed; traceable wallets only. */
  fundings(transactionId: string, options: ListOptions = {}): AsyncGenerator<WalletTransactionShare, void, undefined> {
    const path = pathOf("/wallet_transactions/{transactionId}/fundings", { transactionId });
    return pagesOf(this.#client, path, "wallet_transaction_fundings", [], options);
  }
}
