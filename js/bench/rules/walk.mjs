/**
 * The rule of a check as anybody would write it, over decimals of one library or another: the wallets are read once,
 * into the library's own numbers, and walked for each check.
 *
 * Flexprice: what the active prepaid wallets of the currency hold, less the largest pending usage that any of them
 * shows. Lago: the ongoing balances of the active wallets of the currency that have not expired and whose scope admits
 * the metric; the cost has tax added.
 */
import Big from "big.js";
import BigNumber from "bignumber.js";
import Decimal from "decimal.js";
import { METRIC, PRICE, TAX_RATE } from "../customers.mjs";

const CURRENCY = { flexprice: "USD", lago: "EUR" };

/** A wallet with its texts read, as each walk wants it. */
function read(profile, json, number) {
  if (profile === "flexprice") {
    return {
      currency: json.currency.toUpperCase(),
      isActive: json.wallet_status === "active",
      isPrepaid: json.wallet_type === "PRE_PAID",
      balance: number(json.balance),
      realTime: number(json.real_time_balance),
    };
  }
  const { fee_types: feeTypes, billable_metric_codes: metrics } = json.applies_to;
  const units = `${json.ongoing_balance_cents}e-2`;
  return {
    currency: json.currency,
    isActive: json.status === "active",
    expiresAt: json.expiration_at === null ? Infinity : Date.parse(json.expiration_at),
    isUnrestricted: feeTypes.length + metrics.length === 0,
    feeTypes: new Set(feeTypes),
    metrics: new Set(metrics),
    ongoing: number(units),
  };
}

const admits = (wallet) => wallet.isUnrestricted || wallet.feeTypes.has("charge") || wallet.metrics.has(METRIC);


/** decimal.js, big.js and bignumber.js: one interface. `check` and `decide` take the cost and `available`. */
function byLibrary(Number_, profile) {
  const number = (text) => new Number_(text);
  const currency = CURRENCY[profile];
  const zero = number("0");
  const price = number(PRICE);
  const tax = number("1").plus(number(TAX_RATE).div("100"));
  const flexprice = (wallets) => {
    let sum = zero;
    let pending = zero;
    for (const wallet of wallets) {
      if (wallet.currency !== currency || !wallet.isActive || !wallet.isPrepaid) continue;
      sum = sum.plus(wallet.balance);
      const shown = wallet.balance.minus(wallet.realTime);
      if (shown.gt(pending)) pending = shown;
    }
    return sum.minus(pending);
  };
  const lago = (wallets, now) => {
    let sum = zero;
    for (const wallet of wallets) {
      if (wallet.currency !== currency || !wallet.isActive || now >= wallet.expiresAt || !admits(wallet)) continue;
      sum = sum.plus(wallet.ongoing);
    }
    return sum;
  };
  const hasTax = profile === "lago";
  const available = hasTax ? lago : flexprice;
  const required = (cost) => (hasTax ? cost.times(tax) : cost);
  const cost = (usage) => required(number(usage.unitPrice).times(usage.units));
  const decide = (needed, left) => {
    const isCovered = needed.lte(left);
    return decision(isCovered, needed.toFixed(), left.toFixed(), isCovered ? undefined : needed.minus(left).toFixed());
  };
  return {
    number,
    covers: (wallets, units, now) => required(price.times(units)).lte(available(wallets, now)),
    decide: (wallets, usage, now) => decide(cost(usage), available(wallets, now)),
    /** The decision, and all that was spent after it. */
    spend: (wallets, usage, now, spent = zero) => {
      const needed = cost(usage);
      const answer = decide(needed, available(wallets, now).minus(spent));
      return [answer, answer.allowed ? spent.plus(needed) : spent];
    },
  };
}

const decision = (isCovered, required, available, shortfall) => ({
  outcome: isCovered ? "covered" : "short",
  allowed: isCovered,
  reason: isCovered ? "sufficient" : "insufficient_balance",
  required,
  available,
  shortfall,
});

/** Decimal places of every number below: a scale that fits all amounts here, which who writes this has to know. */
const SCALE = 12;

