/** What every face of the gate shares: look up, decide, spend, hold. */

import { requests } from "#platform";
import { add } from "../decimal.js";
import type { ResidentAccount } from "../engine/account.js";
import { CreditGateError, type ErrorCode, isCreditGateError } from "../errors.js";
import type { FeeKeyParts } from "../fee-key.js";
import type { Ledger, LedgerEntry } from "../ledger/ledger.js";
import { LocalLedger } from "../ledger/local.js";
import type {
  AuthorizeOptions, CallOptions, Decision, DecimalString, DecisionNote, Explanation, GateStats, Reason, SnapshotInfo,
  UnknownReason,
} from "../types.js";
import { type DecisionParts, makeDecision } from "./decision.js";
import type { Settings } from "./options.js";
import { Refresher } from "./refresher.js";
import { Reporter } from "./reporter.js";
import { type CustomerState, type Snapshot, SnapshotCache } from "./snapshots.js";
import type { ParsedUsage } from "./usage.js";

/** The first wait before a denial is checked with the provider again; it doubles up to the longest, ms. */
const REVALIDATE_BACKOFF = { first: 5_000, longest: 300_000 };

/** The rate of spending is taken over this long, ms. */
const SPENDING_WINDOW = 60_000;

/** A snapshot is refreshed this many times before headroom would run out at the present rate of spending. */
const REFRESHES_PER_RUNWAY = 4;

/** Debits without a key are kept together by the second, ms. */
const DEBIT_BUCKET = 1_000;

/** Unknown, but not for want of an answer: an error of the engine never allows usage. */
const NEVER_ALLOWED: ReadonlySet<Reason> = new Set<Reason>(["engine_fault", "decimal_out_of_range"]);

/** An answer before it is made into an object. */
export type Verdict = Pick<
  DecisionParts,
  "outcome" | "reason" | "required" | "available" | "shortfall" | "precision" | "nextChangeAt" | "error"
>;

export class Core {
  readonly settings: Settings;
  readonly cache: SnapshotCache;
  readonly ledger: Ledger;
  readonly #refresher: Refresher;
  readonly #reporter: Reporter;
  #closed = false;

  constructor(settings: Settings) {
    const { provider, maxSnapshots, maxDebits, usableFor, reflectWithin } = settings;
    const { computed, cachedFallback } = provider.staleness;
    this.settings = settings;
    this.cache = new SnapshotCache(maxSnapshots);
    this.ledger = new LocalLedger({
      capacity: maxDebits,
      reflectWithin,
      oldestFigures: usableFor + Math.max(computed, cachedFallback),
      onChange: (added, removed) => this.#count(added, removed),
    });
    this.#refresher = new Refresher(settings, this.cache, this.ledger);
    this.#reporter = new Reporter(settings, (debit, at) => this.ledger.reported(debit, at));
  }

