/**
 * What Flexprice looks at after each wallet operation, and late after usage: alerts and auto top-ups (flexprice 3.12,
 * 3.13).
 *
 * @module creditgate/sandbox
 */
import { earliest } from "../clock.js";
import { compare } from "../money.js";
import { raiseAlerts, settingsOf } from "./alerts.js";
import { topUpAutomatically } from "./auto-topup.js";
import { computeBalance } from "./balance.js";
import type { Customer, FlexpriceState, Wallet } from "./state.js";
import { walletEvent } from "./webhooks.js";

/** Rule 54 has no end of its own where a top-up adds next to nothing; the sandbox does not go on for ever. */
const MAX_TOP_UPS = 1000;

/** Looks at one wallet. A direct top-up is an operation itself, so that it is followed by another look (rule 54). */
export function evaluate(state: FlexpriceState, wallet: Wallet, now: number): void {
  for (let topUps = 0; topUps < MAX_TOP_UPS; topUps += 1) {
    if (!isWatched(state, wallet)) return;
    const { cached } = wallet;
    const { realTimeCreditBalance } = computeBalance(state, wallet, now);
    // Rule 66: credits are compared with a cached currency figure, so that this is spurious at any rate but 1.
    if (cached === undefined || compare(cached.realTimeBalance, realTimeCreditBalance) !== 0) {
      state.emit(walletEvent("wallet.ongoing_balance.updated", wallet));
    }
    raiseAlerts(state, wallet, realTimeCreditBalance, now);
    if (!topUpAutomatically(state, wallet, realTimeCreditBalance, now)) return;
  }
}

/** Rules 16, 66: only wallets with alerts or auto top-ups are recomputed. */
function isWatched(state: FlexpriceState, wallet: Wallet): boolean {
  return wallet.status === "active" && (settingsOf(state, wallet).alert_enabled === true || wallet.autoTopup?.enabled === true);
}

/** Usage came in: a look is due `delay` after it. What comes meanwhile shares the look, and a later one if need be. */
export function usageArrived(state: FlexpriceState, customer: Customer, delay: number, now: number): void {
  state.usageChecks.set(customer, { at: state.usageChecks.get(customer)?.at ?? now + delay, newest: now });
}

/** Runs the looks that were due by `now`, each at its own time (rule 61). */
export function evaluateDue(state: FlexpriceState, delay: number, now: number): void {
  for (let due = nextEvaluation(state); due <= now; due = nextEvaluation(state)) {
    for (const [customer, { at, newest }] of state.usageChecks) {
      if (at !== due) continue;
      if (newest + delay > at) state.usageChecks.set(customer, { at: newest + delay, newest });
      else state.usageChecks.delete(customer);
      for (const wallet of customer.wallets) evaluate(state, wallet, at);
    }
  }
}

/** When the next look is due; infinity when there is none. */
export function nextEvaluation(state: FlexpriceState): number {
  return earliest([...state.usageChecks.values()].map(({ at }) => at));
}
