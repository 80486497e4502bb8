/** One customer, looked up once and asked often. */

import { parseFeeKey } from "../fee-key.js";
import type { CallOptions, DecimalString, Decision, Explanation, FeeKey, SnapshotInfo, SpendOptions, Usage } from "../types.js";
import { type Core, info } from "./core.js";

/** A usage without its customer. */
export type AccountUsage = Usage extends infer U ? (U extends unknown ? Omit<U, "customer"> : never) : never;

/** What the gate's synchronous forms give an account. */
export interface AccountCalls {
  check(usage: Usage, call?: CallOptions): Decision;
  spend(usage: Usage, options?: SpendOptions): Decision;
}

/** The synchronous forms for one customer. Newer snapshots and all debits of the gate are seen at once. */
export class Account {
  readonly customer: string;
  readonly #core: Core;
  readonly #calls: AccountCalls;

  /** @internal */
  constructor(customer: string, core: Core, calls: AccountCalls) {
    this.customer = customer;
    this.#core = core;
    this.#calls = calls;
  }

  /** When the wallets were taken; `undefined` while there is nothing usable. */
  get snapshot(): SnapshotInfo | undefined {
    const now = this.#core.settings.now();
    const snapshot = this.#core.usable(this.#core.state(this.customer), now);
    return snapshot === undefined ? undefined : info(snapshot, now);
  }

  /** As `gate.checkCached`. */
  check(usage: AccountUsage, call?: CallOptions): Decision {
    return this.#calls.check({ ...usage, customer: this.customer } as Usage, call);
  }

  /** As `gate.spendCached`. */
  spend(usage: AccountUsage, options?: SpendOptions): Decision {
    return this.#calls.spend({ ...usage, customer: this.customer } as Usage, options);
  }

  /** What the wallets have left for a usage, tax included, currency units; `undefined` where that is not known. */
  available(key: FeeKey & { readonly currency: string }): DecimalString | undefined {
    const decision = this.check({ ...key, amount: "0" });
    return decision.outcome === "unknown" ? undefined : decision.available;
  }

  /** Each wallet's part in a usage, and why it is skipped; `undefined` while there is nothing usable. */
  explain(key: FeeKey & { readonly currency: string }): Explanation | undefined {
    const feeKey = parseFeeKey(key, key.currency, this.#core.settings.provider.profile, "key");
    return this.#core.explain(this.#core.state(this.customer), feeKey);
  }
}
