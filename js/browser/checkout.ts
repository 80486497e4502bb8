/** The checkout page's client. */

import { CreditGateError, isCreditGateError } from "../errors.js";
import type { DraftInvoice, InvoicePreview } from "../types.js";
import { Alarm } from "../watch/alarm.js";
import { Cadence, type Figures } from "../watch/cadence.js";
import { type StartTimer, startTimeout } from "../watch/timer.js";
import { askSource, checkSnapshot, previewOf } from "./ask.js";
import { loadEngine, type PageEngine } from "./engines.js";
import { Flight } from "./flight.js";
import { type CheckoutSettings, readOptions } from "./options.js";
import type { CheckoutOptions, CheckoutState, PageSnapshot } from "./types.js";
import { visibilityOf } from "./visibility.js";

/** After this part of its time a snapshot is replaced, so that it does not expire before the next has come. */
const REPLACED_AFTER = 0.9;

/**
 * Previews how a customer's credits pay a cart, in the page and as the cart changes: a preview makes no request. It is
 * advisory: the page shows, the server reprices.
 *
 * The engine is WebAssembly. Where the page's Content-Security-Policy lacks `'wasm-unsafe-eval'`, one attempt to compile is
 * blocked (and reported, if the policy asks for reports), and the same engine as plain JavaScript is loaded instead;
 * `engine: "no-wasm"` spares the attempt. Nothing that goes wrong behind a call is thrown: `state` tells it, and the
 * figures that are there stay.
 *
 * @example
 * ```ts
 * import { CheckoutPreview } from "creditgate/browser";
 *
 * // `signedSnapshots` and `flexpricePortal` fetch them from your server and from Flexprice; this is one's own.
 * const wallets = [{ id: "w", currency: "usd", balance: "30" }];
 * const at = Date.now();
 * const source = { fetch: async () => ({ profile: "flexprice", wallets, fetchedAt: at, asOf: at, freshness: "computed", expiresAt: at + 600_000 }) };
 *
 * const checkout = new CheckoutPreview({ source });
 * await checkout.load();
 * const stop = checkout.watch(); // every 5 minutes, while the page is seen
 * const preview = checkout.preview({ currency: "USD", lines: [{ id: "tokens", amount: "40" }] });
 * console.log(checkout.state.status, preview.credits, preview.total); // ready 30 10
 * stop();
 * checkout.close();
 * ```
 */
export class CheckoutPreview {
  readonly #settings: CheckoutSettings;
  readonly #closing = new AbortController();
  readonly #flight = new Flight(() => this.#bring());
  readonly #listeners = new Set<(state: CheckoutState) => void>();
  readonly #expiry: Alarm;
  #engine: PageEngine | undefined;
  #snapshot: PageSnapshot | undefined;
  /** When the last snapshot came, by this page's clock. */
  #broughtAt = 0;
  #state: CheckoutState = { status: "loading", stale: false };
  /** What listeners know of. */
  #told = this.#state;
  #cadence: Cadence | undefined;
  #watchers = 0;

  /** Does nothing yet. @throws CreditGateError `invalid_option` at the option's name. */
  constructor(options: CheckoutOptions) {
    this.#settings = readOptions(options);
    this.#expiry = new Alarm(this.#startTimer, this.#settings.now);
  }

  /** What the page has, now: a new object at every change, and only then. */
  get state(): CheckoutState {
    this.#noteExpiry();
    return this.#state;
  }

