/** Decimals as they come in from callers: checked, canonical, exact. */

import { CreditGateError } from "./errors.js";
import type { DecimalInput } from "./types.js";

/** A decimal in canonical text, and as scalars where it is small enough for the fast check. */
export interface ParsedDecimal {
  /** Plain notation without leading or trailing zeros. */
  readonly text: string;
  /** `mantissa / 10^scale`, not always in lowest terms; `undefined` when it is not a safe integer. */
  readonly mantissa: number | undefined;
  readonly scale: number;
}

/** A decimal known by its scalars, whose text is put together when somebody reads it: a check may not. */
class Scalars implements ParsedDecimal {
  #text: string | undefined = undefined;

  constructor(
    readonly mantissa: number,
    readonly scale: number,
  ) {}

  get text(): string {
    this.#text ??= plain(this.mantissa, this.scale);
    return this.#text;
  }
}

const PLAIN = /^(-?)0*(\d+)(?:\.(\d+))?$/;

/** Zeros may stand before and behind, but reading takes the square of the length. */
const LONGEST_TEXT = 1_000;

/** What the engine's decimals hold for certain. */
const MOST_DIGITS = 28;

/**
 * Reads a decimal.
 *
 * @throws CreditGateError `invalid_decimal`, or `decimal_out_of_range` beyond 28 digits, at `path`.
 */
