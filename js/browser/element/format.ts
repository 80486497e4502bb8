/** Money, credits and times as the page's locale writes them. Amounts stay decimal text to the end: nothing computes on floats. */

import type { DecimalString } from "../../types.js";

/** How figures are written. */
export interface Formats {
  /** Money in the currency, with as many decimals as the amount has, the currency's own at least. */
  money(amount: DecimalString): string;
  /** Money that is taken off. */
  off(amount: DecimalString): string;
  /** A number of credits. */
  count(amount: DecimalString): string;
  /** A moment, ms since the epoch, with its date. */
  time(at: number): string;
}

/** What `Intl` promises to take. Amounts with more decimals are rounded to as many, in the text alone. */
const MOST_DECIMALS = 20;

const CURRENCY = /^[a-z]{3}$/i;

/**
 * How figures are written in a locale and currency.
 *
 * @param locale - a BCP 47 tag; the browser's own where it is missing or is none
 * @param currency - ISO 4217; without one, or with what is none, money is written as a plain number
 */
export function formats(locale: string | undefined, currency: string | undefined): Formats {
  const locales = isLocale(locale) ? locale : undefined;
  const asMoney = numbers(locales, currency !== undefined && CURRENCY.test(currency) ? { style: "currency", currency } : {});
  const asCount = numbers(locales, {});
  return {
    money: asMoney,
    off: (amount) => asMoney(amount === "0" ? amount : (`-${amount}` as DecimalString)),
    count: asCount,
    time: (at) => new Intl.DateTimeFormat(locales, { dateStyle: "medium", timeStyle: "short" }).format(at),
  };
}

/** A writer of decimals that makes one `Intl.NumberFormat` for each number of decimals that it meets. */
function numbers(locales: string | undefined, options: Intl.NumberFormatOptions): (amount: DecimalString) => string {
  const made = new Map<number, Intl.NumberFormat>();
  const own = new Intl.NumberFormat(locales, { ...options, ...(options.style === undefined && { maximumFractionDigits: 0 }) });
  const least = own.resolvedOptions().maximumFractionDigits ?? 0;
  return (amount) => {
    const decimals = Math.min(Math.max(least, decimalsOf(amount)), MOST_DECIMALS);
    const format = made.get(decimals) ?? new Intl.NumberFormat(locales, { ...options, maximumFractionDigits: decimals });
    made.set(decimals, format);
    // Text is formatted exactly, however many digits it has; the types of ES2022 do not know that yet.
    return format.format(amount as unknown as bigint);
  };
}

function decimalsOf(amount: string): number {
  const point = amount.indexOf(".");
  return point === -1 ? 0 : amount.length - point - 1;
}

function isLocale(locale: string | undefined): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length > 0;
  } catch {
    return false;
  }
}

/** The locale of an element: its `locale` attribute, or the language of the nearest thing around it that has one, or the page's. */
export function localeOf(element: Element): string | undefined {
  const own = element.getAttribute("locale");
  if (own) return own;
  for (let at: Element | undefined = element; at !== undefined; at = hostOf(at)) {
    const lang = at.closest("[lang]")?.getAttribute("lang");
    if (lang) return lang;
  }
  return undefined;
}

/** The element in whose shadow tree another stands. */
function hostOf(element: Element): Element | undefined {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}
