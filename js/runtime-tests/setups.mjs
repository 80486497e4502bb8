/**
 * Every set-up: in which project it runs, how, and what the README calls it. A set-up that returns has passed. `part`
 * ones are what `npm test` runs.
 */
import { readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { Failure } from "../scripts/lib/failure.mjs";
import { node24 } from "../scripts/lib/paths.mjs";
import { filesUnder } from "../scripts/lib/stamp.mjs";
import { pageReport } from "./browsers.mjs";
import { problemsOf } from "./judge.mjs";
import { runtimes, TOOLS } from "./project.mjs";
import { servePage, startServer } from "./servers.mjs";

const MOST_PROBLEMS = 8;

/** Throws what is wrong with a report. */
function judge(report) {
  const problems = problemsOf(report);
  if (problems.length === 0) return;
  const more = problems.length > MOST_PROBLEMS ? `\n... and ${problems.length - MOST_PROBLEMS} more` : "";
  throw new Failure(problems.slice(0, MOST_PROBLEMS).join("\n") + more);
}

/** A built page, in a browser, under a policy that allows WebAssembly and one origin. */
async function judgePage(folder, billing, { browser = "chromium", script } = {}) {
  const server = await servePage(folder, { connect: billing.origin, script });
  try {
    judge(await pageReport(browser, `${server.url}/`));
  } finally {
    await server.close();
  }
}

/** A server of the project, for as long as `body` asks it. */
async function withServer(project, what, file, args, body) {
  const options = { cwd: project.folder, env: project.env(), log: project.log(what) };
  const server = await startServer(node24, [project.path("node_modules", ...file.split("/")), ...args], options);
  try {
    await body(server.url);
  } finally {
    await server.close();
  }
}

async function judgeAnswer(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  if (!response.ok) throw new Failure(`${new URL(url).pathname} answered ${response.status}: ${text.slice(0, 500)}`);
  judge(JSON.parse(text));
}

/** The start of every wasm module, as base64. */
const INLINED = /AGFzbQEAAAA/g;

/** An app without creditgate/rules carries one module: a file, or its text. */
function oneEngine(folder) {
  const copies = filesUnder(folder).flatMap((file) => {
    if (file.endsWith(".wasm")) return [relative(folder, file)];
    return /\.[cm]?js$/.test(file) ? (readFileSync(file, "utf8").match(INLINED) ?? []).map(() => `inside ${relative(folder, file)}`) : [];
  });
  if (copies.length !== 1) throw new Failure(`an app without creditgate/rules carries ${copies.length} wasm modules: ${copies.join(", ")}`);
}

const node = (host) => async (project) => judge(await project.report(host, project.path("node_modules", ".bin", "node"), [host]));

const typescript = (config) => async (project) => {
  const listed = await project.tool(config, "typescript/bin/tsc", ["-p", `tsconfig.${config}.json`, "--pretty", "false", "--listFiles"]);
  // Types of the repository must not help: what is not in the project is not there.
  const outside = listed.split("\n").filter((file) => file.startsWith("/") && relative(runtimes, file).startsWith(".."));
  if (outside.length > 0) throw new Failure(`types came from outside of the project: ${outside.slice(0, 3).join(", ")}`);
};

const worker = (config) => (project) =>
  withServer(project, config, "wrangler/bin/wrangler.js", ["dev", "--config", config, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"], judgeAnswer);

async function wrangler(project) {
  await worker("wrangler.jsonc")(project);
  await project.tool("lean", "wrangler/bin/wrangler.js", ["deploy", "--dry-run", "--config", "wrangler.lean.jsonc", "--outdir", "lean"]);
  oneEngine(project.path("lean"));
}

async function cloudflareVite(project) {
  await project.tool("build", "vite/bin/vite.js", ["build"]);
  await withServer(project, "preview", "vite/bin/vite.js", ["preview", "--host", "127.0.0.1", "--port", "0"], judgeAnswer);
}

async function viteBuild(project, billing) {
  project.addPage("index.html", "page.mjs");
  await project.tool("build", "vite/bin/vite.js", ["build", "--outDir", "page"]);
  await judgePage(project.path("page"), billing);
  project.addPage("lean.html", "page-lean.mjs");
  await project.tool("lean", "vite/bin/vite.js", ["build", "--config", "vite.lean.config.mjs"]);
  oneEngine(project.path("lean"));
}

async function viteDev(project) {
  project.addPage("index.html", "page.mjs");
  await withServer(project, "dev", "vite/bin/vite.js", ["--host", "127.0.0.1", "--port", "0"], async (url) => judge(await pageReport("chromium", `${url}/`)));
}

const viteSsr = (config) => async (project) => {
  const out = config.replaceAll(".", "-");
  await project.tool(out, "vite/bin/vite.js", ["build", "--ssr", "host.mjs", "--config", config, "--outDir", out]);
  judge(await project.report(`${out}-run`, node24, [`${out}/host.js`]));
};

/** webpack and Rspack take the same configuration. */
const packed = (file, args) => async (project, billing) => {
  await project.tool("build", file, args);
  judge(await project.report("node", node24, ["node/host.cjs"]));
  await page(project, billing);
};

/** The page/page.js that a bundler without pages of its own has built. */
async function page(project, billing) {
  project.addPage("page/index.html", "page.js");
  await judgePage(project.path("page"), billing);
}

async function webpack(project, billing) {
  await packed("webpack-cli/bin/cli.js", ["build"])(project, billing);
  oneEngine(project.path("lean"));
}

async function rollup(project, billing) {
  await project.tool("build", "rollup/dist/bin/rollup", ["--config", "rollup.config.mjs"]);
  for (const host of ["node/host.mjs", "node-cjs/host.cjs"]) judge(await project.report(host.replace("/", "-"), node24, [host]));
  await page(project, billing);
}

async function esbuild(project) {
  const program = project.path("node_modules", ".bin", "esbuild");
  for (const [format, file] of [["esm", "host.mjs"], ["cjs", "host.cjs"]]) {
    await project.run(`build-${format}`, program, ["host.mjs", "--bundle", "--minify", "--platform=node", `--format=${format}`, `--outfile=out/${file}`]);
    judge(await project.report(`run-${format}`, node24, [`out/${file}`]));
  }
}

const browserPage = (browser) => async (project, billing) => {
  await project.run(`build-${browser}`, project.path("node_modules", ".bin", "esbuild"), ["page.mjs", "--bundle", "--minify", "--format=iife", `--outfile=${browser}/page.js`]);
  project.addPage(`${browser}/index.html`, "page.js");
  await judgePage(project.path(browser), billing, { browser });
};

async function parcel(project, billing) {
  project.addPage("index.html", "page.mjs");
  await project.tool("build", "parcel/lib/bin.js", ["build", "index.html", "--dist-dir", "page", "--no-cache", "--no-source-maps"]);
  // Parcel writes an import map into the page.
  await judgePage(project.path("page"), billing, { script: "'unsafe-inline'" });
}

/** A Next app: a server component, a client component, and the routes named. */
const next = (bundler, routes) => async (project) => {
  // What another build left there is not to help this one.
  rmSync(project.path(".next"), { recursive: true, force: true });
  if (!routes.includes("edge")) rmSync(project.path("app", "edge"), { recursive: true });
  await project.tool(`build-${bundler}`, "next/dist/bin/next", ["build", `--${bundler}`]);
  await withServer(project, `start-${bundler}`, "next/dist/bin/next", ["start", "--hostname", "127.0.0.1", "--port", "0"], async (url) => {
    for (const route of routes) await judgeAnswer(`${url}/${route}`);
    judge(await serverComponent(url));
    judge(await pageReport("chromium", `${url}/client`));
  });
};

async function serverComponent(url) {
  const html = await (await fetch(url)).text();
  const text = /<pre id="report">([\s\S]*?)<\/pre>/.exec(html)?.[1];
  if (text === undefined) throw new Failure(`the server component rendered no report: ${html.slice(0, 300)}`);
  const entities = { "&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  return JSON.parse(text.replaceAll(/&(?:quot|#x27|lt|gt|amp);/g, (entity) => entities[entity]));
}

const vitest = async (project) => judge(await project.report("run", node24, [project.path("node_modules", "vitest", "vitest.mjs"), "run", "--disable-console-intercept"]));

const bun = (args) => async (project) => judge(await project.report(args.at(-1), project.path("node_modules", ".bin", "bun"), args));

async function bunBuild(project) {
  await project.run("build", project.path("node_modules", ".bin", "bun"), ["build", "host.mjs", "--target=bun", "--outfile=out/host.mjs"]);
  await bun(["run", "out/host.mjs"])(project);
}

const deno = async (project) => judge(await project.report("run", project.path("node_modules", ".bin", "deno"), ["run", "--no-remote", "--no-prompt", "--node-modules-dir=manual", "--allow-net=127.0.0.1", "host.mjs"]));

/** `where` and `how` are the README's words; `tool` is whose version it names, `browser` whose else. */
export const SETUPS = [
  ...["node20", "node22", "node24"].flatMap((project) => [
    { name: `${project}-import`, project, where: "Node", tool: "node", how: "`import`", part: true, run: node("host.mjs") },
    { name: `${project}-require`, project, where: "Node", tool: "node", how: "`require()`", part: true, run: node("host.cjs") },
  ]),
  ...["node16", "nodenext", "bundler"].map((resolution) => (
    { name: `typescript-${resolution}`, project: "typescript", where: "TypeScript", tool: "typescript", how: `\`${resolution}\``, part: true, run: typescript(resolution) })),
  { name: "typescript-declarations", project: "typescript", where: "TypeScript", tool: "typescript", how: "every declaration without `skipLibCheck` and `@types`", part: true, run: typescript("declarations") },
  { name: "bun-import", project: "bun", where: "Bun", tool: "bun", how: "`import`", run: bun(["run", "host.mjs"]) },
  { name: "bun-require", project: "bun", where: "Bun", tool: "bun", how: "`require()`", run: bun(["run", "host.cjs"]) },
  { name: "bun-build", project: "bun", where: "Bun", tool: "bun", how: "`bun build`", run: bunBuild },
  { name: "deno", project: "deno", where: "Deno", tool: "deno", how: "`import`, no permission but the network", run: deno },
  { name: "wrangler", project: "wrangler", where: "Workers, wrangler", tool: "wrangler", how: "workerd without flags", part: true, run: wrangler },
  { name: "wrangler-nodejs-compat", project: "wrangler", where: "Workers, wrangler", tool: "wrangler", how: "with `nodejs_compat`", part: true, run: worker("wrangler.nodejs-compat.jsonc") },
  { name: "cloudflare-vite", project: "cloudflare-vite", where: "Workers, Cloudflare's Vite plugin", tool: "@cloudflare/vite-plugin", how: "workerd", run: cloudflareVite },
  { name: "vite-build", project: "vite", where: "Vite", tool: "vite", how: "build, in Chromium", part: true, run: viteBuild },
  { name: "vite-dev", project: "vite", where: "Vite", tool: "vite", how: "dev server, in Chromium", run: viteDev },
  { name: "vite-ssr", project: "vite", where: "Vite", tool: "vite", how: "SSR, in Node", run: viteSsr("vite.ssr.config.mjs") },
  { name: "vite-ssr-bundled", project: "vite", where: "Vite", tool: "vite", how: "SSR with `noExternal`, in Node", run: viteSsr("vite.ssr-bundled.config.mjs") },
  { name: "webpack", project: "webpack", where: "webpack", tool: "webpack", how: "in Node and Chromium", run: webpack },
  { name: "rspack", project: "rspack", where: "Rspack", tool: "@rspack/core", how: "in Node and Chromium", run: packed("@rspack/cli/bin/rspack.js", ["build"]) },
  { name: "rollup", project: "rollup", where: "Rollup", tool: "rollup", how: "in Node (`es`, `cjs`) and Chromium", run: rollup },
  { name: "esbuild", project: "esbuild", where: "esbuild", tool: "esbuild", how: "in Node (`esm`, `cjs`), minified", part: true, run: esbuild },
  { name: "parcel", project: "parcel", where: "Parcel", tool: "parcel", how: "in Chromium, with `packageExports`", run: parcel },
  { name: "next-turbopack", project: "next", where: "Next", tool: "next", how: "Turbopack: server and client component, Node and edge route", run: next("turbopack", ["node", "edge"]) },
  // Next 16.4.6 builds no edge route with webpack, whatever is in it: it misses a manifest that it did not write.
  { name: "next-webpack", project: "next", where: "Next", tool: "next", how: "webpack: server and client component, Node route", run: next("webpack", ["node"]) },
  { name: "vitest", project: "vitest", where: "Vitest", tool: "vitest", how: "in Node", run: vitest },
  { name: "chromium", project: "esbuild", where: "Chromium", browser: "chromium", how: "a page under a strict CSP", part: true, run: browserPage("chromium") },
  { name: "firefox", project: "esbuild", where: "Firefox", browser: "firefox", how: "a page under a strict CSP", run: browserPage("firefox") },
];

/** The pinned version of the tool that a set-up is about; a browser's is asked when it runs. */
export const versionOf = ({ project, tool }) => (tool === undefined ? undefined : TOOLS[project][tool]);
