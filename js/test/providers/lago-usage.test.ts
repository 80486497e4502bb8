import { describe, expect, it } from "vitest";
import { CreditGate } from "../../gate/gate.js";
import { lago } from "../../providers/lago/index.js";
import type { LagoOptions } from "../../providers/lago/index.js";
import type { GateOptions, Provider } from "../../types.js";
import { lagoWallet } from "../gate/harness.js";
import { failure, NOW, testContext } from "./context.js";
import { payload, serve } from "./server.js";
import type { Asked, Reply, TestServer } from "./server.js";

const USAGE = (payload("lago_customer_usage") as { customer_usage: unknown }).customer_usage;
const DRAFT = (payload("lago_invoice_draft") as { invoice: Record<string, unknown> }).invoice;
const TWO = [lagoWallet({ id: "any", cents: 10_000 }), lagoWallet({ id: "api", cents: 5_000, metrics: ["api_calls"] })];
const PLAN = { code: "pro", charges: [{ lago_id: "0151e223-e06d-5643-99d0-a270bc6e778f", pay_in_advance: false }] };

/** What a Lago server has, by path. */
interface Account {
  wallets: readonly unknown[];
  subscriptions: readonly Record<string, unknown>[];
  usage: unknown;
  plan: unknown;
  invoices: readonly Record<string, unknown>[];
}

const ACCOUNT: Account = {
  wallets: TWO,
  subscriptions: [
    { lago_id: "4a879900-ba07-5a1b-80cc-aaad7b36ec3d", external_id: "sub/1", plan_code: "pro plan", status: "active", current_billing_period_started_at: "2026-08-01T00:00:00Z" },
  ],
  usage: USAGE,
  plan: PLAN,
  invoices: [],
};

const list = (key: string, items: readonly unknown[]): Reply => ({ body: { [key]: items, meta: { next_page: null } } });

/** Lists leave fees out, as Lago's do. */
function answer(account: Account, { path, query }: Asked): Reply {
  const at = path.replace("/api/v1", "");
  if (at === "/wallets") return list("wallets", account.wallets);
  if (at === "/subscriptions") return list("subscriptions", account.subscriptions);
  if (at.endsWith("/current_usage")) return { body: { customer_usage: account.usage } };
  if (at.startsWith("/plans/")) return { body: { plan: account.plan } };
  if (at === "/invoices") {
    const asked = account.invoices.filter(
      ({ status, invoice_type: type }) => (query.get("status") ?? status) === status && (query.get("invoice_type") ?? type) === type,
    );
    return list("invoices", asked.map(({ fees, ...invoice }) => invoice));
  }
  return { body: { invoice: account.invoices.find(({ lago_id: id }) => at === `/invoices/${String(id)}`) } };
}

async function lagoServer(changes: Partial<Account> = {}): Promise<TestServer> {
  return serve((asked) => answer({ ...ACCOUNT, ...changes }, asked));
}

function providerOf(server: TestServer, options: Partial<LagoOptions> = {}): Provider {
  return lago({ apiKey: "sk", baseUrl: `${server.url}/api/v1`, retries: 0, ...options });
}

const asking = () => testContext({ reconstruct: true });
const paths = ({ asked }: TestServer) => asked.map(({ path }) => path.replace("/api/v1", ""));

function gateOf(server: TestServer, options: Partial<GateOptions> = {}, provider: Partial<LagoOptions> = {}): CreditGate {
  return new CreditGate({ provider: providerOf(server, provider), taxRate: "20", whenScopesOverlap: "reconstruct", now: () => NOW, ...options });
}

