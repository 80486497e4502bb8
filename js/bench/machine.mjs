/** What the figures were measured on. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { manifest } from "../scripts/check-package.mjs";
import { modules } from "../scripts/lib/paths.mjs";

const version = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;

export function machine() {
  const [{ model }] = cpus();
  return {
    cpu: model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    workerd: version("workerd"),
    creditgate: manifest().version,
    against: Object.fromEntries(
      ["decimal.js", "big.js", "bignumber.js", "@schematichq/schematic-typescript-node", "@cedar-policy/cedar-wasm"].map((name) => [name, version(name)]),
    ),
  };
}
