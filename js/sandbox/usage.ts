/**
 * Metrics with their prices, and the usage that events add up to.
 *
 * @module creditgate/sandbox
 */
import { randomUUID } from "node:crypto";
import { add, type Exact, multiply, ONE, parseExact, ZERO } from "./money.js";

/** What events of one code cost. */
export interface Metric {
  readonly id: string;
  readonly code: string;
  /** The event property that is added up; null counts the events. */
  property: string | null;
  /** Price of one unit by currency. */
  readonly prices: Map<string, Exact>;
}

/** The metrics of one provider. */
export class Metrics {
  readonly #byCode = new Map<string, Metric>();
  readonly #foldCurrency: (currency: string) => string;

  constructor(foldCurrency: (currency: string) => string) {
    this.#foldCurrency = foldCurrency;
  }

  /** Sets the price of one code in one currency. Prices in other currencies stay. */
  set(code: string, currency: string, unitPrice: Exact, property: string | null): Metric {
    const metric = this.#byCode.get(code) ?? { id: randomUUID(), code, property, prices: new Map<string, Exact>() };
    metric.property = property;
    metric.prices.set(this.#foldCurrency(currency), unitPrice);
    this.#byCode.set(code, metric);
    return metric;
  }

  get(code: string): Metric | undefined {
    return this.#byCode.get(code);
  }

  all(): readonly Metric[] {
    return [...this.#byCode.values()];
  }
}

/** How many units of `metric` one event is. A missing or unreadable property is nothing, as in a sum. */
export function unitsOf(metric: Metric, properties: Readonly<Record<string, unknown>>): Exact {
  if (metric.property === null) return ONE;
  return parseExact(properties[metric.property]) ?? ZERO;
}

/** What one subject has used of one metric. */
export interface UsageLine {
  readonly code: string;
  /** The one wallet that is meant to pay (lago R-APP-4); null where any may. */
  readonly targetWallet: string | null;
  readonly units: Exact;
  /** Cost that the events named themselves, in minor units (Lago `precise_total_amount_cents`). */
  readonly namedCents: Exact;
  readonly events: number;
}

/** One event, priced or not, on its way into the figures. */
export interface CountedEvent {
  /** Flexprice: external customer id. Lago: external subscription id. */
  readonly subject: string;
  readonly code: string;
  /** @defaultValue null */
  readonly targetWallet?: string | null;
  readonly units: Exact;
  readonly namedCents: Exact;
  /** The moment from which computations contain it. */
  readonly countsFrom: number;
}

/** Usage by subject, metric and wallet meant, one line each however many events there were. */
export class UsageBook {
  readonly #lines = new Map<string, Map<string, UsageLine>>();
  #waiting: CountedEvent[] = [];

  /** Events are added in the order of `countsFrom`: the delay is the same for all. */
  add(event: CountedEvent): void {
    this.#waiting.push(event);
  }

  /** The usage of one subject, as a computation at `now` sees it. */
  lines(subject: string, now: number): readonly UsageLine[] {
    this.#count(now);
    return [...(this.#lines.get(subject)?.values() ?? [])];
  }

  /** Takes out of the book what {@link lines} answers, because it has been billed. */
  take(subject: string, now: number): readonly UsageLine[] {
    const lines = this.lines(subject, now);
    this.#lines.delete(subject);
    return lines;
  }

  #count(now: number): void {
    const stillWaiting = this.#waiting.findIndex((event) => event.countsFrom > now);
    const due = stillWaiting === -1 ? this.#waiting.length : stillWaiting;
    if (due === 0) return;
    for (const event of this.#waiting.slice(0, due)) this.#enter(event);
    this.#waiting = this.#waiting.slice(due);
  }

  #enter(event: CountedEvent): void {
    const lines = this.#lines.get(event.subject) ?? new Map<string, UsageLine>();
    const targetWallet = event.targetWallet ?? null;
    const key = JSON.stringify([event.code, targetWallet]);
    const line = lines.get(key) ?? { units: ZERO, namedCents: ZERO, events: 0 };
    lines.set(key, {
      code: event.code,
      targetWallet,
      units: add(line.units, event.units),
      namedCents: add(line.namedCents, event.namedCents),
      events: line.events + 1,
    });
    this.#lines.set(event.subject, lines);
  }
}

/** The line's cost in `currency` at the metric's price, unrounded; zero where there is no price. */
export function costOf(line: UsageLine, metric: Metric | undefined, currency: string): Exact {
  const price = metric?.prices.get(currency);
  return price === undefined ? ZERO : multiply(line.units, price);
}
