/**
 * How long things take, side by side: every contestant is measured in each of several rounds, one after the other, so
 * that whatever else the machine does falls on all of them. A figure is the median of its rounds, a ratio the median of
 * the rounds' own ratios.
 */
import { do_not_optimize, measure } from "mitata";

export const keep = do_not_optimize;

/** Measured alike for everything: mitata times batches, and gives the median time of a call. */
const BATCH = { batch_samples: 512, min_samples: 6, warmup_samples: 4, gc: false };

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * @param contestants functions of no argument by name; a promise is awaited
 * @returns {Promise<Record<string, number[]>>} nanoseconds a call, by name, one figure for each round
 */
export async function race(contestants, { rounds, milliseconds }) {
  const names = Object.keys(contestants);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  // The first round is for the compiler.
  for (let round = -1; round < rounds; round += 1) {
    for (const name of names) {
      const { p50 } = await measure(contestants[name], { ...BATCH, min_cpu_time: milliseconds * 1e6 });
      if (round >= 0) times[name].push(p50);
    }
  }
  return times;
}

/** The results of a race, the best first being 1. */
export function results(suite, name, times) {
  const best = Math.min(...Object.values(times).map(median));
  return Object.entries(times).map(([contestant, rounds]) => ({ suite, case: name, name: contestant, nsPerOp: median(rounds), ratioToBest: median(rounds) / best, rounds }));
}

/** How many times longer `slower` takes than `faster`. */
export const ratio = (times, slower, faster) => median(times[slower].map((ns, round) => ns / times[faster][round]));