  /**
   * Chooses the engine and fetches the wallets, unless they are there. Never rejects: `state` tells. After a failure it
   * tries again.
   */
  async load(): Promise<void> {
    if (this.#isClosed || this.#snapshot !== undefined) return;
    this.#showLoading();
    await this.#flight.join().catch(told);
  }

  /**
   * Fetches the wallets as they are from now on, as after a top-up: once more, where a fetch is under way. Never rejects:
   * when it fails the old figures stay, and `state` is stale.
   */
  async refresh(): Promise<void> {
    if (this.#isClosed) return;
    this.#showLoading();
    await this.#flight.anew().catch(told);
  }

  /**
   * How credits would pay a draft invoice, computed here and now from the wallets that are loaded, stale or not.
   *
   * @throws CreditGateError `not_loaded` before there are wallets; for the draft `invalid_input`, `invalid_decimal`,
   * `decimal_out_of_range`, `negative_amount` with the path of the field; `closed`.
   */
  preview(draft: DraftInvoice): InvoicePreview {
    if (this.#isClosed) throw closed();
    if (this.#snapshot === undefined || this.#engine === undefined) {
      throw new CreditGateError("not_loaded", "no wallets are loaded yet: await `load`, or look at `state.status`");
    }
    return previewOf(this.#engine, this.#snapshot, draft, this.#settings.now());
  }

  /**
   * Calls `listener` at every change of `state`; the returned function ends that. While anybody listens, one timer waits
   * for the figures to expire. What a listener throws is reported (`reportError`), and ends nothing.
   */
  subscribe(listener: (state: CheckoutState) => void): () => void {
    if (this.#isClosed) return () => {};
    const own = (state: CheckoutState) => listener(state);
    this.#listeners.add(own);
    this.#awaitExpiry();
    return () => {
      this.#listeners.delete(own);
      this.#awaitExpiry();
    };
  }

  /**
   * Keeps the wallets fresh until the returned function is called: fetches them, unless they are there, and again every
   * `refreshEvery`, or sooner where they expire sooner. Never while the page is hidden; on return at once, when they were
   * due or the last refresh has failed. After a failure it tries again, ever later. Any number may watch: there is one
   * timer, the engine's own.
   */
  watch(): () => void {
    if (this.#isClosed) return () => {};
    this.#watchers += 1;
    if (this.#watchers === 1) this.#startWatching();
    let isWatching = true;
    return () => {
      if (!isWatching || this.#isClosed) return;
      isWatching = false;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#stopWatching();
    };
  }

  /** Ends it for good: gives up what is being fetched, leaves no timer or listener. Later calls do nothing; `preview` throws. */
  close(): void {
    this.#closing.abort(closed());
    this.#listeners.clear();
    this.#watchers = 0;
    this.#snapshot = undefined;
    this.#stopWatching();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Before there is an engine its timers are not to be had. */
  readonly #startTimer: StartTimer = (after, callback) => (this.#engine?.startTimer ?? startTimeout)(after, callback);

  async #bring(): Promise<Figures> {
    const { source, engine: wanted, now } = this.#settings;
    try {
      const engine = this.#engine ?? loadEngine(wanted);
      const asked = askSource(source, this.#closing.signal);
      // At once, and both to their end: nothing of it may still be under way when the next begins.
      await Promise.allSettled([engine, asked]);
      this.#engine = await engine;
      const snapshot = await asked;
      if (this.#isClosed) throw closed();
      checkSnapshot(this.#engine, snapshot, now());
      this.#take(snapshot);
    } catch (thrown) {
      const error = isCreditGateError(thrown) ? thrown : new CreditGateError("provider_unavailable", "the wallets could not be fetched", { cause: thrown });
      this.#fail(error);
      throw error;
    }
    const figures = this.#figures();
    this.#cadence?.refreshed(figures);
    return figures;
  }

  #take(snapshot: PageSnapshot): void {
    const now = this.#settings.now();
    const kept = this.#snapshot;
    this.#broughtAt = now;
    // Of two that have not expired the one with the newer figures stays: a shop's servers do not all know the same.
    if (kept === undefined || now >= kept.expiresAt || snapshot.asOf >= kept.asOf) this.#snapshot = snapshot;
    const { asOf, fetchedAt, freshness, expiresAt } = this.#snapshot ?? snapshot;
    this.#set({ status: "ready", stale: now >= expiresAt, snapshot: { asOf, fetchedAt, freshness, expiresAt }, engine: this.#engine?.name });
  }

  #fail(error: CreditGateError): void {
    if (this.#isClosed) return;
    const isThere = this.#snapshot !== undefined;
    this.#set({ ...this.#state, status: isThere ? "ready" : "error", stale: isThere, error, engine: this.#engine?.name });
    this.#cadence?.failed(error);
  }

  /** Somebody has asked, after a failure. */
  #showLoading(): void {
    const { status, engine } = this.#state;
    if (status === "error") this.#set({ status: "loading", stale: false, engine });
  }

  #figures(): Figures {
    const at = this.#broughtAt;
    return { at, replaceBy: at + ((this.#snapshot?.expiresAt ?? at) - at) * REPLACED_AFTER };
  }

  #startWatching(): void {
    const { refreshEvery: every, now, random, document } = this.#settings;
    const visibility = document && visibilityOf(document);
    this.#cadence = new Cadence({ every, refresh: () => this.#flight.join(), startTimer: this.#startTimer, now, random, visibility });
    this.#cadence.start(this.#snapshot && this.#figures());
    this.#awaitExpiry();
  }

  #stopWatching(): void {
    this.#cadence?.stop();
    this.#cadence = undefined;
    this.#awaitExpiry();
  }

  #set(state: CheckoutState): void {
    this.#state = state;
    this.#awaitExpiry();
    this.#tell();
  }

  #tell(): void {
    const state = this.#state;
    if (state === this.#told) return;
    this.#told = state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(state);
      } catch (error) {
        globalThis.reportError?.(error);
      }
    }
  }

  #noteExpiry(): void {
    if (this.#snapshot === undefined || this.#state.stale || this.#settings.now() < this.#snapshot.expiresAt) return;
    this.#state = { ...this.#state, stale: true };
  }

  #awaitExpiry(): void {
    const isHeard = this.#listeners.size > 0 || this.#watchers > 0;
    if (!isHeard || this.#snapshot === undefined || this.#told.stale) return this.#expiry.clear();
    this.#expiry.set(this.#snapshot.expiresAt, () => {
      this.#noteExpiry();
      this.#tell();
    });
  }
}

function closed(): CreditGateError {
  return new CreditGateError("closed", "the preview is closed");
}

/** Of a failure that the state tells. */
function told(): void {}
