/**
 * Bundles the sandbox, so that its server framework is no dependency of the package, and each entry with what it
 * imports, so that a cold process reads few files.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { together } from "./chunks.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";
import { filesUnder } from "./stamp.mjs";

/** Replaces dist/sandbox/*.js by bundles of its entries; answers the npm files that went into them. */
export async function bundleSandbox(dist, manifest) {
  const { build } = await import("esbuild");
  const folder = join(dist, "sandbox");
  const entries = new Set(entriesOf(dist, manifest));
  // The package's other entries stay where they are, so that one copy of the engine and of the error class is loaded.
  const keepOutside = {
    name: "keep-outside",
    setup(context) {
      context.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path);
        if (!entries.has(file) || file.startsWith(folder + sep)) return undefined;
        const from = relative(folder, file).split(sep).join("/");
        return { path: from, external: true };
      });
      context.onResolve({ filter: /^#/ }, ({ path, importer }) => (importer.startsWith(dist) ? { path, external: true } : undefined));
    },
  };
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["index.js", "cli.js"].map((name) => join(folder, name)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    chunkNames: "chunk-[hash]",
    charset: "utf8",
    legalComments: "none",
    plugins: [keepOutside],
    metafile: true,
    write: false,
    logLevel: "silent",
  }).catch((error) => {
    throw new Failure(`The sandbox could not be bundled: ${error.errors?.map(({ text, location }) => `${text}${location ? ` (${location.file}:${location.line})` : ""}`).join("; ") ?? error.message}`);
  });
  for (const file of filesUnder(folder)) if (file.endsWith(".js")) rmSync(file);
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  checkDeclarations(folder);
  return Object.keys(metafile.inputs)
    .filter((path) => path.includes("node_modules"))
    .map((path) => join(root, path));
}

/**
 * Replaces the modules of dist/ by bundles of the entries that `manifest` exports, with chunks for what they share: one
 * copy of every class, however a program imports it. What a runtime chooses by condition is a file of its own, and the
 * sandbox is bundled already.
 */
export async function bundleEntries(dist, manifest) {
  const entryPoints = entriesOf(dist, manifest).filter((file) => !file.startsWith(join(dist, "sandbox") + sep));
  const entries = { entryPoints, splitting: true, external: ["#*"] };
  const { metafile } = await bundle(dist, { ...entries, plugins: [keepNoWasm] });
  const outputs = await Promise.all([
    bundle(dist, { ...entries, plugins: [keepNoWasm, together(metafile)] }),
    bundle(dist, { entryPoints: platformsOf(dist, manifest), external: ["*.wasm", "*.wasm?module"] }),
  ]);
  const stays = (file) => file.startsWith(join(dist, "sandbox") + sep) || /(no_wasm|[\\/]bin)\.js$/.test(file);
  const isReplaced = (file) => (file.endsWith(".js") && !stays(file)) || /\.inline\.d\.ts$/.test(file);
  for (const file of filesUnder(dist)) if (isReplaced(file)) rmSync(file);
  mkdirSync(join(dist, "chunks"), { recursive: true });
  // No module does anything at import, so one imported for nothing need not be read; bundlers warn of it besides.
  for (const { path, text } of outputs.flatMap(({ outputFiles }) => outputFiles)) writeFileSync(path, text.replaceAll(/^import "[^"]+";\n/gm, ""));
}

/** Minified as it is, and loaded by few. Entries and chunks lie one folder deep, so one path serves them all. */
const keepNoWasm = {
  name: "keep-no-wasm",
  setup: (context) => context.onResolve({ filter: /\/wasm\/no_wasm\.js$/ }, () => ({ path: "../wasm/no_wasm.js", external: true })),
};

async function bundle(dist, options) {
  const { build } = await import("esbuild");
  return build({
    ...options,
    absWorkingDir: root,
    outdir: dist,
    outbase: dist,
    bundle: true,
    format: "esm",
    platform: "neutral",
    packages: "external",
    target: "es2022",
    chunkNames: "chunks/[hash]",
    // A file of ASCII alone takes an engine one byte a character.
    charset: "ascii",
    external: [...options.external, "cloudflare:*"],
    metafile: true,
    allowOverwrite: true,
    write: false,
    logLevel: "silent",
  }).catch((error) => {
    throw new Failure(`The package could not be bundled: ${error.errors?.map(({ text, location }) => `${text}${location ? ` (${location.file}:${location.line})` : ""}`).join("; ") ?? error.message}`);
  });
}

/** The modules of which `manifest` lets a runtime choose one. */
const platformsOf = (dist, manifest) => Object.values(manifest.imports).flatMap((choices) => Object.values(choices).map((file) => join(dist, relative("dist", file))));

/** The modules that `manifest` exports. */
function entriesOf(dist, manifest) {
  return Object.values(manifest.exports).flatMap((entry) => (entry.default === undefined ? [] : [join(dist, relative("dist", entry.default))]));
}

/** A declaration that names the bundled framework would not resolve where the package is installed. */
function checkDeclarations(folder) {
  for (const file of filesUnder(folder)) {
    if (!file.endsWith(".d.ts")) continue;
    const found = /from "(hono|@hono)[^"]*"|import\("(hono|@hono)[^"]*"\)/.exec(readFileSync(file, "utf8"));
    // A module that only the bundle's inside reaches keeps no declaration.
    if (found !== null && isPublic(folder, file)) throw new Failure(`${relative(root, file)} names ${found[0]}: the sandbox's public types must not mention hono.`);
    if (found !== null) rmSync(file);
  }
}

/** Whether the declarations of an entry reach `file`. */
function isPublic(folder, file) {
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path) || !path.startsWith(folder + sep)) return;
    seen.add(path);
    for (const [, specifier] of readFileSync(path, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)) visit(resolve(dirname(path), `${specifier}.d.ts`));
  };
  for (const name of readdirSync(folder)) if (/^(index|cli)\.d\.ts$/.test(name)) visit(join(folder, name));
  return seen.has(file);
}