  /** The customer's state. @throws CreditGateError `closed` */
  state(customer: string): CustomerState {
    this.checkOpen();
    return this.cache.get(customer);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** @throws CreditGateError `closed` */
  checkOpen(): void {
    if (this.#closed) throw new CreditGateError("closed", "the gate is closed");
  }

  /** Whether a key was used before and counts still. */
  isKnown(customer: string, key: string): boolean {
    this.ledger.expire(customer, this.settings.now());
    return this.ledger.find(customer, key) !== undefined;
  }

  /** A snapshot that may answer at `now`. */
  usable({ snapshot }: CustomerState, now: number): Snapshot | undefined {
    return snapshot !== undefined && now < snapshot.sentAt + this.settings.usableFor ? snapshot : undefined;
  }

  /** Sees to it that there is a snapshot that may answer, if that can be had within the deadline. */
  async ensure(state: CustomerState): Promise<void> {
    const { now, lookupDeadline } = this.settings;
    if (this.usable(state, now()) !== undefined && !this.#refresher.isOutdated(state)) return;
    if (now() < state.retryAt && !this.#refresher.isUnderWay(state)) return;
    await this.#refresher.refresh(state, { deadline: lookupDeadline });
  }

  /** Fetches now. */
  async refresh(state: CustomerState, deadline?: number): Promise<void> {
    await this.#refresher.refresh(state, deadline === undefined ? { skipStore: true } : { skipStore: true, deadline });
  }

  invalidate(state: CustomerState): Promise<void> {
    return this.#refresher.invalidate(state);
  }

  /** Begins what is due behind the answer: a refresh, or sending reports. Gives what the caller must keep alive. */
  behind(state: CustomerState | undefined, call: CallOptions): Promise<void> | undefined {
    const work: Promise<void>[] = [];
    if (state !== undefined && this.#isRefreshDue(state)) work.push(this.#refresher.refresh(state));
    if (this.#reporter.isDue) work.push(this.#reporter.flush());
    if (work.length === 0) return undefined;
    const pending = Promise.all(work).then(() => {});
    return this.#keepAlive(pending, call) ? undefined : pending;
  }

  #isRefreshDue(state: CustomerState): boolean {
    const now = this.settings.now();
    if (now < state.retryAt || this.#refresher.isUnderWay(state)) return false;
    const dueAt = this.settings.store === undefined ? state.dueAt : Math.min(state.dueAt, state.storeDueAt);
    return now >= dueAt || this.#refresher.isOutdated(state);
  }

  #keepAlive(pending: Promise<void>, call: CallOptions): boolean {
    const waitUntil = call.waitUntil ?? requests.waitUntil;
    if (waitUntil === undefined) return false;
    try {
      waitUntil(pending);
      return true;
    } catch {
      // Called outside a request: the decision carries the promise instead.
      return false;
    }
  }

  /** Answers from what is cached. */
  judge(state: CustomerState, usage: ParsedUsage): Verdict {
    const now = this.settings.now();
    const snapshot = this.usable(state, now);
    if (snapshot === undefined) return this.#noSnapshot(state);
    this.ledger.expire(state.customer, now);
    try {
      const { account } = snapshot;
      const slot = account.slot(usage.feeKey);
      const { mantissa, scale } = usage.cost;
      const isPlain = !usage.isCredits && this.settings.account.taxRate === undefined;
      if (isPlain && slot !== undefined && mantissa !== undefined && account.covers(slot, mantissa, scale, now) === 1) {
        return {
          outcome: "covered",
          reason: "sufficient",
          required: usage.cost.text as DecimalString,
          available: account.available(slot, now),
          precision: "exact",
          nextChangeAt: Math.min(state.dueAt, account.nextChangeAt(now)),
        };
      }
      return this.#decide(state, snapshot, usage, now);
    } catch (thrown) {
      return unknown(toReason(thrown), isCreditGateError(thrown) ? thrown : undefined);
    }
  }

  #decide(state: CustomerState, snapshot: Snapshot, usage: ParsedUsage, now: number): Verdict {
    const cost = { isCredits: usage.isCredits, value: usage.cost.text };
    const answer = snapshot.account.decide(usage.feeKey, cost, now);
    const isNobody = answer.reason === "no_wallet" && !snapshot.found;
    return {
      outcome: answer.outcome,
      reason: isNobody ? "customer_not_found" : answer.reason,
      required: answer.required ?? undefined,
      available: answer.available ?? undefined,
      shortfall: answer.shortfall ?? undefined,
      precision: answer.precision,
      nextChangeAt: Math.min(state.dueAt, answer.nextChangeAt ?? Number.POSITIVE_INFINITY),
    };
  }

  #noSnapshot({ snapshot, failure }: CustomerState): Verdict {
    if (failure !== undefined) return unknown(toReason(failure), failure);
    return unknown(snapshot === undefined ? "not_cached" : "stale");
  }

  /** Whether a denial should be checked with the provider first: the customer may just have topped up. */
  mayRevalidate(state: CustomerState, verdict: Verdict): boolean {
    const { snapshot } = state;
    const now = this.settings.now();
    if (verdict.outcome !== "short" || snapshot === undefined) return false;
    const { revalidateAfter, unknownCustomerFor } = this.settings;
    const isOld = now >= snapshot.sentAt + (snapshot.hasWallets ? revalidateAfter : unknownCustomerFor);
    return isOld && now >= Math.max(state.revalidateAt, state.retryAt);
  }

  /** Checks a denial once; while the answer stays the same, the next check waits ever longer. */
  async revalidate(state: CustomerState, usage: ParsedUsage): Promise<Verdict> {
    await this.refresh(state, this.settings.revalidateDeadline);
    const verdict = this.judge(state, usage);
    const now = this.settings.now();
    if (verdict.outcome === "short") {
      // Many calls may have waited for one check: it counts once.
      if (now < state.revalidateAt) return verdict;
      const { first, longest } = REVALIDATE_BACKOFF;
      state.revalidateBackoff = Math.min(longest, Math.max(first, state.revalidateBackoff * 2));
      state.revalidateAt = now + state.revalidateBackoff;
    } else {
      state.revalidateBackoff = 0;
      state.revalidateAt = 0;
    }
    return verdict;
  }

  /** Records a debit or hold; the verdict that stands afterwards. A key that is known counts once. */
  record(
    state: CustomerState,
    usage: ParsedUsage,
    verdict: Verdict,
    kind: LedgerEntry["kind"],
    options: AuthorizeOptions,
  ): { readonly verdict: Verdict; readonly entry: LedgerEntry | undefined } {
    const known = options.key === undefined ? undefined : this.#known(state, usage, kind, options.key);
    if (known !== undefined) {
      const { shortfall, error, ...figures } = verdict;
      return { verdict: { ...figures, outcome: "covered", reason: "replayed" }, entry: known };
    }
    if (!this.allows(verdict, options)) return { verdict, entry: undefined };
    const now = this.settings.now();
    if (!this.ledger.hasRoom(now)) return { verdict: unknown("capacity"), entry: undefined };
    const entry = this.#entry(usage, kind, now, options);
    try {
      this.ledger.put(entry);
    } catch (thrown) {
      return { verdict: unknown(toReason(thrown), isCreditGateError(thrown) ? thrown : undefined), entry: undefined };
    }
    if (kind === "debit") this.settle(entry, usage);
    this.#adapt(state, usage, verdict, now);
    return { verdict, entry };
  }

  /** Whether a verdict lets the usage go out. */
  allows(verdict: Verdict, call: CallOptions): boolean {
    if (verdict.outcome !== "unknown") return verdict.outcome === "covered";
    if (NEVER_ALLOWED.has(verdict.reason)) return false;
    return (call.whenUnknown ?? this.settings.whenUnknown) === "allow";
  }

  /** Has a debit's usage event sent, if the gate sends them. */
  settle(debit: LedgerEntry, usage: ParsedUsage): void {
    if (!this.#reporter.isOn) return;
    const { event, metric, customer } = usage;
    const { subscription } = event ?? {};
    const code = event?.code ?? metric ?? "";
    const common = { key: debit.key, customer, at: debit.at, code, properties: event?.properties ?? {} };
    this.#reporter.add(subscription === undefined ? common : { ...common, subscription }, debit);
  }

  /** @throws CreditGateError `invalid_input` when the gate reports and the usage lacks what an event needs. */
  checkReportable(usage: ParsedUsage): void {
    if (!this.#reporter.isOn) return;
    if (usage.metric === undefined && usage.event?.code === undefined) {
      throw new CreditGateError("invalid_input", "`usage.metric` or `usage.event.code` names the event to report", { path: "usage.metric" });
    }
    if (this.settings.reportsToProvider && this.settings.provider.profile === "lago" && usage.event?.subscription === undefined) {
      throw new CreditGateError("invalid_input", "`usage.event.subscription` is needed to report to Lago", { path: "usage.event.subscription" });
    }
  }

  #known(state: CustomerState, usage: ParsedUsage, kind: LedgerEntry["kind"], key: string): LedgerEntry | undefined {
    this.ledger.expire(state.customer, this.settings.now());
    const known = this.ledger.find(state.customer, key);
    if (known === undefined) return undefined;
    const wasHeld = known.kind === "hold" || known.held !== undefined;
    const isSame =
      wasHeld === (kind === "hold") &&
      known.feeKey.id === usage.feeKey.id &&
      known.isCredits === usage.isCredits &&
      (known.held ?? known.value) === usage.cost.text;
    if (!isSame) throw new CreditGateError("key_conflict", `the key \`${key}\` was used for another usage`, { path: "options.key" });
    return known;
  }

  #entry(usage: ParsedUsage, kind: LedgerEntry["kind"], now: number, options: AuthorizeOptions): LedgerEntry {
    const { customer, feeKey, isCredits, cost } = usage;
    const entry = { customer, feeKey, isCredits, value: cost.text, at: now };
    if (kind === "hold") {
      const expiresAt = now + (options.holdFor ?? this.settings.holdFor);
      return { ...entry, kind, key: options.key ?? crypto.randomUUID(), expiresAt };
    }
    if (this.#reporter.isOn) return { ...entry, kind, key: options.key ?? crypto.randomUUID() };
    const reportedAt = now + this.settings.reportWithin;
    if (options.key !== undefined) return { ...entry, kind, key: options.key, reportedAt };
    return this.#bucket({ ...entry, kind, key: "", reportedAt });
  }

  /** Debits that nobody can repeat need no entry each: one takes all of a second. */
  #bucket(debit: LedgerEntry): LedgerEntry {
    const second = Math.floor(debit.at / DEBIT_BUCKET);
    const key = `\u0000${second}:${debit.isCredits ? "credits" : "amount"}:${debit.feeKey.id}`;
    const kept = this.ledger.find(debit.customer, key);
    if (kept === undefined) return { ...debit, key };
    return { ...debit, key, value: add(kept.value, debit.value) };
  }

  /** Brings the next refresh forward when headroom is small next to the rate of spending. */
  #adapt(state: CustomerState, usage: ParsedUsage, verdict: Verdict, now: number): void {
    const { snapshot } = state;
    if (snapshot === undefined || verdict.available === undefined) return;
    if (now - state.spentSince > SPENDING_WINDOW) {
      state.spentSince = now;
      state.spent = 0;
    }
    const cost = Number(verdict.required ?? usage.cost.text);
    state.spent += cost;
    const perMs = state.spent / Math.max(1_000, now - state.spentSince);
    const runway = (Number(verdict.available) - cost) / perMs;
    const freshFor = Math.max(this.settings.freshForFloor, runway / REFRESHES_PER_RUNWAY);
    const dueAt = Math.max(snapshot.sentAt, state.askedAt) + freshFor;
    if (dueAt < state.dueAt) state.dueAt = dueAt;
  }

  /** Keeps the resident account in step with the ledger. @throws CreditGateError for an entry that cannot be counted */
  #count(added: LedgerEntry | undefined, removed: LedgerEntry | undefined): void {
    const customer = (added ?? removed)?.customer ?? "";
    const account: ResidentAccount | undefined = this.cache.peek(customer)?.snapshot?.account;
    if (removed !== undefined) account?.giveBack(removed.feeKey, removed);
    if (added === undefined) return;
    try {
      account?.spend(added.feeKey, added, this.settings.now());
    } catch (error) {
      if (removed !== undefined) account?.add(removed.feeKey, removed);
      throw error;
    }
  }

  /** Makes a verdict into a decision. */
  decision(
    state: CustomerState,
    feeKey: FeeKeyParts,
    verdict: Verdict,
    call: CallOptions,
    pending: Promise<void> | undefined,
  ): Decision {
    const now = this.settings.now();
    const snapshot = this.usable(state, now);
    const allowed = this.allows(verdict, call);
    const { customer } = state;
    this.settings.telemetry({ type: "decision", customer, outcome: verdict.outcome, reason: verdict.reason, allowed });
    const parts = {
      ...verdict,
      allowed,
      customer,
      currency: feeKey.currency,
      notes: this.#notes(state, snapshot, verdict),
      snapshot: snapshot === undefined ? undefined : info(snapshot, now),
      pending,
    };
    return makeDecision(parts, () => this.explain(state, feeKey));
  }

  #notes(state: CustomerState, snapshot: Snapshot | undefined, verdict: Verdict): DecisionNote[] {
    const notes: DecisionNote[] = [];
    if (snapshot === undefined) return notes;
    if (this.settings.provider.profile === "flexprice" && !snapshot.hasGrants) notes.push("expiry_unknown");
    if (verdict.precision === "estimate") notes.push("scopes_overlap");
    if (snapshot.freshness === "cached_fallback") notes.push("cached_fallback");
    if (state.failure !== undefined) notes.push("refresh_failed");
    return notes;
  }

