/**
 * Flexprice's request bodies: the caller's, with amounts as strings.
 */
import { withAmounts } from "../../api/amounts.js";
import type { AlertSettingsRequest, AutoTopUpRequest, CreateWallet, Debit, TopUp, TransactionFilter, UpdateWallet } from "./requests.js";

export function createBody(request: CreateWallet): CreateWallet {
  const names = ["conversion_rate", "topup_conversion_rate", "initial_credits_to_load", "auto_topup_min_balance", "auto_topup_amount"];
  return withSettings(withAmounts(request, names));
}

export function updateBody(request: UpdateWallet): UpdateWallet {
  return withSettings({ ...request });
}

export function topUpBody(request: TopUp): TopUp {
  return withAmounts(request, ["credits_to_add", "amount", "bonus_credits_to_add"]);
}

export function debitBody(request: Debit): Debit {
  return withAmounts(request, ["credits"]);
}

export function filterBody<T extends TransactionFilter>(filter: T): T {
  return withAmounts(filter, ["credits_available_gt"]);
}

interface Settings {
  readonly auto_topup?: AutoTopUpRequest;
  readonly alert_settings?: AlertSettingsRequest;
}

function withSettings<T extends Settings>(wallet: T): T {
  const { auto_topup, alert_settings } = wallet;
  return {
    ...wallet,
    ...(auto_topup && { auto_topup: withAmounts(auto_topup, ["threshold", "amount"], "auto_topup.") }),
    ...(alert_settings && { alert_settings: thresholds(alert_settings) }),
  };
}

function thresholds(settings: AlertSettingsRequest): AlertSettingsRequest {
  const copy: Record<string, unknown> = { ...settings };
  for (const level of ["critical", "warning", "info"] as const) {
    const threshold = settings[level];
    if (threshold) copy[level] = withAmounts(threshold, ["threshold"], `alert_settings.${level}.`);
  }
  return copy;
}
