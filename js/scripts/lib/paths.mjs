/** Where things are. Built-ins only: set-up runs before `npm ci`. */
import { existsSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
export const js = join(root, "js");
export const scripts = join(js, "scripts");
export const target = join(root, "target");
export const pkg = join(root, "pkg");
export const wasmDir = join(js, "wasm");
export const modules = join(root, "node_modules");
export const toolsBin = join(root, ".tools", "bin");

const binFolder = join(modules, ".bin");
const exe = process.platform === "win32" ? ".exe" : "";

/** The Node that the development tools declare support for: a devDependency. */
export const node24 = join(binFolder, `node${exe}`);

/** The first executable called `name` on PATH, or undefined. */
export function which(name, path = process.env.PATH ?? "") {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name + exe))
    .find(existsSync);
}

/** PATH without node_modules/.bin, which `npm run` puts first. */
export function systemPath() {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join("node_modules", ".bin")) && !folder.includes(`node-gyp-bin${sep}`))
    .join(delimiter);
}

/** The Node that the machine brings: what users of the package may have. */
export const systemNode = () => which("node", systemPath()) ?? process.execPath;

/** The environment of build and test tools: our wasm tools where PATH has no equal ones, and Node 24. */
export function toolEnv(extra = {}) {
  const folders = [binFolder, ...(existsSync(toolsBin) ? [toolsBin] : []), systemPath()];
  return { ...process.env, PATH: folders.join(delimiter), ...extra };
}

/** What keeps the tools of Cloudflare from looking things up on the network. */
export const quietCloudflare = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" };
