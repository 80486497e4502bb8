import { expect, test } from "vitest";
import { Alarm } from "../../watch/alarm.js";
import { LONGEST_TIMER } from "../../watch/timer.js";
import { Timers } from "./timers.js";

function setUp() {
  const timers = new Timers();
  const rung: number[] = [];
  const alarm = new Alarm(timers.start, () => timers.now);
  return { timers, rung, alarm, ring: () => void rung.push(timers.now) };
}

test("rings once, at its time", async () => {
  const { timers, rung, alarm, ring } = setUp();
  alarm.set(timers.now + 500, ring);
  await timers.advance(499);
  expect(rung).toEqual([]);
  await timers.advance(10_000);
  expect(rung).toEqual([1_000_500]);
  expect(timers.pending).toBe(0);
});

test("what was set before is forgotten", async () => {
  const { timers, rung, alarm, ring } = setUp();
  alarm.set(timers.now + 100, () => rung.push(-1));
  alarm.set(timers.now + 200, ring);
  expect(timers.pending).toBe(1);
  await timers.advance(1_000);
  expect(rung).toEqual([1_000_200]);
});

test("a time beyond the longest timer takes several", async () => {
  const { timers, rung, alarm, ring } = setUp();
  const at = timers.now + 2 * LONGEST_TIMER + 5;
  alarm.set(at, ring);
  await timers.advance(3 * LONGEST_TIMER);
  expect(rung).toEqual([at]);
  expect(timers.started).toEqual([LONGEST_TIMER, LONGEST_TIMER, 5]);
});

test("never, too, is no busy loop", () => {
  const { timers, alarm, ring } = setUp();
  alarm.set(Number.POSITIVE_INFINITY, ring);
  expect(timers.started).toEqual([LONGEST_TIMER]);
});

test("a timer that fires early is followed by another", async () => {
  const { timers, rung, alarm, ring } = setUp();
  timers.early = 1;
  alarm.set(timers.now + 100.5, ring);
  await timers.advance(99.6);
  expect(rung).toEqual([]);
  timers.early = 0;
  await timers.advance(10);
  expect(rung.length).toBe(1);
  expect(rung[0]).toBeGreaterThanOrEqual(1_000_100.5);
});

test("cleared, it leaves nothing", async () => {
  const { timers, rung, alarm, ring } = setUp();
  alarm.set(timers.now + 100, ring);
  alarm.clear();
  alarm.clear();
  expect(timers.pending).toBe(0);
  await timers.advance(1_000);
  expect(rung).toEqual([]);
});

test("timers that fail give way to those of the runtime", async () => {
  const broken = () => {
    throw new Error("the engine is gone");
  };
  const alarm = new Alarm(broken, () => 0);
  await new Promise<void>((resolve) => alarm.set(0, resolve));
});
