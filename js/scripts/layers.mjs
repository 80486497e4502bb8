/**
 * The dependency direction of the TypeScript, and what library code may not touch: runtime globals that exist in one
 * runtime only, and work at import (edge runtimes forbid timers, randomness and fetch there, and a top-level await
 * breaks `require()` and some bundlers).
 *
 * Prints each violation as `file:line ...: not allowed (rule)`.
 */
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { parseSync } from "vite";
import { main } from "./lib/failure.mjs";
import { js, root } from "./lib/paths.mjs";
import { filesUnder } from "./lib/stamp.mjs";

/** What holds no state and needs nothing: everybody below the entries may use it. */
const LEAVES = ["types", "errors", "decimal", "fee-key", "input", "cost", "sleep", "problem", "token-bucket", "staleness", "status", "currency"];
/** Who may import whom. A layer may always import itself, and types of `types` and `errors`. */
const ALLOWED = {
  index: ["gate", "providers", "server", "browser", "store", "ledger", "types", "errors"],
  bin: ["sandbox"],
  // What a request may share with others differs between runtimes, and `#platform` says it.
  gate: ["engine", "store", "ledger", "platform", "watch", ...LEAVES],
  providers: ["engine", "store", "ledger", ...LEAVES],
  // Lago's key is fetched as its wallets are.
  webhooks: ["providers", ...LEAVES],
  server: ["signed", "engine", "store", "ledger", ...LEAVES],
  browser: ["watch", "signed", ...LEAVES],
  // What the server signs and the page verifies.
  signed: LEAVES,
  engine: ["wasm", "platform", ...LEAVES],
  // The same pure functions over another build: what starts the wasm is no business of theirs.
  "no-wasm": ["engine", "wasm", ...LEAVES],
  rules: ["engine", "wasm", "platform", ...LEAVES],
  watch: LEAVES,
  store: LEAVES,
  ledger: LEAVES,
  platform: ["wasm", ...LEAVES],
  sandbox: ["engine", "rules", ...LEAVES],
  types: [],
  errors: ["types"],
  decimal: ["types", "errors"],
  "fee-key": ["types", "errors", "input"],
  input: ["errors"],
  cost: ["types", "decimal", "input"],
  sleep: [],
  problem: [],
  "token-bucket": [],
  staleness: [],
  status: ["errors"],
  currency: [],
};
/** Only by `import()`, or for types: so that who never calls it does not load it. */
const ALLOWED_LAZILY = { providers: ["rules"], browser: ["engine", "no-wasm"] };
/** Packages. The published package depends on `jose` alone, for signatures: the sandbox is bundled with its own. */
const ALLOWED_PACKAGES = { webhooks: ["jose"], signed: ["jose"], sandbox: ["node:", "hono", "@hono/"], bin: ["node:"], platform: ["cloudflare:"] };
/** `Buffer` where the inlined module is decoded is guarded, and ten times quicker than `atob`. */
const ALLOWED_GLOBALS = { sandbox: ["process", "Buffer"], bin: ["process", "Buffer"], "platform/decode.ts": ["Buffer"] };
/** A program of its own, which nobody imports. */
const MAY_AWAIT = ["bin"];
const RUNTIME_GLOBALS = ["process", "Buffer"];
/** Not at module scope. */
const NOT_AT_IMPORT = /^(setTimeout|setInterval|setImmediate|queueMicrotask|fetch|crypto\.getRandomValues|crypto\.randomUUID|Math\.random|Date\.now|performance\.now)$/;
const UNCHECKED = ["test", "bench", "runtime-tests", "scripts", "wasm", "vitest.config.ts"];

/** The layer of a path under js/: its folder, or the name of a file at the top. */
const layerOf = (path) => path.split(sep)[0].replace(/\.(ts|js)$/, "");

/** Every node below `node`, with its parent, leaving out what `skip` says. */
function* walk(node, parent, skip = () => false) {
  if (skip(node, parent)) return;
  yield [node, parent];
  for (const [key, value] of Object.entries(node)) {
    if (key === "parent") continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") yield* walk(child, node, skip);
    }
  }
}

