/**
 * A few customers for a sandbox that somebody starts by hand, so that the first request answers something.
 *
 * @module creditgate/sandbox
 */
import type { Control } from "./control.js";

const DAY = 86_400_000;

/** Customer `acme` with money and `globex` without, at both providers, and a price for `tokens`. */
export function addExamples(control: Control, now: number): void {
  control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "0.000003", property: "tokens" });
  control.wallets({
    provider: "flexprice",
    customer: "acme",
    currency: "USD",
    grants: [
      { credits: "20", reason: "PURCHASED_CREDIT_DIRECT" },
      { credits: "5", reason: "FREE_CREDIT_GRANT", priority: 1, expiry_date: now + 30 * DAY },
    ],
  });
  control.wallets({ provider: "flexprice", customer: "globex", currency: "USD" });

  control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "0.000003", property: "tokens" });
  for (const customer of ["acme", "globex"]) {
    control.customers({ provider: "lago", external_id: customer, currency: "EUR", tax_rate: "20", subscription: `${customer}-subscription` });
  }
  control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "25", name: "Everything", code: "everything" });
  control.wallets({
    provider: "lago",
    customer: "acme",
    currency: "EUR",
    balance: "10",
    name: "Tokens first",
    code: "tokens_first",
    priority: 1,
    applies_to: { billable_metric_codes: ["tokens"] },
  });
  control.wallets({ provider: "lago", customer: "globex", currency: "EUR" });
}
