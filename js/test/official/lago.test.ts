/**
 * Lago's own client against the sandbox, which thus speaks its language and not only ours. What passes is held to our
 * description too.
 */
import { Client, getLagoError } from "lago-javascript-client";
import { beforeEach, describe, expect, it } from "vitest";
import { validated } from "../openapi/validate.js";
import { MINUTE, useSandbox } from "../sandbox/harness.js";

const harness = useSandbox();
let client: ReturnType<typeof Client>;

beforeEach(() => {
  const { baseUrl, apiKey } = harness.sandbox.lago;
  client = Client(apiKey, { baseUrl, customFetch: validated(fetch, { provider: "lago", baseUrl }) });
});

/** A customer with a subscription. */
async function customer(): Promise<void> {
  await client.customers.createCustomer({ customer: { external_id: "acme", name: "Acme", currency: "EUR" } });
  await client.subscriptions.createSubscription({ subscription: { external_customer_id: "acme", plan_code: "pro", external_id: "sub_1" } });
}

/** Its wallet of 10 granted credits at 0.5; they land a moment later (R-NEW-3). */
async function wallet(): Promise<string> {
  await customer();
  const { data } = await client.wallets.createWallet({
    wallet: { external_customer_id: "acme", name: "API credits", currency: "EUR", rate_amount: "0.5", granted_credits: "10", applies_to: { fee_types: ["charge"] } },
  });
  expect(data.wallet).toMatchObject({ status: "active", credits_balance: "0.0" });
  harness.sandbox.control.clock({ advance: 1000 });
  return data.wallet.lago_id;
}

const topUp = async (wallet_id: string, credits: { paid_credits?: string; granted_credits?: string; voided_credits?: string }) => {
  const { data } = await client.walletTransactions.createWalletTransaction({ wallet_transaction: { wallet_id, ...credits } });
  return data.wallet_transactions;
};

describe("Lago's own client: wallets", () => {
  it("creates one and reads it", async () => {
    const id = await wallet();
    const { data } = await client.wallets.findWallet(id);
    expect(data.wallet).toMatchObject({ external_customer_id: "acme", balance_cents: 500, credits_balance: "10.0", applies_to: { fee_types: ["charge"] } });
  });

  it("tops it up: granted at once, purchased once it is paid, voided", async () => {
    const id = await wallet();
    const [paid, granted] = await topUp(id, { paid_credits: "50.0", granted_credits: "2.5" });
    expect([paid, granted]).toMatchObject([
      { status: "pending", transaction_status: "purchased", amount: "25.0" },
      { status: "settled", transaction_status: "granted", credit_amount: "2.5" },
    ]);
    expect((await client.wallets.findWallet(id)).data.wallet).toMatchObject({ balance_cents: 625 });
    harness.sandbox.control.pay({ provider: "lago", id: paid?.lago_id ?? "" });
    await topUp(id, { voided_credits: "1" });
    expect((await client.wallets.findWallet(id)).data.wallet).toMatchObject({ balance_cents: 3075 });
  });

  it("lists them, and its transactions", async () => {
    const id = await wallet();
    const { data } = await client.wallets.findAllWallets({ external_customer_id: "acme", page: 1, per_page: 10 });
    expect(data).toMatchObject({ wallets: [{ lago_id: id }], meta: { current_page: 1, total_count: 1 } });
    const transactions = await client.wallets.findAllWalletTransactions(id, { transaction_status: "granted" });
    expect(transactions.data.wallet_transactions).toMatchObject([{ lago_wallet_id: id, transaction_type: "inbound", credit_amount: "10.0" }]);
  });

  it("terminates it; it is listed still", async () => {
    const id = await wallet();
    expect((await client.wallets.destroyWallet(id)).data.wallet).toMatchObject({ status: "terminated", balance_cents: 500 });
    expect((await client.wallets.findAllWallets({ external_customer_id: "acme" })).data.wallets).toMatchObject([{ status: "terminated" }]);
  });

  it("refuses as the client's errors", async () => {
    const id = await wallet();
    await client.wallets.destroyWallet(id);
    const refused = await topUp(id, { granted_credits: "1" }).catch((error: unknown) => getLagoError<typeof client.walletTransactions.createWalletTransaction>(error));
    expect(refused).toMatchObject({ status: 422, code: "validation_errors", error_details: { wallet_id: ["wallet_is_terminated"] } });
    const missing = await client.wallets.findWallet("nope").catch((error: unknown) => getLagoError<typeof client.wallets.findWallet>(error));
    expect(missing).toMatchObject({ status: 404, code: "wallet_not_found" });
  });
});

describe("Lago's own client: usage", () => {
  it("reports events, alone and in batches, and reads what they cost", async () => {
    const id = await wallet();
    harness.sandbox.control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "0.01" });
    const event = { external_subscription_id: "sub_1", code: "tokens", properties: { units: 100 } };
    await client.events.createEvent({ event: { ...event, transaction_id: "e1" } });
    const { data } = await client.events.createBatchEvents({ events: [{ ...event, transaction_id: "e2" }] });
    expect(data.events).toMatchObject([{ transaction_id: "e2", lago_customer_id: null }]);
    const usage = await client.customers.findCustomerCurrentUsage("acme", { external_subscription_id: "sub_1" });
    expect(usage.data.customer_usage).toMatchObject({ amount_cents: 200, charges_usage: [{ units: "200.0", billable_metric: { code: "tokens" } }] });
    harness.sandbox.control.clock({ advance: 5 * MINUTE });
    expect((await client.wallets.findWallet(id)).data.wallet).toMatchObject({ balance_cents: 500, ongoing_balance_cents: 300, credits_ongoing_balance: "6.0" });
  });
});

describe("Lago's own client: webhooks", () => {
  it("fetches the key that deliveries are verified with", async () => {
    const answer = await client.webhooks.fetchPublicKey({ format: "text" });
    expect(Buffer.from(answer.data, "base64").toString()).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });
});
