/** What a checkout page sees of a customer's wallets, and how a source of them looks. */

import type { CreditGateError } from "../errors.js";
import type { Freshness, WalletsSnapshot } from "../types.js";

/** When the figures on the page were fetched, how old they may be, and until when they may be shown as fresh. */
export interface PageSnapshotInfo {
  /** When the billing API's answer arrived. */
  readonly fetchedAt: number;
  /** The earliest moment at which the provider may have computed the figures. */
  readonly asOf: number;
  readonly freshness: Freshness;
  /** From then on the figures are stale: still shown, and marked. */
  readonly expiresAt: number;
}

/** A customer's wallets as a page has them. */
export interface PageSnapshot extends WalletsSnapshot, PageSnapshotInfo {}

/** Where a page gets a customer's wallets from: `signedSnapshots`, `flexpricePortal`, or one's own. */
export interface SnapshotSource {
  /**
   * Fetches the wallets as they are now.
   *
   * @param signal - aborts when the page no longer wants the answer, and after 30 seconds
   */
  fetch(signal: AbortSignal): Promise<PageSnapshot>;
}

/** Which build of the engine: WebAssembly, or the same engine as plain JavaScript where the page's CSP forbids that. */
export type CheckoutEngine = "wasm" | "no-wasm";

/** What a page has to show besides the preview itself. */
export interface CheckoutState {
  /** `ready` once there are wallets and an engine, and from then on; `error` when the first load failed. */
  readonly status: "loading" | "ready" | "error";
  /** The last refresh failed or the snapshot has expired: the figures stay, marked. */
  readonly stale: boolean;
  /** Of the wallets that `preview` computes with. */
  readonly snapshot?: PageSnapshotInfo | undefined;
  /** Why the last load or refresh failed. */
  readonly error?: CreditGateError | undefined;
  /** Once chosen. */
  readonly engine?: CheckoutEngine | undefined;
}

/** How to make a `CheckoutPreview`. */
export interface CheckoutOptions {
  readonly source: SnapshotSource;
  /** `"auto"` tries WebAssembly, and loads the other build where the page forbids it. @defaultValue `"auto"` */
  readonly engine?: "auto" | CheckoutEngine | undefined;
  /** Milliseconds between refreshes while watched, from 1,000; each waits 10 % more or less. @defaultValue 300,000 */
  readonly refreshEvery?: number | undefined;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
  /** From 0 up to 1, for jitter. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
  /** Whose visibility pauses the refreshing. @defaultValue the page's own, where there is one */
  readonly document?: CheckoutDocument | undefined;
}

/** The part of a `Document` that tells whether the page is seen. */
export interface CheckoutDocument {
  readonly visibilityState: string;
  addEventListener(type: "visibilitychange", listener: () => void): void;
  removeEventListener(type: "visibilitychange", listener: () => void): void;
}
