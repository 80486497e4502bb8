/** What every face of the gate shares: look up, decide, spend, hold. */

import { requests } from "#platform";
import { priceReader } from "../cost.js";
import { add, multiply, type ParsedDecimal } from "../decimal.js";
import type { Place } from "../engine/account.js";
import { CreditGateError } from "../errors.js";
import type {
  AuthorizeOptions, CallOptions, DecimalString, Decision, DecisionNote, Explanation, FeeKeyParts, GateStats, Ledger,
  LedgerEntry, SnapshotInfo, Usage,
} from "../types.js";
import { Calls } from "./calls.js";
import { Customers } from "./customers.js";
import { makeDecision, type Verdict } from "./decision.js";
import { checkReportable, eventOf } from "./events.js";
import type { Settings } from "./options.js";
import { mayRevalidate, noteRevalidation, noteSpending } from "./pacing.js";
import { Refresher } from "./refresher.js";
import { Reporter } from "./reporter.js";
import { asOf, type CustomerState, type Snapshot, SnapshotCache } from "./snapshots.js";
import { Stored } from "./stored.js";
import { FeeKeys, parseCustomer, type ParsedUsage, parseUsage } from "./usage.js";
import { allows, failed, unknown } from "./verdict.js";

/** Debits without a key are kept together by the second, ms. */
const SHARED_DEBIT = 1_000;

export class Core {
  readonly settings: Settings;
  readonly cache: SnapshotCache;
  readonly ledger: Ledger;
  readonly customers: Customers;
  readonly feeKeys: FeeKeys;
  readonly readPrice = priceReader();
  readonly stored: Stored;
  readonly calls: Calls;
  readonly refresher: Refresher;
  readonly #reporter: Reporter;
  /** Many debits of a second share a key. */
  #lastShared: { readonly second: number; readonly isCredits: boolean; readonly feeKey: FeeKeyParts; readonly key: string } | undefined;
  #closed = false;

  constructor(settings: Settings) {
    const { provider, maxSnapshots, maxDebits, usableFor, reflectWithin } = settings;
    const { computed, cachedFallback } = provider.staleness;
    this.settings = settings;
    this.feeKeys = new FeeKeys(provider.profile);
    this.cache = new SnapshotCache(maxSnapshots);
    this.ledger = settings.ledger({
      capacity: maxDebits,
      reflectWithin,
      oldestFigures: usableFor + Math.max(computed, cachedFallback),
      onChange: (added, removed) => this.#count(added, removed),
    });
    this.stored = new Stored(settings);
    this.calls = new Calls(settings);
    this.customers = new Customers(this);
    this.refresher = new Refresher(this);
    this.#reporter = new Reporter(settings, (debit, at) => this.ledger.reported(debit, at));
  }

  /** The customer's state. @throws CreditGateError `closed` */
  state(customer: string): CustomerState {
    this.checkOpen();
    return this.cache.get(customer);
  }

