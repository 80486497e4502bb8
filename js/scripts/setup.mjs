/**
 * Brings everything that building and testing need: the Rust toolchain's wasm target, npm packages, wasm-pack and
 * the wasm-bindgen tools, and for tests Chromium and Firefox. Says nothing where nothing is missing.
 *
 * Built-ins only: this runs before `npm ci`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { exclusively } from "./lib/lock.mjs";
import { modules, node24, root, systemPath, target, toolsBin, which } from "./lib/paths.mjs";
import { countCrates, say, step } from "./lib/progress.mjs";

const WASM_PACK = "0.15.1";
const WASM_TARGET = "wasm32-unknown-unknown";
const OLDEST_NODE = [20, 19];

const logFile = (name) => join(target, "setup", `${name}.log`);
const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|resolve host|timed? ?out|connection (refused|reset)|failed to download|could not download|certificate/i;

/** The tools must not see node_modules/.bin on PATH: `npm ci` deletes it while they run. */
const env = { ...process.env, PATH: systemPath(), RUST_BACKTRACE: "0" };

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Failure(`Node ${OLDEST_NODE.join(".")} or newer is needed and this is ${process.versions.node}: install a newer Node, then run this again.`);
}

// --- Rust ---------------------------------------------------------------------------------------------------------

function checkCargo() {
  if (which("cargo", env.PATH) !== undefined) return;
  throw new Failure("Rust is missing (no cargo on PATH): install rustup as its site rustup.rs says, open a new shell, then run this again.");
}

async function rust() {
  const hasRustup = which("rustup", env.PATH) !== undefined;
  // Where rust-toolchain.toml names a toolchain that is not there yet, the first call installs it.
  const known = !hasRustup || (await run("rustup", ["which", "rustc"], { env: { ...env, RUSTUP_AUTO_INSTALL: "0" } })).code === 0;
  if (!known) {
    await step("set-up: Rust toolchain", async () => {
      await rustup("rust-toolchain", ["toolchain", "install", "--no-self-update"], "The Rust toolchain named in rust-toolchain.toml could not be installed");
    });
  }
  const [libdir, clippy, rustfmt] = await Promise.all([
    run("rustc", ["--print", "target-libdir", "--target", WASM_TARGET], { env }),
    run("cargo", ["clippy", "--version"], { env }),
    run("cargo", ["fmt", "--version"], { env }),
  ]);
  if (libdir.code !== 0 || !existsSync(libdir.stdout.trim())) {
    if (!hasRustup) throw new Failure(`The Rust target ${WASM_TARGET} is missing and there is no rustup to add it: install rustup as its site rustup.rs says, then run this again.`);
    await step(`set-up: Rust target ${WASM_TARGET}`, async () => {
      await rustup("rust-target", ["target", "add", WASM_TARGET], `The Rust target ${WASM_TARGET} could not be added`);
    });
  }
  if ((clippy.code !== 0 || rustfmt.code !== 0) && hasRustup) {
    await step("set-up: clippy and rustfmt", async () => {
      await rustup("rust-components", ["component", "add", "clippy", "rustfmt"], "clippy and rustfmt could not be added");
    });
  }
}

async function rustup(name, args, problem) {
  const log = logFile(name);
  const { code, output } = await run("rustup", args, { env, log });
  if (code === 0) return;
  const cause = NETWORK.test(output) ? "rustup could not reach its downloads; check the network" : "see the log";
  throw new Failure(`${problem}: ${cause}, then run: rustup ${args.join(" ")}`, { log });
}

// --- npm packages -------------------------------------------------------------------------------------------------

/** Whether what is installed is what the lockfile says. npm's own record of it is read, so `npm install` counts too. */
function packagesAreCurrent() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.link) return true;
    if (installed[path] === undefined) return Boolean(entry.optional || entry.devOptional);
    return installed[path].version === entry.version && existsSync(join(root, path));
  });
}

async function packages() {
  if (!packagesAreCurrent()) {
    if (which("npm", env.PATH) === undefined) throw new Failure("npm is missing: install Node together with npm, then run this again.");
    await step("set-up: npm packages", async () => {
      const log = logFile("npm-ci");
      const { code, output } = await run("npm", ["ci", "--no-audit", "--no-fund"], { env, log });
      if (code === 0) return;
      if (/EUSAGE|in sync/.test(output)) throw new Failure("package-lock.json does not fit package.json: run: npm install", { log });
      if (NETWORK.test(output)) throw new Failure("npm could not reach its registry; check the network or your .npmrc, then run: npm ci", { log });
      if (/EACCES|EPERM/.test(output)) throw new Failure("npm may not write node_modules; make the folder yours, then run: npm ci", { log });
      throw new Failure("npm could not install the packages; read the log, then run: npm ci", { log });
    });
  }
  await developmentNode();
}

/** The package `node` brings its binary with an install script, which a configuration may have forbidden. */
async function developmentNode() {
  const works = async () => existsSync(node24) && (await run(node24, ["--version"])).code === 0;
  if (await works()) return;
  const log = logFile("node");
  await step("set-up: Node for the development tools", () => run("npm", ["rebuild", "node", "--ignore-scripts=false"], { env, log }));
  if (await works()) return;
  throw new Failure("The package `node` has no working binary (its install script did not run): run: npm rebuild node --ignore-scripts=false", { log });
}

// --- wasm tools ---------------------------------------------------------------------------------------------------

