/**
 * Lago's invoices, as far as wallets need them.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions, ListOptions } from "../../api/options.js";
import { pathOf, queryOf } from "../../api/path.js";
import { answerIn, pagesOf } from "./answers.js";
import type { InvoiceFilter, PreviewInvoice } from "./requests.js";
import type { Invoice } from "./types.js";

export class LagoInvoices {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async get(invoiceId: string, options: CallOptions = {}): Promise<Invoice> {
    return this.#client.read({ path: pathOf("/invoices/{invoiceId}", { invoiceId }) }, answerIn<Invoice>("invoice"), options);
  }

  /** Newest first, read page by page. */
  list(filter: InvoiceFilter = {}, options: ListOptions = {}): AsyncGenerator<Invoice, void, undefined> {
    return pagesOf(this.#client, "/invoices", "invoices", queryOf(filter), options);
  }

  /** Credits included; it may be one cent lower than the final one in total and in credits (lago R-PREV-2). Nothing is stored. */
  async preview(request: PreviewInvoice, options: CallOptions = {}): Promise<Invoice> {
    return this.#client.read({ path: "/invoices/preview", body: request }, answerIn<Invoice>("invoice"), options);
  }
}
