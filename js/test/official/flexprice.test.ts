/**
 * Flexprice's own client against the sandbox, which thus speaks its language and not only ours. The client parses
 * every answer strictly (zod 4.1: from 4.6 on it refuses valid ones), and what passes is held to our description too.
 */
import { Flexprice, HTTPClient } from "@flexprice/sdk";
import { beforeEach, describe, expect, it } from "vitest";
import { validated } from "../openapi/validate.js";
import { MINUTE, useSandbox } from "../sandbox/harness.js";

const harness = useSandbox();
let client: Flexprice;

beforeEach(() => {
  const { baseUrl, apiKey } = harness.sandbox.flexprice;
  const httpClient = new HTTPClient({ fetcher: validated(fetch, { provider: "flexprice", baseUrl }) });
  client = new Flexprice({ serverURL: baseUrl, apiKeyAuth: apiKey, httpClient });
});

const metadata = { plan: "pro" };

/** A wallet of 51 credits at 0.5. */
async function wallet(): Promise<string> {
  await client.customers.createCustomer({ externalId: "acme", name: "Acme", email: "billing@acme.test", metadata });
  const created = await client.wallets.createWallet({ externalCustomerId: "acme", currency: "usd", conversionRate: "0.5", initialCreditsToLoad: "51", metadata });
  return created.id ?? "";
}

const topUp = (id: string, creditsToAdd: string, transactionReason: "PURCHASED_CREDIT_DIRECT" | "PURCHASED_CREDIT_INVOICED") =>
  client.wallets.topUpWallet(id, { creditsToAdd, transactionReason, idempotencyKey: `order-${creditsToAdd}`, metadata: { order: "1" } });

describe("Flexprice's own client: wallets", () => {
  it("creates one", async () => {
    const id = await wallet();
    expect(await client.wallets.getWallet(id)).toMatchObject({ id, currency: "usd", walletType: "PRE_PAID", walletStatus: "active", balance: "25.5", creditBalance: "51", conversionRate: "0.5", metadata });
  });

  it("changes one", async () => {
    const id = await wallet();
    const changed = await client.wallets.updateWallet(id, { name: "API credits", config: { allowedPriceTypes: ["ALL"] } });
    expect(changed).toMatchObject({ name: "API credits", config: { allowedPriceTypes: ["ALL"] }, metadata });
  });

  it("tops it up: at once, and once it is paid", async () => {
    const id = await wallet();
    const direct = await topUp(id, "200", "PURCHASED_CREDIT_DIRECT");
    expect(direct).toMatchObject({ wallet: { creditBalance: "251" }, walletTransaction: { transactionStatus: "completed", amount: "100" } });
    const invoiced = await topUp(id, "10", "PURCHASED_CREDIT_INVOICED");
    expect(invoiced).toMatchObject({ wallet: { creditBalance: "251" }, walletTransaction: { transactionStatus: "pending" } });
    harness.sandbox.control.pay({ provider: "flexprice", id: invoiced.invoiceId ?? "" });
    expect(await client.wallets.getWallet(id)).toMatchObject({ balance: "130.5" });
  });

  it("refuses a second one, a used key and a stranger, as the client's errors", async () => {
    const id = await wallet();
    await topUp(id, "200", "PURCHASED_CREDIT_DIRECT");
    await expect(topUp(id, "200", "PURCHASED_CREDIT_DIRECT")).rejects.toMatchObject({ statusCode: 409 });
    await expect(client.wallets.createWallet({ externalCustomerId: "acme", currency: "usd" })).rejects.toMatchObject({ statusCode: 409 });
    await expect(client.wallets.getWallet("wallet_missing")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("lists them: a customer's, by either id, and everybody's", async () => {
    const id = await wallet();
    const { id: customer = "" } = await client.customers.getCustomerByExternalId("acme");
    expect(await client.wallets.getWalletsByCustomerId(customer)).toMatchObject([{ id }]);
    expect(await client.wallets.getCustomerWallets({ lookupKey: "acme", includeRealTimeBalance: true })).toMatchObject([{ id, balance: "25.5" }]);
    expect(await client.wallets.queryWallet({ limit: 10, status: "active" })).toMatchObject({ items: [{ id }], pagination: { total: 1 } });
  });

  it("lists its transactions", async () => {
    const id = await wallet();
    await topUp(id, "200", "PURCHASED_CREDIT_DIRECT");
    const reasons = [{ transactionReason: "PURCHASED_CREDIT_DIRECT" }, { transactionReason: "FREE_CREDIT_GRANT" }];
    expect((await client.wallets.getWalletTransactions({ idPathParameter: id })).items).toMatchObject(reasons);
    expect((await client.wallets.queryWalletTransaction({ id, type: "credit", limit: 1 })).items).toMatchObject(reasons.slice(0, 1));
  });

  it("terminates it", async () => {
    const id = await wallet();
    await client.wallets.terminateWallet(id);
    expect(await client.wallets.getWallet(id)).toMatchObject({ walletStatus: "closed", balance: "0" });
    expect(await client.wallets.getCustomerWallets({ lookupKey: "acme" })).toEqual([]);
  });
});

describe("Flexprice's own client: usage", () => {
  it("reports events, alone and in bulk, and reads the balance less them", async () => {
    const id = await wallet();
    harness.sandbox.control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "0.001" });
    const event = { eventName: "tokens", externalCustomerId: "acme", properties: { units: "1000" } };
    await client.events.ingestEvent({ ...event, eventId: "e1" });
    await client.events.ingestEventsBulk({ events: [{ ...event, eventId: "e1" }, { ...event, eventId: "e2" }] });
    harness.sandbox.control.clock({ advance: 2 * MINUTE });
    expect(await client.wallets.getWalletBalance(id, "credits_available_breakdown")).toMatchObject({
      balance: "25.5",
      realTimeBalance: "23.5",
      realTimeCreditBalance: "47",
      currentPeriodUsage: "2",
      creditsAvailableBreakdown: { free: "51", purchased: "0" },
    });
  });

  it("previews an invoice", async () => {
    await wallet();
    const { control } = harness.sandbox;
    const { id } = control.subscriptions({ provider: "flexprice", customer: "acme", currency: "USD", fixed: [{ name: "Platform fee", amount: "30" }] });
    expect(await client.invoices.getInvoicePreview({ subscriptionId: id })).toMatchObject({ total: "30", lineItems: [{ displayName: "Platform fee" }] });
  });
});
