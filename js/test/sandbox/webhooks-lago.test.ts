/** What Lago tells, and when (lago 1.6). */
import { describe, expect, it } from "vitest";
import { type Json, listAt, MINUTE, useSandbox } from "./harness.js";
import { expectShape } from "./payloads.js";
import { useReceiver } from "./receiver.js";

const harness = useSandbox();
const receiver = useReceiver();

function listen(): void {
  harness.sandbox.control.webhooks({ provider: "lago", url: receiver.url, signature: "hmac" });
}

async function wallet(fields: Json = {}): Promise<string> {
  await harness.lago.post("/customers", { customer: { external_id: "acme" } });
  const { body } = await harness.lago.post("/wallets", { wallet: { external_customer_id: "acme", rate_amount: "1", currency: "EUR", name: "Credits", ...fields } });
  return String((body["wallet"] as Json)["lago_id"]);
}

async function bodies(): Promise<Json[]> {
  return (await harness.sandbox.control.deliveries()).deliveries.map(({ body }) => JSON.parse(body) as Json);
}

const types = async () => (await bodies()).map((body) => body["webhook_type"]);

describe("Lago's webhooks: moments", () => {
  it("creation first, with zero balances; the top-up lands and is told afterwards (R-NEW-3)", async () => {
    listen();
    await wallet({ granted_credits: "10", paid_credits: "5" });
    expect(await bodies()).toMatchObject([{ webhook_type: "wallet.created", wallet: { balance_cents: 0, credits_balance: "0.0" } }]);
    harness.sandbox.control.clock({ advance: 50 });
    expect(await types()).toEqual(["wallet.created", "wallet_transaction.created", "wallet_transaction.created", "wallet.updated"]);
    const [, paid, granted, updated] = await bodies();
    expect(paid).toMatchObject({ wallet_transaction: { transaction_status: "purchased", status: "pending" } });
    expect(granted).toMatchObject({ wallet_transaction: { transaction_status: "granted", status: "settled", wallet: { balance_cents: 1000 } } });
    expect(updated).toMatchObject({ wallet: { balance_cents: 1000, ongoing_balance_cents: 1000 } });
  });

  it("a payment settles a purchase, once", async () => {
    const id = await wallet();
    listen();
    const { body } = await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, paid_credits: "5" } });
    const transaction = String(listAt(body, "wallet_transactions")[0]?.["lago_id"]);
    harness.sandbox.control.pay({ provider: "lago", id: transaction });
    harness.sandbox.control.pay({ provider: "lago", id: transaction });
    expect(await types()).toEqual(["wallet_transaction.created", "wallet.updated", "wallet_transaction.updated"]);
    expect((await bodies())[2]).toMatchObject({ wallet_transaction: { lago_id: transaction, status: "settled" } });
  });

  it("a failed payment, and the one that succeeds later", async () => {
    const id = await wallet();
    listen();
    const { body } = await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, paid_credits: "5" } });
    const transaction = String(listAt(body, "wallet_transactions")[0]?.["lago_id"]);
    harness.sandbox.control.pay({ provider: "lago", id: transaction, outcome: "failed" });
    harness.sandbox.control.pay({ provider: "lago", id: transaction, outcome: "failed" });
    const failure = "wallet_transaction.payment_failure";
    expect(await types()).toEqual(["wallet_transaction.created", "wallet_transaction.updated", failure, failure]);
    const sent = await bodies();
    expect(sent[1]).toMatchObject({ wallet_transaction: { lago_id: transaction, status: "failed" } });
    expectShape(sent[2], "lago/webhook_wallet_transaction_payment_failure.json");
    expect(sent[2]).toMatchObject({ payment_provider_wallet_transaction_payment_error: { lago_wallet_transaction_id: transaction, external_customer_id: "acme" } });
    harness.sandbox.control.pay({ provider: "lago", id: transaction });
    expect((await types()).slice(4)).toEqual(["wallet.updated", "wallet_transaction.updated"]);
  });

  it("what an invoice takes from each wallet, and the change of a wallet by hand", async () => {
    const { control } = harness.sandbox;
    control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "1" });
    control.customers({ provider: "lago", external_id: "acme", currency: "EUR", subscription: "s" });
    for (const code of ["one", "two"]) control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "10", code });
    await harness.lago.post("/events", { event: { transaction_id: "1", external_subscription_id: "s", code: "tokens", properties: { units: 15 } } });
    control.refresh();
    listen();
    control.finalize({ provider: "lago", customer: "acme" });
    const moved = ["wallet_transaction.created", "wallet.updated"];
    expect(await types()).toEqual([...moved, ...moved]);
    expect(await bodies()).toMatchObject([{ wallet_transaction: { transaction_status: "invoiced", amount: "10.0", wallet: { code: "one", balance_cents: 0 } } }, {}, { wallet_transaction: { amount: "5.0", wallet: { code: "two" } } }, {}]);
    await harness.lago.put("/customers/acme/wallets/two", { wallet: { name: "Second" } });
    await harness.lago.patch("/customers/acme/wallets/two/metadata", { metadata: { a: "1" } });
    expect((await bodies()).slice(4)).toMatchObject([{ webhook_type: "wallet.updated", wallet: { name: "Second" } }, { webhook_type: "wallet.updated", wallet: { metadata: { a: "1" } } }]);
  });

  it("termination, once; by hand and by the job", async () => {
    const id = await wallet();
    harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", code: "old", expiration_at: "2026-08-01T00:00:00Z" });
    listen();
    await harness.lago.delete(`/wallets/${id}`);
    await harness.lago.delete(`/wallets/${id}`);
    expect(await types()).toEqual(["wallet.terminated"]);
    harness.sandbox.control.sweep();
    harness.sandbox.control.sweep();
    expect(await bodies()).toMatchObject([{ wallet: { lago_id: id, status: "terminated" } }, { webhook_type: "wallet.terminated", wallet: { code: "old" } }]);
  });

  it("depletion at the first refresh at or below zero, and no other move of the ongoing balance (R-ONG-13)", async () => {
    const { control } = harness.sandbox;
    control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "1" });
    control.customers({ provider: "lago", external_id: "acme", currency: "EUR", subscription: "s" });
    control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "10" });
    listen();
    const spend = (units: number, id: string) =>
      harness.lago.post("/events", { event: { transaction_id: id, external_subscription_id: "s", code: "tokens", properties: { units } } });
    await spend(9, "1");
    control.clock({ advance: 5 * MINUTE });
    expect(await types()).toEqual([]);
    await spend(1, "2");
    control.clock({ advance: 5 * MINUTE });
    await spend(1, "3");
    control.clock({ advance: 5 * MINUTE });
    expect(await bodies()).toMatchObject([{ webhook_type: "wallet.depleted_ongoing_balance", wallet: { ongoing_balance_cents: 0, balance_cents: 1000 } }]);
  });

  it("nothing of what the control API set up or a refused request did", async () => {
    listen();
    harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "10" });
    await harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: "unknown", paid_credits: "5" } });
    expect(await types()).toEqual([]);
  });
});

