/** Assembles pkg/ from pkg-template/, the compiled TypeScript and the wasm files. */
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { bundleEntries, bundleSandbox } from "./bundle.mjs";
import { run } from "./exec.mjs";
import { Failure } from "./failure.mjs";
import { crates, notices, npmPackages } from "./licences.mjs";
import { js, modules, node24, pkg, root, scripts, target, toolEnv, wasmDir } from "./paths.mjs";
import { step } from "./progress.mjs";
import { filesUnder, hashOf, isCurrent, writeStamp } from "./stamp.mjs";
import { ARTIFACTS } from "./wasm.mjs";

const template = join(root, "pkg-template");
const NOT_PUBLISHED = ["test", "bench", "runtime-tests"].map((name) => join(js, name));

function inputHash() {
  const sources = filesUnder(js, (path) => NOT_PUBLISHED.includes(path));
  const relevant = sources.filter((file) => !file.startsWith(scripts + sep) || /(build|check-package|lib.(package|bundle|chunks|licences))\.mjs$/.test(file));
  return hashOf([...relevant, ...filesUnder(template), ...["Cargo.toml", "Cargo.lock", "package.json", "package-lock.json"].map((name) => join(root, name))]);
}

/** Builds pkg/ if what it is made of changed; `check` runs on the new folder before it counts as built. */
export async function buildPackage(check) {
  const hash = inputHash();
  if (!isCurrent("pkg", hash, [join(pkg, "package.json"), join(pkg, "dist", "index.js")])) {
    const staged = join(target, "pkg");
    await step("build: package", async () => {
      await assemble(staged);
      rmSync(pkg, { recursive: true, force: true });
      renameSync(staged, pkg);
    });
    link();
    await step("build: package, checking", check);
    writeStamp("pkg", hash);
  }
  link();
}

async function assemble(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(template, folder, { recursive: true });
  stampVersion(join(folder, "package.json"));
  const dist = join(folder, "dist");
  const { code, output } = await run(node24, [join(modules, "typescript", "bin", "tsc"), "-p", join(js, "tsconfig.build.json"), "--outDir", dist, "--pretty", "false"], {
    env: toolEnv(),
    log: join(target, "logs", "tsc-build.log"),
  });
  if (code !== 0) throw new Failure(`The TypeScript did not compile.\n${output.trim().split("\n").slice(0, 30).join("\n")}`, { log: join(target, "logs", "tsc-build.log") });
  for (const file of filesUnder(wasmDir)) {
    if (!file.endsWith("queries.d.ts")) cpSync(file, join(dist, "wasm", file.slice(wasmDir.length + 1)));
  }
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const bundled = await bundleSandbox(dist, manifest);
  await bundleEntries(dist, manifest);
  const linked = await crates(ARTIFACTS.flatMap(({ features }) => features));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), notices([...npmPackages(bundled), ...linked]));
  const bin = join(dist, "bin.js");
  if (existsSync(bin)) chmodSync(bin, 0o755);
}

/** One version, written in Cargo.toml. */
function stampVersion(file) {
  const version = /^\[package\][^[]*?^version = "([^"]+)"/ms.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1];
  if (version === undefined) throw new Failure("Cargo.toml states no version in [package].");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"version": "0.0.0"', `"version": "${version}"`));
}

/** Lets examples and tests `import "creditgate"` as their readers will. */
function link() {
  const path = join(modules, "creditgate");
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  symlinkSync(join("..", "pkg"), path, "dir");
}
