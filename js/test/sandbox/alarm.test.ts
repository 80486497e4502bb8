import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Alarm } from "../../sandbox/alarm.js";
import { Clock } from "../../sandbox/clock.js";
import { START } from "./harness.js";

const DAY = 86_400_000;

describe("the alarm", () => {
  let now = START;
  let wakes = 0;
  const closing = new AbortController();
  const alarm = new Alarm(new Clock(() => now), closing.signal, () => {
    wakes += 1;
  });

  /** Time passes for the host's timers, and as much, or something else, for the clock. */
  function pass(ms: number, onTheClock = ms): void {
    now += onTheClock;
    vi.advanceTimersByTime(ms);
  }

  beforeEach(() => {
    vi.useFakeTimers();
    now = START;
    wakes = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("wakes once, when it is due, and at the newest time that it was given", () => {
    alarm.set(START + 10);
    alarm.set(START + 50);
    pass(49);
    expect(wakes).toBe(0);
    pass(1);
    pass(DAY);
    expect(wakes).toBe(1);
  });

  it("waits for the rest when its timer is early", () => {
    alarm.set(START + 10);
    pass(10, 9);
    expect(wakes).toBe(0);
    pass(1);
    expect(wakes).toBe(1);
  });

  it("waits longer than the host's timers can", () => {
    alarm.set(START + 30 * DAY);
    for (let day = 0; day < 29; day += 1) pass(DAY);
    expect(wakes).toBe(0);
    pass(DAY);
    expect(wakes).toBe(1);
  });

  it("gives up on a clock that stands still, and on nothing to wait for", () => {
    alarm.set(START + 10);
    pass(DAY, 0);
    alarm.set(Number.POSITIVE_INFINITY);
    pass(DAY);
    expect([wakes, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("ends when the sandbox closes", () => {
    alarm.set(START + 10);
    closing.abort();
    pass(DAY);
    expect(wakes).toBe(0);
  });
});
