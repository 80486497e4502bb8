/**
 * Exact decimals on bigint: how the sandbox holds money, and what it adds up where the engine has no rule to ask.
 *
 * @module creditgate/sandbox
 */

/** The number `digits / 10 ** scale`. */
export interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

export const ZERO: Exact = { digits: 0n, scale: 0 };
export const ONE: Exact = { digits: 1n, scale: 0 };

/** More digits than any provider stores; beyond it a number is refused rather than computed with. */
const MAX_DIGITS = 60;

/**
 * Reads a decimal string, or a JSON number by its shortest decimal text (providers accept both).
 * Answers `undefined` for anything else.
 */
export function parseExact(value: unknown): Exact | undefined {
  if (typeof value === "bigint") return { digits: value, scale: 0 };
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const match = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?(?:e([+-]?\d{1,2}))?$/i.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > MAX_DIGITS) return undefined;
  const unsigned = BigInt(whole + fraction) * (scale < 0 ? power(-scale) : 1n);
  return { digits: sign === "-" ? -unsigned : unsigned, scale: Math.max(0, scale) };
}

export function add(a: Exact, b: Exact): Exact {
  const scale = Math.max(a.scale, b.scale);
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale };
}

export function subtract(a: Exact, b: Exact): Exact {
  return add(a, { digits: -b.digits, scale: b.scale });
}

export function multiply(a: Exact, b: Exact): Exact {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** The quotient at `places` fractional digits, half away from zero. `divisor` is not zero. */
export function divide(dividend: Exact, divisor: Exact, places: number): Exact {
  const numerator = dividend.digits * power(places + divisor.scale);
  return { digits: roundedQuotient(numerator, divisor.digits * power(dividend.scale)), scale: places };
}

/** Half away from zero, as both providers round. */
export function round(a: Exact, places: number): Exact {
  if (a.scale <= places) return a;
  return { digits: roundedQuotient(a.digits, power(a.scale - places)), scale: places };
}

/** Cuts to `places` fractional digits, towards zero. */
export function truncate(a: Exact, places: number): Exact {
  return a.scale <= places ? a : { digits: a.digits / power(a.scale - places), scale: places };
}

/** Negative, zero or positive, as `a` is less than, equal to or more than `b`. */
export function compare(a: Exact, b: Exact): number {
  const difference = subtract(a, b).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Plain notation without trailing zeros, as Flexprice writes decimals. */
export function text(a: Exact): string {
  const sign = a.digits < 0n ? "-" : "";
  const padded = (a.digits < 0n ? -a.digits : a.digits).toString().padStart(a.scale + 1, "0");
  const whole = padded.slice(0, padded.length - a.scale);
  const fraction = padded.slice(padded.length - a.scale).replace(/0+$/, "");
  return sign + whole + (fraction === "" ? "" : `.${fraction}`);
}

/** Plain notation with at least one fractional digit, as Lago writes decimals (`"10.0"`). */
export function textWithPoint(a: Exact): string {
  const plain = text(a);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** A whole number as a JSON integer. Throws where a JSON integer would not be exact. */
export function integer(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new RangeError(`${value} is too large for an exact JSON integer`);
  }
  return Number(value);
}

/** `amount` in minor units of a currency with `exponent` decimals, half away from zero. */
export function toMinor(amount: Exact, exponent: number): bigint {
  return digitsAt(round(amount, exponent), exponent);
}

export function fromMinor(cents: bigint, exponent: number): Exact {
  return { digits: cents, scale: exponent };
}

/** The digits of `a` at a scale that is not smaller than its own. */
function digitsAt(a: Exact, scale: number): bigint {
  return a.digits * power(scale - a.scale);
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const over = numerator < 0n ? -numerator : numerator;
  const under = denominator < 0n ? -denominator : denominator;
  const rounded = (over * 2n + under) / (under * 2n);
  return negative ? -rounded : rounded;
}