  explain(state: CustomerState, feeKey: FeeKeyParts): Explanation | undefined {
    const now = this.settings.now();
    return this.usable(state, now)?.account.explain(feeKey, now);
  }

  stats(): GateStats {
    const { entries, unreported, kind, overspendBound } = this.ledger.stats();
    return {
      snapshots: this.cache.size(),
      ...this.#refresher.stats(),
      ledger: { kind, entries, unreported, overspendBound },
      reports: this.#reporter.stats(),
    };
  }

  /** Sends what is left to report and frees the accounts. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#reporter.flush();
    this.cache.clear();
  }
}

/** A snapshot as decisions show it. */
export function info({ fetchedAt, asOf, freshness }: Snapshot, now: number): SnapshotInfo {
  return { fetchedAt, asOf, age: now - asOf, freshness };
}

function unknown(reason: UnknownReason, error?: Error): Verdict {
  return { outcome: "unknown", reason, precision: "exact", error };
}

/** The reason of a failed look-up. */
function toReason(thrown: unknown): UnknownReason {
  return (isCreditGateError(thrown) ? REASONS[thrown.code] : undefined) ?? "engine_fault";
}

const REASONS: Partial<Record<ErrorCode, UnknownReason & Reason>> = {
  provider_unauthorized: "provider_unauthorized",
  provider_forbidden: "provider_unauthorized",
  provider_not_found: "provider_rejected",
  provider_rejected: "provider_rejected",
  provider_throttled: "provider_throttled",
  provider_unavailable: "provider_unavailable",
  provider_timeout: "provider_timeout",
  invalid_response: "invalid_response",
  invalid_input: "invalid_response",
  invalid_decimal: "invalid_response",
  decimal_out_of_range: "decimal_out_of_range",
  throttled: "throttled",
};
