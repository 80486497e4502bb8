const here = import.meta.dirname;

export default [
  { name: "page", mode: "production", target: "web", entry: "./page.mjs", output: { path: `${here}/page`, filename: "page.js" } },
  { name: "node", mode: "production", target: "node", entry: "./host.mjs", output: { path: `${here}/node`, filename: "host.cjs", chunkFilename: "[id].cjs" } },
];