/** The version of wasm-bindgen that Cargo.lock pins, which its command line must equal. */
export function wasmBindgenVersion() {
  const lockfile = join(root, "Cargo.lock");
  if (!existsSync(lockfile)) throw new Failure("Cargo.lock is missing: run: cargo generate-lockfile");
  const version = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(readFileSync(lockfile, "utf8").replaceAll("\r\n", "\n"))?.[1];
  if (version === undefined) throw new Failure("Cargo.lock names no wasm-bindgen: run: cargo generate-lockfile");
  return version;
}

async function hasVersion(name, version, path) {
  const file = which(name, path);
  if (file === undefined) return false;
  const { code, stdout } = await run(file, ["--version"]);
  return code === 0 && stdout.trim().split(/\s+/).includes(version);
}

async function wasmTools() {
  const version = wasmBindgenVersion();
  // Build and test put .tools/bin first, so what is there must be right; else PATH may have an equal one.
  const usable = async (name, wanted) =>
    existsSync(join(toolsBin, name)) ? hasVersion(name, wanted, toolsBin) : hasVersion(name, wanted, env.PATH);
  const [bindgen, runner, pack] = await Promise.all([
    usable("wasm-bindgen", version),
    usable("wasm-bindgen-test-runner", version),
    usable("wasm-pack", WASM_PACK),
  ]);
  // One after the other, into one target folder: they share most of their crates.
  if (!bindgen || !runner) await cargoInstall("wasm-bindgen-cli", version, ["--no-default-features"]);
  if (!pack) await cargoInstall("wasm-pack", WASM_PACK, ["--locked"]);
}

async function cargoInstall(name, version, flags) {
  const args = ["install", name, "--version", `=${version}`, "--debug", "--force", "--root", ".tools", ...flags];
  await step(`set-up: ${name} ${version}`, async (detail) => {
    const log = logFile(name);
    const { code, output } = await run("cargo", args, {
      // Unoptimised and without debug information: three times quicker to build, and quick enough to use.
      env: { ...env, CARGO_PROFILE_DEV_DEBUG: "0", CARGO_TARGET_DIR: join(target, "setup", "cargo") },
      log,
      onLine: countCrates(detail),
    });
    if (code === 0) return;
    const cause = NETWORK.test(output)
      ? "cargo could not reach its registry; check the network or your Cargo configuration"
      : `${name} could not be built; read the log`;
    throw new Failure(`${cause}, then run: CARGO_PROFILE_DEV_DEBUG=0 cargo ${args.join(" ")}`, { log });
  });
}

// --- Browsers -----------------------------------------------------------------------------------------------------

const first = (names) => names.map((name) => which(name)).find(Boolean);
const findChromium = () => first(["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]);
const findChromedriver = () => process.env.CHROMEDRIVER ?? which("chromedriver");
const findFirefox = () => first(["firefox-esr", "firefox"]);

/** The browser for tests of the boundary: `{chromium, chromedriver}`, or a `reason` why there is none. */
export function browser() {
  const chromium = findChromium();
  const chromedriver = findChromedriver();
  if (chromium !== undefined && chromedriver !== undefined) return { chromium, chromedriver };
  const missing = chromium === undefined ? "Chromium" : "chromedriver";
  return { reason: `${missing} is not installed (on Debian, as root: apt-get install chromium chromium-driver)` };
}

/** The browsers that open the checkout page: each its program, or a `reason` why there is none. */
export function pageBrowsers() {
  const found = (program, name, debian) => (program === undefined ? { reason: `${name} is not installed (on Debian, as root: apt-get install ${debian})` } : { program });
  return { chromium: found(findChromium(), "Chromium", "chromium"), firefox: found(findFirefox(), "Firefox", "firefox-esr") };
}

/** Debian's packages of the browsers that are missing. */
function missingBrowsers() {
  return [
    ...(browser().reason === undefined ? [] : ["chromium", "chromium-driver"]),
    ...(findFirefox() === undefined ? ["firefox-esr"] : []),
  ];
}

/** Installs the browsers where that is ours to do: root on Debian. Elsewhere, or when it fails, tests are skipped. */
async function installBrowsers() {
  const missing = missingBrowsers();
  if (missing.length === 0 || process.getuid?.() !== 0 || which("apt-get") === undefined) return;
  await step(`set-up: ${missing.join(", ")}`, async () => {
    const log = logFile("browsers");
    const apt = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, log };
    const wait = ["-o", "DPkg::Lock::Timeout=120"];
    await run("apt-get", [...wait, "update"], { ...apt, log: logFile("apt-update") });
    const { code } = await run("apt-get", [...wait, "install", "-y", "--no-install-recommends", ...missing], apt);
    if (code !== 0) say(`set-up: a browser could not be installed (log: target/setup/browsers.log); run: apt-get install ${missing.join(" ")}`);
  });
}

// ------------------------------------------------------------------------------------------------------------------

/** Everything; `browsers` also brings Chromium and Firefox. */
export async function setUp({ browsers = false } = {}) {
  checkNode();
  checkCargo();
  await exclusively("set-up", async () => {
    // npm and apt mostly wait for the network, so they run beside the compiler. All of them end before one failure
    // is told: the first stays the answer, and none is left running behind it.
    const results = await Promise.allSettled([
      rust().then(wasmTools),
      packages(),
      ...(browsers ? [installBrowsers()] : []),
    ]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main(async (args) => {
    await setUp({ browsers: args.includes("--browsers") });
    say("set-up: everything is in place");
  });
}
