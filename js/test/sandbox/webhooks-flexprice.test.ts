/** What Flexprice tells, when, and in which of its three shapes. */
import { describe, expect, it } from "vitest";
import type { WebhookRequest } from "../../sandbox/index.js";
import { at, type Json, MINUTE, useSandbox } from "./harness.js";
import { expectShape } from "./payloads.js";
import { useReceiver } from "./receiver.js";

const harness = useSandbox();
const receiver = useReceiver();

function listen(request: Partial<WebhookRequest> = {}): void {
  harness.sandbox.control.webhooks({ provider: "flexprice", url: receiver.url, signature: "none", ...request });
}

async function wallet(fields: Json = {}): Promise<string> {
  await harness.flexprice.post("/customers", { external_id: "acme", name: "Acme", email: "billing@acme.test" });
  const { body } = await harness.flexprice.post("/wallets", { external_customer_id: "acme", currency: "USD", ...fields });
  return String(body["id"]);
}

const topUp = (id: string, fields: Json) => harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "200", transaction_reason: "PURCHASED_CREDIT_DIRECT", ...fields });

/** The bodies in the order in which they were made, whatever order they came in. */
async function bodies(): Promise<Json[]> {
  const { deliveries } = await harness.sandbox.control.deliveries();
  expect(deliveries.map(({ status }) => status)).not.toContain("pending");
  expect(receiver.received.map(({ raw }) => raw).sort()).toEqual(deliveries.map(({ body }) => body).sort());
  return deliveries.map(({ body }) => JSON.parse(body) as Json);
}

const types = async () => (await bodies()).map((body) => body["event_type"]);

describe("Flexprice's webhooks: moments", () => {
  it("a wallet's life", async () => {
    const unheard = await wallet();
    listen();
    const id = await wallet({ currency: "EUR", initial_credits_to_load: "10" });
    await harness.flexprice.put(`/wallets/${id}`, { name: "Credits" });
    await topUp(id, { bonus_credits_to_add: "1" });
    const { body } = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", idempotency_key: "i" });
    harness.sandbox.control.pay({ provider: "flexprice", id: String(body["invoice_id"]) });
    harness.sandbox.control.pay({ provider: "flexprice", id: String(body["invoice_id"]) });
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    expect(await types()).toEqual([
      "wallet.created",
      "wallet.transaction.created",
      "wallet.updated",
      "wallet.transaction.created",
      "wallet.transaction.created",
      "wallet.transaction.created",
      "wallet.transaction.updated",
      "wallet.transaction.created",
      "wallet.terminated",
    ]);
    expect((await bodies()).map((json) => JSON.stringify(json)).join()).not.toContain(unheard);
  });

  it("nothing of what a refused request or the control API did", async () => {
    listen();
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "5" });
    await topUp(id, { credits_to_add: "-1" });
    expect(await types()).toEqual([]);
  });

  it("alerts: dropped and recovered of both balances, nothing of info and warning (rule 59)", async () => {
    const below = (threshold: string) => ({ threshold, condition: "below" });
    const alert_settings = { alert_enabled: true, critical: below("0"), warning: below("20"), info: below("50") };
    const id = await wallet({ alert_settings, initial_credits_to_load: "60" });
    listen();
    const debit = (credits: string) => harness.flexprice.post(`/wallets/${id}/debit`, { credits, transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: credits });
    await debit("20");
    await debit("25");
    await debit("16");
    await topUp(id, {});
    const told = (await bodies()).filter((body) => body["alert"] !== undefined);
    expect(told.map((body) => body["event_type"])).toEqual([
      "wallet.ongoing_balance.dropped",
      "wallet.credit_balance.dropped",
      "wallet.ongoing_balance.recovered",
      "wallet.credit_balance.recovered",
    ]);
    for (const body of told) {
      expectShape(body, `flexprice/webhook_${String(body["event_type"]).replaceAll(".", "_")}.json`);
    }
    expect(at(told[0] ?? {}, "alert")).toMatchObject({ state: "in_alarm", current_balance: "-1", credit_balance: "-1", alert_type: "low_ongoing_balance", alert_settings });
  });

  it("ongoing_balance.updated: on watched wallets, without a number, and spuriously at a rate other than 1 (rule 66)", async () => {
    harness.sandbox.control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "1" });
    const watched = { auto_topup: { enabled: true, threshold: "-100", amount: "1", invoicing: true } };
    await wallet({ ...watched, initial_credits_to_load: "10" });
    await wallet({ ...watched, currency: "EUR", conversion_rate: "0.5", initial_credits_to_load: "10" });
    await wallet({ currency: "JPY", initial_credits_to_load: "10" });
    listen({ event_types: ["wallet.ongoing_balance.updated"] });
    const event = (units: number) => harness.flexprice.post("/events", { event_name: "tokens", external_customer_id: "acme", properties: { units } });
    await event(3);
    harness.sandbox.control.clock({ advance: 6 * MINUTE });
    await event(0);
    harness.sandbox.control.clock({ advance: 6 * MINUTE });
    const currencies = (await bodies()).map((body) => at(body, "wallet")["currency"]);
    expect(currencies).toEqual(["usd", "eur", "eur"]);
    for (const body of await bodies()) expectShape(body, "flexprice/webhook_wallet_ongoing_balance_updated.json");
  });

  it("the wallet is read again when the body is built (rule 65)", async () => {
    listen({ event_types: ["wallet.created"] });
    await wallet({ initial_credits_to_load: "10" });
    expect(await bodies()).toMatchObject([{ wallet: { credit_balance: "10" } }]);
  });
});

