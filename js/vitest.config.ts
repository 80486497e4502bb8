/**
 * Three projects, told apart by the test's file name: Node (`*.test.ts`), real workerd (`*.workerd.test.ts`) and
 * Chromium (`*.browser.test.ts`). All of them test the sources; `#platform` resolves as it does for users.
 */
import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const WORKERD = "js/test/**/*.workerd.test.ts";
const BROWSER = "js/test/**/*.browser.test.ts";

export default defineConfig({
  root,
  // Beside node_modules/.vite, which belongs to whoever runs vite in an example.
  cacheDir: "target/vite",
  test: {
    projects: [
      {
        root,
        test: { name: "node", include: ["js/test/**/*.test.ts"], exclude: [WORKERD, BROWSER], environment: "node" },
      },
      {
        root,
        plugins: [cloudflareTest({ wrangler: { configPath: "./js/test/workerd/wrangler.jsonc" } })],
        test: { name: "workerd", include: [WORKERD] },
      },
      {
        root,
        test: {
          name: "chromium",
          include: [BROWSER],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CREDITGATE_CHROMIUM"] || "/usr/bin/chromium",
                // Root in a container has no sandbox; the rest keeps Chromium from calling home.
                args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
