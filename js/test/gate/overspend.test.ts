/**
 * The proof of design.md section 8 for one instance: whatever runs in whatever order, and whenever the provider comes
 * to count what was spent, the money allowed never exceeds what the wallets hold.
 *
 * The provider is a model of its own, in bigint: a usage event accepted at t is contained in every computation from
 * t + reflectWithin on, and from any moment before that by chance. An answer's figures were computed at some moment
 * that the provider's stated staleness allows.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hold } from "../../gate/hold.js";
import type { Decision, Profile } from "../../types.js";
import { FakeProvider, flexpriceWallet, harness, type Harness, lagoWallet, NOW, providerError } from "./harness.js";

/** Money is counted in cents. */
type Cents = bigint;

const text = (cents: Cents): string => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;

interface Setup {
  readonly profile: Profile;
  readonly report: "elsewhere" | "provider";
  /** Figures may come from the provider's cache. */
  readonly fallbacks: boolean;
}

/** What the provider knows, and what is owed to it. */
class Model {
  /** Wallets' money by the moment it came in. */
  readonly deposits: { readonly at: number; readonly wallet: number; readonly cents: Cents }[] = [];
  readonly amounts = new Map<string, Cents>();
  readonly events: { readonly key: string; readonly landsAt: number }[] = [];
  spent: Cents = 0n;
  readonly holds = new Map<Hold, Cents>();

  deposited(at: number, wallet?: number): Cents {
    return this.deposits.reduce((sum, deposit) => (deposit.at <= at && (wallet ?? deposit.wallet) === deposit.wallet ? sum + deposit.cents : sum), 0n);
  }

  counted(at: number): Cents {
    return this.events.reduce((sum, { key, landsAt }) => (landsAt <= at ? sum + (this.amounts.get(key) ?? 0n) : sum), 0n);
  }

