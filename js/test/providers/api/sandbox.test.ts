/** The management clients against the sandbox, and a gate that hears of what they do. */
import { describe, expect, it } from "vitest";
import { CreditGate } from "../../../gate/gate.js";
import { flexpriceApi } from "../../../providers/flexprice/api/index.js";
import { flexprice } from "../../../providers/flexprice/index.js";
import { lagoApi } from "../../../providers/lago/api/index.js";
import { lago } from "../../../providers/lago/index.js";
import { MINUTE, START, useSandbox } from "../../sandbox/harness.js";
import { describedFetch, failure } from "../context.js";
import { all } from "./harness.js";

const harness = useSandbox({ lagoGrantDelay: 0 });
const now = (): number => START;

describe("Flexprice", () => {
  const api = () => flexpriceApi({ ...harness.sandbox.flexprice, now, fetch: describedFetch });
  const customer = async (externalId: string) => void (await harness.flexprice.post("/customers", { external_id: externalId }));

  it("creates, tops up, lists and terminates", async () => {
    await customer("acme");
    const wallet = await api().wallets.create({ external_customer_id: "acme", currency: "USD", conversion_rate: "0.5", initial_credits_to_load: 51 });
    expect(wallet).toMatchObject({ currency: "usd", balance: "25.5", credit_balance: "51", wallet_status: "active", wallet_type: "PRE_PAID" });

    const request = { credits_to_add: 200n, transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "order-1", priority: 1 } as const;
    const first = await api().wallets.topUp(wallet.id, request);
    expect(first).toMatchObject({ wallet_transaction: { credit_amount: "200", transaction_status: "completed" }, wallet: { balance: "125.5" } });
    const second = await api().wallets.topUp(wallet.id, request);
    expect(second.wallet_transaction.id).toBe(first.wallet_transaction.id);

    expect(await api().wallets.balance(wallet.id)).toMatchObject({ real_time_balance: "125.5", is_cached_fallback: false });
    expect(await api().wallets.ofCustomer({ externalId: "acme" })).toMatchObject([{ id: wallet.id, balance: "125.5" }]);
    expect((await all(api().wallets.transactions(wallet.id, {}, { pageSize: 1 }))).map(({ credit_amount }) => credit_amount)).toEqual(["200", "51"]);

    expect(await api().wallets.terminate(wallet.id)).toEqual({ message: "wallet terminated successfully" });
    expect(await api().wallets.get(wallet.id)).toMatchObject({ wallet_status: "closed" });
    expect(await failure(api().wallets.terminate(wallet.id))).toMatchObject({ code: "provider_rejected", providerCode: "invalid_operation" });
  });

  it("changes, debits, searches and modifies", async () => {
    await customer("acme");
    const wallet = await api().wallets.create({ external_customer_id: "acme", currency: "usd", initial_credits_to_load: 10 });
    const settings = { critical: { threshold: 2, condition: "below" }, alert_enabled: true } as const;
    const updated = await api().wallets.update(wallet.id, { name: "API", config: { allowed_price_types: ["ALL"] }, alert_settings: settings });
    expect(updated).toMatchObject({ name: "API", config: { allowed_price_types: ["ALL"] }, alert_settings: { critical: { threshold: "2" } } });

    const debit = { credits: 12, transaction_reason: "MANUAL_BALANCE_DEBIT", idempotency_key: "fix-1" } as const;
    expect(await api().wallets.debit(wallet.id, debit)).toMatchObject({ balance: "-2" });
    expect(await all(api().wallets.searchTransactions({ id: wallet.id, type: "debit" }))).toMatchObject([{ credit_amount: "12", idempotency_key: "fix-1" }]);

    await api().wallets.topUp(wallet.id, { amount: "12", transaction_reason: "CREDIT_NOTE" });
    const { original_wallet, new_wallet } = await api().wallets.modify(wallet.id, { modification_type: "prepaid_to_postpaid" });
    expect([original_wallet.wallet_status, new_wallet.wallet_type, new_wallet.balance]).toEqual(["closed", "POST_PAID", "10"]);
    expect((await api().wallets.search({ status: "active" })).map(({ id }) => id)).toEqual([new_wallet.id]);
    expect((await api().wallets.list()).map(({ wallet_status }) => wallet_status).sort()).toEqual(["active", "closed"]);
    expect(await api().customers.get(wallet.customer_id)).toMatchObject({ external_id: "acme" });
    expect((await api().customers.portalSession("acme")).token).toBeTypeOf("string");
  });

  it("buys by invoice, with a checkout, and is told of the pending one", async () => {
    await customer("acme");
    const { id } = await api().wallets.create({ external_customer_id: "acme", currency: "usd" });
    const request = { credits_to_add: 5, transaction_reason: "PURCHASED_CREDIT_INVOICED", checkout: { payment_provider: "razorpay" } } as const;
    const bought = await api().wallets.topUp(id, request);
    expect(bought).toMatchObject({ wallet_transaction: { transaction_status: "pending" }, wallet: { balance: "0" } });
    expect(bought.checkout_session?.payment_action?.url).toBeTypeOf("string");
    expect(await failure(api().wallets.topUp(id, request))).toMatchObject({ status: 409, providerCode: "already_exists" });
  });

  it("previews an invoice with and without credits", async () => {
    const { control } = harness.sandbox;
    control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "50" });
    const { id } = control.subscriptions({ provider: "flexprice", customer: "acme", currency: "USD", fixed: [{ name: "Platform fee", amount: "30" }], tax_rates: ["10"] });
    control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "0.0001" });
    await api().events.send({ event_id: "e1", event_name: "tokens", external_customer_id: "acme", properties: { units: "1000000" } });
    control.clock({ advance: 2 * MINUTE });
    expect(await api().invoices.preview({ subscription_id: id })).toMatchObject({ subtotal: "130", total_tax: "13", total: "143" });
    const after = await api().invoices.previewAfterCredits({ subscription_id: id }, { grants: "fetch" });
    expect(after).toMatchObject({ credits: "50", totalAfter: "93", lines: [{ credits: "0" }, { credits: "50" }], notes: ["line_order_undefined"] });
  });

  it("tells a second wallet from a first", async () => {
    await customer("acme");
    const request = { external_customer_id: "acme", currency: "usd" } as const;
    await api().wallets.create(request);
    expect(await failure(api().wallets.create(request))).toMatchObject({ status: 409, providerCode: "already_exists" });
  });

  it("opens a gate that had just refused", async () => {
    await customer("acme");
    const gate = new CreditGate({ provider: flexprice(harness.sandbox.flexprice), now });
    const usage = { customer: "acme", amount: "5", currency: "USD" };
    expect(await gate.check(usage)).toMatchObject({ outcome: "short", reason: "no_wallet" });
    const api = flexpriceApi({ ...harness.sandbox.flexprice, now, fetch: describedFetch, gate });
    const { id } = await api.wallets.create({ external_customer_id: "acme", currency: "USD", initial_credits_to_load: "1" });
    expect(await gate.check(usage)).toMatchObject({ outcome: "short", available: "1" });
    await api.wallets.topUp(id, { credits_to_add: "10", transaction_reason: "FREE_CREDIT_GRANT" });
    expect(await gate.check(usage)).toMatchObject({ outcome: "covered", available: "11" });
    await gate.close();
  });
});

