/** The customers that everything is measured on, and gates that have them cached. Runs in Node and in workerd. */
import { CreditGate } from "creditgate";

/** So many take turns, so that no answer is that of one customer whom the processor has learnt by heart. */
export const CUSTOMERS = 64;

/** Currency units before tax per unit of usage, and units that the wallets cover and do not. */
export const PRICE = "0.000003";
export const UNITS = { covered: 1_500, short: 9_000_000_000 };
export const TAX_RATE = "20";
export const METRIC = "tokens";

/** What a usage of each profile says besides its units. */
export const USAGE = {
  flexprice: { currency: "USD", unitPrice: PRICE },
  lago: { currency: "EUR", metric: METRIC, unitPrice: PRICE },
};

/** Ids as long as the providers' own. */
export const customerId = (index) => `cus_${String(index).padStart(9, "0")}`;
const ulid = (customer, wallet) => `${String(customer).padStart(16, "0")}${String(wallet).padStart(10, "0")}`;
const uuid = (customer, wallet) => `00000000-0000-4000-8000-${String(customer * 100 + wallet).padStart(12, "0")}`;

/** Balances with as many decimal places as money has, no two alike. */
function balances(customer, wallet) {
  const cents = 1_000 + ((customer * 37 + wallet * 101) % 9_000);
  return { cents, pending: (customer * 13) % 200 };
}

const units = (cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

/** A customer's wallets as Flexprice answers them: each shows the whole customer's pending usage. */
export function flexpriceWallets(customer, count) {
  return Array.from({ length: count }, (_, wallet) => {
    const { cents, pending } = balances(customer, wallet);
    return {
      id: `wallet_${ulid(customer, wallet)}`, customer_id: `cust_${ulid(customer, 0)}`, name: "Prepaid Wallet", currency: "usd",
      balance: units(cents), credit_balance: units(cents), real_time_balance: units(cents - pending), real_time_credit_balance: units(cents - pending),
      wallet_status: "active", wallet_type: "PRE_PAID", conversion_rate: "1", topup_conversion_rate: "1", is_cached_fallback: false,
      config: { allowed_price_types: ["ALL"] }, environment_id: `env_${ulid(0, 0)}`, tenant_id: `tenant_${ulid(0, 0)}`, status: "published",
      created_at: "2026-08-01T09:00:00Z", updated_at: "2026-08-01T09:00:00Z",
    };
  });
}

/** A customer's wallets as Lago answers them. The first three pay for the metric, and of the others three in four. */
export function lagoWallets(customer, count) {
  return Array.from({ length: count }, (_, wallet) => {
    const { cents, pending } = balances(customer, wallet);
    return {
      lago_id: uuid(customer, wallet), lago_customer_id: uuid(customer, 99), external_customer_id: customerId(customer),
      name: "Prepaid credits", code: `prepaid_${wallet}`, currency: "EUR", status: "active", priority: 1 + (wallet % 50), rate_amount: "1.0",
      balance_cents: cents, ongoing_balance_cents: cents - pending, created_at: "2026-08-01T09:00:00Z",
      expiration_at: "2099-01-01T00:00:00Z", recurring_transaction_rules: [],
      applies_to: { fee_types: [], billable_metric_codes: [wallet % 4 === 3 ? "images" : METRIC] },
    };
  });
}

export const walletsOf = { flexprice: flexpriceWallets, lago: lagoWallets };

/** A billing API that answers at once, so that nothing is measured but the gate. */
export function provider(profile, count) {
  return {
    profile,
    id: "bench",
    staleness: { computed: 0, cachedFallback: 0 },
    reflectWithin: 0,
    fetchWallets: async (customer) => ({ found: true, wallets: walletsOf[profile](Number(customer.slice(4)), count), sentAt: Date.now() }),
  };
}

const HOUR = 3_600_000;
const UNLIMITED = 1_000_000_000;

/** A gate whose snapshots stay fresh for the whole run. */
export function gateOf(profile, count, options = {}) {
  return new CreditGate({
    provider: provider(profile, count),
    ...(profile === "lago" ? { taxRate: TAX_RATE } : {}),
    freshFor: 10 * HOUR,
    usableFor: 20 * HOUR,
    revalidateAfter: 10 * HOUR,
    rateLimit: { perSecond: UNLIMITED, burst: UNLIMITED },
    ...options,
  });
}

/** The same with its customers cached. */
export async function cachedGate(profile, count, customers = CUSTOMERS) {
  const gate = gateOf(profile, count);
  for (let index = 0; index < customers; index += 1) await gate.account(customerId(index));
  return gate;
}
