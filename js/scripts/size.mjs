/** `npm run size`: what the package weighs, against its budgets. With --json the last line is one JSON object. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { manifest, specifiers } from "./check-package.mjs";
import { main } from "./lib/failure.mjs";
import { pkg, root, wasmDir } from "./lib/paths.mjs";
import { filesUnder } from "./lib/stamp.mjs";
import { ARTIFACTS } from "./lib/wasm.mjs";

/** gzip -9, in bytes. */
const BUDGETS = { "gate wasm": 80 * 1024, "no-wasm": 100 * 1024, "creditgate with flexprice": 12 * 1024 };
/** Budgets that were never met: `npm run size` fails on them. `--kept`, as `npm test` calls it, holds them to what was reached plus 5 %. */
const REACHED = { "creditgate with flexprice": 24_700 };
const ROOM = 1.05;
/** What a page that forbids WebAssembly must not be handed. */
const OF_WASM = /_bg\.|\/platform\//;
/** Subpaths that load no wasm. */
const WITHOUT_WASM = ["creditgate/errors", "creditgate/webhooks"];
/** What an app with one provider imports; each subpath is measured whole besides. */
const APP = 'export { CreditGate } from "creditgate"; export { flexprice } from "creditgate/flexprice";';

function weigh(bytes, name) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    budgetGzip: BUDGETS[name] ?? null,
  };
}

/** Leaves the modules out, inlined or not. */
const outside = {
  name: "wasm-outside",
  setup(context) {
    context.onResolve({ filter: /\.wasm(\?.*)?$/ }, ({ path }) => ({ path, external: true }));
    context.onLoad({ filter: /[\\/]platform[\\/].*inline\.js$/ }, ({ path }) => ({ contents: readFileSync(path, "utf8").replace(/"[\w+/=]{1000,}"/, '""') }));
  },
};

/** Bundles a program. */
function bundle(contents, { conditions = [], wasm }) {
  return build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    outdir: join(root, "target", "size"),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: contents.includes('"creditgate/sandbox"') ? "node" : "neutral",
    external: ["cloudflare:*", "node:*"],
    conditions,
    plugins: wasm === "outside" ? [outside] : [],
    loader: { ".wasm": "copy" },
    metafile: true,
    write: false,
    logLevel: "silent",
  });
}

/** The code that is loaded at start: what only `import()` reaches is loaded by who calls it. */
function startCode({ outputFiles, metafile }) {
  const entry = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint !== undefined)[0];
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path].imports) if (kind === "import-statement" && !external) visit(next);
  };
  visit(entry);
  return Buffer.concat(outputFiles.filter(({ path }) => reached.has(relative(root, path).split(sep).join("/"))).map(({ contents }) => contents));
}

/** What brings the rules along: itself, or, loaded at the first write, the clients that manage wallets. A gate imports none. */
const WITH_RULES = ["creditgate/rules", "creditgate/sandbox", "creditgate/flexprice/api", "creditgate/lago/api"];

/** Whether a module holds wasm-bindgen's glue, whose names end in a hash: chunks of the package do not say so by theirs. */
const isGlue = (path) => existsSync(join(root, path)) && /__wbg_\w+_[0-9a-f]{16}/.test(readFileSync(join(root, path), "utf8"));

/** Rules about wasm that no budget tells. */
async function wasmProblems() {
  const pulled = await Promise.all(
    WITHOUT_WASM.map(async (name) => {
      const { metafile } = await bundle(`export * from "${name}";`, { wasm: "outside" });
      return [name, Object.keys(metafile.inputs).filter((path) => /\/(wasm|platform|engine)\//.test(path) || isGlue(path))];
    }),
  );
  const { metafile: withoutWasm } = await bundle('export * from "creditgate/no-wasm";', { wasm: "outside" });
  pulled.push(["creditgate/no-wasm", Object.keys(withoutWasm.inputs).filter((path) => OF_WASM.test(path) || isGlue(path))]);
  const app = await bundle(
    specifiers()
      .filter((name) => !WITH_RULES.includes(name))
      .map((name, index) => `export * as m${index} from "${name}";`)
      .join("\n"),
    { conditions: ["workerd"], wasm: "inside" },
  );
  const bundled = app.outputFiles.filter(({ path }) => path.endsWith(".wasm")).map(({ path }) => relative(join(root, "target", "size"), path));
  const packed = filesUnder(pkg).filter((file) => file.endsWith(".wasm"));
  return [
    ...pulled.filter(([, paths]) => paths.length > 0).map(([name, paths]) => `${name} pulls in ${paths.join(", ")}`),
    ...(bundled.length === 1 ? [] : [`an app without creditgate/rules bundles ${bundled.length} .wasm files: ${bundled.join(", ")}; exactly one is allowed`]),
    ...(packed.length > 2 ? [`the tarball holds ${packed.length} .wasm files; at most two are allowed`] : []),
  ];
}

function table(artifacts) {
  const number = (value) => (value === null ? "" : value.toLocaleString("en"));
  const rows = [["", "raw", "gzip -9", "brotli", "budget (gzip)"], ...Object.entries(artifacts).map(([name, a]) => [name, number(a.raw), number(a.gzip), number(a.brotli), number(a.budgetGzip)])];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ").trimEnd()).join("\n");
}

main(async (args) => {
  const artifacts = {};
  for (const { name } of ARTIFACTS) artifacts[`${name} wasm`] = weigh(readFileSync(join(pkg, "dist", "wasm", `${name}_bg.wasm`)), `${name} wasm`);
  artifacts["no-wasm"] = weigh(readFileSync(join(wasmDir, "no_wasm.js")), "no-wasm");
  const programs = [["creditgate with flexprice", APP], ...specifiers().map((name) => [name, `export * from "${name}";`])];
  for (const [name, contents] of programs) artifacts[name] = weigh(startCode(await bundle(contents, { wasm: "outside" })), name);
  const limitOf = (name, budget) => (args.includes("--kept") && REACHED[name] !== undefined ? Math.round(REACHED[name] * ROOM) : budget);
  const limits = Object.entries(artifacts).map(([name, { gzip, budgetGzip }]) => ({ name, gzip, limit: limitOf(name, budgetGzip) }));
  const over = limits.filter(({ gzip, limit }) => limit !== null && gzip > limit);
  const problems = [
    ...over.map(({ name, gzip, limit }) => `${name}: ${gzip.toLocaleString("en")} bytes gzip, ${(gzip - limit).toLocaleString("en")} over its budget of ${limit.toLocaleString("en")}`),
    ...(await wasmProblems()),
  ];
  const people = args.includes("--json") ? process.stderr : process.stdout;
  people.write(`creditgate ${manifest().version}; bundles are minified, without the wasm\n${table(artifacts)}\n`);
  for (const problem of problems) people.write(`FAILED: ${problem}\n`);
  const ok = problems.length === 0;
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify({ artifacts, ok })}\n`);
  return ok ? 0 : 1;
});
