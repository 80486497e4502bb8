import { describe, expect, it } from "vitest";
import { at, HOUR, listAt, MINUTE, START, useSandbox } from "./harness.js";

const harness = useSandbox();

async function customer(externalId = "acme"): Promise<string> {
  const { body } = await harness.flexprice.post("/customers", { external_id: externalId, name: "Acme" });
  return String(body["id"]);
}

async function wallet(fields: Record<string, unknown> = {}): Promise<string> {
  await customer();
  const { body } = await harness.flexprice.post("/wallets", { external_customer_id: "acme", currency: "USD", ...fields });
  return String(body["id"]);
}

describe("Flexprice: authentication", () => {
  it("refuses a wrong or missing key in the provider's own shape", async () => {
    for (const key of ["wrong", ""]) {
      const answer = await harness.flexprice.get("/customers/wallets?lookup_key=acme", { "x-api-key": key });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ error: "Invalid API key" });
    }
  });

  it("counts a labelled key apart", async () => {
    const label = { "x-api-key": `${harness.sandbox.flexprice.apiKey}+worker-1` };
    expect((await harness.flexprice.post("/customers", { external_id: "acme" }, label)).status).toBe(201);
    expect(harness.sandbox.control.requests().flexprice.by_key).toMatchObject({ "worker-1": { other: 1 } });
  });
});

