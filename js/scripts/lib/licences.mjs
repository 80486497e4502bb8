/** The notices of what the published package contains but did not write. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { run } from "./exec.mjs";
import { Failure } from "./failure.mjs";
import { toolEnv } from "./paths.mjs";

/** Every npm package that one of `files` (absolute) belongs to. */
export function npmPackages(files) {
  const folders = new Set(
    files
      .map((file) => new RegExp(`^.*node_modules\\${sep}(@[^\\${sep}]+\\${sep})?[^\\${sep}]+`).exec(file)?.[0])
      .filter((folder) => folder !== undefined),
  );
  return [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { name, version, license, folder };
  });
}

/** Every crate that is linked into the wasm files: normal dependencies, without what only runs in the compiler. */
export async function crates(features) {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown", "--features", features.join()];
  const { code, stdout, output } = await run("cargo", args, { env: toolEnv() });
  if (code !== 0) throw new Failure(`cargo metadata failed: ${output.trim().split("\n").at(-1)}`);
  const { packages, resolve } = JSON.parse(stdout);
  const byId = new Map(packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => byId.get(id).targets.some((target) => target.kind.includes("proc-macro"));
  const seen = new Set();
  const visit = (id) => {
    if (seen.has(id) || isMacro(id)) return;
    seen.add(id);
    for (const dep of nodes.get(id).deps) {
      if (dep.dep_kinds.some(({ kind }) => kind === null)) visit(dep.pkg);
    }
  };
  visit(resolve.root);
  seen.delete(resolve.root);
  return [...seen].map((id) => {
    const { name, version, license, manifest_path } = byId.get(id);
    return { name, version, license, folder: dirname(manifest_path) };
  });
}

/** The licence text of a package; of a choice that offers MIT, the MIT text. */
function licenceText({ name, license, folder }) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|unlicense)/i.test(file));
  const chosen = files.find((file) => /mit/i.test(file)) ?? files.find((file) => /^licen[cs]e(\.|$)/i.test(file)) ?? files[0];
  if (chosen !== undefined && existsSync(join(folder, chosen))) return readFileSync(join(folder, chosen), "utf8").trim();
  if (license === undefined) throw new Failure(`${name} is shipped but states no licence.`);
  return `(The package ships no licence text; it states: ${license})`;
}

export function notices(packages) {
  const sorted = packages.toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
  const entries = sorted.map((entry) => `${entry.name} ${entry.version}\n${entry.license ?? ""}\n\n${licenceText(entry)}\n`);
  const rule = `\n${"-".repeat(79)}\n\n`;
  return `This package contains the following third-party software, compiled into its\nWebAssembly files or bundled with its sandbox.\n${rule}${entries.join(rule)}`;
}
