/** Values as text for the engine, so that it sees in them what its wasm build sees in the values themselves. */

/** Deeper, the engine reads nothing; so a value that holds itself ends too. */
const DEEPEST = 12;

/** JSON, but for what JSON has not: `?` is something of another kind, `!` could not be read, and `NaN` is no number. */
export function encode(value: unknown, depth = 0): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
    case "boolean":
      return String(value);
    case "undefined":
      return "null";
    case "object":
      if (value === null || depth > DEEPEST) return "null";
      return Array.isArray(value) ? list(value, depth + 1) : object(value as Readonly<Record<string, unknown>>, depth + 1);
    default:
      return "?";
  }
}

function list(items: readonly unknown[], depth: number): string {
  const texts: string[] = [];
  for (let index = 0; index < items.length; index += 1) texts.push(read(() => items[index], depth));
  return `[${texts.join()}]`;
}

function object(fields: Readonly<Record<string, unknown>>, depth: number): string {
  const texts = Object.keys(fields).map((key) => `${JSON.stringify(key)}:${read(() => fields[key], depth)}`);
  return `{${texts.join()}}`;
}

/** What a getter or a Proxy throws is not ours. */
function read(value: () => unknown, depth: number): string {
  let found: unknown;
  try {
    found = value();
  } catch {
    return "!";
  }
  return encode(found, depth);
}
