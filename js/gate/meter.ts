/** One price, checked and spent by units: the hot path. */

import { multiply, type ParsedDecimal, parseAmount } from "../decimal.js";
import { parseFeeKey } from "../fee-key.js";
import type { CallOptions, DecimalInput, FeeKey, FeeKeyParts, SpendOptions, UsageEventFields } from "../types.js";
import type { Core } from "./core.js";
import type { CustomerState } from "./snapshots.js";
import { CALL_OPTIONS, checkCall, checkMeter, parseCustomer, type ParsedUsage, SPEND_OPTIONS } from "./usage.js";

/** What a meter measures. */
export interface MeterOptions extends FeeKey {
  /** Currency units per unit, before tax. */
  readonly unitPrice: DecimalInput;
  /** ISO 4217 code, in any case. */
  readonly currency: string;
  /** For the `report` hook only. */
  readonly event?: UsageEventFields | undefined;
  /** For the `report` hook only: the property of the event that carries the units, as the provider's metric sums it. */
  readonly unitsProperty?: string | undefined;
}

/** Units are safe integers on the hot path; any other decimal takes the long way. */
export class Meter {
  readonly #core: Core;
  readonly #feeKey: FeeKeyParts;
  readonly #price: ParsedDecimal;
  /** Of the price; `NaN` where it takes more than a number. */
  readonly #mantissa: number;
  readonly #metric: string | undefined;
  readonly #event: UsageEventFields | undefined;
  readonly #unitsProperty: string | undefined;

  /** @internal */
  constructor(core: Core, options: MeterOptions) {
    checkMeter(options);
    this.#core = core;
    this.#feeKey = parseFeeKey(options, options.currency, core.settings.provider.profile, "meter");
    this.#price = parseAmount(options.unitPrice, "meter.unitPrice");
    this.#mantissa = this.#price.mantissa ?? Number.NaN;
    this.#metric = options.metric;
    this.#event = options.event;
    this.#unitsProperty = options.unitsProperty;
  }

  /**
   * Whether the cached wallets cover so many units; `undefined` when that cannot be said. Records nothing. What
   * is due to be refreshed is refreshed behind the answer.
   *
   * @throws CreditGateError as `gate.check` does for bad input.
   */
  covers(customer: string, units: DecimalInput, call?: CallOptions): boolean | undefined {
    if (call !== undefined) checkCall(call, CALL_OPTIONS);
    return this.#quick(customer, units) ?? this.#thorough(customer, units, call ?? {});
  }

  /**
   * The answer while nothing has changed since the last one and nothing is due: no more than a comparison, so that it is
   * compiled as a whole and allocates nothing.
   */
  #quick(customer: string, units: DecimalInput): boolean | undefined {
    const core = this.#core;
    const state = core.cache.peek(customer);
    const place = state === undefined ? undefined : core.quiet(state, core.settings.now());
    if (place === undefined || place.key !== this.#feeKey.id || place.scale !== this.#price.scale) return undefined;
    if (typeof units !== "number" || !(units >= 0) || !Number.isSafeInteger(units)) return undefined;
    const cost = this.#mantissa * units;
    return cost <= Number.MAX_SAFE_INTEGER ? cost <= place.limit : undefined;
  }

  #thorough(customer: string, units: DecimalInput, call: CallOptions): boolean | undefined {
    const core = this.#core;
    core.checkOpen();
    const state = core.cache.peek(customer) ?? core.state(parseCustomer(customer, "customer"));
    const now = core.settings.now();
    const answer = this.#fast(state, units, now);
    const covered = answer === undefined ? this.#slow(state, units) : answer;
    core.behind(state, call, now);
    return covered;
  }

  /**
   * The same, and debits: `true` means that it was debited and may go out, be it covered or unknown under
   * `whenUnknown: "allow"`; `undefined` that it was not, for want of an answer.
   */
  spend(customer: string, units: DecimalInput, options: SpendOptions = {}): boolean | undefined {
    const state = this.#core.state(parseCustomer(customer, "customer"));
    checkCall(options, SPEND_OPTIONS);
    const usage = this.#usage(customer, units);
    this.#core.checkReportable(usage);
    const { verdict, entry } = this.#core.record(state, usage, this.#core.judge(state, usage), "debit", options);
    this.#core.behind(state, options);
    return entry === undefined && verdict.outcome === "unknown" ? undefined : entry !== undefined;
  }

  /** The scalar check; `undefined` when it does not apply. */
  #fast(state: CustomerState, units: DecimalInput, now: number): boolean | undefined {
    const { mantissa, scale } = this.#price;
    if (typeof units !== "number" || !(units >= 0) || mantissa === undefined) return undefined;
    const cost = mantissa * units;
    if (!Number.isSafeInteger(units) || !Number.isSafeInteger(cost)) return undefined;
    const snapshot = this.#core.usable(state, now);
    if (snapshot === undefined) return undefined;
    try {
      this.#core.expire(state, now);
      const covered = snapshot.account.covers(this.#feeKey, cost, scale, now);
      this.#core.quieten(state, snapshot);
      return covered;
    } catch {
      // The long way says what it is.
      return undefined;
    }
  }

  #slow(state: CustomerState, units: DecimalInput): boolean | undefined {
    const { outcome } = this.#core.judge(state, this.#usage(state.customer, units));
    return outcome === "unknown" ? undefined : outcome === "covered";
  }

  #usage(customer: string, units: DecimalInput): ParsedUsage {
    const parsed = parseAmount(units, "units");
    const cost = multiply(parsed, this.#price, "units");
    return { customer, feeKey: this.#feeKey, isCredits: false, cost, metric: this.#metric, event: this.#eventOf(parsed.text) };
  }

  #eventOf(units: string): UsageEventFields | undefined {
    if (this.#unitsProperty === undefined) return this.#event;
    return { ...this.#event, properties: { ...this.#event?.properties, [this.#unitsProperty]: units } };
  }
}
