/** The two wasm artifacts of the crate, from src/ into js/wasm/. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./exec.mjs";
import { Failure } from "./failure.mjs";
import { modules, node24, root, target, toolEnv, wasmDir } from "./paths.mjs";
import { countCrates, step } from "./progress.mjs";
import { filesUnder, hashOf, isCurrent, writeStamp } from "./stamp.mjs";

/** `gate` is what every app loads; `rules` is loaded only by who imports creditgate/rules. */
export const ARTIFACTS = [
  { name: "gate", features: [] },
  { name: "rules", features: ["rules"] },
];

/** What rustc emits for wasm32 and wasm-bindgen needs; binaryen enables none of them by itself. */
const WASM_FEATURES = [
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
];

/**
 * What makes wasm small once it is compressed, found by trying. Binaryen moves a function with one caller into that
 * caller, whose code then has hundreds of locals and compresses a tenth worse: only small ones go, since an engine compiles
 * each function when it is first called, and a first check calls hundreds. Common subexpressions in locals cost a
 * hundredth. rustc puts the stack first, so nothing that is read by a constant lies in the first KiB.
 */
export const OPTIMISE = [
  "-Os", "--one-caller-inline-max-function-size=40", "--skip-pass=local-cse", "--low-memory-unused",
  "--strip-debug", "--strip-producers", "--strip-target-features",
];

export const log = (name) => join(target, "logs", `${name}.log`);

const outputsOf = (name) => ["_bg.js", "_bg.d.ts", "_bg.wasm", "_bg.d.wasm.ts", "_bg.inline.js", "_bg.inline.d.ts"].map((end) => join(wasmDir, name + end));

function inputHash(features) {
  const files = ["src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].flatMap((name) => filesUnder(join(root, name)));
  const self = fileURLToPath(import.meta.url);
  return hashOf([...files, self], `binaryen ${versionOf("binaryen")}`, features.join());
}

/** The version of an installed npm package. */
export const versionOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;

/** Builds the artifacts whose inputs changed. */
export async function buildWasm() {
  mkdirSync(wasmDir, { recursive: true });
  const stale = ARTIFACTS.map((artifact) => ({ ...artifact, stamp: `wasm-${artifact.name}`, hash: inputHash(artifact.features) })).filter(
    ({ name, stamp, hash }) => !isCurrent(stamp, hash, outputsOf(name)),
  );
  // The compiler's runs share one target folder, so they take turns; wasm-opt works beside the next of them.
  const optimising = [];
  try {
    const rustFlags = stale.length > 0 ? await withoutPaths() : [];
    for (const artifact of stale) {
      const folder = await step(`build: ${artifact.name} wasm`, (detail) => compile(artifact, rustFlags, detail));
      optimising.push(
        step(`build: ${artifact.name} wasm, optimising`, () => optimise(artifact.name, folder)).then(() => {
          collect(artifact.name, folder);
          writeStamp(artifact.stamp, artifact.hash);
        }),
      );
      // A failure is told below; without this, Node would take it for one that nobody handles.
      optimising.at(-1).catch(() => {});
    }
  } finally {
    await Promise.allSettled(optimising);
  }
  await Promise.all(optimising);
  writeFileSync(
    join(wasmDir, "queries.d.ts"),
    '// How edge runtimes of Vercel import a wasm module.\ndeclare module "*.wasm?module" {\n  const module: WebAssembly.Module;\n  export default module;\n}\n',
  );
}

/** Flags that leave the folders of this machine out of the places that panics name: the package carries them. */
export async function withoutPaths() {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown"];
  const { code, stdout } = await run("cargo", args, { env: toolEnv(), log: log("cargo-metadata") });
  if (code !== 0) throw new Failure("cargo does not tell where the crates are.", { log: log("cargo-metadata") });
  const crates = JSON.parse(stdout).packages.filter(({ source }) => source !== null);
  const folders = new Set(crates.map(({ manifest_path: manifest }) => dirname(dirname(manifest))));
  return [...folders].map((folder) => `--remap-path-prefix=${folder}=`);
}

async function compile({ name, features }, rustFlags, detail) {
  const folder = join(target, "wasm", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(target, "wasm"), { recursive: true });
  const args = ["build", "--mode", "no-install", "--target", "bundler", "--no-pack", "--release"];
  args.push("--out-dir", relative(root, folder), "--out-name", name, ".", "--locked");
  if (features.length > 0) args.push("--no-default-features", "--features", features.join());
  const { code, output } = await run("wasm-pack", args, {
    env: toolEnv({ CARGO_ENCODED_RUSTFLAGS: rustFlags.join("\x1f") }),
    log: log(`wasm-${name}`),
    onLine: countCrates(detail),
  });
  if (code !== 0) throw new Failure(`The ${name} wasm did not compile.\n${lastError(output)}`, { log: log(`wasm-${name}`) });
  if (existsSync(join(folder, "snippets"))) throw new Failure(`The glue of ${name} has snippets (inline_js or module imports), which the package cannot carry.`);
  return folder;
}

/** The compiler's first error, which is what a person needs to see. */
export function lastError(output) {
  const lines = output.split("\n");
  const first = lines.findIndex((line) => /^error/.test(line));
  return first === -1 ? lines.slice(-8).join("\n") : lines.slice(first, first + 20).join("\n");
}

async function optimise(name, folder) {
  const input = join(folder, `${name}_bg.wasm`);
  const output = join(folder, `${name}.opt.wasm`);
  const wasmOpt = join(modules, "binaryen", "bin", "wasm-opt");
  const args = [wasmOpt, ...OPTIMISE, ...WASM_FEATURES, input, "-o", output];
  const result = await run(node24, args, { log: log(`wasm-opt-${name}`) });
  if (result.code !== 0) throw new Failure(`wasm-opt refused the ${name} wasm.`, { log: log(`wasm-opt-${name}`) });
  if (statSync(output).size >= statSync(input).size) throw new Failure(`wasm-opt did not make the ${name} wasm smaller.`, { log: log(`wasm-opt-${name}`) });
}

/** The classes and functions that generated code or its types export. */
const exportsOf = (text) => [...text.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);

/**
 * Takes over the glue, its types and the optimised module; wasm-pack's own loader stays behind. The glue is an object
 * besides: of a namespace that is handed on, bundlers make a function at import for each name.
 */
function collect(name, folder) {
  const to = (end) => join(wasmDir, `${name}_bg${end}`);
  const types = readFileSync(join(folder, `${name}.d.ts`), "utf8");
  const code = readFileSync(join(folder, `${name}_bg.js`), "utf8");
  writeFileSync(to(".js"), `${code}\n/** What the module imports, and its own. */\nexport const glue = { ${exportsOf(code).join(", ")} };\n`);
  const members = exportsOf(types).map((member) => `readonly ${member}: typeof ${member}`);
  writeFileSync(to(".d.ts"), `${types}\nexport const glue: { ${members.join("; ")}; __wbg_set_wasm(exports: WebAssembly.Exports): void };\n`);
  copyFileSync(join(folder, `${name}.opt.wasm`), to(".wasm"));
  writeFileSync(to(".d.wasm.ts"), "declare const module: WebAssembly.Module;\nexport default module;\n");
  writeFileSync(to(".inline.js"), `export default "${readFileSync(to(".wasm")).toString("base64")}";\n`);
  writeFileSync(to(".inline.d.ts"), "declare const base64: string;\nexport default base64;\n");
}
