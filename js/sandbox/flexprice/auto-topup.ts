/**
 * Automatic top-ups: how they are set (flexprice 1.3), and when one is due (rules 52, 53).
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { isRecord } from "../fields.js";
import { type Exact, text, ZERO } from "../money.js";
import { type Body, booleanOf, decimalOf, positiveOf, refused } from "./body.js";
import { newPurchase, purchase } from "./purchases.js";
import type { AutoTopup, FlexpriceState, Wallet } from "./state.js";

/** A wallet's own mark on what was not topped up by hand. */
const METADATA = { auto_topup: "true" };

/** On create threshold, amount and invoicing are required; on update each field merges, and cooldown 0 clears it. */
export function readAutoTopup(body: Body, stored?: AutoTopup): AutoTopup {
  const threshold = decimalOf(body, "threshold");
  const amount = positiveOf(body, "amount");
  const invoicing = booleanOf(body, "invoicing") ?? stored?.invoicing;
  const merged = {
    threshold: threshold === undefined ? stored?.threshold : text(threshold),
    amount: amount === undefined ? stored?.amount : text(amount),
  };
  if (merged.threshold === undefined || merged.amount === undefined || invoicing === undefined) {
    throw refused("auto_topup needs threshold, amount and invoicing");
  }
  const cooldown = cooldownOf(body, stored);
  return {
    enabled: booleanOf(body, "enabled") ?? stored?.enabled ?? false,
    threshold: merged.threshold,
    amount: merged.amount,
    invoicing,
    ...(cooldown === undefined ? {} : { cooldown }),
  };
}

function cooldownOf(body: Body, stored: AutoTopup | undefined): AutoTopup["cooldown"] {
  const update = body["cooldown"] ?? null;
  if (update !== null && !isCooldown(update)) throw refused("cooldown needs a value and a unit: second, minute, hour or day");
  const { cooldown } = ask("auto_topup", { stored_cooldown: stored?.cooldown ?? null, update_cooldown: update });
  return isCooldown(cooldown) ? cooldown : undefined;
}

/** Zero is good too: it clears. */
function isCooldown(value: unknown): value is { value: number; unit: string } {
  if (!isRecord(value)) return false;
  const { value: count, unit } = value;
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0 || typeof unit !== "string") return false;
  return ask("duration", { value: count === 0 ? 1 : count, unit })["valid"] === true;
}

/** Tops the wallet up if that is due. Answers whether it did. */
export function topUpAutomatically(state: FlexpriceState, wallet: Wallet, realTimeCreditBalance: Exact, now: number): boolean {
  const config = wallet.autoTopup;
  if (config === undefined || !isDue(state, wallet, config, realTimeCreditBalance, now)) return false;
  const credits = decimalOf({ amount: config.amount }, "amount") ?? ZERO;
  const reason = config.invoicing ? "PURCHASED_CREDIT_INVOICED" : "PURCHASED_CREDIT_DIRECT";
  const request = { ...newPurchase(credits, reason), description: "Auto top-up", metadata: METADATA, billingReason: "WALLET_AUTO_TOPUP" as const };
  purchase(state, wallet, request, now);
  return true;
}

/** Rule 53: not while an invoice of the customer's is unpaid, the last one is pending, or the cooldown runs. */
function isDue(state: FlexpriceState, wallet: Wallet, config: AutoTopup, realTimeCreditBalance: Exact, now: number): boolean {
  if (config.invoicing && hasUnpaid(state, wallet)) return false;
  const last = wallet.transactions.filter(({ metadata }) => metadata?.["auto_topup"] === METADATA.auto_topup).at(-1);
  // The engine counts invoices, so that it is asked as if by invoice: what holds a top-up back is the same.
  const answer = ask("auto_topup", {
    config: { ...config, invoicing: true },
    real_time_credit_balance: text(realTimeCreditBalance),
    last_auto_topup: last === undefined ? null : { status: last.status, age_seconds: Math.floor((now - last.createdAt) / 1000) },
  });
  return answer["invoices"] === 1;
}

function hasUnpaid(state: FlexpriceState, { customer }: Wallet): boolean {
  return state.invoices.some((invoice) => {
    if (invoice.customer !== customer) return false;
    const asked = { invoice_status: "FINALIZED", payment_status: invoice.paid ? "SUCCEEDED" : "PENDING", billing_reason: invoice.billingReason };
    return ask("auto_topup", { invoice: asked })["has_pending"] === true;
  });
}
