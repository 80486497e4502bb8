/** The engine without WebAssembly: the crate without wasm-bindgen, made JavaScript by Binaryen's wasm2js. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { callCopies } from "./copies.mjs";
import { run } from "./exec.mjs";
import { Failure } from "./failure.mjs";
import { modules, node24, root, target, toolEnv, wasmDir } from "./paths.mjs";
import { countCrates, step } from "./progress.mjs";
import { filesUnder, hashOf, isCurrent, writeStamp } from "./stamp.mjs";
import { lastError, log, OPTIMISE, versionOf, withoutPaths } from "./wasm.mjs";

/** Under which wasm2js finds nothing that it refuses; it takes no i64 at the module's edge either. */
const LOWERED = [
  "--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int", "--enable-mutable-globals",
  "--signext-lowering", "--llvm-nontrapping-fptoint-lowering", "--llvm-memory-copy-fill-lowering",
];
/** What a page's Content-Security-Policy may forbid, or what would defeat the purpose. */
const FORBIDDEN = /\beval\b|\bFunction\s*\(|\bWebAssembly\b/;

const DECLARED = join(wasmDir, "no_wasm.d.ts");
/** What a page loads. */
const PAGE = { name: "no-wasm", features: ["no-wasm"], output: join(wasmDir, "no_wasm.js") };
/** The same with the verbs of creditgate/rules: half a megabyte, never published; vectors are replayed through it. */
const WITH_RULES = { name: "no-wasm with rules", features: ["no-wasm", "rules"], output: join(target, "no-wasm", "with_rules.mjs") };

const DECLARATION = `/** Makes room for a request of so many bytes of UTF-8, and says where in memory. */
export function room(length: number): number;
/** Answers the request that was put there; says how many bytes the answer has. */
export function call(): number;
/** Where in memory the answer is. */
export function answer(): number;
/** Its buffer is another one whenever it has grown. */
export const memory: { readonly buffer: ArrayBuffer };
`;

/** Builds what a page loads, if its inputs changed. */
export async function buildNoWasm() {
  await build(PAGE);
  writeFileSync(DECLARED, DECLARATION);
}

/** The same with the verbs of creditgate/rules; answers where it is. */
export async function buildNoWasmWithRules() {
  await build(WITH_RULES);
  return WITH_RULES.output;
}

async function build({ name, features, output }) {
  const stamp = name.replaceAll(" ", "-");
  const hash = inputHash(features);
  if (isCurrent(stamp, hash, [output])) return;
  const folder = join(target, "no-wasm", stamp);
  mkdirSync(folder, { recursive: true });
  mkdirSync(wasmDir, { recursive: true });
  const wasm = await step(`build: ${name}`, (detail) => compile(features, detail));
  writeFileSync(output, await step(`build: ${name}, as JavaScript`, () => asJavaScript(wasm, folder)));
  writeStamp(stamp, hash);
}

function inputHash(features) {
  const files = ["src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].flatMap((name) => filesUnder(join(root, name)));
  const scripts = ["copies", "no-wasm", "wasm"].map((name) => fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)));
  return hashOf([...files, ...scripts], ...["binaryen", "esbuild"].map((name) => `${name} ${versionOf(name)}`), features.join());
}

async function compile(features, detail) {
  const triple = "wasm32-unknown-unknown";
  const args = ["rustc", "--release", "--locked", "--target", triple, "--no-default-features", "--features", features.join(), "--lib", "--crate-type", "cdylib"];
  const { code, output: told } = await run("cargo", args, {
    env: toolEnv({ CARGO_PROFILE_RELEASE_OPT_LEVEL: "z", CARGO_ENCODED_RUSTFLAGS: (await withoutPaths()).join("\x1f") }),
    log: log("no-wasm"),
    onLine: countCrates(detail),
  });
  if (code !== 0) throw new Failure(`The engine without WebAssembly did not compile.\n${lastError(told)}`, { log: log("no-wasm") });
  return join(target, triple, "release", "creditgate.wasm");
}

async function asJavaScript(wasm, folder) {
  const file = (name) => join(folder, name);
  await binaryen("wasm-opt", [...OPTIMISE, ...LOWERED, wasm, "-S", "-o", file("lowered.wat")]);
  writeFileSync(file("copies.wat"), callCopies(readFileSync(file("lowered.wat"), "utf8")));
  await binaryen("wasm-as", ["--enable-mutable-globals", file("copies.wat"), "-o", file("copies.wasm")]);
  await binaryen("wasm2js", ["-Oz", "--enable-mutable-globals", file("copies.wasm"), "-o", file("engine.mjs")]);
  const { transform } = await import("esbuild");
  const { code } = await transform(readFileSync(file("engine.mjs"), "utf8"), { format: "esm", minify: true, target: "es2022", legalComments: "none" });
  const forbidden = FORBIDDEN.exec(code);
  if (forbidden !== null) throw new Failure(`The engine without WebAssembly holds ${forbidden[0]}, which a strict page refuses.`);
  return code;
}

async function binaryen(tool, args) {
  const name = `no-wasm-${tool}`;
  const { code } = await run(node24, [join(modules, "binaryen", "bin", tool), ...args], { log: log(name) });
  if (code !== 0 || !existsSync(args.at(-1))) throw new Failure(`${tool} refused the engine without WebAssembly.`, { log: log(name) });
}
