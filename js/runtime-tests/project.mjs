/** A fresh project as a user would have it: the packed tarball and one set of tools, by npm's own client. */
import { copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../scripts/lib/exec.mjs";
import { Failure } from "../scripts/lib/failure.mjs";
import { node24, quietCloudflare, root, systemPath, target } from "../scripts/lib/paths.mjs";
import { Unavailable } from "./browsers.mjs";

const here = join(root, "js", "runtime-tests");
export const runtimes = join(target, "runtimes");
/** Every tool of every project, with its exact version. */
export const TOOLS = JSON.parse(readFileSync(join(here, "projects.json"), "utf8"));
/** What npm says when a package has nothing for this machine. */
const NO_BINARY = /EBADPLATFORM|Unsupported platform|not supported on this platform/;

const OF_THIS_REPOSITORY = /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)|INIT_CWD|NODE_ENV|NODE_OPTIONS)/;

/** One project, filled from js/runtime-tests/projects/NAME. */
export class Project {
  constructor(name) {
    this.name = name;
    this.folder = join(runtimes, name);
    this.tools = TOOLS[name];
  }

  log(what) {
    return join(runtimes, "logs", `${this.name}-${what}.log`);
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** Installs the tarball and the tools; `input` is the text of input.mjs. */
  async create(tarball, input) {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    for (const files of [join(here, "hosts"), join(here, "projects", this.name)].filter(existsSync)) cpSync(files, this.folder, { recursive: true });
    copyFileSync(join(here, "smoke.mjs"), this.path("smoke.mjs"));
    writeFileSync(this.path("input.mjs"), input);
    // Only a tool that wants to be told something brings a package.json.
    const manifest = this.path("package.json");
    const own = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
    writeFileSync(manifest, JSON.stringify({ ...own, private: true, type: "module", dependencies: { ...this.tools, creditgate: `file:${tarball}` } }));
    const { code, output } = await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], { cwd: this.folder, env: this.env(), log: this.log("install") });
    if (code !== 0 && NO_BINARY.test(output)) throw new Unavailable(`${Object.keys(this.tools).join(", ")} has nothing for this machine`);
    if (code !== 0) throw new Failure(`npm could not install the project ${this.name}`, { log: this.log("install") });
    // Above this folder is the repository, whose own creditgate would answer for one that is not here.
    if (lstatSync(this.path("node_modules", "creditgate"), { throwIfNoEntry: false })?.isDirectory() !== true) throw new Failure(`npm did not unpack creditgate into the project ${this.name}`);
  }

  /** Without what `npm run` hands down, and without the tools of this repository. */
  env() {
    const inherited = Object.entries(process.env).filter(([name]) => !OF_THIS_REPOSITORY.test(name));
    const path = [this.path("node_modules", ".bin"), systemPath()].join(delimiter);
    return { ...Object.fromEntries(inherited), ...quietCloudflare, NEXT_TELEMETRY_DISABLED: "1", PATH: path };
  }

  /** Writes a page that loads `script`, which stands beside it. */
  addPage(file, script) {
    writeFileSync(this.path(file), `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<script type="module" src="./${script}"></script>\n</html>\n`);
  }

  /** Runs a program of the project; throws what it said when it fails. */
  async run(what, program, args) {
    const log = this.log(what);
    const { code, output, stdout } = await run(program, args, { cwd: this.folder, env: this.env(), log });
    if (code !== 0) throw new Failure(`${what} ended with exit code ${code}: ${lastWords(output)}`, { log });
    return stdout;
  }

  /** Runs a development tool on the Node of devDependencies: some refuse older ones. */
  tool(what, file, args) {
    return this.run(what, node24, [this.path("node_modules", ...file.split("/")), ...args]);
  }

  /** The report that a program of the project prints, as host.mjs does. */
  async report(what, program, args) {
    const stdout = await this.run(what, program, args);
    const line = stdout.split("\n").find((text) => text.startsWith("smoke "));
    if (line === undefined) throw new Failure(`${what} printed no report: ${lastWords(stdout)}`, { log: this.log(what) });
    return JSON.parse(line.slice("smoke ".length));
  }
}

const lastWords = (output) => output.trim().split("\n").filter((line) => line.trim() !== "").slice(-12).join("\n");