describe("Flexprice: customers", () => {
  it("makes one and shows it", async () => {
    const id = await customer();
    const { status, body } = await harness.flexprice.get(`/customers/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, external_id: "acme", name: "Acme", created_at: "2026-09-01T12:00:00.000Z" });
  });

  it("refuses a second one with the same external id, and one without", async () => {
    await customer();
    expect((await harness.flexprice.post("/customers", { external_id: "acme" })).body).toMatchObject({ code: "already_exists", http_status_code: 409 });
    expect((await harness.flexprice.post("/customers", {})).body).toMatchObject({ code: "validation_error", http_status_code: 400 });
  });

  it("does not find a stranger", async () => {
    expect(await harness.flexprice.get("/customers/cust_unknown")).toMatchObject({ status: 404, body: { code: "not_found", http_status_code: 404 } });
  });
});

describe("Flexprice: wallets", () => {
  it("makes one with initial credits", async () => {
    const id = await wallet({ conversion_rate: "0.5", initial_credits_to_load: "51", metadata: { plan: "pro" } });
    const { body } = await harness.flexprice.get(`/wallets/${id}`);
    expect(body).toMatchObject({
      currency: "usd",
      balance: "25.5",
      credit_balance: "51",
      wallet_status: "active",
      wallet_type: "PRE_PAID",
      config: { allowed_price_types: ["USAGE"] },
      conversion_rate: "0.5",
      topup_conversion_rate: "0.5",
      name: "Prepaid Wallet - USD",
      metadata: { plan: "pro" },
    });
    expect(body).not.toHaveProperty("auto_topup");
    expect(body).not.toHaveProperty("alert_settings");
  });

  it("allows one active wallet per customer, currency and type", async () => {
    const id = await wallet();
    const again = { external_customer_id: "acme", currency: "usd" };
    expect(await harness.flexprice.post("/wallets", again)).toMatchObject({ status: 409, body: { code: "already_exists", details: { wallet_id: id } } });
    expect((await harness.flexprice.post("/wallets", { ...again, wallet_type: "POST_PAID" })).body).toMatchObject({ config: { allowed_price_types: ["ALL"] } });
    expect((await harness.flexprice.post("/wallets", { ...again, currency: "eur" })).status).toBe(200);
    await harness.flexprice.post(`/wallets/${id}/terminate`);
    expect((await harness.flexprice.post("/wallets", again)).status).toBe(200);
  });

  it.each([
    { currency: "usd" },
    { external_customer_id: "acme", currency: "dollars" },
    { external_customer_id: "acme", currency: "usd", conversion_rate: "0" },
    { external_customer_id: "acme", currency: "usd", conversion_rate: "much" },
    { external_customer_id: "acme", currency: "usd", wallet_type: "PROMOTIONAL" },
    { external_customer_id: "acme", currency: "usd", initial_credits_to_load: 1, initial_credits_expiry_date_utc: "2026-08-31T00:00:00Z" },
  ])("refuses %j", async (body) => {
    await customer();
    expect(await harness.flexprice.post("/wallets", body)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });

  it("lists the active ones only, by id or by external id", async () => {
    const id = await customer();
    const { sandbox, flexprice } = harness;
    const active = sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "5" });
    sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "EUR", wallet_status: "frozen", balance: "7" });
    sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "EUR", wallet_status: "closed" });
    for (const path of [`/customers/${id}/wallets`, `/customers/wallets?id=${id}`, "/customers/wallets?lookup_key=acme"]) {
      expect((await flexprice.get(path)).list.map((item) => item["id"])).toEqual([active.id]);
    }
    const [plain] = (await flexprice.get("/customers/wallets?lookup_key=acme")).list;
    expect(plain).toMatchObject({ balance: "5", is_cached_fallback: false });
    expect(plain).not.toHaveProperty("real_time_balance");
  });

  it("wants exactly one of id and lookup_key, and knows an empty customer from none", async () => {
    const id = await customer();
    for (const query of ["", `?id=${id}&lookup_key=acme`]) {
      expect(await harness.flexprice.get(`/customers/wallets${query}`)).toMatchObject({ status: 400, body: { code: "validation_error" } });
    }
    expect(await harness.flexprice.get("/customers/wallets?lookup_key=acme")).toMatchObject({ status: 200, list: [] });
    expect(await harness.flexprice.get("/customers/wallets?lookup_key=nobody")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await harness.flexprice.get("/wallets/wallet_unknown")).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  it("gives the breakdown when asked, and leaves it out where another reason spoils it", async () => {
    const { sandbox, flexprice } = harness;
    const reasons = [{ credits: "20" }, { credits: "5", reason: "FREE_CREDIT_GRANT" }] as const;
    const clean = sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", grants: reasons });
    const spoilt = sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "EUR", grants: [...reasons, { credits: "1", reason: "CREDIT_NOTE" }] });
    const expand = "?expand=credits_available_breakdown";
    expect((await flexprice.get(`/wallets/${clean.id}${expand}`)).body).toMatchObject({ credits_available_breakdown: { purchased: "20", free: "5" } });
    expect((await flexprice.get(`/wallets/${clean.id}`)).body).not.toHaveProperty("credits_available_breakdown");
    expect((await flexprice.get(`/wallets/${spoilt.id}/balance/real-time${expand}`)).body).not.toHaveProperty("credits_available_breakdown");
  });
});

describe("Flexprice: top-ups", () => {
  it.each(["PURCHASED_CREDIT_DIRECT", "FREE_CREDIT_GRANT"])("credits %s at once", async (reason) => {
    const id = await wallet({ conversion_rate: "0.5" });
    const body = { credits_to_add: "200", transaction_reason: reason, priority: 1, expiry_date_utc: "2027-08-01T00:00:00Z", idempotency_key: "order-1" };
    const answer = await harness.flexprice.post(`/wallets/${id}/top-up`, body);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("invoice_id");
    expect(at(answer.body, "wallet_transaction")).toMatchObject({
      type: "credit",
      amount: "100",
      credit_amount: "200",
      credit_balance_before: "0",
      credit_balance_after: "200",
      transaction_status: "completed",
      credits_available: "200",
      priority: 1,
      expiry_date: "2027-08-01T00:00:00.000Z",
      idempotency_key: "order-1",
    });
    expect(at(answer.body, "wallet")).toMatchObject({ balance: "100", credit_balance: "200" });
  });

  it("keeps an INVOICED purchase pending until its invoice is paid, at the top-up rate", async () => {
    const id = await wallet({ conversion_rate: "0.5", topup_conversion_rate: "1" });
    const { body } = await harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "0", amount: 100, transaction_reason: "PURCHASED_CREDIT_INVOICED" });
    expect(at(body, "wallet_transaction")).toMatchObject({ transaction_status: "pending", credit_amount: "100", credits_available: "100", credit_balance_after: "0", metadata: {} });
    expect(at(body, "wallet")).toMatchObject({ balance: "0", credit_balance: "0" });
    const request = { provider: "flexprice", id: String(body["invoice_id"]) };
    const paid = await harness.control.post("/pay", request);
    expect(at(paid.body, "transaction")).toMatchObject({ transaction_status: "completed", credit_balance_after: "100" });
    await harness.control.post("/pay", request);
    // Rule 3: the balance grows by the amount paid, so it is not credits x conversion rate.
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ balance: "100", credit_balance: "100" });
  });

  it("repays an overdraft first", async () => {
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "-30" });
    const { body } = await harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "50", transaction_reason: "PURCHASED_CREDIT_DIRECT" });
    expect(at(body, "wallet_transaction")).toMatchObject({ credits_available: "20" });
    expect(at(body, "wallet")).toMatchObject({ balance: "20" });
  });

  it("takes an idempotency key once, over all wallets", async () => {
    const id = await wallet();
    const other = harness.sandbox.control.wallets({ provider: "flexprice", customer: "globex", currency: "USD" });
    const body = { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "order-1" };
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, body)).status).toBe(200);
    for (const target of [id, other.id]) {
      expect(await harness.flexprice.post(`/wallets/${target}/top-up`, body)).toMatchObject({ status: 409, body: { code: "already_exists", details: { idempotency_key: "order-1" } } });
    }
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ balance: "1" });
  });

  it("lets two equal top-ups without a key collide within one second only", async () => {
    const id = await wallet();
    const body = { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_DIRECT" };
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, body)).status).toBe(200);
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, body)).status).toBe(409);
    harness.sandbox.control.clock({ advance: 1000 });
    expect((await harness.flexprice.post(`/wallets/${id}/top-up`, body)).status).toBe(200);
  });

  it.each([
    { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT" },
    { transaction_reason: "PURCHASED_CREDIT_DIRECT" },
    { credits_to_add: "-1", transaction_reason: "PURCHASED_CREDIT_DIRECT" },
    { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_DIRECT", expiry_date_utc: "2026-09-01T12:00:00Z" },
    { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_DIRECT", priority: -1 },
  ])("refuses %j", async (body) => {
    const id = await wallet();
    expect(await harness.flexprice.post(`/wallets/${id}/top-up`, body)).toMatchObject({ status: 400, body: { code: "validation_error" } });
  });

  it("says what it does not do", async () => {
    const id = await wallet();
    const body = { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_INVOICED", force_sync_invoice: true };
    expect(await harness.flexprice.post(`/wallets/${id}/top-up`, body)).toMatchObject({ status: 501, body: { code: "not_implemented" } });
    const priced = { external_customer_id: "acme", currency: "eur", price_unit: "tok" };
    expect(await harness.flexprice.post("/wallets", priced)).toMatchObject({ status: 501, body: { code: "not_implemented" } });
    const sorted = { limit: 10, sort: [{ field: "created_at" }] };
    expect(await harness.flexprice.post("/wallets/transactions/search", sorted)).toMatchObject({ status: 501, body: { code: "not_implemented" } });
  });
});

describe("Flexprice: termination and expiry", () => {
  it("takes the rest and closes, once", async () => {
    const id = await wallet({ initial_credits_to_load: "10" });
    expect(await harness.flexprice.post(`/wallets/${id}/terminate`)).toMatchObject({ status: 200, body: { message: "wallet terminated successfully" } });
    expect((await harness.flexprice.get(`/wallets/${id}`)).body).toMatchObject({ wallet_status: "closed", balance: "0", credit_balance: "0" });
    expect(await harness.flexprice.post(`/wallets/${id}/terminate`)).toMatchObject({ status: 400, body: { code: "invalid_operation" } });
    const { body } = await harness.flexprice.get(`/wallets/${id}/transactions`);
    expect(listAt(body, "items")[0]).toMatchObject({ type: "debit", transaction_reason: "WALLET_TERMINATION", credit_amount: "10", credits_available: "0" });
    expect(listAt(body, "items")[1]).toMatchObject({ type: "credit", credits_available: "0" });
  });

  it("takes expired credits six hours late, and only when the job runs", async () => {
    const { sandbox, flexprice } = harness;
    const grants = [{ credits: "10", expiry_date: START + HOUR }, { credits: "4" }] as const;
    const { id } = sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", grants });
    sandbox.control.clock({ advance: 7 * HOUR - MINUTE });
    expect(sandbox.control.sweep()).toEqual({ credits_expired: 0, wallets_terminated: 0 });
    // Rule 44: until the sweep, the balance still holds what has expired; closing fails for want of credits.
    expect((await flexprice.get(`/wallets/${id}`)).body).toMatchObject({ balance: "14" });
    expect((await flexprice.post(`/wallets/${id}/terminate`)).body).toMatchObject({ code: "invalid_operation" });
    sandbox.control.clock({ advance: MINUTE });
    expect((await flexprice.get(`/wallets/${id}`)).body).toMatchObject({ balance: "14" });
    expect((await harness.control.post("/sweep")).body).toEqual({ credits_expired: 1, wallets_terminated: 0 });
    expect((await flexprice.get(`/wallets/${id}`)).body).toMatchObject({ balance: "4", credit_balance: "4" });
    expect(sandbox.control.sweep().credits_expired).toBe(0);
    expect((await flexprice.post(`/wallets/${id}/terminate`)).status).toBe(200);
  });
});

describe("Flexprice: transactions", () => {
  it("pages from the newest, with the next offset", async () => {
    const id = await wallet();
    for (const key of ["a", "b", "c"]) {
      await harness.flexprice.post(`/wallets/${id}/top-up`, { credits_to_add: "1", transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: key });
      harness.sandbox.control.clock({ advance: 1 });
    }
    const keys = (body: Record<string, unknown>) => listAt(body, "items").map((item) => item["idempotency_key"]);
    const first = await harness.flexprice.get(`/wallets/${id}/transactions?limit=2`);
    expect(keys(first.body)).toEqual(["c", "b"]);
    expect(first.body["pagination"]).toEqual({ total: 3, limit: 2, offset: 2 });
    const second = await harness.flexprice.get(`/wallets/${id}/transactions?limit=2&offset=2`);
    expect(keys(second.body)).toEqual(["a"]);
    expect(second.body["pagination"]).toEqual({ total: 3, limit: 2, offset: 4 });
    expect((await harness.flexprice.get(`/wallets/${id}/transactions`)).body["pagination"]).toEqual({ total: 3, limit: 50, offset: 50 });
    for (const query of ["limit=1001", "limit=0", "limit=x", "offset=-1"]) {
      expect((await harness.flexprice.get(`/wallets/${id}/transactions?${query}`)).status).toBe(400);
    }
  });

  it("filters", async () => {
    const grants = [{ credits: "3" }, { credits: "5", status: "pending", reason: "PURCHASED_CREDIT_INVOICED" }] as const;
    const { id } = harness.sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", grants });
    const credits = async (query: string) =>
      listAt((await harness.flexprice.get(`/wallets/${id}/transactions?${query}`)).body, "items").map((item) => item["credit_amount"]);
    expect(await credits("type=credit&transaction_status=completed&credits_available_gt=0")).toEqual(["3"]);
    expect(await credits("transaction_status=pending")).toEqual(["5"]);
    expect(await credits("type=debit")).toEqual([]);
    expect(await credits("credits_available_gt=3")).toEqual(["5"]);
    expect(await credits("transaction_reason=PURCHASED_CREDIT_DIRECT")).toEqual(["3"]);
  });
});
