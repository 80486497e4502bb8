import { nodeResolve } from "@rollup/plugin-node-resolve";

export default [
  { input: "page.mjs", plugins: [nodeResolve({ browser: true })], output: { dir: "page", entryFileNames: "page.js", format: "es" } },
  { input: "host.mjs", plugins: [nodeResolve()], output: { dir: "node", entryFileNames: "host.mjs", format: "es" } },
  { input: "host.mjs", plugins: [nodeResolve()], output: { dir: "node-cjs", entryFileNames: "host.cjs", chunkFileNames: "[name].cjs", format: "cjs" } },
];