  /** A usage, and its customer's state. @throws CreditGateError as {@link parseUsage} and {@link Core.checkReportable}; `closed` */
  read(usage: Usage, isSpent: boolean): { readonly usage: ParsedUsage; readonly state: CustomerState } {
    const parsed = parseUsage(usage, this);
    if (isSpent) this.checkReportable(parsed);
    this.checkOpen();
    // Whoever is cached was read before.
    return { usage: parsed, state: this.cache.peek(parsed.customer) ?? this.cache.get(parseCustomer(parsed.customer)) };
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
  usable(state: CustomerState, now: number): Snapshot | undefined {
    const { snapshot } = state;
    if (snapshot === undefined || now >= snapshot.sentAt + this.settings.usableFor) return undefined;
    return this.refresher.isOutdated(state) ? undefined : snapshot;
  }

  /** The newest place, while nothing has changed its figures and there is nothing to do for the customer but to answer. */
  quiet(state: CustomerState, now: number): Place | undefined {
    const place = state.snapshot?.account.newest;
    if (place === undefined || !(now < place.quietUntil && now >= place.since && now < state.dueAt)) return undefined;
    return this.#closed || this.#reporter.isWaiting || this.refresher.isOutdated(state) ? undefined : place;
  }

  /** Until when the answer is the newest place's limit, unless something changes it. */
  quieten(state: CustomerState, { account, sentAt }: Snapshot): void {
    const place = account.newest;
    if (place === undefined || Number.isNaN(place.limit)) return;
    const { usableFor, store } = this.settings;
    const storeDueAt = store === undefined ? Number.POSITIVE_INFINITY : state.storeDueAt;
    place.quietUntil = Math.min(place.until, state.holdsUntil, sentAt + usableFor, storeDueAt);
  }

  /**
   * Sees to it that there is a snapshot that may answer, if that can be had within the deadline; `undefined` where there is
   * nothing to wait for.
   */
  ensure(state: CustomerState): Promise<void> | undefined {
    const { now, lookupDeadline } = this.settings;
    if (this.usable(state, now()) !== undefined) return undefined;
    if (now() < state.retryAt && !this.refresher.isUnderWay(state)) return undefined;
    return this.refresher.refresh(state, { deadline: lookupDeadline });
  }

  /** Everything that an answer may wait for, `undefined` where it need not. Judge the usage afterwards without waiting again. */
  lookUp(state: CustomerState, usage: ParsedUsage, key?: string): Promise<void> | undefined {
    if (key !== undefined && this.isKnown(usage.customer, key)) return undefined;
    const now = this.settings.now();
    // Most calls end here, and need no verdict yet.
    if (this.#covering(state, usage, now) !== undefined) return undefined;
    const isEnough = this.usable(state, now) !== undefined && !mayRevalidate(state, this.judge(state, usage, now), this.settings);
    return isEnough ? undefined : this.#lookUp(state, usage);
  }

  async #lookUp(state: CustomerState, usage: ParsedUsage): Promise<void> {
    await this.ensure(state);
    if (!mayRevalidate(state, this.judge(state, usage), this.settings)) return;
    await this.refresher.refresh(state, { skipStore: true, deadline: this.settings.revalidateDeadline });
    noteRevalidation(state, this.judge(state, usage), this.settings.now());
  }

  /** Begins what is due behind the answer: a refresh, or sending reports. Gives what the caller must keep alive. */
  behind(state: CustomerState | undefined, call: CallOptions, now: number = this.settings.now()): Promise<void> | undefined {
    const isRefreshDue = state !== undefined && this.#isRefreshDue(state, now);
    if (!isRefreshDue && !this.#reporter.isDue) return undefined;
    const work: Promise<void>[] = [];
    if (isRefreshDue) work.push(this.refresher.refresh(state));
    if (this.#reporter.isDue) work.push(this.#reporter.flush());
    const pending = Promise.all(work).then(() => {});
    return this.keepAlive(pending, call) ? undefined : pending;
  }

  #isRefreshDue(state: CustomerState, now: number): boolean {
    const isDue = now >= state.dueAt || (this.settings.store !== undefined && now >= state.storeDueAt) || this.refresher.isOutdated(state);
    return isDue && now >= state.retryAt && !this.refresher.isUnderWay(state);
  }

  /** Drops a customer's holds that have expired. */
  expire(state: CustomerState, now: number): void {
    if (now < state.holdsUntil) return;
    this.ledger.expire(state.customer, now);
    let until = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.ledger.entries(state.customer)) if (expiresAt !== undefined && expiresAt < until) until = expiresAt;
    state.holdsUntil = until;
  }

  /** Keeps a request alive for work behind its answer, where that can be. */
  keepAlive(pending: Promise<void>, call: CallOptions): boolean {
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

  /** Answers from what is cached, and begins what is due behind the answer. */
  answer(state: CustomerState, usage: ParsedUsage, call: CallOptions): Decision {
    const now = this.settings.now();
    const verdict = this.judge(state, usage, now);
    return this.decision(state, usage.feeKey, verdict, call, this.behind(state, call, now), now);
  }

  /** The place whose figures stand and cover a usage. */
  #covering(state: CustomerState, { isCredits, cost, feeKey }: ParsedUsage, now: number): Place | undefined {
    const place = this.quiet(state, now);
    if (place === undefined || isCredits || place.key !== feeKey.id || place.available === undefined || cost.mantissa === undefined) return undefined;
    return cost.scale === place.scale && cost.mantissa <= place.limit ? place : undefined;
  }

  /** Answers from what is cached. */
  judge(state: CustomerState, usage: ParsedUsage, now: number = this.settings.now()): Verdict {
    const place = this.#covering(state, usage, now);
    if (place !== undefined) return this.#coveredBy(state, place, usage.cost);
    const snapshot = this.usable(state, now);
    if (snapshot === undefined) return this.#noSnapshot(state);
    this.expire(state, now);
    try {
      return this.#covered(state, snapshot, usage, now) ?? this.#decide(state, snapshot, usage, now);
    } catch (thrown) {
      return failed(thrown);
    }
  }

  /** The answer where it is a comparison with figures that the engine gave before, and they suffice. */
  #covered(state: CustomerState, snapshot: Snapshot, { isCredits, cost, feeKey }: ParsedUsage, now: number): Verdict | undefined {
    const { account } = snapshot;
    if (isCredits || cost.mantissa === undefined || account.covers(feeKey, cost.mantissa, cost.scale, now) !== true) return undefined;
    const place = account.withAvailable(feeKey, now);
    if (place === undefined) return undefined;
    this.quieten(state, snapshot);
    return this.#coveredBy(state, place, cost);
  }

