/**
 * What the gate's tests stand on: a clock that only moves when told, and a provider that answers by script. No test
 * waits for real, none depends on speed.
 */
import { expect } from "vitest";
import { CreditGateError, isCreditGateError } from "../../errors.js";
import { CreditGate } from "../../gate/gate.js";
import type {
  Decision, GateOptions, Profile, Provider, ProviderContext, SnapshotStore, TelemetryEvent, Usage, UsageEvent, WaitUntil,
  WalletsAnswer,
} from "../../types.js";

export const NOW: number = Date.parse("2026-08-21T18:00:00Z");
export const SECOND = 1_000;
export const MINUTE = 60_000;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Virtual time. */
export class Clock {
  #now = NOW;
  #sleepers: Sleeper[] = [];

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      };
      const wake = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", stop, { once: true });
    });

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves time, waking whoever is due on the way, in the order in which they are due. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await flush();
    while (await this.#wakeNext(until));
    this.#now = until;
    await flush();
  }

  /** Moves time just as far as a promise needs. */
  async run<T>(promise: Promise<T>, longest = MINUTE): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    const until = this.#now + longest;
    await flush();
    while (!settled && (await this.#wakeNext(until)));
    if (!settled) throw new Error(`still waiting after ${longest} ms`);
    return promise;
  }

  async #wakeNext(until: number): Promise<boolean> {
    const next = this.#sleepers.reduce<Sleeper | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined);
    if (next === undefined || next.at > until) return false;
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    await flush();
    return true;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const NEVER = new AbortController().signal;

export interface FlexpriceWallet {
  id?: string;
  currency?: string;
  balance: string;
  realTime?: string | undefined;
  status?: string;
  type?: string;
  rate?: string;
  cached?: boolean;
}

/** A wallet as Flexprice's API answers it. */
export function flexpriceWallet(wallet: FlexpriceWallet): Record<string, unknown> {
  const { id = "w1", currency = "usd", balance, status = "active", type = "PRE_PAID", rate = "1", cached = false } = wallet;
  const realTime = "realTime" in wallet ? wallet.realTime : balance;
  return {
    id, currency, balance, wallet_status: status, wallet_type: type, conversion_rate: rate, status: "published",
    ...(realTime === undefined ? {} : { real_time_balance: realTime }), is_cached_fallback: cached,
  };
}

export interface LagoWallet {
  id?: string;
  code?: string;
  currency?: string;
  cents: number | string;
  ongoingCents?: number | string;
  status?: string;
  rate?: string;
  priority?: number;
  expiresAt?: string;
  feeTypes?: readonly string[];
  metrics?: readonly string[];
  /** Leaves `applies_to` out. */
  scopeUntold?: boolean;
}

/** A wallet as Lago's API answers it. */
export function lagoWallet(wallet: LagoWallet): Record<string, unknown> {
  const { id = "w1", code = id, currency = "EUR", cents, ongoingCents = cents, status = "active", rate = "1.0", priority = 50 } = wallet;
  const { feeTypes = [], metrics = [], scopeUntold = false, expiresAt = null } = wallet;
  return {
    lago_id: id, code, currency, status, rate_amount: rate, priority, balance_cents: cents, ongoing_balance_cents: ongoingCents,
    created_at: "2026-08-01T09:00:00Z", expiration_at: expiresAt, recurring_transaction_rules: [],
    ...(scopeUntold ? {} : { applies_to: { fee_types: feeTypes, billable_metric_codes: metrics } }),
  };
}

type Wallets = readonly unknown[];

/** What is scripted for a customer: wallets, `null` for "not found", a failure, or what to compute. */
export type Answer = Wallets | null | Error | ((call: { readonly sentAt: number; readonly number: number }) => Wallets | null | Error);

/** A billing API by script. */
export class FakeProvider implements Provider {
  readonly id: string;
  readonly staleness: { computed: number; cachedFallback: number };
  readonly reflectWithin: number;
  /** Customers and times of all look-ups that reached it. */
  readonly calls: { readonly customer: string; readonly at: number }[] = [];
  readonly batches: (readonly UsageEvent[])[] = [];
  readonly answers = new Map<string, Answer>();
  /** What everybody else gets. */
  byDefault: Answer = null;
  /** Virtual ms until an answer. */
  latency: number | ((number: number) => number) = 0;
  ignoresSignal = false;
  grants: WalletsAnswer["grants"];
  /** How `sendEvents` fails, if it does. */
  refuse: (events: readonly UsageEvent[], attempt: number) => Error | undefined = () => undefined;
  sendLatency = 0;
  atOnce = 0;
  mostAtOnce = 0;
  readonly #clock: Clock;

  constructor(
    readonly profile: Profile,
    clock: Clock,
  ) {
    this.#clock = clock;
    const isLago = profile === "lago";
    this.id = `${profile}:test`;
    this.staleness = isLago ? { computed: 300_000, cachedFallback: 300_000 } : { computed: 0, cachedFallback: 1_800_000 };
    this.reflectWithin = isLago ? 60_000 : 420_000;
  }

  async fetchWallets(customer: string, { fetch, now, signal }: ProviderContext): Promise<WalletsAnswer> {
    const sentAt = now();
    await fetch("https://billing.test/wallets");
    const number = this.calls.push({ customer, at: sentAt });
    const latency = typeof this.latency === "number" ? this.latency : this.latency(number);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    try {
      if (latency > 0) await this.#clock.sleep(latency, this.ignoresSignal ? NEVER : signal);
    } finally {
      this.atOnce -= 1;
    }
    const scripted = this.answers.has(customer) ? this.answers.get(customer) : this.byDefault;
    const answer = typeof scripted === "function" ? scripted({ sentAt, number }) : scripted;
    if (answer instanceof Error) throw answer;
    if (answer === null || answer === undefined) return { found: false, wallets: [], sentAt };
    return { found: true, wallets: answer, sentAt, ...(this.grants === undefined ? {} : { grants: this.grants }) };
  }

  async sendEvents(events: readonly UsageEvent[], { signal }: ProviderContext): Promise<void> {
    const attempt = this.batches.push(events);
    if (this.sendLatency > 0) await this.#clock.sleep(this.sendLatency, signal);
    const error = this.refuse(events, attempt);
    if (error !== undefined) throw error;
  }
}

export interface Harness {
  readonly clock: Clock;
  readonly provider: FakeProvider;
  readonly gate: CreditGate;
  /** What `waitUntil` was given. */
  readonly kept: Promise<unknown>[];
  readonly waitUntil: WaitUntil;
  readonly telemetry: TelemetryEvent[];
  /** Runs a call, moving time as far as it needs. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
}

export interface HarnessOptions extends Partial<Omit<GateOptions, "provider">> {
  readonly profile?: Profile;
  /** A harness whose clock, and whose store if any, are shared. */
  readonly beside?: Harness;
  readonly wallets?: Wallets;
  readonly provider?: (fake: FakeProvider) => Provider;
}

const DUMMY = new Response(null);

/** A gate of its own on virtual time; customer `cus_1` has `wallets`. */
export function harness(options: HarnessOptions = {}): Harness {
  const { profile = "flexprice", beside, wallets, provider: wrap = (fake) => fake, ...rest } = options;
  const clock = beside?.clock ?? new Clock();
  const provider = beside?.provider ?? new FakeProvider(profile, clock);
  if (wallets !== undefined) provider.answers.set("cus_1", wallets);
  const kept: Promise<unknown>[] = [];
  const telemetry: TelemetryEvent[] = [];
  const gate = new CreditGate({
    provider: wrap(provider),
    now: clock.now,
    sleep: clock.sleep,
    fetch: async () => DUMMY,
    random: () => 0,
    telemetry: (event) => telemetry.push(event),
    ...(profile === "lago" ? { taxRate: "0" } : {}),
    ...rest,
  });
  return { clock, provider, gate, kept, waitUntil: (promise) => kept.push(promise), telemetry, run: (promise) => clock.run(promise) };
}

/** A usage of `cus_1`, in the currency of the profile's builder. */
export function usd(amount: string | number | bigint, fields: Record<string, unknown> = {}): Usage {
  return { customer: "cus_1", amount, currency: "USD", metric: "tokens", event: { properties: {} }, ...fields } as Usage;
}

export function eur(amount: string | number | bigint, fields: Record<string, unknown> = {}): Usage {
  return { customer: "cus_1", amount, currency: "EUR", metric: "tokens", event: { properties: {} }, ...fields } as Usage;
}

/** One wallet of so much, all of it there. */
export function money(balance: string, realTime: string = balance): Wallets {
  return [flexpriceWallet({ balance, realTime })];
}

export function providerError(code: ConstructorParameters<typeof CreditGateError>[0], details = {}): CreditGateError {
  return new CreditGateError(code, "scripted", details);
}

/** Outcome and reason in one word. */
export function said({ outcome, reason }: Decision): string {
  return `${outcome}: ${reason}`;
}

/** The error a call ends with, which must be one of ours; it may throw at once. */
export async function failure(call: () => unknown): Promise<CreditGateError> {
  let value: unknown;
  try {
    value = await call();
  } catch (error) {
    if (isCreditGateError(error)) return error;
    throw error;
  }
  return expect.fail(`no error, but ${JSON.stringify(value)}`);
}

export function memory(): SnapshotStore & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: async (key) => values.get(key),
    set: async (key, value) => {
      values.set(key, value);
    },
  };
}
