/** A page's client on time that only moves when told, and a source that answers by script. */
import { vi } from "vitest";
import { CheckoutPreview } from "../../browser/checkout.js";
import type { CheckoutOptions, CheckoutState, PageSnapshot, SnapshotSource } from "../../browser/types.js";
import { wallet } from "./snapshot.js";

export const NOW: number = Date.parse("2026-11-21T12:00:00Z");
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const VALID_FOR: number = 10 * MINUTE;

/** Snapshots of one wallet. */
export class FakeSource implements SnapshotSource {
  balance = "30";
  failure: unknown;
  /** Until an answer, ms. */
  latency = 0;
  validFor: number = VALID_FOR;
  /** What is wrong with its snapshots, or different. */
  changes: Partial<Record<keyof PageSnapshot, unknown>> = {};
  /** When each fetch has begun, since `NOW`. */
  readonly begun: number[] = [];
  readonly signals: AbortSignal[] = [];
  atOnce = 0;
  mostAtOnce = 0;

  async fetch(signal: AbortSignal): Promise<PageSnapshot> {
    const asOf = Date.now();
    this.begun.push(asOf - NOW);
    this.signals.push(signal);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const { balance } = this;
    if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
    this.atOnce -= 1;
    if (this.failure !== undefined) throw this.failure;
    const fetchedAt = Date.now();
    const snapshot: PageSnapshot = { profile: "flexprice", wallets: [wallet(balance)], asOf, fetchedAt, freshness: "computed", expiresAt: fetchedAt + this.validFor };
    return { ...snapshot, ...this.changes } as PageSnapshot;
  }
}

/** A document that is seen, until it is not. */
export class FakeDocument {
  visibilityState = "visible";
  readonly listeners = new Set<() => void>();

  addEventListener(_type: string, listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: string, listener: () => void): void {
    this.listeners.delete(listener);
  }

  show(visibilityState: "visible" | "hidden"): void {
    this.visibilityState = visibilityState;
    for (const listener of this.listeners) listener();
  }
}

export function setUp(options: Partial<CheckoutOptions> = {}) {
  const source = new FakeSource();
  const document = new FakeDocument();
  const checkout = new CheckoutPreview({ source, random: () => 0.5, document, ...options });
  const states: CheckoutState[] = [];
  const unsubscribe = checkout.subscribe((state) => states.push(state));
  return { source, document, checkout, states, unsubscribe };
}

/** Moves time; everything runs that waits for nothing else, the loading of modules too. */
export async function advance(ms: number): Promise<void> {
  await turn();
  await vi.advanceTimersByTimeAsync(ms);
  await turn();
}

export async function turn(): Promise<void> {
  for (let index = 0; index < 3; index += 1) await new Promise((resolve) => setImmediate(resolve));
}
