/**
 * One customer of Lago's, by your own id.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import { LagoWalletAlerts } from "./alerts.js";
import { answerIn } from "./answers.js";
import type { CurrentUsageQuery } from "./requests.js";
import type { CustomerUsage } from "./types.js";
import { LagoCustomerWallets } from "./wallets.js";

export class LagoCustomer {
  readonly #client: Client;
  readonly #externalId: string;
  /** By their codes. */
  readonly wallets: LagoCustomerWallets;

  constructor(client: Client, externalId: string) {
    this.#client = client;
    this.#externalId = externalId;
    this.wallets = new LagoCustomerWallets(client, externalId);
  }

  /** The alerts on one wallet, by the wallet's code. */
  alerts(walletCode: string): LagoWalletAlerts {
    return new LagoWalletAlerts(this.#client, this.#externalId, walletCode);
  }

  /** What the customer used in a subscription's running period. */
  async currentUsage(query: CurrentUsageQuery, options: CallOptions = {}): Promise<CustomerUsage> {
    const path = pathOf("/customers/{externalId}/current_usage", { externalId: this.#externalId });
    return this.#client.read({ path, query: queryOf(query) }, answerIn<CustomerUsage>("customer_usage"), options);
  }
}
