/** Every webhook of both providers, in every shape, is read. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { WebhookEvent } from "../../types.js";
import { flexpriceWebhooks, lagoWebhooks } from "../../webhooks/index.js";
import { isCreditGateError } from "../../errors.js";
import { HMAC_KEY } from "./deliveries.js";

const { parse: flexprice } = flexpriceWebhooks({ allowUnsigned: true });
const { parse: lago } = lagoWebhooks({ hmacKey: HMAC_KEY });

const folder = new URL("payloads/", import.meta.url);
const text = (provider: string, name: string) => readFileSync(new URL(`${provider}/${name}.json`, folder), "utf8");
const names = (provider: string) => readdirSync(new URL(provider, folder)).map((file) => file.replace(".json", "")).filter((name) => !["signatures", "json_public_key"].includes(name));

const WALLET = "wallet_01K3Q0Z8V6W9E4T2M5N7B1C3D4";
const CUSTOMER = "cust_01K3Q0Y1A2B3C4D5E6F7G8H9J0";
const slim = { provider: "flexprice", walletId: WALLET, customerId: CUSTOMER, customer: undefined };
const settings = [
  { code: "critical", value: "0", condition: "below" },
  { code: "warning", value: "20", condition: "below" },
  { code: "info", value: "50", condition: "below" },
];

const FLEXPRICE: Record<string, Readonly<Record<string, unknown>>> = {
  wallet_created: { ...slim, type: "wallet.created", kind: "wallet", wallet: expect.objectContaining({ id: WALLET }) },
  wallet_created_with_customer: { ...slim, type: "wallet.created", kind: "wallet", customer: "acme" },
  wallet_created_legacy: { ...slim, type: "wallet.created", kind: "wallet", customer: "acme" },
  wallet_updated: { ...slim, type: "wallet.updated", kind: "wallet" },
  wallet_terminated: { ...slim, type: "wallet.terminated", kind: "wallet", wallet: expect.objectContaining({ wallet_status: "closed" }) },
  wallet_ongoing_balance_updated: { ...slim, type: "wallet.ongoing_balance.updated", kind: "wallet" },
  wallet_transaction_created: { ...slim, type: "wallet.transaction.created", kind: "transaction", transactionId: "wtxn_01K3Q2AAAAAAAAAAAAAAAAAAAA", transaction: expect.objectContaining({ credit_amount: "200" }) },
  wallet_transaction_updated: { ...slim, type: "wallet.transaction.updated", kind: "transaction", transactionId: "wtxn_01K3Q5FFFFFFFFFFFFFFFFFFFF", transaction: expect.objectContaining({ transaction_reason: "PURCHASED_CREDIT_INVOICED" }) },
  wallet_credit_balance_dropped: { ...slim, type: "wallet.credit_balance.dropped", kind: "alert", alert: { direction: "dropped", balance: "settled", state: "in_alarm", value: "0", unit: "credits", thresholds: settings } },
  wallet_credit_balance_recovered: { ...slim, type: "wallet.credit_balance.recovered", kind: "alert", alert: { direction: "recovered", balance: "settled", state: "ok", value: "251", unit: "credits", thresholds: settings } },
  wallet_ongoing_balance_dropped: { ...slim, type: "wallet.ongoing_balance.dropped", kind: "alert", alert: { direction: "dropped", balance: "ongoing", state: "in_alarm", value: "-9.5", unit: "credits", thresholds: settings } },
  wallet_ongoing_balance_recovered: { ...slim, type: "wallet.ongoing_balance.recovered", kind: "alert", alert: { direction: "recovered", balance: "ongoing", state: "ok", value: "196.5", unit: "credits", thresholds: settings } },
  feature_wallet_balance_alert: { ...slim, type: "feature.wallet_balance.alert", kind: "alert", alert: { direction: "dropped", state: "in_alarm", value: "4.5", thresholds: [] } },
};

const known = { provider: "lago", customerId: "bf45e6ac-5b45-50fc-9fc2-53d190645728", customer: "cust_acme_042" };
const WALLET_ID = "f58f652d-1dd6-59fb-ac9e-fdf0fa402c01";

const LAGO: Record<string, Readonly<Record<string, unknown>>> = {
  wallet_created: { ...known, type: "wallet.created", kind: "wallet", walletId: WALLET_ID, wallet: expect.objectContaining({ balance_cents: 0 }) },
  wallet_updated: { ...known, type: "wallet.updated", kind: "wallet", walletId: WALLET_ID },
  wallet_terminated: { ...known, type: "wallet.terminated", kind: "wallet", walletId: WALLET_ID, wallet: expect.objectContaining({ status: "terminated" }) },
  wallet_depleted_ongoing_balance: { ...known, type: "wallet.depleted_ongoing_balance", kind: "alert", walletId: WALLET_ID, alert: { direction: "depleted", balance: "ongoing", value: "0", unit: "credits", thresholds: [] } },
  wallet_transaction_created: { ...known, type: "wallet_transaction.created", kind: "transaction", walletId: WALLET_ID, transactionId: "2f4c7841-5c84-502b-b230-1ede8bdef397", transaction: expect.objectContaining({ status: "settled" }) },
  wallet_transaction_updated: { ...known, type: "wallet_transaction.updated", kind: "transaction", walletId: WALLET_ID, transactionId: "e08921db-598f-5db2-8a71-1b013cce4872" },
  wallet_transaction_payment_failure: { ...known, type: "wallet_transaction.payment_failure", kind: "payment_failure", transactionId: "e08921db-598f-5db2-8a71-1b013cce4872" },
  alert_triggered: {
    provider: "lago", type: "alert.triggered", kind: "alert", walletId: WALLET_ID, customerId: undefined, customer: "cust_acme_042",
    alert: {
      direction: "crossed", balance: "ongoing", code: "low_ongoing", value: "1950", previousValue: "9073", unit: "minor",
      thresholds: [{ code: "critical", value: "2000", recurring: false }, { code: "warn", value: "8000", recurring: false }],
    },
  },
};

describe.each([["flexprice", flexprice, FLEXPRICE], ["lago", lago, LAGO]] as const)("%s", (provider, parse, expected) => {
  test("no payload is left out", () => expect(names(provider).sort()).toEqual(Object.keys(expected).sort()));

  test.each(Object.keys(expected))("%s", (name) => {
    const body = text(provider, name);
    const event = parse(body);
    expect(event).toMatchObject(expected[name] ?? {});
    expect(event.payload).toEqual(JSON.parse(body));
  });

  const field = provider === "lago" ? "webhook_type" : "event_type";

  test("an event that nobody knows is of kind other, its payload as it came", () => {
    const payload = { [field]: "invoice.update.finalized", invoice: { id: "inv_1", customer_id: "c" } };
    expect(parse(JSON.stringify(payload))).toMatchObject({ provider, kind: "other", type: "invoice.update.finalized", payload });
    for (const type of ["wallet.credit_balance.exploded", "constructor", "wallet"]) expect(parse(JSON.stringify({ [field]: type })).kind).toBe("other");
  });

  test("a known event that lacks everything else is one all the same", () => {
    for (const name of Object.keys(expected)) {
      const { type, kind } = expected[name] ?? {};
      for (const rest of [{}, { wallet: null, transaction: [], alert: "x", object_type: "wallet", customer: 7 }, { object_type: {} }]) {
        const event = parse(JSON.stringify({ [field]: type, ...rest }));
        expect(event).toMatchObject({ kind, type });
        expect([event.walletId, event.customerId, event.customer]).toEqual([undefined, undefined, undefined]);
      }
    }
  });

  test.each(["", "{", "[]", "null", "7", '"text"', "{}", `{"${field}":7}`, `{"${field}":""}`])("%j is no event", (body) => {
    try {
      parse(body);
    } catch (error) {
      expect(isCreditGateError(error) && error.code).toBe("webhook_invalid");
      return;
    }
    expect.fail("was read");
  });
});

test("ids are found wherever a fuller or older shape has them", () => {
  const parsed = (fields: object) => flexprice(JSON.stringify({ event_type: "wallet.transaction.created", ...fields }));
  expect(parsed({ wallet: { id: "w1", customer_id: "c1" }, transaction: { id: "t1" } })).toMatchObject({ walletId: "w1", customerId: "c1", transactionId: "t1" });
  expect(parsed({ wallet: { id: "w1" }, customer: { id: "c1", external_id: "acme" } })).toMatchObject({ walletId: "w1", customerId: "c1", customer: "acme" });
  const transaction = (fields: object) => lago(JSON.stringify({ webhook_type: "wallet_transaction.created", object_type: "wallet_transaction", wallet_transaction: fields }));
  expect(transaction({ lago_wallet_id: "w1" })).toMatchObject({ walletId: "w1" });
  expect(transaction({ wallet: { lago_id: "w1", external_customer_id: "acme" } })).toMatchObject({ walletId: "w1", customer: "acme" });
});

describe("alerts", () => {
  const alertOf = (event: WebhookEvent) => (event.kind === "alert" ? event.alert : expect.fail(event.kind));

  test("Flexprice's figures may be numbers, as documented, and settings may be missing or of a newer shape", () => {
    const alert = (alert: unknown) => alertOf(flexprice(JSON.stringify({ event_type: "wallet.ongoing_balance.dropped", alert })));
    expect(alert({ state: "warning", current_balance: 12.5, alert_settings: { critical: { threshold: 0.1, condition: "below" }, info: null, percent: { threshold: 3 } } })).toEqual({
      direction: "dropped", balance: "ongoing", state: "warning", value: "12.5", unit: "credits", thresholds: [{ code: "critical", value: "0.1", condition: "below" }],
    });
    expect(alert({ current_balance: "010.500" })).toMatchObject({ value: "10.5", thresholds: [] });
    for (const value of ["much", "1e3", null, {}, "1".repeat(40)]) expect(alert({ current_balance: value }).value).toBeUndefined();
    expect(alert(undefined)).toEqual({ direction: "dropped", balance: "ongoing", state: undefined, value: undefined, unit: "credits", thresholds: [] });
  });

  test("a recovered feature alert, by its status", () => {
    expect(alertOf(flexprice('{"event_type":"feature.wallet_balance.alert","alert_status":"ok"}')).direction).toBe("recovered");
  });

  test.each([
    ["wallet_balance_amount", "settled", "minor"],
    ["wallet_credits_balance", "settled", "credits"],
    ["wallet_ongoing_balance_amount", "ongoing", "minor"],
    ["wallet_credits_ongoing_balance", "ongoing", "credits"],
    ["current_usage_amount", undefined, undefined],
  ])("Lago's alert type %s watches the %s balance in %s", (alert_type, balance, unit) => {
    const body = { webhook_type: "alert.triggered", object_type: "triggered_alert", triggered_alert: { alert_type, crossed_thresholds: [{ value: "x" }, null, { value: "1.0", recurring: true }] } };
    expect(alertOf(lago(JSON.stringify(body)))).toMatchObject({ balance, unit, thresholds: [{ code: undefined, value: "1", recurring: true }] });
  });

  test("Lago's older name of the customer counts where the newer is missing", () => {
    expect(lago('{"webhook_type":"alert.triggered","object_type":"triggered_alert","triggered_alert":{"customer_external_id":"acme"}}').customer).toBe("acme");
  });
});

test("narrowing on kind gives each its own fields", () => {
  const told = (event: WebhookEvent): string => {
    switch (event.kind) {
      case "wallet":
        return String(event.wallet?.["id"]);
      case "transaction":
      case "payment_failure":
        return event.transactionId ?? "";
      case "alert":
        return event.alert.direction;
      case "other":
        // @ts-expect-error nothing is known of it
        return event.alert ?? event.type;
      default:
        return event satisfies never;
    }
  };
  expect(told(flexprice(text("flexprice", "wallet_updated")))).toBe(WALLET);
});
