/** Checks of the package as it is packed. What each build checks already is in js/scripts/check-package.mjs. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { parseSync } from "vite";
import { manifest, specifiers } from "../scripts/check-package.mjs";
import { run } from "../scripts/lib/exec.mjs";
import { Failure } from "../scripts/lib/failure.mjs";
import { node24, pkg, root } from "../scripts/lib/paths.mjs";
import { filesUnder } from "../scripts/lib/stamp.mjs";

const here = join(root, "js", "runtime-tests");
const SNAPSHOT = join(here, "exports.json");
const bytesOf = (file) => new Uint8Array(readFileSync(file));

function fail(problems) {
  if (problems.length > 0) throw new Failure(problems.join("\n"));
}

async function lint(tarball) {
  const { messages, pkg: linted } = await publint({ pack: { tarball: bytesOf(tarball).buffer }, strict: true });
  fail(messages.map((message) => `${message.type}: ${formatMessage(message, linted)}`));
}

/** What are-the-types-wrong tells and we stand by, each with why. */
const ARGUED = {
  // The package is ESM only. Node 20.19 and newer `require()` it, which the set-ups node*-require show; a CommonJS
  // copy beside it would mean two error classes and two engines in one program.
  CJSResolvesToESM: () => true,
  // The resolution of Node 10 knows no `exports`; TypeScript calls it `node` and has deprecated it.
  NoResolution: ({ resolutionKind }) => resolutionKind === "node10",
};

async function types(tarball) {
  const { problems, types: kind } = await checkPackage(createPackageFromTarballData(bytesOf(tarball)));
  if (kind === false) throw new Failure("are-the-types-wrong finds no types");
  const unargued = problems.filter((problem) => !ARGUED[problem.kind]?.(problem));
  const unused = Object.keys(ARGUED).filter((known) => !problems.some((problem) => problem.kind === known));
  fail([
    ...unargued.map(({ kind: problem, entrypoint, resolutionKind }) => `${problem} ${entrypoint ?? ""} ${resolutionKind ?? ""}`),
    ...unused.map((known) => `${known} is argued away, and does not happen any more`),
  ]);
}

const files = () => filesUnder(join(pkg, "dist"));
const named = (file) => relative(pkg, file).split(sep).join("/");
const parsed = (file) => parseSync(file, readFileSync(file, "utf8")).program;

function* nodesOf(node, skip = () => false) {
  if (skip(node)) return;
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (typeof child?.type === "string") yield* nodesOf(child, skip);
  }
}

/** Nothing but what package.json depends on: in a project of ours a package of the repository would answer for it. */
async function dependencies() {
  const { name, dependencies: declared = {} } = manifest();
  const known = new Set([name, ...Object.keys(declared)]);
  const isKnown = (specifier) => /^(\.|#|node:|cloudflare:)/.test(specifier) || known.has(specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/"));
  const problems = files().filter((file) => /\.(js|d\.ts)$/.test(file)).flatMap((file) => {
    const sources = [...nodesOf(parsed(file))].map(({ type, source, argument }) => {
      if (/^(Import|Export)\w*(Declaration|Expression)$/.test(type)) return source?.value;
      return type === "TSImportType" ? (source ?? argument?.literal ?? argument)?.value : undefined;
    });
    return sources.filter((source) => typeof source === "string" && !isKnown(source)).map((source) => `${named(file)} imports ${source}, which package.json does not depend on`);
  });
  fail(problems);
}

const isFunction = ({ type }) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type);
/** A program of its own, which nobody imports. */
const MAY_AWAIT = ["dist/bin.js"];

async function topLevelAwait() {
  const awaiting = files().filter((file) => file.endsWith(".js") && !MAY_AWAIT.includes(named(file))).filter((file) =>
    [...nodesOf(parsed(file), isFunction)].some(({ type, await: isAwait }) => type === "AwaitExpression" || (type === "ForOfStatement" && isAwait)),
  );
  fail(awaiting.map((file) => `${named(file)} awaits at its top level: require() and some bundlers cannot load it`));
}

async function atImport() {
  const told = await Promise.all(
    specifiers().map(async (specifier) => {
      const { code, stdout, output } = await run(node24, [join(here, "at-import.mjs"), specifier]);
      return code === 0 ? JSON.parse(stdout).map((call) => `${specifier} calls ${call}`) : [`${specifier}: ${output.trim()}`];
    }),
  );
  fail(told.flat());
}

/** The names that a declaration file exports, those of the files it passes on included. */
function declared(file) {
  return parsed(file).body.flatMap((node) => {
    if (node.type === "ExportAllDeclaration") return node.exported ? [node.exported.name] : declared(resolve(dirname(file), node.source.value.replace(/\.js$/, ".d.ts")));
    if (node.type !== "ExportNamedDeclaration") return [];
    const { declaration } = node;
    const own = declaration === null ? [] : (declaration.declarations ?? [declaration]).map(({ id }) => id.name);
    return [...own, ...node.specifiers.map(({ exported }) => exported.name)];
  });
}

async function exportsOf(specifier) {
  const entry = manifest().exports[`.${specifier.slice("creditgate".length)}`];
  const values = Object.keys(await import(specifier)).sort();
  const names = new Set(declared(join(pkg, entry.types)));
  return { values, types: [...names].filter((name) => !values.includes(name)).sort() };
}

/** The public names are a promise: a change of them is made on purpose, with `--update`. */
async function exported(_tarball, { update }) {
  const now = Object.fromEntries(await Promise.all(specifiers().map(async (specifier) => [specifier, await exportsOf(specifier)])));
  if (update) writeFileSync(SNAPSHOT, `${JSON.stringify(now, null, 2)}\n`);
  const kept = JSON.parse(readFileSync(SNAPSHOT, "utf8"));
  const listed = (all) => Object.entries(all).flatMap(([specifier, kinds]) => Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => `${specifier}: ${name} (${kind})`)));
  const [before, after] = [new Set(listed(kept)), new Set(listed(now))];
  const changes = [...[...after].filter((name) => !before.has(name)).map((name) => `new: ${name}`), ...[...before].filter((name) => !after.has(name)).map((name) => `gone: ${name}`)];
  fail(changes.length === 0 ? [] : [...changes, "If that is meant: npm run test:runtimes -- --only exports --update"]);
}

export const PACKAGE_CHECKS = [
  { name: "publint", run: lint },
  { name: "are-the-types-wrong", run: types },
  { name: "exports", run: exported },
  { name: "dependencies", run: dependencies },
  { name: "top-level-await", run: topLevelAwait },
  { name: "at-import", run: atImport },
];