describe("usage", () => {
  it("is read before the wallets, in the order in which money moves on", async () => {
    const server = await lagoServer({ invoices: [DRAFT] });
    const answer = await providerOf(server).fetchWallets("a/b", asking());
    expect(paths(server)).toEqual([
      "/wallets", "/subscriptions", "/plans/pro%20plan", "/customers/a%2Fb/current_usage", "/invoices", `/invoices/${String(DRAFT["lago_id"])}`, "/invoices", "/wallets",
    ]);
    expect(answer).toEqual({
      found: true,
      wallets: TWO,
      usage: { subscriptions: [{ subscription: ACCOUNT.subscriptions[0], plan: PLAN, customer_usage: USAGE }], invoices: [DRAFT] },
      sentAt: NOW + 1, // after the first look at the wallets
    });
  });

  it("is asked for by the customer, and progressive billing since the running period", async () => {
    const server = await lagoServer();
    await providerOf(server).fetchWallets("acme", asking());
    const [, subscriptions, , usage, drafts, progressive] = server.asked.map(({ query }) => Object.fromEntries(query));
    expect(subscriptions).toEqual({ external_customer_id: "acme", "status[]": "active", per_page: "100", page: "1" });
    expect(usage).toEqual({ external_subscription_id: "sub/1" });
    expect(drafts).toEqual({ external_customer_id: "acme", status: "draft", per_page: "100", page: "1" });
    expect(progressive).toMatchObject({ invoice_type: "progressive_billing", issuing_date_from: "2026-07-31" });
  });

  it("is asked for only where a gate reconstructs and scopes may overlap", async () => {
    const server = await lagoServer();
    expect(await providerOf(server).fetchWallets("acme", testContext())).not.toHaveProperty("usage");
    const one = await lagoServer({ wallets: [TWO[0]] });
    expect(await providerOf(one).fetchWallets("acme", asking())).not.toHaveProperty("usage");
    expect([paths(server), paths(one)]).toEqual([["/wallets"], ["/wallets"]]);
  });

  it("is still asked for when a wallet was terminated: figures without it would be older", async () => {
    const terminated = (wallet: unknown) => ({ ...(wallet as object), status: "terminated" });
    const changes: { wallets: readonly unknown[] } = { wallets: TWO };
    const server = await serve((asked) => answer({ ...ACCOUNT, ...changes }, asked));
    const gate = gateOf(server, { taxRate: "0" });
    const usage = { customer: "acme", amount: "1", currency: "EUR", metric: "api_calls" };
    expect(await gate.check(usage)).toMatchObject({ outcome: "covered" });
    changes.wallets = TWO.map(terminated);
    await gate.refresh("acme");
    expect(await gate.check(usage)).toMatchObject({ outcome: "short", reason: "wallet_inactive" });
  });

  it("is always asked for where the server never refreshes", async () => {
    const server = await lagoServer({ wallets: [TWO[0]] });
    expect(await providerOf(server, { refreshInterval: "none" }).fetchWallets("acme", asking())).toHaveProperty("usage");
  });

  it("reads a plan once, and no progressive billing without a subscription", async () => {
    const subscriptions = ["a", "b", "c"].map((id) => ({ lago_id: id, external_id: id, plan_code: "pro" }));
    const server = await lagoServer({ subscriptions });
    await providerOf(server).fetchWallets("acme", asking());
    expect(paths(server).filter((path) => path === "/plans/pro")).toHaveLength(1);
    expect(server.asked.filter(({ path }) => path.endsWith("current_usage")).map(({ query }) => query.get("external_subscription_id")).sort()).toEqual(["a", "b", "c"]);
    expect(server.asked.at(-2)?.query.has("issuing_date_from")).toBe(false);
    const none = await lagoServer({ subscriptions: [] });
    await providerOf(none).fetchWallets("acme", asking());
    expect(paths(none)).toEqual(["/wallets", "/subscriptions", "/invoices", "/wallets"]);
  });

  it("leaves out what a server gives that does not filter", async () => {
    const finalized = { ...DRAFT, lago_id: "final", status: "finalized" };
    const server = await serve((asked) => answer({ ...ACCOUNT, invoices: [finalized] }, { ...asked, query: new URLSearchParams() }));
    expect(await providerOf(server).fetchWallets("acme", asking())).toMatchObject({ usage: { invoices: [] } });
  });

  it.each([
    ["a plan that is none", { plan: [] }],
    ["usage that is none", { usage: null }],
    ["a subscription without an id", { subscriptions: [{ plan_code: "pro" }] }],
    ["an invoice that is none", { invoices: [{ status: "draft", lago_id: undefined }] }],
  ])("refuses %s", async (_, changes) => {
    const server = await lagoServer(changes as Partial<Account>);
    expect(await failure(providerOf(server).fetchWallets("acme", asking()))).toMatchObject({ code: "invalid_response" });
  });
});

