/** Modules of js/ that the package holds inside its bundles, for scripts that need one alone. */
import { join } from "node:path";
import { js } from "./paths.mjs";

/** Imports `js/PATH.ts`, with what it imports. Errors are known across copies by their symbol. */
export async function importSource(path) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(js, `${path}.ts`)], bundle: true, format: "esm", platform: "neutral", target: "es2022", write: false, logLevel: "error",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
