/** What tests put into a page before its own scripts. It runs in the page: nothing from outside is in its scope. */

/** What a test finds on `window`. */
export interface Instruments {
  /** Messages of the page's policy: what was blocked. */
  readonly violations: string[];
  /** How many long timers are pending: those of the watch. */
  pending(): number;
  /** Lets so many milliseconds pass: what falls due runs, and `Date.now` says so. */
  advance(ms: number): void;
}

declare global {
  interface Window {
    instruments: Instruments;
  }
}

/**
 * Long timers run when a test says so: nobody waits five minutes, and nothing depends on this machine's speed. Short
 * ones are the browser's own.
 */
export function instrument(): void {
  const LONG = 10_000;
  const own = { setTimeout: window.setTimeout.bind(window), clearTimeout: window.clearTimeout.bind(window), now: Date.now };
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const violations: string[] = [];
  let passed = 0;
  let last = 1_000_000_000;
  const now = () => own.now() + passed;

  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => violations.push(`${effectiveDirective} ${blockedURI}`));
  Date.now = now;
  Object.defineProperty(window, "setTimeout", {
    value: (handler: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
      if (delay < LONG) return own.setTimeout(handler, delay, ...args);
      last += 1;
      timers.set(last, { at: now() + delay, run: () => handler(...args) });
      return last;
    },
  });
  Object.defineProperty(window, "clearTimeout", { value: (id: number) => void (timers.delete(id) || own.clearTimeout(id)) });

  window.instruments = {
    violations,
    pending: () => timers.size,
    advance(ms) {
      passed += ms;
      for (const [id, { at, run }] of [...timers].sort(([, a], [, b]) => a.at - b.at)) {
        if (at > now() || !timers.delete(id)) continue;
        run();
      }
    },
  };
}
