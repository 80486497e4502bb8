/** Who may sign in. A real shop has accounts of its own; each carries the id by which the billing API knows it. */
import type { ProviderName } from "./catalogue.ts";

export interface Customer {
  /** The customer's external id at the billing API. */
  readonly id: string;
  readonly name: string;
  /** For whoever tries the example. */
  readonly about: string;
  readonly provider: ProviderName;
}

export const CUSTOMERS: readonly Customer[] = [
  { id: "alder", name: "Alder & Finch", about: "credits for everything but the seat", provider: "flexprice" },
  { id: "brook", name: "Brook Studio", about: "two wallets, both short", provider: "flexprice" },
  { id: "cedar", name: "Cedar Post", about: "some credits have expired", provider: "flexprice" },
  { id: "drift", name: "Drift Motion", about: "one wallet is frozen", provider: "flexprice" },
  { id: "ember", name: "Ember Type", about: "no wallet yet", provider: "flexprice" },
  { id: "fjord", name: "Fjord Films", about: "plenty", provider: "lago" },
  { id: "grove", name: "Grove Audio", about: "a gift for tokens, then the main wallet", provider: "lago" },
  { id: "heron", name: "Heron Press", about: "storage only, and a wallet in dollars", provider: "lago" },
];
