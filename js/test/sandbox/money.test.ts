import { describe, expect, it } from "vitest";
import { add, compare, divide, type Exact, integer, multiply, parseExact, round, subtract, text, textWithPoint, toMinor, truncate } from "../../sandbox/money.js";

function exact(value: string | number): Exact {
  const parsed = parseExact(value);
  if (parsed === undefined) throw new Error(`${value} is no decimal`);
  return parsed;
}

describe("exact decimals", () => {
  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["10.50", "10.5"],
    ["0.00", "0"],
    ["-4.75", "-4.75"],
    [0.1, "0.1"],
    [1e-7, "0.0000001"],
    [1e21, "1000000000000000000000"],
    ["1.5e3", "1500"],
  ])("reads %s as %s", (value, expected) => {
    expect(text(exact(value))).toBe(expected);
  });

  it.each(["", " 1", "1.", ".5", "+1", "1,5", "0x10", "Infinity", "1e400", "1e61", Number.NaN, Number.POSITIVE_INFINITY, null, true, {}])(
    "refuses %s",
    (value) => {
      expect(parseExact(value)).toBeUndefined();
    },
  );

  it("computes without a float", () => {
    expect(text(add(exact("0.1"), exact("0.2")))).toBe("0.3");
    expect(text(subtract(exact("1"), exact("0.999999999999999999")))).toBe("0.000000000000000001");
    expect(text(multiply(exact("0.000003"), exact("1536")))).toBe("0.004608");
    expect(compare(exact("1.0"), exact("1"))).toBe(0);
    expect(compare(exact("-2"), exact("1"))).toBe(-1);
  });

  it("rounds half away from zero", () => {
    expect(text(round(exact("10.125"), 2))).toBe("10.13");
    expect(text(round(exact("-10.125"), 2))).toBe("-10.13");
    expect(text(round(exact("-100.5"), 0))).toBe("-101");
    expect(text(truncate(exact("-1.999999"), 5))).toBe("-1.99999");
    expect(text(divide(exact("20"), exact("3"), 16))).toBe("6.6666666666666667");
    expect(text(divide(exact("-0.00027"), exact("0.5"), 5))).toBe("-0.00054");
    expect(toMinor(exact("1.005"), 2)).toBe(101n);
  });

  it("writes decimals as each provider does", () => {
    expect(textWithPoint(exact("10"))).toBe("10.0");
    expect(textWithPoint(exact("0.72727"))).toBe("0.72727");
    expect(text(exact("10.0"))).toBe("10");
  });

  it("refuses a JSON integer that would not be exact", () => {
    expect(integer(9007199254740991n)).toBe(9007199254740991);
    expect(() => integer(9007199254740993n)).toThrow(RangeError);
  });
});
