/**
 * Flexprice's invoice preview, and the credits that it leaves out.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { applyCredits } from "./after-credits.js";
import type { PreviewAfterCredits } from "./after-credits.js";
import { answerOf } from "./answers.js";
import type { PreviewInvoice } from "./requests.js";
import { walletTransactions } from "./transactions.js";
import type { Invoice, Transaction, Wallet } from "./types.js";
import type { FlexpriceWallets } from "./wallets.js";

export interface AfterCreditsOptions extends CallOptions {
  /**
   * Also read the credits left in each wallet, one more request per wallet, so that credits which have expired pay
   * nothing (flexprice 31). Without it the answer notes `expiry_unknown`.
   */
  readonly grants?: "fetch" | undefined;
}

export class FlexpriceInvoices {
  readonly #client: Client;
  readonly #wallets: FlexpriceWallets;

  constructor(client: Client, wallets: FlexpriceWallets) {
    this.#client = client;
    this.#wallets = wallets;
  }

  /** The running period's invoice with coupons and tax, and without credits (flexprice 9). Nothing is stored. */
  async preview(request: PreviewInvoice, options: CallOptions = {}): Promise<Invoice> {
    return this.#client.read({ path: "/invoices/preview", body: request }, answerOf<Invoice>, options);
  }

  /**
   * The preview and what the customer's prepaid wallets would pay of it, by the provider's own rules (flexprice
   * 26-28, 37): usage lines only, net of discounts; tax stays.
   */
  async previewAfterCredits(request: PreviewInvoice, options: AfterCreditsOptions = {}): Promise<PreviewAfterCredits> {
    const invoice = await this.preview(request, options);
    const wallets = await this.#wallets.ofCustomer({ id: invoice.customer_id }, { ...options, balances: "settled" });
    const grants = options.grants === "fetch" ? await this.#grantsOf(wallets, options) : undefined;
    return applyCredits(invoice, wallets, grants, this.#client.settings.now());
  }

  /** The credits left in each wallet, by its id. */
  async #grantsOf(wallets: readonly Wallet[], options: CallOptions): Promise<ReadonlyMap<string, readonly Transaction[]>> {
    const filter = { type: "credit", transaction_status: "completed", credits_available_gt: "0" } as const;
    const grants = new Map<string, readonly Transaction[]>();
    for (const { id } of wallets) {
      const left: Transaction[] = [];
      for await (const grant of walletTransactions(this.#client, id, filter, { ...options, pageSize: 1000 })) left.push(grant);
      grants.set(id, left);
    }
    return grants;
  }
}
