/** Alerts of wallets: their routes, and when they go off (lago 1.5, 3.10). */
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, at, type Json, MINUTE, START, useSandbox } from "./harness.js";
import { expectShape } from "./payloads.js";
import { useReceiver } from "./receiver.js";

const harness = useSandbox();
const receiver = useReceiver();
const PATH = "/customers/acme/wallets/main/alerts";
const LOW = { alert_type: "wallet_balance_amount", code: "low", thresholds: [{ code: "warn", value: "8000" }] };
let id = "";

beforeEach(() => {
  const { control } = harness.sandbox;
  control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "1" });
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR", subscription: "s" });
  ({ id } = control.wallets({ provider: "lago", customer: "acme", currency: "EUR", code: "main", balance: "100", rate_amount: "0.5" }));
});

const create = (alert: Json): Promise<Answer> => harness.lago.post(PATH, { alert });
const empty = (credits: string) => harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, voided_credits: credits } });

function refusal(field: string, ...codes: string[]) {
  return { status: 422, body: { code: "validation_errors", error_details: { [field]: codes } } };
}

async function shown(code: string): Promise<Json> {
  return at((await harness.lago.get(`${PATH}/${code}`)).body, "alert");
}

describe("Lago: the routes of alerts", () => {
  it("makes one, with the value of now (R-ALRT-1)", async () => {
    expect(await create({ ...LOW, name: "Low" })).toMatchObject({
      status: 200,
      body: {
        alert: { alert_type: "wallet_balance_amount", code: "low", name: "Low", direction: "decreasing", previous_value: "10000.0", last_processed_at: null, wallet_code: "main", lago_wallet_id: id, thresholds: [{ code: "warn", value: "8000.0", recurring: false }] },
      },
    });
    expect(await create({ ...LOW, alert_type: "wallet_credits_balance", code: "credits" })).toMatchObject({ body: { alert: { previous_value: "200.0" } } });
  });

  it("makes several or none", async () => {
    const credits = { ...LOW, alert_type: "wallet_credits_balance", code: "credits" };
    expect(await harness.lago.post(PATH, { alerts: [credits, { ...credits, code: "again" }] })).toMatchObject(refusal("base", "alert_already_exists"));
    expect((await harness.lago.get(PATH)).body).toMatchObject({ alerts: [], meta: { current_page: 0 } });
    expect(await harness.lago.post(PATH, { alerts: [credits, LOW] })).toMatchObject({ status: 200, body: { alerts: [{ code: "credits" }, { code: "low" }] } });
    expect((await harness.lago.get(PATH)).body).toMatchObject({ alerts: [{ code: "credits" }, { code: "low" }], meta: { total_count: 2 } });
  });

  it.each([
    [{ ...LOW, code: "second" }, refusal("base", "alert_already_exists")],
    [{ ...LOW, alert_type: "wallet_credits_balance" }, refusal("code", "value_already_exist")],
    [{ ...LOW, alert_type: "usage", code: "x" }, refusal("alert_type", "value_is_invalid")],
    [{ ...LOW, alert_type: "wallet_credits_balance", code: "x", thresholds: [] }, refusal("thresholds", "value_is_mandatory")],
    [{ ...LOW, alert_type: "wallet_credits_balance", code: "x", thresholds: [{ value: "0", recurring: true }] }, refusal("thresholds", "value_is_invalid")],
  ])("refuses %j", async (alert, expected) => {
    await create(LOW);
    expect(await create(alert)).toMatchObject(expected);
  });

  it("changes, deletes, and knows no other", async () => {
    await create(LOW);
    expect(await harness.lago.put(`${PATH}/low`, { alert: { code: "lower", name: "Lower", thresholds: [{ value: "10" }, { value: "5", recurring: true }] } })).toMatchObject({
      status: 200,
      body: { alert: { code: "lower", name: "Lower", alert_type: "wallet_balance_amount", thresholds: [{ code: null, value: "10.0" }, { value: "5.0", recurring: true }] } },
    });
    expect(await harness.lago.put(`${PATH}/lower`, { alert: { thresholds: [] } })).toMatchObject(refusal("thresholds", "value_is_mandatory"));
    expect(await harness.lago.put(`${PATH}/low`, { alert: { name: "x" } })).toMatchObject({ status: 404, body: { code: "alert_not_found" } });
    expect(await harness.lago.delete(`${PATH}/lower`)).toMatchObject({ status: 200, body: { alert: { code: "lower" } } });
    expect((await harness.lago.get(`${PATH}/lower`)).status).toBe(404);
    await create(LOW);
    expect((await harness.lago.delete(PATH)).status).toBe(200);
    expect((await harness.lago.get(PATH)).body).toMatchObject({ alerts: [] });
  });

  it("wants the root key and a wallet that there is", async () => {
    expect(await harness.lago.post(PATH, {})).toMatchObject({ status: 400, body: { error: "BadRequest: param is missing or the value is empty or invalid: alert" } });
    expect(await harness.lago.post("/customers/acme/wallets/other/alerts", { alert: LOW })).toMatchObject({ status: 404, body: { code: "wallet_not_found" } });
  });
});

