import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, multiply, parseAmount, parseDecimal, subtract } from "../decimal.js";
import { isCreditGateError } from "../errors.js";

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isCreditGateError(error)) return `${error.code} at ${String(error.path)}`;
    throw error;
  }
  return "none";
};

/** An independent reader: units of 10^-60. */
function units(text: string): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(60, "0"));
  return text.startsWith("-") ? -value : value;
}

const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 20 })).map(([mantissa, scale]) => {
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return mantissa < 0n ? `-${text}` : text;
});
const CANONICAL = /^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/;

describe("a decimal is read", () => {
  test.each([
    ["0", "0", 0, 0], ["-0", "0", 0, 0], ["-0.000", "0", 0, 0], ["007", "7", 7, 0], ["1.50", "1.5", 15, 1], ["-0.25", "-0.25", -25, 2], ["100", "100", 100, 0], ["0.10", "0.1", 1, 1],
    [42, "42", 42, 0], [-0, "0", 0, 0], [9007199254740991n, "9007199254740991", 9007199254740991, 0], ["9007199254740993", "9007199254740993", undefined, 0],
    ["0.0000000000000000000000000001", "0.0000000000000000000000000001", 1, 28], [`1.${"0".repeat(100)}`, "1", 1, 0], [`${"0".repeat(100)}1`, "1", 1, 0],
  ])("%s as %s", (input, text, mantissa, scale) => {
    const parsed = parseDecimal(input, "p");
    expect([parsed.text, parsed.mantissa, parsed.scale]).toEqual([text, mantissa, scale]);
  });

  test("to the same value, in canonical text, whatever zeros stand around it", () => {
    fc.assert(
      fc.property(decimal, fc.nat(5), fc.nat(5), (text, before, behind) => {
        const padded = text.replace(/^(-?)/, `$1${"0".repeat(before)}`) + (text.includes(".") ? "0".repeat(behind) : "");
        const parsed = parseDecimal(padded, "p");
        expect(units(parsed.text)).toBe(units(text));
        expect(parsed.text).toMatch(CANONICAL);
        if (parsed.mantissa !== undefined) expect(BigInt(parsed.mantissa) * 10n ** BigInt(60 - parsed.scale)).toBe(units(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

test("nothing else than plain notation is a decimal", () => {
  for (const input of ["", " ", "1 ", " 1", "+1", "1.", ".5", "1e3", "1E3", "0x1", "1_0", "1,0", "NaN", "Infinity", "--1", "1.2.3", "1\n", "١", "1n", 0.1, 2 ** 53, Number.NaN, null, undefined, {}, [], true, () => "1", Symbol("1")]) {
    expect(codeOf(() => parseDecimal(input as string, "p")), String(input)).toBe("invalid_decimal at p");
  }
});

test("28 digits fit, 29 do not, and neither do 29 places", () => {
  expect(parseDecimal("9".repeat(28), "p").text).toBe("9".repeat(28));
  expect(parseDecimal(`0.${"9".repeat(28)}`, "p").text).toBe(`0.${"9".repeat(28)}`);
  for (const text of ["1".repeat(29), `1.${"1".repeat(28)}`, `0.${"0".repeat(28)}1`]) expect(codeOf(() => parseDecimal(text, "p"))).toBe("decimal_out_of_range at p");
});

test("text of any length is refused without being read over and over", () => {
  for (const text of [`${"0".repeat(2_000_000)}x`, `1.${"0".repeat(2_000_000)}1`]) expect(codeOf(() => parseDecimal(text, "p"))).toBe("invalid_decimal at p");
});

test("an amount is not below zero", () => {
  expect(codeOf(() => parseAmount("-0.01", "p"))).toBe("negative_amount at p");
  expect(parseAmount("-0", "p").text).toBe("0");
});

describe("arithmetic is exact and canonical:", () => {
  test("sums and differences", () => {
    fc.assert(
      fc.property(decimal, decimal, (x, y) => {
        const [a, b] = [parseDecimal(x, "p").text, parseDecimal(y, "p").text];
        expect(units(add(a, b))).toBe(units(a) + units(b));
        expect(units(subtract(a, b))).toBe(units(a) - units(b));
        expect(add(a, b)).toMatch(CANONICAL);
        expect(subtract(a, b)).toMatch(CANONICAL);
      }),
    );
  });

  test("products, or out of range", () => {
    fc.assert(
      fc.property(decimal, decimal, (x, y) => {
        const [a, b] = [parseDecimal(x, "p"), parseDecimal(y, "p")];
        const exact = units(a.text) * units(b.text);
        try {
          const product = multiply(a, b, "p");
          expect(units(product.text) * 10n ** 60n).toBe(exact);
          expect(product.text).toMatch(CANONICAL);
        } catch (error) {
          if (!isCreditGateError(error)) throw error;
          expect(error.code).toBe("decimal_out_of_range");
          const magnitude = exact < 0n ? -exact : exact;
          const isLong = magnitude.toString().replace(/0+$/, "").length > 28;
          expect(isLong || a.scale + b.scale > 28 || magnitude >= 10n ** (120n + 28n)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
