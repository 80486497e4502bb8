/** `gate.watch` in real workerd: refused in the global scope, and working in a request, with the engine's own timers. */
import { expect, test, vi } from "vitest";
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

test("one request's watch hears what others have brought, and lives on when those have ended", async () => {
  const worker = await startWorker("js/test/workerd/fixtures/watch.ts", {});
  const ask = (path: string) => fetch(`${worker.url}${path}`);
  const heard = async () => ((await (await ask("/heard")).json()) as { heard: number }).heard;
  try {
    const watched = ask("/watch");
    await vi.waitUntil(async () => (await heard()) === 1, { timeout: 10_000 });
    await ask("/refresh");
    await vi.waitUntil(async () => (await heard()) === 2, { timeout: 10_000 });
    // Its own timer, five minutes off, would come too late: it fetches because of this.
    await ask("/invalidate");
    expect(await (await watched).json()).toEqual({ heard: 3 });
    // Closed from elsewhere, it hears nothing more.
    const closed = ask("/watch");
    await vi.waitUntil(async () => (await heard()) === 1, { timeout: 10_000 });
    await ask("/close");
    await ask("/refresh");
    expect(await (await closed).json()).toEqual({ heard: 1 });
  } finally {
    await worker.close();
  }
}, 60_000);