describe("Lago's webhooks: shapes", () => {
  it("are the recorded ones", async () => {
    listen();
    const rule = { trigger: "threshold", threshold_credits: "10.0", paid_credits: "50.0", transaction_metadata: [{ key: "a", value: "b" }], transaction_name: "Automatic top-up" };
    const id = await wallet({
      recurring_transaction_rules: [rule],
      expiration_at: "2027-08-01T00:00:00Z",
      paid_top_up_min_amount_cents: 1,
      paid_top_up_max_amount_cents: 100_000,
      metadata: { region: "eu" },
    });
    const move = (fields: Json) => harness.lago.post("/wallet_transactions", { wallet_transaction: { wallet_id: id, metadata: [{ key: "campaign", value: "launch" }], ...fields } });
    await move({ granted_credits: "10" });
    await move({ voided_credits: "2" });
    const { body } = await move({ paid_credits: "5", name: "Top-up", metadata: [] });
    harness.sandbox.control.pay({ provider: "lago", id: String(listAt(body, "wallet_transactions")[0]?.["lago_id"]) });
    await harness.lago.delete(`/wallets/${id}`);
    const sent = await bodies();
    const newest = (type: string) => sent.filter((json) => json["webhook_type"] === type).at(-1);
    expectShape(newest("wallet.created"), "lago/webhook_wallet_created.json");
    expectShape(newest("wallet.updated"), "lago/webhook_wallet_updated.json");
    expectShape(newest("wallet_transaction.updated"), "lago/webhook_wallet_transaction_updated.json");
    expectShape(newest("wallet.terminated"), "lago/webhook_wallet_terminated.json");
    const granted = sent.find((json) => json["webhook_type"] === "wallet_transaction.created");
    expect(Object.keys(granted?.["wallet_transaction"] as Json).sort()).toEqual(Object.keys(newest("wallet_transaction.updated")?.["wallet_transaction"] as Json).sort());
    expect(granted).toMatchObject({ object_type: "wallet_transaction", wallet_transaction: { wallet: { lago_id: id } } });
  });

  it("a depleted wallet carries neither rules nor metadata", async () => {
    await wallet({ metadata: { region: "eu" }, paid_top_up_min_amount_cents: 1, paid_top_up_max_amount_cents: 100_000, expiration_at: "2027-08-01T00:00:00Z" });
    listen();
    harness.sandbox.control.refresh();
    const [body] = await bodies();
    expect(body).toMatchObject({ webhook_type: "wallet.depleted_ongoing_balance", object_type: "wallet" });
    expect(Object.keys(body?.["wallet"] as Json)).not.toContain("applies_to");
    expect(Object.keys(body?.["wallet"] as Json)).not.toContain("recurring_transaction_rules");
    expect(Object.keys(body?.["wallet"] as Json)).not.toContain("metadata");
  });
});
