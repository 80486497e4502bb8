/** How requests live in a runtime. */

/** What the gate must know of the runtime's requests. */
export interface Requests {
  /**
   * Whether a promise of one request must not be awaited in another, because the runtime ends a request's I/O
   * with it (Workers).
   */
  readonly isolated: boolean;
  /** Keeps the current request alive for a promise, where the runtime offers that without the request's context. */
  readonly waitUntil?: (promise: Promise<unknown>) => void;
}

/** Runtimes in which a promise may be shared by everybody. */
export const requests: Requests = { isolated: false };
