/** Lago's own client against the sandbox: changing wallets, by id and by code, metadata, alerts, payments, invoices. */
import { Client } from "lago-javascript-client";
import { beforeEach, describe, expect, it } from "vitest";
import { validated } from "../openapi/validate.js";
import { useSandbox } from "../sandbox/harness.js";

const harness = useSandbox({ lagoGrantDelay: 0 });
let client: ReturnType<typeof Client>;

beforeEach(async () => {
  const { baseUrl, apiKey } = harness.sandbox.lago;
  client = Client(apiKey, { baseUrl, customFetch: validated(fetch, { provider: "lago", baseUrl }) });
  await client.customers.createCustomer({ customer: { external_id: "acme", currency: "EUR" } });
});

/** A wallet of 100 credits at 1. */
async function wallet(): Promise<string> {
  const { data } = await client.customers.createCustomerWallet("acme", { wallet: { external_customer_id: "acme", code: "main", currency: "EUR", rate_amount: "1", granted_credits: "100" } });
  return data.wallet.lago_id;
}

describe("Lago's own client: changes", () => {
  it("changes a wallet, by id and by code", async () => {
    const id = await wallet();
    const rule = { trigger: "threshold", method: "fixed", threshold_credits: "10.0", paid_credits: "50.0" } as const;
    const changed = await client.wallets.updateWallet(id, { wallet: { name: "Renamed", priority: 7, recurring_transaction_rules: [rule] } });
    expect(changed.data.wallet).toMatchObject({ name: "Renamed", priority: 7, recurring_transaction_rules: [{ trigger: "threshold", paid_credits: "50.0" }] });
    await client.customers.updateCustomerWallet("acme", "main", { wallet: { name: "Again" } });
    expect((await client.customers.findCustomerWallet("acme", "main")).data.wallet).toMatchObject({ lago_id: id, name: "Again", priority: 7 });
    expect((await client.customers.findAllCustomerWallets("acme")).data.wallets).toHaveLength(1);
    expect((await client.customers.destroyCustomerWallet("acme", "main")).data.wallet).toMatchObject({ status: "terminated" });
  });

  it("keeps metadata", async () => {
    const id = await wallet();
    expect((await client.wallets.replaceWalletMetadata(id, { metadata: { a: "1", b: "2" } })).data).toEqual({ metadata: { a: "1", b: "2" } });
    expect((await client.wallets.mergeWalletMetadata(id, { metadata: { c: "3" } })).data).toEqual({ metadata: { a: "1", b: "2", c: "3" } });
    expect((await client.wallets.deleteWalletMetadataKey(id, "a")).data).toEqual({ metadata: { b: "2", c: "3" } });
    expect((await client.customers.deleteAllCustomerWalletMetadata("acme", "main")).data).toEqual({ metadata: null });
  });

  it("sets alerts", async () => {
    await wallet();
    const alert = { alert_type: "wallet_balance_amount", code: "low", thresholds: [{ value: "5000", code: "warn", recurring: false }] } as const;
    await client.customers.createCustomerWalletAlert("acme", "main", { alert: { ...alert, thresholds: [...alert.thresholds] } });
    expect((await client.customers.getCustomerWalletAlerts("acme", "main")).data.alerts).toMatchObject([{ code: "low", direction: "decreasing", thresholds: [{ value: "5000.0" }] }]);
    expect((await client.customers.deleteCustomerWalletAlert("acme", "main", "low")).data.alert).toMatchObject({ code: "low" });
  });
});

describe("Lago's own client: transactions", () => {
  it("finds one, where it is paid, and what drew from it", async () => {
    const id = await wallet();
    const topUp = await client.walletTransactions.createWalletTransaction({ wallet_transaction: { wallet_id: id, paid_credits: "5", voided_credits: "30" } });
    const [paid, voided] = topUp.data.wallet_transactions;
    const details = await client.walletTransactions.walletTransactionPaymentUrl(paid?.lago_id ?? "");
    expect(details.data.wallet_transaction_payment_details).toMatchObject({ lago_wallet_transaction_id: paid?.lago_id });
    const fundings = await client.walletTransactions.findAllWalletTransactionFundings(voided?.lago_id ?? "");
    expect(fundings.data.wallet_transaction_fundings).toMatchObject([{ amount_cents: 3000, wallet_transaction: { transaction_status: "granted" } }]);
    const granted = fundings.data.wallet_transaction_fundings[0]?.wallet_transaction?.lago_id ?? "";
    expect((await client.walletTransactions.findAllWalletTransactionConsumptions(granted)).data.wallet_transaction_consumptions).toHaveLength(1);
    // The client's type forgets the root key.
    expect((await client.walletTransactions.findWalletTransaction(granted)).data).toMatchObject({ wallet_transaction: { remaining_amount_cents: 7000 } });
  });

  it("sees the invoice of a purchase", async () => {
    const id = await wallet();
    await client.walletTransactions.createWalletTransaction({ wallet_transaction: { wallet_id: id, paid_credits: "5" } });
    const { data } = await client.invoices.findAllInvoices({ external_customer_id: "acme", invoice_type: "credit" });
    expect(data.invoices).toMatchObject([{ invoice_type: "credit", total_amount_cents: 500, payment_status: "pending" }]);
    const { data: whole } = await client.invoices.findInvoice(data.invoices[0]?.lago_id ?? "");
    expect(whole.invoice.fees).toMatchObject([{ item: { type: "credit" }, amount_cents: 500 }]);
  });
});
