import { defineConfig } from "vite";

export default defineConfig({ build: { outDir: "lean", rolldownOptions: { input: "lean.html" } } });
