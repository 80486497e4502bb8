/**
 * How long a call may take.
 */
import { CreditGateError, isCreditGateError } from "../../errors.js";
import { timeoutOption } from "../options.js";
import type { CallOptions, Settings } from "./options.js";

/** A call's time: `signal` aborts when it is over, and `race` rejects then, whatever the work does with its signal. */
export interface Time {
  readonly signal: AbortSignal;
  race<T>(work: Promise<T>): Promise<T>;
}

/** Runs something until `timeout` or the caller's signal; both end it with `provider_timeout`, or with the caller's own error of this package. */
export async function within<T>(api: string, settings: Settings, options: CallOptions, run: (time: Time) => Promise<T>): Promise<T> {
  const { signal } = options;
  const timeout = timeoutOption("timeout", options.timeout, settings.timeout);
  const work = new AbortController();
  const timer = new AbortController();
  const over = new Promise<never>((_, reject) => work.signal.addEventListener("abort", () => reject(work.signal.reason)));
  const stop = (): void => work.abort(endedBy(api, signal?.reason));
  over.catch(() => undefined); // nobody may be racing
  settings.sleep(timeout, timer.signal).then(
    () => work.abort(new CreditGateError("provider_timeout", `${api} did not answer within ${timeout} ms`)),
    () => undefined,
  );
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  try {
    return await run({ signal: work.signal, race: (promise) => Promise.race([promise, over]) });
  } finally {
    signal?.removeEventListener("abort", stop);
    timer.abort();
  }
}

function endedBy(api: string, reason: unknown): CreditGateError {
  if (isCreditGateError(reason)) return reason;
  return new CreditGateError("provider_timeout", `${api}: the call was ended by its signal`, { cause: reason });
}
