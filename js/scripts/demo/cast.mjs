/** The demo's customers: what each has, and what must come of it. */

const HOUR = 3_600_000;

/** Money before tax per unit at both providers, in millionths of the currency's unit. */
export const MICROS_PER_UNIT = 10n;

/** Lago's ongoing balance includes tax, per cent. */
export const TAX = { flexprice: 0n, lago: 20n };

/**
 * `held` is what the prepaid wallets can pay for the demo's usage, as text; `reason` is what a denial must say.
 * `weight` is the share of requests.
 */
export function cast(now) {
  const flexprice = (customer, about, held, reason, weight, wallets) => ({ provider: "flexprice", currency: "USD", metric: "tokens", customer, about, held, reason, weight, wallets });
  const lago = (customer, about, held, reason, weight, wallets, metric = "tokens") => ({ provider: "lago", currency: "EUR", metric, customer, about, held, reason, weight, wallets });
  return [
    flexprice("flex-plenty", "plenty", "500", undefined, 8, [{ balance: "500" }]),
    flexprice("flex-nearly-empty", "nearly empty", "2", "insufficient_balance", 3, [{ balance: "2" }]),
    flexprice("flex-two-wallets", "two wallets", "3", "insufficient_balance", 3, [{ balance: "1.25" }, { balance: "1.75" }]),
    flexprice("flex-expired", "expired credits", "0", "credits_expired", 1, [
      { grants: [{ credits: "40", expiry_date: now - HOUR, created_at: now - 24 * HOUR }] },
    ]),
    flexprice("flex-frozen", "wallet frozen (not listed)", "0", "no_wallet", 1, [{ balance: "40", wallet_status: "frozen" }]),
    flexprice("flex-postpaid", "post-paid only", "0", "postpaid_only", 1, [{ balance: "40", wallet_type: "POST_PAID" }]),
    flexprice("flex-nobody", "unknown to Flexprice", "0", "customer_not_found", 1, undefined),
    lago("lago-plenty", "plenty", "500", undefined, 8, [{ balance: "500" }]),
    lago("lago-nearly-empty", "nearly empty, 20 % tax", "2.5", "insufficient_balance", 3, [{ balance: "2.5" }]),
    lago("lago-storage", "wallet for storage only", "5", "insufficient_balance", 2, [
      { balance: "5", applies_to: { fee_types: [], billable_metric_codes: ["storage"] } },
    ], "storage"),
    lago("lago-wrong-metric", "asks for what its wallet excludes", "0", "out_of_scope", 1, [
      { balance: "40", applies_to: { fee_types: [], billable_metric_codes: ["storage"] } },
    ]),
    lago("lago-two-wallets", "two wallets by priority", "3", "insufficient_balance", 3, [
      { balance: "1", priority: 10 },
      { balance: "2", priority: 20 },
    ]),
    lago("lago-expired", "wallet past its date", "0", "credits_expired", 1, [{ balance: "40", expiration_at: now - HOUR, created_at: now - 24 * HOUR }]),
    lago("lago-terminated", "wallet terminated", "0", "wallet_inactive", 1, [{ balance: "40", status: "terminated" }]),
  ];
}

/** The customer who runs out and tops up. Its wallet covers three requests of 1,000 units. */
export const TOPPING_UP = {
  provider: "flexprice", currency: "USD", metric: "tokens", customer: "flex-tops-up", about: "runs out, then tops up", held: "0.03", topUp: "1",
  reason: "insufficient_balance", weight: 0, wallets: [{ balance: "0.03" }],
};

/** Sets the sandbox up for everybody. */
export function seed(control, customers) {
  for (const { provider, currency } of [customers.find((c) => c.provider === "flexprice"), customers.find((c) => c.provider === "lago")]) {
    for (const code of ["tokens", "storage"]) control.metrics({ provider, code, currency, unit_price: "0.00001", property: "units" });
  }
  for (const { provider, currency, customer, wallets } of customers) {
    if (wallets === undefined) continue;
    if (provider === "lago") control.customers({ provider, external_id: customer, currency, tax_rate: "20", subscription: `${customer}-sub` });
    for (const wallet of wallets) control.wallets({ provider, customer, currency, ...wallet });
  }
}
