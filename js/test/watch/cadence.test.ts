import { expect, test } from "vitest";
import { CreditGateError } from "../../errors.js";
import { Cadence, type CadenceSetup, type Figures } from "../../watch/cadence.js";
import { Timers } from "./timers.js";

const MINUTE = 60_000;
const EVERY = 5 * MINUTE;

class Page {
  #hidden = false;
  readonly listeners = new Set<() => void>();
  readonly visibility = {
    isHidden: () => this.#hidden,
    onChange: (listener: () => void) => {
      this.listeners.add(listener);
      return () => void this.listeners.delete(listener);
    },
  };

  hide(hidden: boolean): void {
    this.#hidden = hidden;
    for (const listener of this.listeners) listener();
  }
}

function setUp(options: Partial<CadenceSetup> = {}) {
  const timers = new Timers();
  const page = new Page();
  /** When each refresh has begun, from the first moment on. */
  const begun: number[] = [];
  const origin = timers.now;
  const script = { latency: 0, failure: undefined as Error | undefined, replaceIn: Number.POSITIVE_INFINITY, atOnce: 0, mostAtOnce: 0 };
  const cadence = new Cadence({
    every: EVERY,
    refresh: async (): Promise<Figures> => {
      begun.push(timers.now - origin);
      script.atOnce += 1;
      script.mostAtOnce = Math.max(script.mostAtOnce, script.atOnce);
      if (script.latency > 0) await new Promise<void>((resolve) => timers.start(script.latency, resolve));
      script.atOnce -= 1;
      if (script.failure !== undefined) throw script.failure;
      return { at: timers.now, replaceBy: timers.now + script.replaceIn };
    },
    startTimer: timers.start,
    now: () => timers.now,
    random: () => 0.5,
    visibility: page.visibility,
    ...options,
  });
  return { timers, page, begun, script, cadence };
}

test("refreshes at once, then every so often, with one timer", async () => {
  const { timers, begun, cadence } = setUp();
  cadence.start();
  await timers.advance(3 * EVERY);
  expect(begun).toEqual([0, EVERY, 2 * EVERY, 3 * EVERY]);
  expect(timers.pending).toBe(1);
});

test("figures that are there are refreshed when they are as old", async () => {
  const { timers, begun, cadence } = setUp();
  cadence.start({ at: timers.now - 2 * MINUTE });
  await timers.advance(EVERY);
  expect(begun).toEqual([3 * MINUTE]);
});

test.each([
  [0, 0.9 * EVERY],
  [0.25, 0.95 * EVERY],
  [0.999_999, 1.1 * EVERY],
])("jitter of %d", async (random, after) => {
  const { timers, begun, cadence } = setUp({ random: () => random });
  cadence.start({ at: timers.now });
  await timers.advance(2 * EVERY - 1);
  expect(begun[0]).toBeCloseTo(after, -1);
});

test("never two at once, however long one takes", async () => {
  const { timers, page, begun, script, cadence } = setUp({ every: 1_000 });
  script.latency = 10_000;
  cadence.start();
  await timers.advance(5_000);
  page.hide(true);
  page.hide(false);
  cadence.refreshed({ at: timers.now });
  cadence.due();
  await timers.advance(60_000);
  expect(script.mostAtOnce).toBe(1);
  expect(begun.slice(0, 3)).toEqual([0, 10_000, 21_000]);
});

test("hidden, there is no timer and no refresh; on return what is due comes at once", async () => {
  const { timers, page, begun, cadence } = setUp();
  cadence.start();
  await timers.advance(MINUTE);
  page.hide(true);
  expect(timers.pending).toBe(0);
  await timers.advance(60 * MINUTE);
  expect(begun).toEqual([0]);
  page.hide(false);
  expect(begun).toEqual([0, 61 * MINUTE]);
});

test("on return what is not due waits for its time", async () => {
  const { timers, page, begun, cadence } = setUp();
  cadence.start();
  await timers.advance(MINUTE);
  page.hide(true);
  await timers.advance(MINUTE);
  page.hide(false);
  expect(begun).toEqual([0]);
  await timers.advance(3 * MINUTE);
  expect(begun).toEqual([0, EVERY]);
});

test("started while hidden, it waits", async () => {
  const { timers, page, begun, cadence } = setUp();
  page.hide(true);
  cadence.start();
  await timers.advance(EVERY);
  expect(begun).toEqual([]);
  page.hide(false);
  expect(begun).toEqual([EVERY]);
});

