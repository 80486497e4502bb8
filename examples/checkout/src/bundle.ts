/** The pages' scripts, bundled when the server starts: a real shop does this when it is deployed. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { compileScript, parse } from "vue/compiler-sfc";

const PAGE = fileURLToPath(new URL("../page/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = { ".css": "text/css", ".svg": "image/svg+xml" };

/** Files by name, as the page asks for them below /assets/. */
export type Assets = ReadonlyMap<string, { readonly type: string; readonly body: Uint8Array<ArrayBuffer> }>;

/** What `@vitejs/plugin-vue` does with its option `isCustomElement`, which Vue needs to leave the element to the browser. */
const vue: Plugin = {
  name: "vue",
  setup(context) {
    context.onLoad({ filter: /\.vue$/ }, ({ path }) => {
      const { descriptor } = parse(readFileSync(path, "utf8"), { filename: path });
      const compilerOptions = { isCustomElement: (tag: string) => tag === "credit-preview" };
      const { content } = compileScript(descriptor, { id: basename(path), inlineTemplate: true, templateOptions: { compilerOptions } });
      return { contents: content, loader: "ts" };
    });
  },
};

/** Bundles the three pages. What they share is shared, and the build without WebAssembly is a file of its own. */
export async function bundle(): Promise<Assets> {
  const { outputFiles } = await build({
    entryPoints: ["shop.ts", "react.tsx", "vue.ts"].map((name) => PAGE + name),
    outdir: PAGE,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    jsx: "automatic",
    chunkNames: "chunk-[hash]",
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    plugins: [vue],
    logLevel: "error",
  });
  const scripts = outputFiles.map(({ path, contents }) => [basename(path), { type: "text/javascript", body: new Uint8Array(contents) }] as const);
  const others = readdirSync(PAGE)
    .filter((name) => extname(name) in TYPES)
    .map((name) => [name, { type: TYPES[extname(name)] ?? "", body: new Uint8Array(readFileSync(PAGE + name)) }] as const);
  return new Map([...scripts, ...others]);
}
