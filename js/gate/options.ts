/** The gate's options, checked, with their defaults. */

import { add, multiply, type ParsedDecimal, parseAmount } from "../decimal.js";
import type { AccountOptions } from "../engine/types.js";
import { CreditGateError } from "../errors.js";
import { localLedger } from "../ledger/local.js";
import { sleepByTimer } from "../sleep.js";
import type {
  GateOptions, Ledger, LedgerSetup, ProviderContext, SnapshotStore, TelemetryEvent, UsageEvent, WebhookEvent, Webhooks,
} from "../types.js";

/** {@link GateOptions} with every default in place. */
export interface Settings {
  readonly provider: GateOptions["provider"];
  readonly account: AccountOptions;
  /** What a cost of one takes from the wallets, where that is more: tax included. */
  readonly gross: ParsedDecimal | undefined;
  readonly freshFor: number;
  readonly freshForFloor: number;
  readonly usableFor: number;
  readonly whenUnknown: "deny" | "allow";
  readonly lookupDeadline: number;
  readonly revalidateAfter: number;
  readonly revalidateDeadline: number;
  readonly unknownCustomerFor: number;
  readonly holdFor: number;
  readonly reportWithin: number;
  readonly reflectWithin: number;
  readonly report: "elsewhere" | ((events: readonly UsageEvent[], context: ProviderContext) => Promise<void>);
  /** Whether `report` is the provider's own. */
  readonly reportsToProvider: boolean;
  readonly ledger: (setup: LedgerSetup) => Ledger;
  readonly store: SnapshotStore | undefined;
  readonly webhooks: Webhooks | undefined;
  readonly onWebhook: ((event: WebhookEvent) => void | Promise<void>) | undefined;
  readonly memoryFor: number;
  readonly maxSnapshots: number;
  readonly maxDebits: number;
  readonly maxRefreshes: number;
  readonly rateLimit: { readonly perSecond: number; readonly burst: number };
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly telemetry: ((event: TelemetryEvent) => void) | undefined;
}

const KNOWN: Record<keyof GateOptions, true> = {
  provider: true, freshFor: true, freshForFloor: true, usableFor: true, whenUnknown: true, taxRate: true,
  whenScopesOverlap: true, targetsWallets: true, acceptFallback: true, postpaid: true, lookupDeadline: true, revalidateAfter: true,
  revalidateDeadline: true, unknownCustomerFor: true, holdFor: true, reportWithin: true, reflectWithin: true,
  report: true, ledger: true, store: true, webhooks: true, onWebhook: true, memoryFor: true, maxSnapshots: true, maxDebits: true, maxRefreshes: true,
  rateLimit: true, fetch: true, now: true, sleep: true, random: true, telemetry: true,
};

/**
 * Checks the options.
 *
 * @throws CreditGateError `invalid_option` at the option's name.
 */
export function resolve(options: GateOptions): Settings {
  if (typeof options !== "object" || options === null) throw invalid("options", "must be an object");
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(KNOWN, name)) throw invalid(name, "is not an option of CreditGate");
  }
  const { provider } = options;
  if (typeof provider?.fetchWallets !== "function") throw invalid("provider", "is required: flexprice({…}) or lago({…})");
  const account = accountOptions(options);
  const settings: Settings = {
    provider,
    account,
    gross: account.taxRate === undefined ? undefined : withTax(account.taxRate),
    freshFor: duration(options, "freshFor", 300_000),
    freshForFloor: duration(options, "freshForFloor", 5_000),
    usableFor: duration(options, "usableFor", 900_000),
    whenUnknown: oneOf(options, "whenUnknown", ["deny", "allow"]),
    lookupDeadline: duration(options, "lookupDeadline", 2_000),
    revalidateAfter: duration(options, "revalidateAfter", 5_000),
    revalidateDeadline: duration(options, "revalidateDeadline", 1_000),
    unknownCustomerFor: duration(options, "unknownCustomerFor", 60_000),
    holdFor: duration(options, "holdFor", 60_000),
    reportWithin: duration(options, "reportWithin", 60_000),
    reflectWithin: duration(options, "reflectWithin", provider.reflectWithin),
    report: reportOption(options),
    reportsToProvider: options.report === "provider",
    ledger: fn(options, "ledger") ?? localLedger,
    store: storeOption(options),
    webhooks: webhooksOption(options),
    onWebhook: fn(options, "onWebhook"),
    memoryFor: duration(options, "memoryFor", 30_000),
    maxSnapshots: count(options.maxSnapshots, "maxSnapshots", 10_000),
    maxDebits: count(options.maxDebits, "maxDebits", 100_000),
    maxRefreshes: count(options.maxRefreshes, "maxRefreshes", 8),
    rateLimit: rateLimitOption(options),
    // Globals are read when they are used, so that a test or a runtime may replace them.
    fetch: fn(options, "fetch") ?? ((...args) => globalThis.fetch(...args)),
    now: fn(options, "now") ?? (() => Date.now()),
    sleep: fn(options, "sleep") ?? sleepByTimer,
    random: fn(options, "random") ?? (() => Math.random()),
    telemetry: quietly(fn(options, "telemetry")),
  };
  if (settings.usableFor < settings.freshFor) throw invalid("usableFor", "must not be less than `freshFor`");
  return settings;
}

function invalid(path: string, message: string): CreditGateError {
  return new CreditGateError("invalid_option", `\`${path}\` ${message}`, { path });
}

