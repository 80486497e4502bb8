/**
 * The caller's own notes on a wallet.
 */
import type { Client } from "../../api/client.js";
import type { CallOptions } from "../../api/options.js";
import { pathOf } from "../../api/path.js";
import type { Call } from "../../http.js";
import { isObject } from "../../shape.js";
import { idsOf, repeatOf, walletPath } from "./naming.js";
import type { Naming } from "./naming.js";
import type { Metadata } from "./types.js";

/** Each answers the notes as they are afterwards, and is repeated after a failure by the wallet's id only. */
export class LagoWalletMetadata {
  readonly #client: Client;
  readonly #naming: Naming;

  constructor(client: Client, naming: Naming) {
    this.#client = client;
    this.#naming = naming;
  }

  /** These, and no others. */
  async replace(wallet: string, metadata: Metadata, options: CallOptions = {}): Promise<Metadata> {
    return this.#change("replace", wallet, { method: "POST", path: this.#path(wallet), body: { metadata } }, options);
  }

  /** These besides the others. */
  async merge(wallet: string, metadata: Metadata, options: CallOptions = {}): Promise<Metadata> {
    return this.#change("merge", wallet, { method: "PATCH", path: this.#path(wallet), body: { metadata } }, options);
  }

  async deleteKey(wallet: string, key: string, options: CallOptions = {}): Promise<Metadata> {
    return this.#change("deleteKey", wallet, { method: "DELETE", path: this.#path(wallet) + pathOf("/{key}", { key }) }, options);
  }

  async deleteAll(wallet: string, options: CallOptions = {}): Promise<Metadata> {
    return this.#change("deleteAll", wallet, { method: "DELETE", path: this.#path(wallet) }, options);
  }

  #path(wallet: string): string {
    return `${walletPath(this.#naming, wallet)}/metadata`;
  }

  #change(verb: string, wallet: string, call: Call, options: CallOptions): Promise<Metadata> {
    const write = { operation: `wallets.metadata.${verb}`, call, take: metadataIn, ids: idsOf(this.#naming, wallet) };
    return this.#client.write({ ...write, repeat: repeatOf(this.#naming) }, options);
  }
}

/** Without any left the answer's are null. */
function metadataIn(body: unknown): Metadata {
  const metadata = isObject(body) ? body["metadata"] : undefined;
  return isObject(metadata) ? (metadata as Metadata) : {};
}
