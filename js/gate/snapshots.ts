/** The cached snapshots of a gate: values only, bounded, least recently used out first. */

import type { ResidentAccount } from "../engine/account.js";
import type { CreditGateError } from "../errors.js";
import type { DecisionNote, Freshness } from "../types.js";

/** A customer's wallets, resident in the engine, and when they were taken. */
export interface Snapshot {
  readonly account: ResidentAccount;
  /** Order of beginning among this gate's refreshes. */
  readonly sequence: number;
  /** The provider's own id of the customer, where the wallets tell it. */
  readonly customerId: string | undefined;
  /** False when the billing API did not know the customer. */
  readonly found: boolean;
  /** Whether there is a wallet at all. */
  readonly hasWallets: boolean;
  /** Whether grants were fetched, so that expired ones are known. */
  readonly hasGrants: boolean;
  readonly sentAt: number;
  readonly fetchedAt: number;
  /** How much older than the request the figures may be, ms: {@link asOf} tells since when they hold. */
  readonly staleness: number;
  readonly freshness: Freshness;
  /** What the API hides of the usage that it was reconstructed from. */
  readonly notes: readonly DecisionNote[];
}

/** The earliest moment at which the provider may have computed a snapshot's figures. */
export function asOf({ sentAt, staleness }: Pick<Snapshot, "sentAt" | "staleness">): number {
  return sentAt - staleness;
}

/** All that is remembered of one customer between calls. Values, never promises of another request. */
export class CustomerState {
  snapshot: Snapshot | undefined;
  /** When a refresh is due; adapted to the rate of spending. */
  dueAt = 0;
  /** When the provider was last asked with success, whether or not its answer became the snapshot. */
  askedAt = 0;
  /** When the shared store, if there is one, is to be asked again. */
  storeDueAt = 0;
  /** Snapshots of this sequence or before are outdated: the customer was invalidated. */
  invalidatedAt = 0;
  /** Refreshes of this sequence or before are not joined: one was asked for anew. */
  supersededAt = 0;
  /** How many refreshes have succeeded: whoever waits for another request's looks at this. */
  refreshed = 0;
  /** Figures asked for before this moment do not count, as another instance's invalidation said. */
  epoch = 0;
  /** The refresh under way, and when it is given up for dead. */
  refreshing: { readonly sequence: number; readonly until: number } | undefined;
  /** The same as a promise, where requests may share one. */
  flight: Promise<void> | undefined;
  failure: CreditGateError | undefined;
  failures = 0;
  /** Until when a failure is not tried again. */
  retryAt = 0;
  /** Until when a denial is not checked with the provider again, and how long it was put off last. */
  revalidateAt = 0;
  revalidateBackoff = 0;
  /** For the rate of spending: an estimate for scheduling, never for money. */
  spentSince = 0;
  spent = 0;
  /** Not after the next expiry of a hold: until then the ledger need not be asked. */
  holdsUntil = 0;
  /** Second chance at eviction, for who was asked about more than once. */
  used = false;

  constructor(readonly customer: string) {}
}

/** A map of customers with a bound. */
export class SnapshotCache {
  readonly #capacity: number;
  readonly #states = new Map<string, CustomerState>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Customers with a snapshot. */
  size(): number {
    let size = 0;
    for (const state of this.#states.values()) if (state.snapshot !== undefined) size += 1;
    return size;
  }

  /** Every state, none of them used by being looked at. */
  states(): Iterable<CustomerState> {
    return this.#states.values();
  }

  peek(customer: string): CustomerState | undefined {
    const state = this.#states.get(customer);
    if (state !== undefined) state.used = true;
    return state;
  }

  /** The customer's state, made if there is none. */
  get(customer: string): CustomerState {
    const known = this.peek(customer);
    if (known !== undefined) return known;
    if (this.#states.size >= this.#capacity) this.#evict();
    const state = new CustomerState(customer);
    this.#states.set(customer, state);
    return state;
  }

  /** Whether a state is still the customer's: a refresh may outlive it. */
  holds(state: CustomerState): boolean {
    return this.#states.get(state.customer) === state;
  }

  clear(): void {
    for (const state of this.#states.values()) release(state);
    this.#states.clear();
  }

  /** Drops the oldest state that was not used since it was last looked at. */
  #evict(): void {
    for (const [customer, state] of this.#states) {
      this.#states.delete(customer);
      if (!state.used) {
        release(state);
        return;
      }
      state.used = false;
      this.#states.set(customer, state);
    }
  }
}

function release(state: CustomerState): void {
  state.snapshot?.account.free();
  state.snapshot = undefined;
}