describe("Flexprice's webhooks: shapes", () => {
  it("slim: wallets and transactions", async () => {
    listen();
    const id = await wallet();
    await harness.flexprice.put(`/wallets/${id}`, { name: "Credits" });
    const { body } = await topUp(id, { transaction_reason: "PURCHASED_CREDIT_INVOICED", expiry_date_utc: "2027-08-01T00:00:00Z" });
    harness.sandbox.control.pay({ provider: "flexprice", id: String(body["invoice_id"]) });
    const sent = await bodies();
    for (const type of ["wallet.created", "wallet.updated", "wallet.transaction.created", "wallet.transaction.updated"]) {
      expectShape(sent.find((json) => json["event_type"] === type), `flexprice/webhook_${type.replaceAll(".", "_")}.json`);
    }
  });

  it("slim with the customer's external id", async () => {
    listen({ shape: "slim_with_customer" });
    const id = await wallet();
    await topUp(id, {});
    const [created, transaction] = await bodies();
    expectShape(created, "flexprice/webhook_wallet_created_with_customer.json");
    expect(transaction).toMatchObject({ transaction: { wallet_id: id }, customer: { external_id: "acme" } });
  });

  it("full: as it was before 2026-08-10", async () => {
    listen({ shape: "full" });
    const below = { threshold: "1", condition: "below" };
    const id = await wallet({
      metadata: { plan: "pro" },
      alert_settings: { alert_enabled: true, critical: below, warning: below, info: below },
      auto_topup: { enabled: false, threshold: "20", amount: "200", invoicing: true, cooldown: { value: 1, unit: "hour" } },
    });
    await topUp(id, {});
    const [created, transaction] = await bodies();
    const { metadata: _, ...customer } = at(created ?? {}, "customer");
    expectShape({ ...created, customer }, "flexprice/webhook_wallet_created_legacy.json");
    expect(transaction).toMatchObject({ transaction: { credits_available: "200", priority: null }, wallet: { id }, customer: { external_id: "acme" } });
  });

  it("a terminated wallet", async () => {
    const id = await wallet();
    listen();
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    const [body] = await bodies();
    expectShape(body, "flexprice/webhook_wallet_terminated.json");
    expect(body).toMatchObject({ wallet: { wallet_status: "closed" } });
  });
});