describe("Lago", () => {
  const api = () => lagoApi({ ...harness.sandbox.lago, now, fetch: describedFetch });

  it("creates, tops up, lists and terminates", async () => {
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR" });
    const wallet = await api().wallets.create({ external_customer_id: "acme", rate_amount: "0.5", currency: "EUR", granted_credits: 10 });
    expect(wallet).toMatchObject({ status: "active", rate_amount: "0.5", balance_cents: 0 });

    const transactions = await api().walletTransactions.create({ wallet_id: wallet.lago_id, paid_credits: "50", granted_credits: "10" });
    expect(transactions).toMatchObject([
      { transaction_status: "purchased", status: "pending", credit_amount: "50.0" },
      { transaction_status: "granted", status: "settled", amount: "5.0" },
    ]);
    expect(await all(api().walletTransactions.list(wallet.lago_id, { status: "pending" }))).toMatchObject([{ lago_id: transactions[0]?.lago_id }]);
    expect(await api().wallets.get(wallet.lago_id)).toMatchObject({ balance_cents: 1000, credits_balance: "20.0" });

    expect(await api().wallets.terminate(wallet.lago_id)).toMatchObject({ status: "terminated" });
    expect(await all(api().wallets.list({ external_customer_id: "acme", status: "active" }))).toEqual([]);
    expect(await all(api().wallets.list({ external_customer_id: "acme" }))).toMatchObject([{ status: "terminated" }]);
    const error = await failure(api().walletTransactions.create({ wallet_id: wallet.lago_id, paid_credits: 1 }));
    expect(error).toMatchObject({ code: "provider_rejected", problems: [{ path: "wallet_id", code: "wallet_is_terminated" }] });
  });

  it("opens a gate that had just refused, which it tells by the wallet's id", async () => {
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR" });
    const gate = new CreditGate({ provider: lago(harness.sandbox.lago), now, taxRate: "0" });
    const api = lagoApi({ ...harness.sandbox.lago, now, fetch: describedFetch, gate });
    const { lago_id: wallet_id } = await api.wallets.create({ external_customer_id: "acme", rate_amount: 1, currency: "EUR" });
    const usage = { customer: "acme", amount: "5", currency: "EUR" };
    expect(await gate.check(usage)).toMatchObject({ outcome: "short", available: "0" });
    await api.walletTransactions.create({ wallet_id, granted_credits: 10 });
    expect(await gate.check(usage)).toMatchObject({ outcome: "covered", available: "10" });
    await gate.close();
  });

  it("has the codes for what the sandbox refuses that the rules find first", async () => {
    harness.sandbox.control.customers({ provider: "lago", external_id: "acme", currency: "EUR" });
    const request = { external_customer_id: "acme", rate_amount: "1", currency: "EUR", paid_credits: "-5" } as const;
    const found = await api().validate.createWallet(request);
    const refused = await failure(lagoApi({ ...harness.sandbox.lago, now }).wallets.create(request, { validate: false }));
    expect(refused.problems?.map(({ path, code }) => [path, code])).toEqual(found.map(({ path, code }) => [path, code]));
  });
});