  #coveredBy(state: CustomerState, { available, precision, until }: Place, cost: ParsedDecimal): Verdict {
    const { gross } = this.settings;
    const required = (gross === undefined ? cost : multiply(cost, gross, "usage")).text as DecimalString;
    return { outcome: "covered", reason: "sufficient", required, available, precision, nextChangeAt: Math.min(state.dueAt, until) };
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
    if (failure !== undefined) return failed(failure);
    return unknown(snapshot === undefined ? "not_cached" : "stale");
  }

  /** Records a debit or hold; the verdict that stands afterwards. A key that is known counts once. */
  record(
    state: CustomerState,
    usage: ParsedUsage,
    verdict: Verdict,
    kind: LedgerEntry["kind"],
    options: AuthorizeOptions,
    now: number = this.settings.now(),
  ): { readonly verdict: Verdict; readonly entry: LedgerEntry | undefined } {
    const known = options.key === undefined ? undefined : this.#known(state, usage, kind, options.key);
    if (known !== undefined) {
      const { shortfall, error, ...figures } = verdict;
      return { verdict: { ...figures, outcome: "covered", reason: "replayed" }, entry: known };
    }
    if (!this.allows(verdict, options)) return { verdict, entry: undefined };
    if (!this.ledger.hasRoom(now)) return { verdict: unknown("capacity"), entry: undefined };
    const entry = this.#entry(usage, kind, now, options);
    try {
      this.ledger.put(entry);
    } catch (thrown) {
      return { verdict: failed(thrown), entry: undefined };
    }
    if (kind === "debit") this.settle(entry, usage);
    noteSpending(state, Number(verdict.required ?? usage.cost.text), verdict, this.settings);
    return { verdict, entry };
  }

  /** Whether a verdict lets the usage go out. */
  allows(verdict: Verdict, call: CallOptions): boolean {
    return allows(verdict, call.whenUnknown ?? this.settings.whenUnknown);
  }

  /** Has a debit's usage event sent, if the gate sends them. */
  settle(debit: LedgerEntry, usage: ParsedUsage): void {
    if (this.#reporter.isOn) this.#reporter.add(eventOf(debit, usage), debit);
  }

  /** @throws CreditGateError `invalid_input` when the gate reports and the usage lacks what an event needs. */
  checkReportable(usage: ParsedUsage): void {
    checkReportable(usage, this.settings);
  }

  /** Takes note that a debit's usage event was accepted; whether there is such a debit. */
  reported(customer: string, key: string, at: number): boolean {
    const debit = this.ledger.find(customer, key);
    if (debit?.kind !== "debit") return false;
    this.ledger.reported(debit, at);
    return true;
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
    const isReportedHere = this.#reporter.isOn;
    const isHold = kind === "hold";
    // Debits that nobody can repeat need no entry each: one takes all of a second.
    const isShared = !isHold && !isReportedHere && options.key === undefined;
    const key = isShared ? this.#sharedKey(usage, now) : (options.key ?? crypto.randomUUID());
    const kept = isShared ? this.ledger.find(customer, key) : undefined;
    return {
      key,
      kind,
      customer,
      feeKey,
      isCredits,
      value: kept === undefined ? cost.text : add(kept.value, cost.text),
      at: now,
      reportedAt: isHold || isReportedHere ? undefined : now + this.settings.reportWithin,
      held: undefined,
      expiresAt: isHold ? now + (options.holdFor ?? this.settings.holdFor) : undefined,
    };
  }

  /** The ledger's own keys begin with NUL, which callers' keys must not. */
  #sharedKey({ feeKey, isCredits }: ParsedUsage, now: number): string {
    const second = Math.floor(now / SHARED_DEBIT);
    const last = this.#lastShared;
    if (last !== undefined && last.second === second && last.isCredits === isCredits && last.feeKey === feeKey) return last.key;
    const key = `\0${second}:${isCredits ? "credits" : "amount"}:${feeKey.id}`;
    this.#lastShared = { second, isCredits, feeKey, key };
    return key;
  }

  /** Keeps the resident account in step with the ledger. @throws CreditGateError for an entry that cannot be counted */
  #count(added: LedgerEntry | undefined, removed: LedgerEntry | undefined): void {
    const customer = (added ?? removed)?.customer ?? "";
    const state = this.cache.peek(customer);
    if (state !== undefined && added?.expiresAt !== undefined) state.holdsUntil = Math.min(state.holdsUntil, added.expiresAt);
    const snapshot = state?.snapshot;
    if (state === undefined || snapshot === undefined) return;
    if (added !== undefined) {
      snapshot.account.spend(added, this.settings.now(), removed);
      this.quieten(state, snapshot);
    } else if (removed !== undefined) snapshot.account.giveBack(removed.feeKey, removed);
  }

  /** Makes a verdict into a decision. */
  decision(
    state: CustomerState,
    feeKey: FeeKeyParts,
    verdict: Verdict,
    call: CallOptions,
    pending: Promise<void> | undefined,
    now: number = this.settings.now(),
  ): Decision {
    const snapshot = this.usable(state, now);
    const allowed = this.allows(verdict, call);
    this.settings.telemetry?.({ type: "decision", customer: state.customer, outcome: verdict.outcome, reason: verdict.reason, allowed });
    return makeDecision(verdict, {
      allowed,
      state,
      feeKey,
      notes: this.#notes(state, snapshot, verdict),
      snapshot: snapshot === undefined ? undefined : info(snapshot, now),
      pending,
      retryAfter: Math.max(0, state.retryAt - now),
      explainer: this,
    });
  }

  #notes(state: CustomerState, snapshot: Snapshot | undefined, verdict: Verdict): DecisionNote[] {
    const notes: DecisionNote[] = [];
    if (snapshot === undefined) return notes;
    if (this.settings.provider.profile === "flexprice" && !snapshot.hasGrants) notes.push("expiry_unknown");
    if (verdict.precision === "estimate") notes.push("scopes_overlap");
    if (snapshot.freshness === "cached_fallback") notes.push("cached_fallback");
    if (snapshot.notes.length > 0) notes.push(...snapshot.notes);
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
      billingCalls: this.calls.count,
      storeFailures: this.stored.failures,
      ledger: { kind, entries, unreported, overspendBound },
      reports: this.#reporter.stats(),
    };
  }

  /** Sends what is left to report and frees the accounts. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#reporter.close();
    this.cache.clear();
  }
}

/** A snapshot as decisions show it. */
export function info(snapshot: Snapshot, now: number): SnapshotInfo {
  const computedAt = asOf(snapshot);
  return { fetchedAt: snapshot.fetchedAt, asOf: computedAt, age: now - computedAt, freshness: snapshot.freshness };
}
