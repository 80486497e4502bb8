/**
 * Lago's rules about requests, without sending anything: for forms.
 */
import type { Problem } from "../../../errors.js";
import type { Client } from "../../api/client.js";
import { problemsOf } from "../../api/rules.js";
import { alertBody, createBody, transactionBody, updateBody } from "./bodies.js";
import type { CreateAlert, CreateWallet, CreateWalletTransaction, UpdateWallet } from "./requests.js";
import type { Wallet, WalletAlert } from "./types.js";

/** Each answers every problem of a request, with its path and Lago's code (R-VAL); none when it would be taken. */
export class LagoValidate {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async createWallet(request: CreateWallet): Promise<readonly Problem[]> {
    return problemsOf("lago.wallet.create", { wallet: createBody(request), now: this.#client.now() });
  }

  /** With the `current` wallet, also what its state and its rate forbid. */
  async updateWallet(request: UpdateWallet, context: { readonly current?: Wallet } = {}): Promise<readonly Problem[]> {
    return problemsOf("lago.wallet.update", { wallet: updateBody(request), now: this.#client.now(), ...context });
  }

  /** With the `wallet`, also its limits on purchases, what may be voided, and what its rate rounds to nothing. */
  async createTransaction(request: CreateWalletTransaction, context: { readonly wallet?: Wallet } = {}): Promise<readonly Problem[]> {
    return problemsOf("lago.wallet_transaction.create", { wallet_transaction: transactionBody(request), ...context });
  }

  /** With the wallet's `existing` alerts, also whether there may be one more. */
  async createAlert(request: CreateAlert, { existing }: { readonly existing?: readonly WalletAlert[] } = {}): Promise<readonly Problem[]> {
    return problemsOf("lago.alert.create", { alert: alertBody(request), existing: existing?.map(({ alert_type }) => alert_type) });
  }
}
