/** Every recorded payload is what the descriptions say; and what differs from one is not. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import type { Profile } from "../../types.js";
import { payload } from "../sandbox/payloads.js";
import { type Description, descriptionOf } from "./description.js";

type Check = (description: Description, body: unknown) => void;

const request = (line: string): Check => {
  const [method = "", path = ""] = line.split(" ");
  return (description, body) => {
    description.checkRequest({ method, path, query: new URLSearchParams(), headers: new Headers(), body });
  };
};
const answer = (status: number, line: string): Check => {
  const [method = "", path = ""] = line.split(" ");
  return (description, body) => {
    description.checkAnswer({ method, path }, { status, body });
  };
};
const schema = (name: string): Check => (description, body) => {
  description.checkSchema(name, body);
};
const webhook = (type: string): Check => (description, body) => {
  description.checkWebhook(type, body);
};

const FLEXPRICE: Readonly<Record<string, Check>> = {
  create_conflict_409: answer(409, "POST /wallets"),
  create_request: request("POST /wallets"),
  create_request_documented: request("POST /wallets"),
  customer_wallets_by_id: answer(200, "GET /customers/cust_1/wallets"),
  customer_wallets_empty: answer(200, "GET /customers/wallets"),
  customer_wallets_query: answer(200, "GET /customers/wallets"),
  customer_wallets_query_plain: answer(200, "GET /customers/wallets"),
  debit_request: request("POST /wallets/wallet_1/debit"),
  debit_response: answer(200, "POST /wallets/wallet_1/debit"),
  error_400_insufficient: answer(400, "POST /wallets/wallet_1/terminate"),
  error_400_validation: answer(400, "GET /customers/wallets"),
  error_401: answer(401, "GET /wallets"),
  error_403_env: answer(403, "GET /wallets"),
  error_404: answer(404, "GET /wallets/wallet_1"),
  error_409_idempotency: answer(409, "POST /wallets/wallet_1/top-up"),
  error_429: answer(429, "GET /wallets"),
  error_500: answer(500, "GET /wallets"),
  error_legacy_documented: schema("DocumentedError"),
  event_request: request("POST /events"),
  event_response: answer(202, "POST /events"),
  events_bulk_request: request("POST /events/bulk"),
  events_bulk_response: answer(202, "POST /events/bulk"),
  invoice_preview_request: request("POST /invoices/preview"),
  invoice_preview_response: answer(200, "POST /invoices/preview"),
  modify_request: request("POST /wallets/wallet_1/modify"),
  modify_response: answer(200, "POST /wallets/wallet_1/modify"),
  terminate_response: answer(200, "POST /wallets/wallet_1/terminate"),
  topup_request_direct: request("POST /wallets/wallet_1/top-up"),
  topup_request_invoiced: request("POST /wallets/wallet_1/top-up"),
  topup_response_checkout: answer(200, "POST /wallets/wallet_1/top-up"),
  topup_response_direct: answer(200, "POST /wallets/wallet_1/top-up"),
  topup_response_invoiced_pending: answer(200, "POST /wallets/wallet_1/top-up"),
  transactions_list: answer(200, "GET /wallets/wallet_1/transactions"),
  transactions_search_request: request("POST /wallets/transactions/search"),
  update_request: request("PUT /wallets/wallet_1"),
  wallet: answer(200, "GET /wallets/wallet_1"),
  wallet_balance_cached: answer(200, "GET /wallets/wallet_1/balance/real-time-cached"),
  wallet_balance_fresh: answer(200, "GET /wallets/wallet_1/balance/real-time"),
  wallet_balance_inactive: answer(200, "GET /wallets/wallet_1/balance/real-time"),
  wallet_balance_negative: answer(200, "GET /wallets/wallet_1/balance/real-time"),
  wallet_balance_postpaid: answer(200, "GET /wallets/wallet_1/balance/real-time"),
  wallet_documented: schema("DocumentedWallet"),
  wallet_frozen: answer(200, "GET /wallets/wallet_1"),
  wallet_minimal: answer(200, "GET /wallets/wallet_1"),
  wallet_postpaid: answer(200, "GET /wallets/wallet_1"),
  wallets_list: answer(200, "GET /wallets"),
  wallets_search_request: request("POST /wallets/search"),
  webhook_feature_wallet_balance_alert: webhook("feature.wallet_balance.alert"),
  webhook_wallet_created: webhook("wallet.created"),
  webhook_wallet_created_legacy: webhook("wallet.created"),
  webhook_wallet_created_with_customer: webhook("wallet.created"),
  webhook_wallet_credit_balance_dropped: webhook("wallet.credit_balance.dropped"),
  webhook_wallet_credit_balance_recovered: webhook("wallet.credit_balance.recovered"),
  webhook_wallet_ongoing_balance_dropped: webhook("wallet.ongoing_balance.dropped"),
  webhook_wallet_ongoing_balance_recovered: webhook("wallet.ongoing_balance.recovered"),
  webhook_wallet_ongoing_balance_updated: webhook("wallet.ongoing_balance.updated"),
  webhook_wallet_terminated: webhook("wallet.terminated"),
  webhook_wallet_transaction_created: webhook("wallet.transaction.created"),
  webhook_wallet_transaction_updated: webhook("wallet.transaction.updated"),
  webhook_wallet_updated: webhook("wallet.updated"),
  webhooks_dashboard: answer(200, "GET /webhooks/dashboard"),
  webhooks_dashboard_off: answer(200, "GET /webhooks/dashboard"),
};

const LAGO: Readonly<Record<string, Check>> = {
  customer_usage: answer(200, "GET /customers/acme/current_usage"),
  error_400: answer(400, "POST /wallets"),
  error_401: answer(401, "GET /wallets"),
  error_403: answer(403, "GET /wallets"),
  error_404: answer(404, "GET /wallets/w"),
  error_405: answer(405, "POST /invoices/i/void"),
  error_422_lock: answer(422, "POST /wallet_transactions"),
  error_422_third_party: answer(422, "POST /invoices/preview"),
  error_422_validation: answer(422, "POST /wallets"),
  error_422_wallet_limit: answer(422, "POST /wallets"),
  error_422_wallet_terminated: answer(422, "POST /wallet_transactions"),
  error_429_provider: answer(429, "POST /wallet_transactions"),
  invoice_draft: answer(200, "GET /invoices/i"),
  invoice_finalized_with_prepaid: answer(200, "GET /invoices/i"),
  invoice_preview: answer(200, "POST /invoices/preview"),
  recurring_transaction_rule_interval_target: schema("RecurringRule"),
  recurring_transaction_rule_threshold_fixed: schema("RecurringRule"),
  wallet: answer(200, "GET /wallets/w"),
  wallet_alert: answer(200, "GET /customers/acme/wallets/default/alerts/low"),
  wallet_alerts_list: answer(200, "GET /customers/acme/wallets/default/alerts"),
  wallet_create_request: request("POST /wallets"),
  wallet_created_response: answer(200, "POST /wallets"),
  wallet_negative_ongoing: answer(200, "GET /wallets/w"),
  wallet_terminated: answer(200, "DELETE /wallets/w"),
  wallet_transaction: answer(200, "GET /wallet_transactions/t"),
  wallet_transaction_consumptions: answer(200, "GET /wallet_transactions/t/consumptions"),
  wallet_transaction_fundings: answer(200, "GET /wallet_transactions/t/fundings"),
  wallet_transaction_payment_url: answer(200, "POST /wallet_transactions/t/payment_url"),
  wallet_transaction_unrounded_remaining: answer(200, "GET /wallet_transactions/t"),
  wallet_transactions_create_request: request("POST /wallet_transactions"),
  wallet_transactions_create_response: answer(200, "POST /wallet_transactions"),
  wallet_transactions_list: answer(200, "GET /wallets/w/wallet_transactions"),
  wallets_list: answer(200, "GET /wallets"),
  wallets_list_empty: answer(200, "GET /wallets"),
  webhook_alert_triggered: webhook("alert.triggered"),
  webhook_wallet_created: webhook("wallet.created"),
  webhook_wallet_depleted_ongoing_balance: webhook("wallet.depleted_ongoing_balance"),
  webhook_wallet_terminated: webhook("wallet.terminated"),
  webhook_wallet_transaction_created: webhook("wallet_transaction.created"),
  webhook_wallet_transaction_payment_failure: webhook("wallet_transaction.payment_failure"),
  webhook_wallet_transaction_updated: webhook("wallet_transaction.updated"),
  webhook_wallet_updated: webhook("wallet.updated"),
  webhooks_json_public_key: answer(200, "GET /webhooks/json_public_key"),
};

const FOLDERS = ["../../../tests/payloads", "../sandbox/payloads"].map((folder) => resolve(import.meta.dirname, folder));

describe.each<[Profile, typeof LAGO]>([["flexprice", FLEXPRICE], ["lago", LAGO]])("%s", (provider, checks) => {
  const description = descriptionOf(provider);

  test("the description is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(readFileSync(resolve(import.meta.dirname, `${provider}.yaml`), "utf8"));
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  });

  test("no payload is left out", () => {
    const files = FOLDERS.flatMap((folder) => readdirSync(resolve(folder, provider))).map((name) => name.replace(".json", ""));
    expect([...new Set(files)].sort()).toEqual(Object.keys(checks).sort());
  });

  test.each(Object.entries(checks))("%s conforms", (name, check) => {
    check(description, payload(`${provider}/${name}.json`));
  });

  test.each(Object.entries(checks).filter(([name]) => !name.endsWith("_empty")))("%s with a key that is not described does not", (name, check) => {
    expect(() => check(description, withStranger(payload(`${provider}/${name}.json`)))).toThrow(/stranger/);
  });
});

/** The payload with one more key at the innermost object of its first keys. */
function withStranger(value: unknown): unknown {
  if (Array.isArray(value)) return [withStranger(value[0]), ...value.slice(1)];
  const [only, ...others] = Object.keys(value as object);
  if (only !== undefined && others.length === 0 && typeof (value as Record<string, unknown>)[only] === "object") {
    return { [only]: withStranger((value as Record<string, unknown>)[only]) };
  }
  return { ...(value as object), stranger: 1 };
}