describe("a gate that reconstructs", () => {
  const usage = (amount: string, metric: string) => ({ customer: "acme", amount, currency: "EUR", metric });

  it("answers exactly where scopes overlap, of the moment, and says what the API hides", async () => {
    const gate = gateOf(await lagoServer({ invoices: [DRAFT] }));
    // 150 in all, less the 24.79 of the period and the 59.59 of the draft; api_calls may be paid from both.
    const decision = await gate.check(usage("54.68", "api_calls"));
    expect(decision).toMatchObject({ outcome: "covered", precision: "exact", required: "65.616", notes: ["tax_pro_rata"] });
    expect(decision.snapshot).toMatchObject({ asOf: NOW, age: 0, freshness: "computed" });
    expect(await gate.check(usage("54.69", "api_calls"))).toMatchObject({ outcome: "short", precision: "exact", available: "65.62" });
    expect(decision.explain()).toMatchObject({ precision: "exact" });
  });

  it("is right where an estimate is too high, and counts debits on top", async () => {
    // 60 EUR each: billing pays the larger from `any`, and nothing else may pay `storage_gb`.
    const charge = (code: string) => ({ amount_cents: 6_000, charge: { lago_id: code }, billable_metric: { code } });
    const customer_usage = { currency: "EUR", taxes_amount_cents: 0, charges_usage: [charge("storage_gb"), charge("api_calls")] };
    const wallets = [
      lagoWallet({ id: "any", cents: 10_000, ongoingCents: 0, priority: 1 }),
      lagoWallet({ id: "api", cents: 10_000, ongoingCents: 8_000, metrics: ["api_calls"], priority: 2 }),
    ];
    const server = await lagoServer({ wallets, usage: customer_usage });
    const estimate = gateOf(server, { whenScopesOverlap: "estimate", taxRate: "0" });
    expect(await estimate.check(usage("50", "api_calls"))).toMatchObject({ outcome: "covered", precision: "estimate" });
    const gate = gateOf(server, { taxRate: "0" });
    expect(await gate.check(usage("50", "api_calls"))).toMatchObject({ outcome: "short", precision: "exact" });
    expect(await gate.spend(usage("40", "storage_gb"))).toMatchObject({ outcome: "covered" });
    expect(await gate.check(usage("0.01", "storage_gb"))).toMatchObject({ outcome: "short" });
    const calls = gate.meter({ unitPrice: "1", currency: "EUR", metric: "api_calls" });
    // With 40 more it would be as large as `storage_gb`, and then Lago's order is open.
    expect([calls.covers("acme", 39), calls.covers("acme", 40)]).toEqual([true, false]);
  });

  it("computes the balances of a server that never refreshes", async () => {
    const server = await lagoServer({ wallets: [lagoWallet({ cents: 10_000 })], invoices: [DRAFT] });
    const gate = gateOf(server, {}, { refreshInterval: "none" });
    // 100 less 24.79 less 59.59, where the wallet itself says 100.
    expect(await gate.check(usage("1", "api_calls"))).toMatchObject({ outcome: "covered", available: "15.62", snapshot: { age: 0 } });
  });

  it("does not count what was billed in advance", async () => {
    const plan = { charges: [{ lago_id: "0151e223-e06d-5643-99d0-a270bc6e778f", pay_in_advance: true }] };
    const gate = gateOf(await lagoServer({ wallets: [lagoWallet({ cents: 1_000 })], plan }), {}, { refreshInterval: "none" });
    // 10 less the 4 of storage and its tax.
    expect(await gate.check(usage("0", "api_calls"))).toMatchObject({ available: "5.2", notes: ["tax_pro_rata", "pay_in_advance_from_plan"] });
  });

  it.each(["/subscriptions", "/plans/", "/current_usage", "/invoices"])("says nothing where %s fails", async (broken) => {
    const server = await serve((asked) => (asked.path.includes(broken) ? { status: 500 } : answer(ACCOUNT, asked)));
    expect(await gateOf(server).check(usage("0.01", "api_calls"))).toMatchObject({ outcome: "unknown", reason: "provider_unavailable", allowed: false });
  });

  it("says nothing where usage cannot be read", async () => {
    const gate = gateOf(await lagoServer({ usage: { currency: "EUR", charges_usage: [] } }));
    const decision = await gate.check(usage("0.01", "api_calls"));
    expect(decision).toMatchObject({ outcome: "unknown", reason: "invalid_response", error: { path: "usage.subscriptions[0].customer_usage.taxes_amount_cents" } });
  });

  it("shares what it read, with those that reconstruct only", async () => {
    const values = new Map<string, string>();
    const store = {
      get: async (key: string) => values.get(key),
      set: async (key: string, value: string) => void values.set(key, value),
    };
    const server = await lagoServer();
    await gateOf(server, { store, whenScopesOverlap: "estimate" }).check(usage("1", "api_calls"));
    await gateOf(server, { store }).check(usage("1", "api_calls"));
    const calls = server.asked.length;
    const decision = await gateOf(server, { store }).check(usage("1", "api_calls"));
    expect(decision).toMatchObject({ outcome: "covered", precision: "exact", notes: ["tax_pro_rata"] });
    expect(server.asked).toHaveLength(calls);
  });
});
