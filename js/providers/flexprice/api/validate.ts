/**
 * Flexprice's rules about requests, without sending anything: for forms.
 */
import type { Problem } from "../../../errors.js";
import type { Client } from "../../api/client.js";
import { problemsOf } from "../../api/rules.js";
import { createBody, debitBody, topUpBody, updateBody } from "./bodies.js";
import type { CreateWallet, Debit, TopUp, UpdateWallet } from "./requests.js";
import type { Wallet } from "./types.js";

export interface CreateContext {
  readonly existing?: readonly Wallet[];
  /** Of what a customer may have one active wallet only; older servers: per currency. @defaultValue `"currency_and_type"` */
  readonly unique?: "currency_and_type" | "currency";
}

/** Each answers every problem of a request, with its path and the provider's code; none when it would be taken. */
export class FlexpriceValidate {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** With the customer's `existing` wallets, also whether there may be one more. */
  async createWallet(request: CreateWallet, context: CreateContext = {}): Promise<readonly Problem[]> {
    return problemsOf("flexprice.wallet.create", { wallet: createBody(request), now: this.#client.now(), ...context });
  }

  async updateWallet(request: UpdateWallet): Promise<readonly Problem[]> {
    return problemsOf("flexprice.wallet.update", { wallet: updateBody(request) });
  }

  async topUp(request: TopUp): Promise<readonly Problem[]> {
    return problemsOf("flexprice.wallet.top_up", { top_up: topUpBody(request), now: this.#client.now() });
  }

  async debit(request: Debit): Promise<readonly Problem[]> {
    return problemsOf("flexprice.wallet.debit", { debit: debitBody(request) });
  }
}
