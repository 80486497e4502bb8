/**
 * Lago's clocks: the refresh of ongoing balances, the hourly job of interval rules, and jobs that are due (lago 3.5, 3.6).
 *
 * @module creditgate/sandbox
 */
import { refreshAwaiting } from "./ongoing.js";
import { isActive, runIntervals } from "./recurring.js";
import type { LagoState } from "./state.js";
import { topUp } from "./topups.js";

const HOUR = 3_600_000;
/** R-INT-1: the job runs at minute 55. */
const INTERVAL_MINUTE = 55 * 60_000;

/** Runs what is due up to `now`, each thing at its own time. */
export function catchUp(state: LagoState, refreshInterval: number, now: number): void {
  for (let due = nextDue(state, refreshInterval); due.at <= now; due = nextDue(state, refreshInterval)) {
    due.run(due.at, now);
  }
  state.caughtUpAt = Math.max(state.caughtUpAt, now);
  dropExpiredRules(state, now);
}

/** When something is due next. */
export function nextTick(state: LagoState, refreshInterval: number): number {
  return nextDue(state, refreshInterval).at;
}

/** Something that happens at a time of its own. */
interface Due {
  readonly at: number;
  readonly run: (at: number, now: number) => void;
}

function nextDue(state: LagoState, refreshInterval: number): Due {
  const dues = [nextJob(state), nextRefresh(state, refreshInterval), nextIntervals(state)];
  return dues.reduce((first, due) => (due.at < first.at ? due : first));
}

function nextJob(state: LagoState): Due {
  const [job] = state.jobs;
  if (job === undefined) return NEVER;
  return {
    at: job.at,
    run: (at) => {
      state.jobs.shift();
      if (job.wallet.status === "active") topUp(state, job.wallet, job.topUp, at);
    },
  };
}

/** R-ONG-14: once per interval since the start. */
function nextRefresh(state: LagoState, interval: number): Due {
  return {
    at: state.startedAt + (state.ticks + 1) * interval,
    run: (at, now) => {
      refreshAwaiting(state, at);
      // Only requests ask for another refresh, and there was none since, so one run does for many ticks.
      state.ticks = Math.floor((now - state.startedAt) / interval);
    },
  };
}

/** The hourly job, while there are rules for it. */
function nextIntervals(state: LagoState): Due {
  const wallets = [...state.ruled].filter(({ recurringRules }) => recurringRules.some(({ trigger }) => trigger === "interval"));
  if (wallets.length === 0) return NEVER;
  return {
    at: (Math.floor((state.caughtUpAt - INTERVAL_MINUTE) / HOUR) + 1) * HOUR + INTERVAL_MINUTE,
    run: (at) => {
      state.caughtUpAt = at;
      for (const wallet of wallets) runIntervals(state, wallet, at);
    },
  };
}

/** 1.1: only rules that are active are shown. */
function dropExpiredRules(state: LagoState, now: number): void {
  for (const wallet of state.ruled) {
    wallet.recurringRules = wallet.recurringRules.filter((rule) => isActive(rule, now));
    if (wallet.recurringRules.length === 0) state.ruled.delete(wallet);
  }
}

const NEVER: Due = { at: Number.POSITIVE_INFINITY, run: () => undefined };
