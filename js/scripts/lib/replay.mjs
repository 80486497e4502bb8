/** Compares answers with vectors, as tests/vectors/FORMAT.md section 1 says. */

/** Maps that must list exactly the ids of the answer. */
const COMPLETE = new Set(["allocations", "debits", "payments", "line_applied", "line_discounts", "per_fee_credit_cents", "statuses"]);

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** Parsed JSON in which a number that no float holds keeps its digits, and is written out with them again. */
export function parseExactly(text) {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === "number" && canonical(String(value)) !== canonical(source) ? JSON.rawJSON(source) : value,
  );
}

/** The first difference as text, or undefined when the answer has all that is expected. */
export function difference(expected, got, kind, path = "") {
  if (expected === null || expected === undefined) {
    return got === null || got === undefined ? undefined : told(path, expected, got);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return told(path, expected, got);
    return first(expected.map((value, index) => difference(value, got[index], kind, `${path}[${index}]`)));
  }
  if (typeof expected === "object" && !JSON.isRawJSON(expected)) return differenceOfObjects(expected, got, kind, path);
  return isSame(expected, got) ? undefined : told(path, expected, got);
}

function differenceOfObjects(expected, got, kind, path) {
  if (typeof got !== "object" || got === null || Array.isArray(got)) return told(path, expected, got);
  const name = path.split(".").at(-1);
  const isComplete = COMPLETE.has(name) || (kind === "consumption.order" && name === "remaining_amount_cents");
  const extra = isComplete ? Object.keys(got).find((key) => !Object.hasOwn(expected, key)) : undefined;
  if (extra !== undefined) return told(`${path}.${extra}`, undefined, got[extra]);
  return first(Object.entries(expected).map(([key, value]) => difference(value, got[key], kind, path === "" ? key : `${path}.${key}`)));
}

const first = (differences) => differences.find((found) => found !== undefined);

function told(path, expected, got) {
  return `${path === "" ? "answer" : path}: expected ${JSON.stringify(expected) ?? "nothing"}, got ${JSON.stringify(got) ?? "nothing"}`;
}

/** Numbers by value, whether written as a number or as text; times as instants; anything else exactly. */
function isSame(expected, got) {
  const [a, b] = [decimalText(expected), decimalText(got)];
  if (a !== undefined && b !== undefined) return canonical(a) === canonical(b);
  if (typeof expected === "string" && typeof got === "string" && TIME.test(expected) && TIME.test(got)) {
    return Date.parse(expected) === Date.parse(got);
  }
  return expected === got;
}

function decimalText(value) {
  if (typeof value === "number") return String(value);
  if (JSON.isRawJSON(value)) return value.rawJSON;
  return typeof value === "string" && DECIMAL.test(value) ? value : undefined;
}

/** Plain notation without leading or trailing zeros, sign of zero or exponent. */
function canonical(text) {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padEnd(point, "0").padStart(whole.length + fraction.length + Math.max(0, 1 - point), "0");
  const at = Math.max(point, 1);
  const plain = `${digits.slice(0, at).replace(/^0+(?=.)/, "")}.${digits.slice(at)}`.replace(/\.?0*$/, "");
  return plain === "0" ? "0" : sign + plain;
}