function importOf(node) {
  const typeOnly = (kind, specifiers, own) => kind === "type" || (specifiers.length > 0 && specifiers.every((specifier) => specifier[own] === "type"));
  switch (node.type) {
    case "ImportDeclaration":
      return { source: node.source, typeOnly: typeOnly(node.importKind, node.specifiers, "importKind") };
    case "ExportNamedDeclaration":
      return node.source && { source: node.source, typeOnly: typeOnly(node.exportKind, node.specifiers, "exportKind") };
    case "ExportAllDeclaration":
      return { source: node.source, typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { source: node.source, lazy: true };
    case "TSImportType":
      return { source: node.source ?? node.argument?.literal ?? node.argument, typeOnly: true };
    default:
      return undefined;
  }
}

/** What is wrong with one import, or undefined. */
function importProblem(file, layer, { source, typeOnly, lazy }) {
  const specifier = source.value;
  if (typeof specifier !== "string") return "a computed name: not allowed (bundlers cannot follow it)";
  if (specifier.startsWith(".") || specifier.startsWith("#")) {
    const imported = specifier.startsWith("#platform") ? "platform" : layerOf(relative(js, resolve(dirname(file), specifier)));
    if (imported === layer || (ALLOWED[layer] ?? []).includes(imported)) return undefined;
    if (typeOnly && ["types", "errors"].includes(imported)) return undefined;
    if ((lazy || typeOnly) && (ALLOWED_LAZILY[layer] ?? []).includes(imported)) return undefined;
    const lazily = ALLOWED_LAZILY[layer] === undefined ? "" : `; ${ALLOWED_LAZILY[layer].join(", ")} by import()`;
    return `${specifier}: not allowed (${layer} -> ${ALLOWED[layer].join(", ") || "nothing"}${lazily})`;
  }
  const name = builtinModules.includes(specifier) ? `node:${specifier}` : specifier;
  const packages = ALLOWED_PACKAGES[layer] ?? [];
  if (packages.some((start) => name === start || (/[:/]$/.test(start) ? name.startsWith(start) : name.startsWith(`${start}/`)))) return undefined;
  return `${specifier}: not allowed (packages of ${layer}: ${packages.join(", ") || "none"})`;
}

/** Whether an identifier names a variable: not a property, a key or a type. */
function isReference(node, parent) {
  if (node.type !== "Identifier") return false;
  if (parent?.type === "MemberExpression" && parent.property === node && !parent.computed) return parent.object.name === "globalThis";
  if (/^(Property|PropertyDefinition|MethodDefinition|AccessorProperty)$/.test(parent?.type) && parent.key === node && !parent.computed) return parent.shorthand === true;
  return !(parent?.type.startsWith("TS") && !/^TS(As|NonNull|Satisfies|Instantiation)/.test(parent.type));
}

const nameOf = (node) => {
  if (node?.type === "Identifier") return node.name;
  if (node?.type !== "MemberExpression" || node.computed) return undefined;
  return nameOf(node.object) === "globalThis" ? node.property.name : `${nameOf(node.object)}.${node.property.name}`;
};

/** What only runs when called: not part of the work at import. */
function runsLater(node, parent) {
  const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
  if (isFunction) return !(parent?.type === "CallExpression" && parent.callee === node);
  return parent?.type === "PropertyDefinition" && parent.value === node && !parent.static;
}

function problemsOf(file, program) {
  const path = relative(js, file);
  const layer = layerOf(path);
  if (ALLOWED[layer] === undefined) return [[program, "no layer has this file: not allowed (add it to the table in js/scripts/layers.mjs)"]];
  const globals = ALLOWED_GLOBALS[path.split(sep).join("/")] ?? ALLOWED_GLOBALS[layer] ?? [];
  const problems = [];
  for (const [node, parent] of walk(program)) {
    const imported = importOf(node);
    const problem = imported && importProblem(file, layer, imported);
    if (problem) problems.push([node, `imports ${problem}`]);
    if (RUNTIME_GLOBALS.includes(node.name) && !globals.includes(node.name) && isReference(node, parent)) {
      problems.push([node, `uses ${node.name}: not allowed (only some runtimes have it)`]);
    }
  }
  for (const [node] of walk(program, undefined, runsLater)) {
    const awaits = node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);
    if (awaits && !MAY_AWAIT.includes(layer)) problems.push([node, "awaits at the top level: not allowed (require(), bundlers)"]);
    const called = /^(Call|New)Expression$/.test(node.type) ? nameOf(node.callee) : undefined;
    if (called !== undefined && NOT_AT_IMPORT.test(called)) problems.push([node, `calls ${called} at import: not allowed (edge runtimes forbid it)`]);
    if (node.type === "NewExpression" && called === "Date" && node.arguments.length === 0) problems.push([node, "reads the clock at import: not allowed (edge runtimes forbid it)"]);
  }
  return problems;
}

function layerProblems() {
  const files = filesUnder(js, (path) => UNCHECKED.includes(relative(js, path))).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const where = (offset) => `${relative(root, file)}:${text.slice(0, offset).split("\n").length}`;
    const { program, errors } = parseSync(file, text, { preserveParens: false });
    if (errors.length > 0) return [`${where(errors[0].labels?.[0]?.start ?? 0)} does not parse: ${errors[0].message}`];
    return problemsOf(file, program).map(([node, problem]) => `${where(node.start)} ${problem}`);
  });
}

main(() => {
  const problems = layerProblems();
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  return problems.length > 0 ? 1 : 0;
});
