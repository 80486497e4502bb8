/**
 * Strict reading of what the control API is given: a wrong value or an unknown key is an error with a path,
 * because a misspelt fault that silently does nothing makes a test pass for the wrong reason.
 *
 * @module creditgate/sandbox
 */
import { CreditGateError } from "../errors.js";
import { type Exact, parseExact } from "./money.js";

/** Reads one value, or throws `invalid_input` with its path. */
export type Reader<T> = (value: unknown, path: string) => T;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The keys of one object. Every key must be read before {@link Fields.done}. */
export class Fields {
  readonly #record: Record<string, unknown>;
  readonly #path: string;
  readonly #known = new Set<string>();

  constructor(value: unknown, path = "") {
    if (!isRecord(value)) throw invalid("must be an object", path);
    this.#record = value;
    this.#path = path;
  }

  required<T>(key: string, read: Reader<T>): T {
    const value = this.optional(key, read);
    if (value === undefined) throw invalid("is required", this.#at(key));
    return value;
  }

  /** Absent and `undefined` read as `undefined`; a null is the reader's to judge. */
  optional<T>(key: string, read: Reader<T>): T | undefined {
    this.#known.add(key);
    const value = this.#record[key];
    return value === undefined ? undefined : read(value, this.#at(key));
  }

  /** Refuses the keys that nobody asked for. */
  done(): void {
    const unknown = Object.keys(this.#record).find((key) => !this.#known.has(key));
    if (unknown !== undefined) {
      throw invalid(`is not known here; known are ${[...this.#known].join(", ")}`, this.#at(unknown));
    }
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

export const string: Reader<string> = (value, path) => {
  if (typeof value !== "string" || value === "") throw invalid("must be a non-empty string", path);
  return value;
};

export const boolean: Reader<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw invalid("must be true or false", path);
  return value;
};

export const decimal: Reader<Exact> = (value, path) => {
  const exact = typeof value === "string" ? parseExact(value) : undefined;
  if (exact === undefined) throw invalid('must be a decimal string, as in "12.5"', path);
  return exact;
};

export const positiveDecimal: Reader<Exact> = (value, path) => {
  const exact = decimal(value, path);
  if (exact.digits <= 0n) throw invalid("must be more than 0", path);
  return exact;
};

export const nonNegativeDecimal: Reader<Exact> = (value, path) => {
  const exact = decimal(value, path);
  if (exact.digits < 0n) throw invalid("must not be negative", path);
  return exact;
};

export const currency: Reader<string> = (value, path) => {
  if (typeof value !== "string" || !/^[A-Za-z]{3}$/.test(value)) throw invalid('must be a currency of three letters, as in "USD"', path);
  return value;
};

/** A moment: milliseconds since the epoch or an RFC 3339 time. */
export const time: Reader<number> = (value, path) => {
  const ms = typeof value === "number" ? value : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isSafeInteger(ms)) throw invalid("must be milliseconds since the epoch or an RFC 3339 time", path);
  return ms;
};

export function integerFrom(least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
      throw invalid(`must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`, path);
    }
    return value;
  };
}

export function oneOf<const T extends string>(...options: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = options.find((option) => option === value);
    if (found === undefined) throw invalid(`must be one of ${options.join(", ")}`, path);
    return found;
  };
}

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw invalid("must be a list", path);
    return value.map((item: unknown, index) => read(item, `${path}[${index}]`));
  };
}

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

export const record: Reader<Record<string, unknown>> = (value, path) => {
  if (!isRecord(value)) throw invalid("must be an object", path);
  return value;
};

export function invalid(what: string, path: string): CreditGateError {
  return new CreditGateError("invalid_input", `${path === "" ? "the body" : path} ${what}`, path === "" ? {} : { path });
}