/** BigInt, in units of 10^-12. */
function byBigInt(profile) {
  const number = (text) => {
    const [digits, exponent = "0"] = text.split("e");
    const [whole, fraction = ""] = digits.split(".");
    return BigInt(whole + fraction) * 10n ** BigInt(SCALE - fraction.length + Number(exponent));
  };
  const text = (value) => {
    const sign = value < 0n ? "-" : "";
    const digits = String(value < 0n ? -value : value).padStart(SCALE + 1, "0");
    return `${sign}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, "");
  };
  const currency = CURRENCY[profile];
  const price = number(PRICE);
  const tax = 100n + BigInt(TAX_RATE);
  const flexprice = (wallets) => {
    let sum = 0n;
    let pending = 0n;
    for (const wallet of wallets) {
      if (wallet.currency !== currency || !wallet.isActive || !wallet.isPrepaid) continue;
      sum += wallet.balance;
      const shown = wallet.balance - wallet.realTime;
      if (shown > pending) pending = shown;
    }
    return sum - pending;
  };
  const lago = (wallets, now) => {
    let sum = 0n;
    for (const wallet of wallets) {
      if (wallet.currency !== currency || !wallet.isActive || now >= wallet.expiresAt || !admits(wallet)) continue;
      sum += wallet.ongoing;
    }
    return sum;
  };
  const hasTax = profile === "lago";
  const available = hasTax ? lago : flexprice;
  // The tax of these costs has no digit beyond the scale.
  const required = (cost) => (hasTax ? (cost * tax) / 100n : cost);
  return {
    number,
    covers: (wallets, units, now) => required(price * BigInt(units)) <= available(wallets, now),
    decide: (wallets, usage, now) => {
      const needed = required(number(usage.unitPrice) * BigInt(usage.units));
      const left = available(wallets, now);
      const isCovered = needed <= left;
      return decision(isCovered, text(needed), text(left), isCovered ? undefined : text(needed - left));
    },
  };
}

const exact = () => Decimal.clone({ precision: 40 });

export const LIBRARIES = {
  "decimal.js": (profile) => byLibrary(exact(), profile),
  "big.js": (profile) => byLibrary(Big, profile),
  "bignumber.js": (profile) => byLibrary(BigNumber, profile),
  BigInt: (profile) => byBigInt(profile),
};

function customersOf(profile, json, number) {
  return new Map([...json].map(([customer, wallets]) => [customer, wallets.map((wallet) => read(profile, wallet, number))]));
}

/** Checks of cached customers, like the gate's: by id and units, or a usage in and a decision out. */
export function walker(library, profile, json) {
  const { number, covers, decide } = LIBRARIES[library](profile);
  const customers = customersOf(profile, json, number);
  return {
    covers: (customer, units) => covers(customers.get(customer), units, Date.now()),
    decide: (usage) => decide(customers.get(usage.customer), usage, Date.now()),
  };
}

/** Checks that debit what they allow; not for BigInt. */
export function spender(library, profile, json) {
  const { number, spend } = LIBRARIES[library](profile);
  const customers = customersOf(profile, json, number);
  const debits = new Map();
  return (usage) => {
    const [answer, spent] = spend(customers.get(usage.customer), usage, Date.now(), debits.get(usage.customer));
    debits.set(usage.customer, spent);
    return answer;
  };
}

/** The floor: one comparison of plain numbers, summed beforehand. Not exact, and no rule is left in it. */
export function floor(profile, json) {
  const { number } = byBigInt(profile);
  const price = Number(PRICE) * (profile === "lago" ? 1 + Number(TAX_RATE) / 100 : 1);
  const sum = (wallets) => {
    const known = wallets.map((wallet) => read(profile, wallet, number));
    if (profile === "lago") return known.filter(admits).reduce((total, { ongoing }) => total + ongoing, 0n);
    const pending = known.map(({ balance, realTime }) => balance - realTime).reduce((a, b) => (a > b ? a : b), 0n);
    return known.reduce((total, { balance }) => total + balance, -pending);
  };
  const customers = new Map([...json].map(([customer, wallets]) => [customer, Number(sum(wallets)) / 10 ** SCALE]));
  return (customer, units) => price * units <= customers.get(customer);
}
