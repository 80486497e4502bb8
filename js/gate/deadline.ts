/** Work with a deadline, whatever it does with its signal. */

import type { Settings } from "./options.js";

/**
 * Runs something for at most `ms`. Past that its signal aborts and what `late` makes is thrown, whether or not the
 * work ends.
 */
export async function within<T>(
  sleep: Settings["sleep"],
  ms: number,
  late: () => Error,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const work = new AbortController();
  const timer = new AbortController();
  const tooLate = sleep(ms, timer.signal).then(() => {
    const error = late();
    work.abort(error);
    throw error;
  });
  try {
    return await Promise.race([run(work.signal), tooLate]);
  } finally {
    tooLate.catch(() => {});
    timer.abort();
  }
}