  /** Served, or promised to work that is under way. */
  committed(now: number): Cents {
    let sum = this.spent;
    for (const [hold, cents] of this.holds) if (now < (hold.expiresAt ?? 0)) sum += cents;
    return sum;
  }
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
/** As late as may be, more often than not: that is where money could be spent twice. */
const late = fc.oneof(fc.constant(1), fraction);
const cents = fc.oneof(fc.bigInt({ min: 0n, max: 900n }), fc.bigInt({ min: 0n, max: 4_000n }));
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("spend", "spendCached", "spendKeyed", "authorize", "meter"), cents, holdFor: fc.integer({ min: 1, max: 200_000 }), whenReported: late, whenLanded: late }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("capture", "release"), which: fc.nat(), share: fc.bigInt({ min: 0n, max: 100n }), whenReported: late, whenLanded: late }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("advance"), ms: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(60_000, 119_000, 240_000, 300_000, 419_000, 450_000)) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("refresh", "invalidate", "evict", "replay") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("provider"), latency: fc.constantFrom(0, 0, 40, 700, 1_500, 9_000), fails: fc.boolean(), cached: fc.boolean(), age: fc.oneof(fc.constant(0), fraction) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("topUp"), cents: fc.bigInt({ min: 1n, max: 500n }), wallet: fc.integer({ min: 0, max: 1 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly model = new Model();
  readonly h: Harness;
  readonly seen: { decision: Decision }[] = [];
  /** How the property was broken first, if it was. */
  broken: string | undefined;
  readonly #setup: Setup;
  readonly #ids: string[] = [];
  readonly #holds: { hold: Hold; key: string; cents: Cents }[] = [];
  readonly #inFlight: Promise<unknown>[] = [];
  #answer = { fails: false, cached: false, age: 0 };
  #next = 0;
  #evictions = 0;

  constructor(setup: Setup, balances: readonly Cents[], seed: number) {
    this.#setup = setup;
    balances.forEach((balance, wallet) => this.model.deposits.push({ at: NOW - 7_200_000, wallet, cents: balance }));
    let state = seed | 1;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
    // Lago's figures include a tax of a quarter: 4 cents cost 5.
    this.h = harness({ profile: setup.profile, report: setup.report, maxSnapshots: 2, random, rateLimit: { perSecond: 1_000, burst: 100_000 }, ...(setup.profile === "lago" ? { taxRate: "25" } : {}) });
    const { provider, clock } = this.h;
    provider.answers.set("cus_1", ({ sentAt }) => (this.#answer.fails ? providerError("provider_unavailable") : this.#wallets(provider, sentAt, clock.now())));
    provider.byDefault = [];
    provider.refuse = (events) => {
      if (random() < 0.2) return providerError("provider_unavailable");
      const keys = events.map(({ key, customer }) => key.slice(customer.length + 1));
      for (const key of keys) if (!this.model.events.some((event) => event.key === key)) this.#lands(key, clock.now(), random());
      return undefined;
    };
  }

  #lands(key: string, reportedAt: number, share: number): void {
    this.model.events.push({ key, landsAt: reportedAt + Math.floor(share * this.h.provider.reflectWithin) });
  }

  /** What the provider answers at `now` to what was sent at `sentAt`. */
  #wallets(provider: FakeProvider, sentAt: number, now: number): readonly unknown[] {
    const isCached = this.#setup.fallbacks && this.#answer.cached;
    const oldest = sentAt - (isCached ? provider.staleness.cachedFallback : provider.staleness.computed);
    const at = oldest + Math.floor(this.#answer.age * (now - oldest));
    const usage = this.model.counted(at);
    if (this.#setup.profile === "lago") {
      const [first, second] = [this.model.deposited(at, 0), this.model.deposited(at, 1)];
      const onFirst = usage < first ? usage : first;
      return [
        lagoWallet({ id: "w0", priority: 1, cents: String(first), ongoingCents: String(first - onFirst) }),
        lagoWallet({ id: "w1", priority: 2, cents: String(second), ongoingCents: String(second - (usage - onFirst)) }),
      ];
    }
    return [0, 1].map((wallet) => {
      // Balances are settled rows, never cached; the real-time figure is.
      const balance = this.model.deposited(isCached ? now : at, wallet);
      const realTime = this.model.deposited(at, wallet) - usage;
      const shown = realTime < 0n ? `-${text(-realTime)}` : text(realTime);
      return flexpriceWallet({ id: `w${wallet}`, balance: text(balance), realTime: shown, cached: isCached });
    });
  }

  /** The cost to the wallets of a usage before tax. */
  #gross(net: Cents): Cents {
    return this.#setup.profile === "lago" ? (net * 5n) / 4n : net;
  }

  #spentNow(key: string, gross: Cents, whenReported: number, whenLanded: number): void {
    this.model.spent += gross;
    this.model.amounts.set(key, gross);
    if (this.#setup.report === "elsewhere") this.#lands(key, this.h.clock.now() + Math.floor(whenReported * 60_000), whenLanded);
  }

  /** After every step, at one instant. */
  check(): void {
    const now = this.h.clock.now();
    const committed = this.model.committed(now);
    const deposited = this.model.deposited(now);
    if (committed > deposited) this.broken ??= `allowed ${committed} of ${deposited} cents after ${now - NOW} ms`;
  }

  async take(given: Step): Promise<void> {
    const { gate, clock, provider } = this.h;
    const lago = this.#setup.profile === "lago";
    const currency = lago ? "EUR" : "USD";
    const event = { event: { subscription: "sub", properties: {} }, metric: "tokens" };
    const usageOf = (net: Cents) => ({ customer: "cus_1", currency, amount: text(net), ...event });
    switch (given.do) {
      case "spend":
      case "spendCached":
      case "spendKeyed":
      case "authorize":
      case "meter": {
        const { whenReported, whenLanded, holdFor } = given as Extract<Step, { holdFor: number }>;
        const net = lago ? ((given as { cents: Cents }).cents / 4n) * 4n : (given as { cents: Cents }).cents;
        const key = `k${(this.#next += 1)}`;
        const named = this.#setup.report === "provider" || given.do === "spendKeyed" ? { key } : {};
        const heard = (decision: Decision) => {
          this.seen.push({ decision });
          if (decision.allowed && decision.reason !== "replayed") this.#spentNow(key, this.#gross(net), whenReported, whenLanded);
          this.check();
        };
        if (given.do === "spendCached") heard(gate.spendCached(usageOf(net), named));
        else if (given.do === "meter") {
          if (gate.meter({ unitPrice: "0.01", currency, ...event }).spend("cus_1", Number(net), named) === true) this.#spentNow(key, this.#gross(net), whenReported, whenLanded);
        } else if (given.do === "authorize") {
          const work = gate.authorize(usageOf(net), { key, holdFor }).then((hold) => {
            this.seen.push({ decision: hold.decision });
            if (!hold.allowed) return;
            this.model.holds.set(hold, this.#gross(net));
            this.#holds.push({ hold, key, cents: net });
            this.check();
          });
          this.#inFlight.push(work);
        } else {
          if (given.do === "spendKeyed") this.#ids.push(`${key} ${text(net)}`);
          this.#inFlight.push(gate.spend(usageOf(net), named).then(heard));
        }
        return;
      }
      case "capture":
      case "release": {
        const { which, share, whenReported, whenLanded } = given as Extract<Step, { share: bigint }>;
        const found = this.#holds[which % Math.max(1, this.#holds.length)];
        if (found === undefined) return;
        const { hold, key, cents: held } = found;
        const net = lago ? ((held * share) / 400n) * 4n : (held * share) / 100n;
        const isOpen = this.model.holds.has(hold) && clock.now() < (hold.expiresAt ?? 0);
        const done = given.do === "capture" ? hold.capture(text(net)) : hold.release();
        // Both take effect at once, whenever their promises are heard of.
        if (isOpen) this.model.holds.delete(hold);
        if (isOpen && given.do === "capture") this.#spentNow(key, this.#gross(net), whenReported, whenLanded);
        expect(await done.then(() => true, () => false)).toBe(isOpen);
        return;
      }
      case "advance":
        return clock.advance((given as Extract<Step, { ms: number }>).ms);
      case "refresh":
        this.#inFlight.push(gate.refresh("cus_1").catch(() => {}));
        return;
      case "invalidate":
        return gate.invalidate("cus_1");
      case "evict":
        for (let i = 0; i < 3; i++) gate.checkCached({ customer: `other${(this.#evictions += 1)}`, amount: 1, currency });
        return;
      case "replay": {
        const [key, amount = "0"] = this.#ids.at(-1)?.split(" ") ?? [];
        if (key === undefined) return;
        const again = (decision: Decision) => {
          if (decision.allowed && decision.reason !== "replayed") {
            // It was the first to be served, or so long after that the gate has forgotten. Then the provider, told of
            // the same event, counts it once; who reports elsewhere may count it again.
            const isElsewhere = this.#setup.report === "elsewhere";
            const net = BigInt(amount.replace(".", ""));
            if (isElsewhere || !this.model.amounts.has(key)) this.#spentNow(isElsewhere ? `${key}:${(this.#next += 1)}` : key, this.#gross(net), 1, 1);
          }
          this.check();
        };
        this.#inFlight.push(gate.spend(usageOf(BigInt(amount.replace(".", ""))), { key }).then(again));
        return;
      }
      case "provider": {
        const { latency, ...answer } = given as Extract<Step, { latency: number }>;
        provider.latency = latency;
        provider.sendLatency = latency;
        this.#answer = { ...answer, fails: answer.fails && answer.cached };
        return;
      }
      case "topUp": {
        const { cents: more, wallet } = given as Extract<Step, { wallet: number }>;
        this.model.deposits.push({ at: clock.now(), wallet, cents: more });
        return;
      }
    }
  }

  async finish(): Promise<void> {
    await this.h.clock.advance(30_000);
    await Promise.all(this.#inFlight);
    this.check();
  }
}

describe("money allowed never exceeds what the wallets hold", () => {
  const setups: Setup[] = [
    { profile: "flexprice", report: "elsewhere", fallbacks: false },
    { profile: "flexprice", report: "elsewhere", fallbacks: true },
    { profile: "flexprice", report: "provider", fallbacks: true },
    { profile: "lago", report: "elsewhere", fallbacks: false },
    { profile: "lago", report: "provider", fallbacks: false },
  ];
  for (const setup of setups) {
    const { profile, report, fallbacks } = setup;
    test(`${profile}, reported ${report === "provider" ? "by the gate" : "elsewhere"}${fallbacks ? ", also from the provider's cache" : ""}`, { timeout: 120_000 }, async () => {
      let allowed = 0;
      let short = 0;
      let emptied = 0;
      const balances = fc.array(fc.bigInt({ min: 0n, max: 3_000n }), { minLength: 2, maxLength: 2 });
      const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: "max" }), balances, fc.integer(), async (steps, money, seed) => {
        const run = new Run(setup, money, seed);
        for (const each of steps) {
          await run.take(each);
          run.check();
        }
        await run.finish();
        expect(run.broken).toBeUndefined();
        allowed += run.seen.filter(({ decision }) => decision.allowed).length;
        short += run.seen.filter(({ decision }) => decision.outcome === "short").length;
        if (run.model.spent * 10n >= run.model.deposited(run.h.clock.now()) * 9n) emptied += 1;
      });
      await fc.assert(property, { numRuns: 250, seed: 20_260_821 });
      // The property holds of gates that allow something, and that come near the end of the money.
      expect(allowed).toBeGreaterThan(500);
      expect(short).toBeGreaterThan(50);
      expect(emptied).toBeGreaterThan(5);
    });
  }
});
