/**
 * Makes calls of copies between two places of memory. LLVM writes them as loads and stores of 64 bits, of which wasm2js
 * makes four statements each; a helper for each shape of copy makes the JavaScript an eighth smaller.
 */

const LOADS = { "i64.store": { load: "i64.load", size: 8 }, "i32.store": { load: "i32.load", size: 4 } };
/** Whose parts run one after the other. */
const SEQUENCES = new Set(["func", "block", "loop", "then", "else"]);

/** The same module in the text format (folded, as wasm-opt prints it), its copies called. */
export function callCopies(text) {
  const helpers = new Map();
  const module = withCalls(parse(text), helpers);
  return print([...module, ...helpers.values()]);
}

function parse(text) {
  const open = [[]];
  for (const [token] of text.matchAll(/;;.*|"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+/g)) {
    if (token.startsWith(";;")) continue;
    if (token === "(") open.push([]);
    else if (token === ")") open.at(-2).push(open.pop());
    else open.at(-1).push(token);
  }
  return open[0][0];
}

const print = (node) => (Array.isArray(node) ? `(${node.map(print).join(" ")})` : node);

function withCalls(node, helpers) {
  if (!Array.isArray(node)) return node;
  const parts = node.map((part) => withCalls(part, helpers));
  return SEQUENCES.has(parts[0]) ? merged(parts, helpers) : parts;
}

/** A list of statements in which each run of adjoining copies is one call. */
function merged(statements, helpers) {
  const out = [];
  for (let index = 0; index < statements.length; ) {
    const run = runOfCopies(statements, index);
    const size = run.reduce((sum, copy) => sum + copy.size, 0);
    // Four bytes are as short without a call.
    out.push(size > 4 ? called(run, helpers) : statements[index]);
    index += size > 4 ? run.length : 1;
  }
  return out;
}

/** The copies from `index` on that together fill one stretch, in any order. */
function runOfCopies(statements, index) {
  const run = [];
  let whole = 0;
  for (const statement of statements.slice(index)) {
    const copy = copyOf(statement);
    if (copy === undefined || (run.length > 0 && !adjoins(copy, run[0]))) break;
    run.push(copy);
    if (isWhole(run)) whole = run.length;
  }
  return run.slice(0, whole);
}

/** A store of what was just loaded. */
function copyOf(node) {
  const { load, size } = LOADS[node[0]] ?? {};
  const [to, value] = load === undefined ? [] : operands(node);
  if (value?.[0] !== load || load === undefined || !isAligned(node) || !isAligned(value)) return undefined;
  return { size, to, toOffset: offsetOf(node), from: operands(value)[0], fromOffset: offsetOf(value) };
}

const operands = (node) => node.filter(Array.isArray);
/** Whether the place is a multiple of four; wasm2js takes what is not byte by byte. */
const isAligned = (node) => !node.some((part) => /^align=[12]$/.test(part));
const offsetOf = (node) => Number(node.find((part) => /^offset=/.test(part))?.slice("offset=".length) ?? 0);

/** Whether two copies move between the same variables by the same way. */
function adjoins(a, b) {
  const isSame = (x, y) => x[0] === "local.get" && y[0] === "local.get" && x[1] === y[1];
  return isSame(a.to, b.to) && isSame(a.from, b.from) && a.toOffset - a.fromOffset === b.toOffset - b.fromOffset;
}

function isWhole(run) {
  const sorted = run.toSorted((a, b) => a.toOffset - b.toOffset);
  return sorted.every(({ toOffset, size }, index) => index + 1 === sorted.length || sorted[index + 1].toOffset === toOffset + size);
}

/** The call, in the order of the copies: where the two places overlap, it matters. */
function called(run, helpers) {
  const { to, from } = run[0];
  const toOffset = Math.min(...run.map((copy) => copy.toOffset));
  const fromOffset = Math.min(...run.map((copy) => copy.fromOffset));
  const parts = run.map((copy) => ({ offset: copy.toOffset - toOffset, size: copy.size }));
  const name = `$copy_${parts.map(({ offset, size }) => `${offset}.${size}`).join("_")}`;
  if (!helpers.has(name)) helpers.set(name, helper(name, parts));
  return ["call", name, moved(to, toOffset), moved(from, fromOffset)];
}

const moved = (place, offset) => (offset === 0 ? place : ["i32.add", place, ["i32.const", String(offset)]]);

function helper(name, parts) {
  const copies = parts.map(({ offset, size }) => {
    const at = [`offset=${offset}`, "align=4"];
    const type = size === 8 ? "i64" : "i32";
    return [`${type}.store`, ...at, ["local.get", "$to"], [`${type}.load`, ...at, ["local.get", "$from"]]];
  });
  return ["func", name, ["param", "$to", "i32"], ["param", "$from", "i32"], ...copies];
}