test("hidden during a refresh, none follows", async () => {
  const { timers, page, begun, script, cadence } = setUp();
  script.latency = 1_000;
  cadence.start();
  await timers.advance(500);
  page.hide(true);
  await timers.advance(10 * EVERY);
  expect(begun).toEqual([0]);
  expect(timers.pending).toBe(0);
});

test("after a failure ever longer waits, up to the usual one; after a success the usual one", async () => {
  const { timers, begun, script, cadence } = setUp();
  script.failure = new Error("no");
  cadence.start();
  await timers.advance(1_000_000);
  const waits = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  script.failure = undefined;
  await timers.advance(300_000);
  const last = begun.at(-1) ?? 0;
  await timers.advance(EVERY);
  expect(begun.at(-1)).toBe(last + EVERY);
});

test("a short interval backs off, too", async () => {
  const { timers, begun, script, cadence } = setUp({ every: 1_000 });
  script.failure = new Error("no");
  cadence.start();
  await timers.advance(200_000);
  const waits = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test("a stated wait is kept, on return as well", async () => {
  const { timers, page, begun, script, cadence } = setUp();
  script.failure = new CreditGateError("provider_throttled", "later", { retryAfter: 120_000 });
  cadence.start();
  await timers.advance(60_000);
  page.hide(true);
  page.hide(false);
  expect(begun).toEqual([0]);
  await timers.advance(60_000);
  expect(begun).toEqual([0, 120_000]);
});

test("on return after a failure it is tried at once, but not in a hurry", async () => {
  const { timers, page, begun, script, cadence } = setUp();
  script.failure = new Error("no");
  cadence.start();
  await timers.advance(76_000);
  const before = begun.length;
  page.hide(true);
  page.hide(false);
  await timers.advance(3_999);
  expect(begun.length).toBe(before);
  await timers.advance(1);
  expect(begun.slice(before)).toEqual([80_000]);
});

test("figures that must be replaced sooner are, but not more than once a second", async () => {
  const { timers, begun, script, cadence } = setUp();
  script.replaceIn = 2 * MINUTE;
  cadence.start();
  await timers.advance(2 * MINUTE);
  script.replaceIn = -MINUTE;
  await timers.advance(2 * MINUTE);
  expect(begun.slice(0, 3)).toEqual([0, 2 * MINUTE, 4 * MINUTE]);
  await timers.advance(2_000);
  expect(begun.slice(3)).toEqual([4 * MINUTE + 1_000, 4 * MINUTE + 2_000]);
});

test("figures that came otherwise put the next refresh off", async () => {
  const { timers, begun, cadence } = setUp();
  cadence.start();
  await timers.advance(4 * MINUTE);
  cadence.refreshed({ at: timers.now });
  await timers.advance(4 * MINUTE);
  expect(begun).toEqual([0]);
  await timers.advance(MINUTE);
  expect(begun).toEqual([0, 9 * MINUTE]);
});

test("what is outdated is refreshed at once; during a refresh, once more after it", async () => {
  const { timers, begun, script, cadence } = setUp();
  cadence.start();
  await timers.advance(MINUTE);
  cadence.due();
  await timers.advance(0);
  expect(begun).toEqual([0, MINUTE]);
  script.latency = 1_000;
  cadence.due();
  await timers.advance(500);
  cadence.due();
  cadence.due();
  await timers.advance(10_000);
  expect(begun).toEqual([0, MINUTE, MINUTE, MINUTE + 1_000]);
});

test("stopped, it leaves no timer and no listener, also in the midst of a refresh", async () => {
  const idle = setUp();
  idle.cadence.start();
  await idle.timers.advance(MINUTE);
  idle.cadence.stop();
  const busy = setUp();
  busy.script.latency = 1_000;
  busy.cadence.start();
  await busy.timers.advance(500);
  busy.cadence.stop();
  await busy.timers.advance(1_000);
  for (const { timers, page, begun, cadence } of [idle, busy]) {
    expect(page.listeners.size).toBe(0);
    page.hide(true);
    page.hide(false);
    cadence.due();
    cadence.refreshed({ at: timers.now });
    await timers.advance(10 * EVERY);
    expect(timers.pending).toBe(0);
    expect(begun).toEqual([0]);
  }
});

test("intervals longer than a timer can wait", async () => {
  const every = 30 * 24 * 60 * MINUTE;
  const { timers, begun, cadence } = setUp({ every });
  cadence.start();
  await timers.advance(2 * every);
  expect(begun).toEqual([0, every, 2 * every]);
});
