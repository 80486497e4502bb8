/** `npm run replay` replays every file of the vectors, by the engine as users have it. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = resolve(import.meta.dirname, "../scripts/replay.mjs");
const vectors = resolve(import.meta.dirname, "../../tests/vectors");

test("every case passes, and none is skipped", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, vectors, "--engine", "wasm"]);
  expect(stdout.trim().split("\n").at(-1)).toMatch(/^[1-9]\d{2,} passed, 0 failed, 0 skipped$/);
});
