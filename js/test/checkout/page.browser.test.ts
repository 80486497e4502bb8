/** The page's client in a real page: its visibility, and the engine's timers. Its policies: js/test/browser. */
import { afterEach, expect, test, vi } from "vitest";
import { CheckoutPreview } from "../../browser/index.js";
import { draft, wallet } from "./snapshot.js";

const MINUTE = 60_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** As a browser does when the page's tab is left, or seen again. */
function show(state: DocumentVisibilityState): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

test("pauses while the page is hidden, refreshes on return, and leaves no timer and no listener", async () => {
  const added = vi.spyOn(document, "addEventListener");
  const removed = vi.spyOn(document, "removeEventListener");
  let asked = 0;
  const fetch = async () => {
    asked += 1;
    const at = Date.now();
    return { profile: "flexprice" as const, wallets: [wallet("30")], asOf: at, fetchedAt: at, freshness: "computed" as const, expiresAt: at + 10 * MINUTE };
  };
  const checkout = new CheckoutPreview({ source: { fetch }, random: () => 0.5 });
  await checkout.load();
  expect(checkout.state).toMatchObject({ status: "ready", engine: "wasm" });
  expect(checkout.preview(draft).total).toBe("10");

  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const stop = checkout.watch();
  await vi.advanceTimersByTimeAsync(11 * MINUTE);
  expect(asked).toBe(3);
  show("hidden");
  expect(vi.getTimerCount()).toBe(1); // waits for the figures to expire, so that they are never shown as fresh
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(asked).toBe(3);
  expect(checkout.state.stale).toBe(true);
  show("visible");
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(4);
  expect(checkout.state.stale).toBe(false);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  const listeners = (calls: unknown[][]) => calls.filter(([type]) => type === "visibilitychange").length;
  expect(listeners(removed.mock.calls)).toBe(listeners(added.mock.calls));
  checkout.close();
});
