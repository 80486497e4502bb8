/**
 * Checks pkg/ as its users meet it: every declared file is there and nothing unexpected is, every subpath can be
 * imported and required in a fresh process of each Node, and the declarations stand on their own.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { modules, node24, pkg, root, systemNode, target, toolEnv } from "./lib/paths.mjs";
import { say } from "./lib/progress.mjs";
import { filesUnder } from "./lib/stamp.mjs";

const PUBLISHED = /^(package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES|dist\/.+(\.js|\.d\.ts|\.d\.wasm\.ts|\.wasm))$/;
const MOST_WASM_FILES = 2;
/** Each file costs a cold process a third of a millisecond: the gate, a provider, two chunks, the platform. */
const MOST_FILES_AT_START = 5;

export const manifest = () => JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));

/** The subpaths that programs import: `creditgate`, `creditgate/errors`, ... */
export const specifiers = () =>
  Object.entries(manifest().exports)
    .filter(([, entry]) => typeof entry === "object")
    .map(([subpath]) => `creditgate${subpath.slice(1)}`);

/** Every file that package.json names, however deep. */
function declaredFiles(value) {
  if (typeof value === "string") return [value];
  return Object.values(value).flatMap(declaredFiles);
}

function checkFiles() {
  const { exports, imports, bin } = manifest();
  const missing = [...new Set(declaredFiles({ exports, imports, bin }))].filter((file) => !existsSync(join(pkg, file)));
  const files = filesUnder(pkg).map((file) => relative(pkg, file).split(sep).join("/"));
  const unexpected = files.filter((file) => !PUBLISHED.test(file));
  const wasm = files.filter((file) => file.endsWith(".wasm"));
  const telling = wasm.filter((file) => [root, join("registry", "src")].some((folder) => readFileSync(join(pkg, file)).includes(folder)));
  const imported = unresolvedImports(files);
  const problems = [
    ...missing.map((file) => `package.json names ${file}, which does not exist`),
    ...unexpected.map((file) => `${file} does not belong into the package`),
    ...(wasm.length > MOST_WASM_FILES ? [`there are ${wasm.length} .wasm files: ${wasm.join(", ")}`] : []),
    ...telling.map((file) => `${file} names a folder of this machine`),
    ...["./flexprice", "./lago"].flatMap((provider) => tooMany(filesAtStart([".", provider]), provider)),
    ...imported,
  ];
  if (problems.length > 0) throw new Failure(`pkg/ is not complete:\n${problems.map((line) => `  ${line}`).join("\n")}`);
}

/** The files that Node reads to import some subpaths. */
function filesAtStart(subpaths) {
  const { exports, imports } = manifest();
  const read = new Set();
  const visit = (file) => {
    if (read.has(file)) return;
    read.add(file);
    for (const [, specifier] of readFileSync(join(pkg, file), "utf8").matchAll(/^(?:import|export|\}) [^;"]*?from "([.#][^"]+)";$/gm)) {
      visit(specifier.startsWith("#") ? join(imports[specifier].default) : join(file, "..", specifier));
    }
  };
  for (const subpath of subpaths) visit(join(exports[subpath].default));
  return [...read];
}

const tooMany = (files, provider) =>
  files.length > MOST_FILES_AT_START ? [`the gate with ${provider} reads ${files.length} files: ${files.join(", ")}`] : [];

/** Relative imports of a file that is not there: a bundler would find them, a lazy import would not until it runs. */
function unresolvedImports(files) {
  const known = new Set(files);
  return files.filter((file) => file.endsWith(".js")).flatMap((file) => {
    const text = readFileSync(join(pkg, file), "utf8");
    return [...text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s,$]+from\s*)?\(?\s*"(\.{1,2}\/[^"?]+)(?:\?[^"]*)?"/g)]
      .map(([, specifier]) => join(file, "..", specifier).split(sep).join("/"))
      .filter((path) => !known.has(path))
      .map((path) => `${file} imports ${path}, which does not exist`);
  });
}

/** A folder from which `creditgate` resolves, and nothing else does. */
function workshop() {
  const folder = join(target, "check-package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(join("..", "..", "..", "pkg"), join(folder, "node_modules", "creditgate"), "dir");
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }\n');
  return folder;
}

async function checkRuntimes(folder) {
  const nodes = new Map([node24, systemNode()].map((node) => [realpathSync(node), node]));
  const load = `
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    for (const name of ${JSON.stringify(specifiers())}) {
      const names = Object.keys(await import(name));
      if (names.length === 0) throw new Error(name + " exports nothing");
      const required = Object.keys(require(name));
      if (required.join() !== names.join()) throw new Error(name + " differs between import and require");
    }`;
  writeFileSync(join(folder, "load.mjs"), load);
  for (const node of nodes.values()) {
    const version = (await run(node, ["--version"])).stdout.trim();
    const log = join(target, "logs", `import-${version}.log`);
    const { code, output } = await run(node, [join(folder, "load.mjs")], { cwd: folder, log });
    const cause = output.split("\n").find((line) => /Error/.test(line)) ?? output.trim().split("\n").at(-1);
    if (code !== 0) throw new Failure(`The package cannot be loaded by Node ${version}: ${cause}`, { log });
  }
}

async function checkDeclarations(folder) {
  const uses = specifiers().map((name, index) => `import * as m${index} from "${name}";\nexport const u${index}: object = m${index};\n`);
  writeFileSync(join(folder, "use.ts"), uses.join(""));
  const shared = { target: "es2022", strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: [] };
  const lib = ["es2022", "esnext.disposable", "dom"];
  for (const [name, options] of [
    ["nodenext", { module: "nodenext", lib }],
    ["bundler", { module: "esnext", moduleResolution: "bundler", lib }],
  ]) {
    const file = join(folder, `tsconfig.${name}.json`);
    writeFileSync(file, JSON.stringify({ compilerOptions: { ...shared, ...options }, files: ["use.ts"] }));
    const log = join(target, "logs", `types-${name}.log`);
    const { code, output } = await run(node24, [join(modules, "typescript", "bin", "tsc"), "-p", file, "--pretty", "false"], { cwd: folder, env: toolEnv(), log });
    if (code !== 0) throw new Failure(`The declarations do not stand on their own (module ${name}):\n${output.trim().split("\n").slice(0, 20).join("\n")}`, { log });
  }
}

export async function checkPackage() {
  checkFiles();
  const folder = workshop();
  await Promise.all([checkRuntimes(folder), checkDeclarations(folder)]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main(async () => {
    await checkPackage();
    say("pkg/ is complete, loads and type-checks");
  });
}