describe("Lago: alerts going off", () => {
  const triggered = async () => {
    const { deliveries } = await harness.sandbox.control.deliveries();
    return deliveries.filter(({ event_type: type }) => type === "alert.triggered").map(({ body }) => JSON.parse(body) as Json);
  };

  beforeEach(() => {
    harness.sandbox.control.webhooks({ provider: "lago", url: receiver.url, signature: "hmac" });
  });

  it("tells all thresholds passed in one step, once, in the recorded shape (R-ALRT-3, R-ALRT-6)", async () => {
    await create({ ...LOW, name: "Low", thresholds: [{ code: "critical", value: "2000" }, { code: "warn", value: "8000" }] });
    await empty("40");
    const [event = {}] = await triggered();
    expectShape(event, "lago/webhook_alert_triggered.json");
    expect(event).toMatchObject({
      webhook_type: "alert.triggered",
      object_type: "triggered_alert",
      triggered_alert: { alert_code: "low", current_value: "8000.0", previous_value: "10000.0", crossed_thresholds: [{ code: "warn", value: "8000.0", recurring: false }], lago_wallet_id: id, triggered_at: "2026-09-01T12:00:00Z" },
    });
    await empty("10");
    expect(await triggered()).toHaveLength(1);
    await empty("149");
    expect((await triggered())[1]).toMatchObject({ triggered_alert: { current_value: "50.0", previous_value: "7500.0", crossed_thresholds: [{ code: "critical", value: "2000.0" }] } });
    expect(await shown("low")).toMatchObject({ previous_value: "50.0", last_processed_at: "2026-09-01T12:00:00Z" });
  });

  it("goes on by steps below the last threshold (R-ALRT-4)", async () => {
    await create({ ...LOW, thresholds: [{ code: "warn", value: "8000" }, { code: "more", value: "1000", recurring: true }] });
    await empty("81");
    expect(await triggered()).toMatchObject([
      { triggered_alert: { current_value: "5950.0", crossed_thresholds: [{ code: "warn" }, { code: "more", value: "7000.0", recurring: true }, { code: "more", value: "6000.0" }] } },
    ]);
  });

  it("looks at the ongoing balance with each refresh, and again after a rise", async () => {
    await create({ ...LOW, alert_type: "wallet_credits_ongoing_balance", thresholds: [{ value: "100" }] });
    const spend = (units: number, transactionId: string) =>
      harness.lago.post("/events", { event: { transaction_id: transactionId, external_subscription_id: "s", code: "tokens", properties: { units } } });
    await spend(60, "1");
    expect(await triggered()).toEqual([]);
    harness.sandbox.control.clock({ advance: 5 * MINUTE });
    expect(await triggered()).toMatchObject([{ triggered_alert: { current_value: "80.0", previous_value: "200.0", triggered_at: new Date(START + 5 * MINUTE).toISOString().replace(".000", "") } }]);
    await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, granted_credits: "100" } });
    expect(await shown("low")).toMatchObject({ previous_value: "180.0" });
    await spend(40, "2");
    harness.sandbox.control.clock({ advance: 5 * MINUTE });
    expect(await triggered()).toHaveLength(2);
  });
});