function accountOptions(options: GateOptions): AccountOptions {
  const common = {
    whenScopesOverlap: overlapOption(options),
    acceptFallback: flag(options, "acceptFallback", true),
    targetsWallets: flag(options, "targetsWallets", false),
    includePostpaid: oneOf(options, "postpaid", ["exclude", "include"]) === "include",
  };
  const { provider, taxRate } = options;
  if (provider.profile === "lago") {
    if (taxRate === undefined) {
      throw invalid("taxRate", 'is required for Lago, whose ongoing balance includes tax: per cent, "0" for none');
    }
    try {
      return { ...common, taxRate: parseAmount(taxRate, "taxRate").text };
    } catch (cause) {
      throw new CreditGateError("invalid_option", "`taxRate` must be a decimal, per cent, not below zero", { path: "taxRate", cause });
    }
  }
  if (taxRate !== undefined) throw invalid("taxRate", "is refused for Flexprice, whose credits never pay tax");
  return common;
}

/** `1 + rate / 100`. */
function withTax(taxRate: string): ParsedDecimal {
  try {
    const part = multiply(parseAmount(taxRate, "taxRate"), parseAmount("0.01", "taxRate"), "taxRate");
    return parseAmount(add("1", part.text), "taxRate");
  } catch (cause) {
    throw new CreditGateError("invalid_option", "`taxRate` has more digits than fit", { path: "taxRate", cause });
  }
}

function overlapOption(options: GateOptions): AccountOptions["whenScopesOverlap"] {
  const choice = oneOf(options, "whenScopesOverlap", ["estimate", "unknown", "reconstruct"]);
  const { reconstruction } = options.provider;
  if (choice === "reconstruct" && reconstruction === undefined) {
    throw invalid("whenScopesOverlap", 'cannot be "reconstruct": this provider does not tell the usage behind its figures');
  }
  if (choice !== "reconstruct" && reconstruction === "required") {
    throw invalid("whenScopesOverlap", 'must be "reconstruct" for a server that never refreshes its figures');
  }
  return choice;
}

function duration(options: GateOptions, name: keyof GateOptions & string, byDefault: number): number {
  const value = options[name] ?? byDefault;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) throw invalid(name, "must be milliseconds, 0 or more");
  return value;
}

function count(value: unknown, name: string, byDefault: number): number {
  const given = value ?? byDefault;
  if (typeof given !== "number" || !Number.isSafeInteger(given) || given < 1) throw invalid(name, "must be a whole number, 1 or more");
  return given;
}

function flag(options: GateOptions, name: "acceptFallback" | "targetsWallets", byDefault: boolean): boolean {
  const value = options[name] ?? byDefault;
  if (typeof value !== "boolean") throw invalid(name, "must be true or false");
  return value;
}

/** The first choice is the default. */
function oneOf<T extends string>(options: GateOptions, name: keyof GateOptions & string, choices: readonly [T, ...T[]]): T {
  const value = options[name] ?? choices[0];
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) throw invalid(name, `must be ${choices.map((choice) => `"${choice}"`).join(" or ")}`);
  return chosen;
}

function fn<K extends "ledger" | "onWebhook" | "fetch" | "now" | "sleep" | "random" | "telemetry">(options: GateOptions, name: K): GateOptions[K] {
  const value = options[name];
  if (value !== undefined && typeof value !== "function") throw invalid(name, "must be a function");
  return value;
}

function reportOption({ report = "elsewhere", provider }: GateOptions): Settings["report"] {
  if (report === "elsewhere" || typeof report === "function") return report;
  if (report !== "provider") throw invalid("report", 'must be "elsewhere", "provider" or a function');
  if (provider.sendEvents === undefined) throw invalid("report", "cannot be \"provider\": this provider takes no events");
  return async (events, context) => provider.sendEvents?.(events, context);
}

function rateLimitOption({ rateLimit = {} }: GateOptions): Settings["rateLimit"] {
  if (typeof rateLimit !== "object" || rateLimit === null) throw invalid("rateLimit", "must be an object");
  const { perSecond, burst, ...others } = rateLimit;
  for (const name of Object.keys(others)) throw invalid(`rateLimit.${name}`, "is not known");
  return { perSecond: count(perSecond, "rateLimit.perSecond", 20), burst: count(burst, "rateLimit.burst", 40) };
}

function storeOption({ store }: GateOptions): SnapshotStore | undefined {
  if (store === undefined || (typeof store?.get === "function" && typeof store.set === "function")) return store;
  throw invalid("store", "must have `get` and `set`");
}

function webhooksOption({ webhooks, onWebhook, provider }: GateOptions): Webhooks | undefined {
  if (webhooks === undefined) {
    if (onWebhook !== undefined) throw invalid("onWebhook", "needs `webhooks`");
    return undefined;
  }
  if (typeof webhooks?.verify !== "function" || typeof webhooks.parse !== "function") {
    throw invalid("webhooks", "must be flexpriceWebhooks({…}) or lagoWebhooks({…})");
  }
  if (webhooks.profile !== provider.profile) throw invalid("webhooks", `must be those of the provider, ${provider.profile}`);
  return webhooks;
}

/** A listener that cannot break an answer. */
function quietly(listener: GateOptions["telemetry"]): GateOptions["telemetry"] {
  if (listener === undefined) return undefined;
  return (event) => {
    try {
      listener(event);
    } catch {
      // Documented: what telemetry throws is dropped.
    }
  };
}
