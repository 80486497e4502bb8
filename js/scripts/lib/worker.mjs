/** A Worker in real workerd: bundled as wrangler would, served on loopback. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { modules, root, target } from "./paths.mjs";

/** Not newer than the workerd that is installed. */
const COMPATIBILITY_DATE = "2026-10-01";

/**
 * Serves `entry` with text bindings, and with KV namespaces: their names, and where each is served (kv.mjs).
 *
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startWorker(entry, bindings, namespaces = {}) {
  const workers = join(target, "workers");
  mkdirSync(workers, { recursive: true });
  // Several may run at once.
  const folder = mkdtempSync(join(workers, "worker-"));
  await bundle(entry, folder);
  writeFileSync(join(folder, "config.capnp"), config(folder, bindings, namespaces));
  const binary = join(modules, ".bin", "workerd");
  const child = spawn(binary, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log = (log + text).slice(-4000)));
  const port = await Promise.race([
    listening(child.stdio[3]),
    ended.then((code) => {
      throw new Failure(`workerd ended with ${code} before it listened.\n${log}`);
    }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bundle(entry, folder) {
  const { build } = await import("esbuild");
  await build({
    entryPoints: { worker: entry },
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    // The platform compiles the module: it stays a file of its own.
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    absWorkingDir: root,
    logLevel: "error",
  });
}

function config(folder, bindings, namespaces) {
  const wasm = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
  const text = (value) => JSON.stringify(value);
  const list = [
    `(name = "worker.js", esModule = embed "worker.js")`,
    ...wasm.map((name) => `(name = ${text(`./${name}`)}, wasm = embed ${text(name)})`),
  ];
  const all = [
    ...Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...Object.keys(namespaces).map((name) => `(name = ${text(name)}, kvNamespace = ${text(`kv-${name}`)})`),
  ];
  const external = Object.entries(namespaces).map(([name, host]) => `(name = ${text(`kv-${name}`)}, external = (address = ${text(host)}, http = ())),`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    ${external.join("\n    ")}
    # Only servers of this machine: the demo calls nobody else.
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${list.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [${all.join(", ")}],
);
`;
}

/** The port that workerd tells on its control channel. */
function listening(control) {
  return new Promise((resolve, reject) => {
    let text = "";
    control.on("data", (chunk) => {
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        const event = JSON.parse(line);
        if (event.event === "listen") resolve(event.port);
      }
    });
    control.once("error", reject);
  });
}
