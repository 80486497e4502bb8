/**
 * How each way of sending behaves: what counts as arrived, how long it waits, and when it tries again.
 *
 * @module creditgate/sandbox
 */
import type { Signature } from "./signing.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export interface Transport {
  readonly isSuccess: (status: number) => boolean;
  /** Real milliseconds until an attempt is given up. */
  readonly timeout: number;
  /** Milliseconds by the sandbox's clock from the nth failure to the next attempt; its length is how often it retries. */
  readonly waits: readonly number[];
}

/** Svix's documented schedule: eight attempts. */
const SVIX: Transport = {
  isSuccess: (status) => status >= 200 && status < 300,
  timeout: 15 * SECOND,
  waits: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
};

/** Flexprice's own sender: a job sends again what is stale after 15 minutes (4.3). How often is the sandbox's choice. */
const PLAIN: Transport = { ...SVIX, waits: [15 * MINUTE, 15 * MINUTE] };

/** Lago 1.6: three attempts, n^4 + 2 seconds after the nth failure. The random part is left out, so that tests can count. */
const LAGO: Transport = {
  isSuccess: (status) => [200, 201, 202, 204].includes(status),
  timeout: 30 * SECOND,
  waits: [1, 2].map((failures) => (failures ** 4 + 2) * SECOND),
};

const TRANSPORTS: Readonly<Record<Signature, Transport>> = { svix: SVIX, none: PLAIN, hmac: LAGO, jwt: LAGO };

export function transportOf(signature: Signature): Transport {
  return TRANSPORTS[signature];
}
