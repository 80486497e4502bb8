/** Content stamps: a step is skipped while what it reads is unchanged and what it wrote is still there. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, target } from "./paths.mjs";

/** Every file under `path` (or `path` itself), sorted; folders for which `skip` says so are left out. */
export function filesUnder(path, skip = () => false) {
  if (!existsSync(path) || skip(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name), skip));
}

/** A hash over the names and contents of files, and over any further words. */
export function hashOf(files, ...words) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\n`);
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(readFileSync(file));
    hash.update("\0");
  }
  return hash.digest("hex");
}

const stampFile = (name) => join(target, "stamps", name);

/** Whether the stamp `name` holds `hash` and all its outputs exist. */
export function isCurrent(name, hash, outputs) {
  const file = stampFile(name);
  return existsSync(file) && readFileSync(file, "utf8") === hash && outputs.every((path) => existsSync(path));
}

export function writeStamp(name, hash) {
  const file = stampFile(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hash);
}
