/**
 * Flexprice's customers, as far as wallets need them.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { pathOf } from "../../api/path.js";
import { answerOf } from "./answers.js";
import type { Customer, PortalSession } from "./types.js";

export class FlexpriceCustomers {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** By Flexprice's own id. */
  async get(customerId: string, options: CallOptions = {}): Promise<Customer> {
    return this.#client.read({ path: pathOf("/customers/{customerId}", { customerId }) }, answerOf<Customer>, options);
  }

  /** A session of the customer portal, by your own id of the customer: the only credential that a browser may hold (flexprice 2). */
  async portalSession(externalId: string, options: CallOptions = {}): Promise<PortalSession> {
    return this.#client.read({ path: pathOf("/customers/portal/{externalId}", { externalId }) }, answerOf<PortalSession>, options);
  }
}
