/** What a checkout page needs of a customer: the wallets, redacted, and how they would pay a draft invoice. */

import { CreditGateError } from "../errors.js";
import type { CustomerSnapshot, DraftInvoice, GatePreview } from "../types.js";
import { type Core, info } from "./core.js";
import { asOf, type Snapshot } from "./snapshots.js";
import { checkCall, HANDLE_OPTIONS, parseCustomer } from "./usage.js";
import type { HandleOptions } from "./webhooks.js";

export function snapshotOf(core: Core, customer: string, call: HandleOptions): Promise<CustomerSnapshot> {
  return ask(core, customer, call, (snapshot) => {
    const { profile } = core.settings.provider;
    const { account, fetchedAt, freshness } = snapshot;
    return { customer, profile, ...account.redacted(), fetchedAt, asOf: asOf(snapshot), freshness };
  });
}

export function preview(core: Core, customer: string, draft: DraftInvoice, call: HandleOptions): Promise<GatePreview> {
  return ask(core, customer, call, (snapshot, now) => ({ ...snapshot.account.preview(draft, now), snapshot: info(snapshot, now) }));
}

/** Looks a customer up as `check` does, and answers from the snapshot. What is due is refreshed behind the answer. */
async function ask<T>(core: Core, customer: string, call: HandleOptions, answer: (snapshot: Snapshot, now: number) => T): Promise<T> {
  checkCall(call, HANDLE_OPTIONS);
  const state = core.state(parseCustomer(customer, "customer"));
  await core.ensure(state);
  const now = core.settings.now();
  const snapshot = core.usable(state, now);
  if (snapshot === undefined) throw state.failure ?? new CreditGateError("provider_timeout", "no snapshot that may answer has arrived");
  const answered = answer(snapshot, now);
  core.behind(state, call);
  return answered;
}
