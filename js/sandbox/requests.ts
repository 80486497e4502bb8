/**
 * Counts of the requests that each provider's API received, so that tests and demos can say what a gate costs.
 *
 * @module creditgate/sandbox
 */
import type { Profile } from "../types.js";

/** What a request is about. Faults and counts are given by it. */
export type RouteClass = "wallets" | "transactions" | "events" | "other";

export const ROUTE_CLASSES: readonly RouteClass[] = ["wallets", "transactions", "events", "other"];

/** Requests by class, and how many usage events were accepted in them. */
export interface RequestCounts {
  wallets: number;
  transactions: number;
  events: number;
  events_accepted: number;
  other: number;
}

export interface ProviderRequests extends RequestCounts {
  /** The same by the label of the API key: `default`, or what follows `+` in the key, or `unauthorized`. */
  by_key: Record<string, RequestCounts>;
}

export type Requests = Record<Profile, ProviderRequests>;

/** The class of a request by its path below the provider's base. */
export function routeClass(path: string): RouteClass {
  const parts = path.replace(/^\/customer\/portal\//, "/").split("/").filter((part) => part !== "");
  if (parts[0] === "events") return "events";
  if (parts[0] === "wallet_transactions") return "transactions";
  if (parts[0] === "wallets") {
    const isAboutTransactions = ["transactions", "wallet_transactions", "top-up", "debit"].includes(parts[2] ?? "") || parts[1] === "transactions";
    return isAboutTransactions ? "transactions" : "wallets";
  }
  return parts[0] === "customers" && parts.includes("wallets") ? "wallets" : "other";
}

export class RequestLog {
  readonly #counts: Requests = { flexprice: { ...none(), by_key: {} }, lago: { ...none(), by_key: {} } };

  /** One request came in. It counts whatever becomes of it: it is load for the provider. */
  received(provider: Profile, route: RouteClass, keyLabel: string): void {
    this.#add(provider, keyLabel, route, 1);
  }

  eventsAccepted(provider: Profile, keyLabel: string, events: number): void {
    this.#add(provider, keyLabel, "events_accepted", events);
  }

  /** A copy, not the live counts. */
  read(): Requests {
    return structuredClone(this.#counts);
  }

  #add(provider: Profile, keyLabel: string, what: keyof RequestCounts, by: number): void {
    const all = this.#counts[provider];
    const ofKey = (all.by_key[keyLabel] ??= none());
    all[what] += by;
    ofKey[what] += by;
  }
}

function none(): RequestCounts {
  return { wallets: 0, transactions: 0, events: 0, events_accepted: 0, other: 0 };
}