export function parseDecimal(input: DecimalInput, path: string): ParsedDecimal {
  if (typeof input === "number" && Number.isSafeInteger(input) && input >= 0) return new Scalars(Math.abs(input), 0); // -0 is 0
  const short = typeof input === "string" ? shortDecimal(input) : undefined;
  if (short !== undefined) return short;
  const plain = plainText(input, path);
  const match = plain.length > LONGEST_TEXT ? null : PLAIN.exec(plain);
  if (match === null) throw invalid(path);
  const [, sign = "", whole = "", decimals = ""] = match;
  const fraction = decimals.replace(/0+$/, "");
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (digits.length > MOST_DIGITS || fraction.length > MOST_DIGITS) {
    const message = `does not fit ${MOST_DIGITS} significant digits with at most ${MOST_DIGITS} decimal places`;
    throw new CreditGateError("decimal_out_of_range", message, { path });
  }
  if (digits === "") return { text: "0", mantissa: 0, scale: 0 };
  const mantissa = Number(`${sign}${digits}`);
  return {
    text: fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`,
    mantissa: Number.isSafeInteger(mantissa) ? mantissa : undefined,
    scale: fraction.length,
  };
}

/** Longest text whose digits are a safe integer whatever they are. */
const LONGEST_SHORT = 15;
const [ZERO, NINE, POINT] = [48, 57, 46];

/** What is short, canonical and not below zero, as most amounts are; anything else is read the long way. */
function shortDecimal(text: string): ParsedDecimal | undefined {
  const { length } = text;
  if (length === 0 || length > LONGEST_SHORT) return undefined;
  let mantissa = 0;
  let point = -1;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) mantissa = mantissa * 10 + (code - ZERO);
    else if (code === POINT && point === -1 && index > 0) point = index;
    else return undefined;
  }
  const hasLeadingZero = length > 1 && point !== 1 && text.charCodeAt(0) === ZERO;
  const last = text.charCodeAt(length - 1);
  if (hasLeadingZero || (point !== -1 && (last === ZERO || last === POINT))) return undefined;
  return { text, mantissa, scale: point === -1 ? 0 : length - point - 1 };
}

/** What a number below one begins with, as far as decimal places go: a slice of it takes half the time of repeating zeros. */
const LEADING = "0.0000000000000000000000000000";
const POINTED = "0.".length;

/** `mantissa / 10^scale` as canonical text; `mantissa` is a safe integer, `scale` at most 28. */
export function plain(mantissa: number, scale: number): string {
  if (mantissa === 0) return "0";
  const digits = String(Math.abs(mantissa));
  const sign = mantissa < 0 ? "-" : "";
  const whole = digits.length - scale;
  let end = digits.length;
  while (end > whole && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  if (end <= whole) return sign + digits.slice(0, whole);
  if (whole > 0) return `${sign}${digits.slice(0, whole)}.${digits.slice(whole, end)}`;
  return sign + LEADING.slice(0, POINTED - whole) + digits.slice(0, end);
}

/**
 * Reads a decimal that is not below zero.
 *
 * @throws CreditGateError as {@link parseDecimal}, or `negative_amount`.
 */
export function parseAmount(input: DecimalInput, path: string): ParsedDecimal {
  const parsed = parseDecimal(input, path);
  const isNegative = parsed.mantissa === undefined ? parsed.text.startsWith("-") : parsed.mantissa < 0;
  if (isNegative) throw new CreditGateError("negative_amount", "must not be negative", { path });
  return parsed;
}

/** The exact product. */
export function multiply(a: ParsedDecimal, b: ParsedDecimal, path: string): ParsedDecimal {
  const scale = a.scale + b.scale;
  const mantissa = (a.mantissa ?? Number.NaN) * (b.mantissa ?? Number.NaN);
  if (Number.isSafeInteger(mantissa) && scale <= MOST_DIGITS) return new Scalars(mantissa, scale);
  return parseDecimal(fromUnits(toUnits(a.text, a.scale) * toUnits(b.text, b.scale), scale), path);
}

/** The exact sum, as canonical text. */
export function add(a: string, b: string): string {
  const [x, y] = [shortDecimal(a), shortDecimal(b)];
  const short = x === undefined || y === undefined ? undefined : sumOf(x, y, 1);
  if (short !== undefined) return short.text;
  return combine(a, b, (x, y) => x + y);
}

/** The exact difference, as canonical text. */
export function subtract(a: string, b: string): string {
  return combine(a, b, (x, y) => x - y);
}

/** The shortest digits of a number without an exponent. */
export function plainNumber(value: number): string {
  const [digits = "", exponent] = String(value).split("e");
  if (exponent === undefined) return digits;
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d)(?:\.(\d+))?$/.exec(digits) ?? [];
  const places = Number(exponent);
  return places > 0 ? `${sign}${whole}${fraction.padEnd(places, "0")}` : `${sign}0.${"0".repeat(-places - 1)}${whole}${fraction}`;
}

/** Decimal places of a share. */
const SHARE_PLACES = 10;

/** Shares of `total` in proportion to `weights`, cut to 10 decimal places; the last that has any weight takes the rest. All are canonical text, none below zero. */
export function prorate(total: string, weights: readonly string[]): readonly string[] {
  const scale = Math.max(scaleOf(total), SHARE_PLACES, ...weights.map(scaleOf));
  const units = weights.map((weight) => toUnits(weight, scale));
  const sum = units.reduce((a, b) => a + b, 0n);
  const last = units.reduce((found, weight, index) => (weight > 0n ? index : found), -1);
  const cut = 10n ** BigInt(scale - SHARE_PLACES);
  const whole = toUnits(total, scale);
  let left = whole;
  return units.map((weight, index) => {
    if (weight <= 0n) return "0";
    const share = index === last ? left : ((whole * weight) / sum / cut) * cut;
    left -= share;
    return canonical(fromUnits(share, scale));
  });
}

/** What a safe integer may be raised by: `10 ** places`. */
export const POWERS: readonly number[] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** The exact sum, `b` taken `times` once more or once less, by scalars alone; `undefined` where that takes more. */
export function sumOf(a: ParsedDecimal, b: ParsedDecimal, times: 1 | -1): ParsedDecimal | undefined {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [raised(a, scale), times * raised(b, scale)];
  return Number.isSafeInteger(x + y) ? new Scalars(x + y, scale) : undefined;
}

/** The mantissa at a larger scale; `NaN` where it is no safe integer. */
function raised({ mantissa = Number.NaN, scale }: ParsedDecimal, to: number): number {
  const units = mantissa * (POWERS[to - scale] ?? Number.NaN);
  return Number.isSafeInteger(units) ? units : Number.NaN;
}

function combine(a: string, b: string, operate: (x: bigint, y: bigint) => bigint): string {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return canonical(fromUnits(operate(toUnits(a, scale), toUnits(b, scale)), scale));
}

function plainText(input: DecimalInput, path: string): string {
  switch (typeof input) {
    case "string":
      return input;
    case "bigint":
      return input.toString();
    case "number":
      if (Number.isSafeInteger(input)) return input.toString();
      break;
  }
  throw invalid(path);
}

function invalid(path: string): CreditGateError {
  const message = "must be a decimal string in plain notation, a bigint, or a number that is a safe integer";
  return new CreditGateError("invalid_decimal", message, { path });
}

function scaleOf(text: string): number {
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}

function toUnits(text: string, scale: number): bigint {
  return BigInt(text.replace(".", "") + "0".repeat(scale - scaleOf(text)));
}

function fromUnits(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function canonical(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
