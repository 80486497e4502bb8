/** Reading a billing API's JSON: strict about what is read, blind to the rest. Errors are `invalid_response` at the path. */

import { parseDecimal, plainNumber, type ParsedDecimal } from "../decimal.js";
import { CreditGateError, isCreditGateError } from "../errors.js";

type Json = Readonly<Record<string, unknown>>;

/** An object with its path. */
export class JsonFields {
  readonly #fields: Json;

  constructor(
    value: unknown,
    readonly path: string,
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(path, "is no object");
    this.#fields = value as Json;
  }

  /** Whether a field says anything: null is as good as absent. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#fields[name], this.#at(name));
  }

  list(name: string): readonly JsonFields[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw this.wrong(name, "is no list");
    return value.map((item: unknown, index) => new JsonFields(item, `${this.#at(name)}[${index}]`));
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== "string" || value === "") throw this.wrong(name, "is no text");
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  /** An amount that is not below zero. JSON numbers are taken by their shortest text, which may have an exponent. */
  amount(name: string): ParsedDecimal {
    const value = this.#fields[name];
    const isExponent = typeof value === "string" && /^-?\d+(\.\d+)?[eE][+-]?\d{1,2}$/.test(value);
    const plain = typeof value === "number" || isExponent ? plainNumber(Number(value)) : value;
    const parsed = this.#parsed(name, plain);
    if (parsed.text.startsWith("-")) throw this.wrong(name, "is below zero");
    return parsed;
  }

  /** The same, of a field that may be absent: zero, then. */
  optionalAmount(name: string): ParsedDecimal {
    return this.has(name) ? this.amount(name) : parseDecimal("0", this.#at(name));
  }

  wrong(name: string, problem: string): CreditGateError {
    return unreadable(this.#at(name), problem);
  }

  #at(name: string): string {
    return `${this.path}.${name}`;
  }

  #parsed(name: string, plain: unknown): ParsedDecimal {
    if (typeof plain !== "string") throw this.wrong(name, "is no amount");
    try {
      return parseDecimal(plain, this.#at(name));
    } catch (thrown) {
      if (isCreditGateError(thrown) && thrown.code === "decimal_out_of_range") throw thrown;
      throw this.wrong(name, "is no amount");
    }
  }
}

function unreadable(path: string, problem: string): CreditGateError {
  return new CreditGateError("invalid_response", `\`${path}\` ${problem}`, { path });
}

/** ISO 4217, capitals. */
export function currencyOf(invoice: JsonFields): string {
  const currency = invoice.text("currency");
  if (!/^[A-Za-z]{3}$/.test(currency)) throw invoice.wrong("currency", "is no code of three letters");
  return currency.toUpperCase();
}

/** Lines are of the invoice's currency, where they say theirs. */
export function checkCurrency(line: JsonFields, name: string, currency: string): void {
  const told = line.optionalText(name);
  if (told !== undefined && told.toUpperCase() !== currency) throw line.wrong(name, `is another currency than the invoice's ${currency}`);
}
