/** `gate.watch` in real workerd: refused in the global scope, and working in a request, with the engine's own timers. */
import { expect, test } from "vitest";
import { startWorker } from "../../scripts/lib/worker.mjs";

test("is refused at import with a clear error, harms nothing there, and works in requests", async () => {
  const worker = await startWorker("js/test/workerd/fixtures/watch.ts", {});
  try {
    for (let request = 0; request < 2; request += 1) {
      const response = await fetch(worker.url);
      expect(await response.json()).toEqual({
        refusal: {
          code: "invalid_input",
          message: "timers are not allowed here: call `watch` in a handler, not in the global scope of a Worker",
          cause: expect.stringContaining("Disallowed operation called within global scope"),
        },
        count: 2,
        answer: "covered",
      });
    }
  } finally {
    await worker.close();
  }
}, 30_000);
