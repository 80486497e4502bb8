/** When to look again: before a denial, and sooner where money runs low. */

import type { Verdict } from "./decision.js";
import type { Settings } from "./options.js";
import type { CustomerState } from "./snapshots.js";

/** The first wait before a denial is checked with the provider again; it doubles up to the longest, ms. */
const REVALIDATE_BACKOFF = { first: 5_000, longest: 300_000 };

/** The rate of spending is taken over this long, ms. */
const SPENDING_WINDOW = 60_000;

/** A snapshot is refreshed this many times before headroom would run out at the present rate of spending. */
const REFRESHES_PER_RUNWAY = 4;

/** Whether a denial should be checked with the provider first: the customer may just have topped up. */
export function mayRevalidate(state: CustomerState, { outcome }: Verdict, settings: Settings): boolean {
  const { snapshot } = state;
  if (outcome !== "short" || snapshot === undefined) return false;
  const { revalidateAfter, unknownCustomerFor } = settings;
  const now = settings.now();
  const isOld = now >= snapshot.sentAt + (snapshot.hasWallets ? revalidateAfter : unknownCustomerFor);
  return isOld && now >= Math.max(state.revalidateAt, state.retryAt);
}

/** Takes note of what such a check has brought: while the answer stays the same, the next one waits ever longer. */
export function noteRevalidation(state: CustomerState, { outcome }: Verdict, now: number): void {
  if (outcome !== "short") {
    state.revalidateBackoff = 0;
    state.revalidateAt = 0;
  } else if (now >= state.revalidateAt) {
    // Many calls may have waited for one check: it counts once.
    const { first, longest } = REVALIDATE_BACKOFF;
    state.revalidateBackoff = Math.min(longest, Math.max(first, state.revalidateBackoff * 2));
    state.revalidateAt = now + state.revalidateBackoff;
  }
}

/** Brings the next refresh forward when headroom is small next to the rate of spending. An estimate, never money. */
export function noteSpending(state: CustomerState, cost: number, { available }: Verdict, settings: Settings): void {
  const { snapshot } = state;
  if (snapshot === undefined || available === undefined) return;
  const now = settings.now();
  if (now - state.spentSince > SPENDING_WINDOW) {
    state.spentSince = now;
    state.spent = 0;
  }
  state.spent += cost;
  const perMs = state.spent / Math.max(1_000, now - state.spentSince);
  const runway = (Number(available) - cost) / perMs;
  const freshFor = Math.max(settings.freshForFloor, runway / REFRESHES_PER_RUNWAY);
  const dueAt = Math.max(snapshot.sentAt, state.askedAt) + freshFor;
  if (dueAt < state.dueAt) state.dueAt = dueAt;
}
