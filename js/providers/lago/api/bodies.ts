/**
 * Lago's request bodies: the caller's, with credits as strings.
 */
import { withAmounts } from "../../api/amounts.js";
import type { AlertThresholdRequest, CreateCustomerWallet, CreateWalletTransaction, RecurringTransactionRuleRequest, UpdateWallet } from "./requests.js";

const RULE_AMOUNTS = ["threshold_credits", "target_ongoing_balance", "paid_credits", "granted_credits"];

export function createBody<T extends CreateCustomerWallet>(request: T): T {
  return withRules(withAmounts(request, ["rate_amount", "paid_credits", "granted_credits"]));
}

export function updateBody(request: UpdateWallet): UpdateWallet {
  return withRules(request);
}

export function transactionBody(request: CreateWalletTransaction): CreateWalletTransaction {
  return withAmounts(request, ["paid_credits", "granted_credits", "voided_credits"]);
}

export function alertBody<T extends { readonly thresholds?: readonly AlertThresholdRequest[] }>(request: T): T {
  const { thresholds } = request;
  if (thresholds === undefined) return request;
  return { ...request, thresholds: thresholds.map((one, index) => withAmounts(one, ["value"], `thresholds[${index}].`)) };
}

function withRules<T extends { readonly recurring_transaction_rules?: readonly RecurringTransactionRuleRequest[] }>(wallet: T): T {
  const { recurring_transaction_rules: rules } = wallet;
  if (rules === undefined) return wallet;
  const texts = rules.map((rule, index) => withAmounts(rule, RULE_AMOUNTS, `recurring_transaction_rules[${index}].`));
  return { ...wallet, recurring_transaction_rules: texts };
}
