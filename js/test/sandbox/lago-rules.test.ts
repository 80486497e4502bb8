/** Recurring rules at work, on the sandbox's clock (lago 3.6). */
import { beforeEach, describe, expect, it } from "vitest";
import { at, HOUR, type Json, listAt, MINUTE, START, useSandbox } from "./harness.js";

const harness = useSandbox();
const DAY = 24 * HOUR;

beforeEach(() => {
  const { control } = harness.sandbox;
  control.metrics({ provider: "lago", code: "tokens", currency: "EUR", unit_price: "1" });
  control.customers({ provider: "lago", external_id: "acme", currency: "EUR", subscription: "s" });
});

async function wallet(rule: Json, fields: Json = {}): Promise<string> {
  const request = { external_customer_id: "acme", rate_amount: "1", granted_credits: "20", recurring_transaction_rules: [rule], ...fields };
  const { body } = await harness.lago.post("/wallets", { wallet: request });
  harness.sandbox.control.clock({ advance: 50 });
  return String(at(body, "wallet")["lago_id"]);
}

let events = 0;
/** Uses so many EUR. */
async function use(units: number): Promise<void> {
  events += 1;
  await harness.lago.post("/events", { event: { transaction_id: `e${events}`, external_subscription_id: "s", code: "tokens", properties: { units } } });
}

/** Uses so many EUR, and lets the refresh clock see it. */
async function spend(units: number): Promise<void> {
  await use(units);
  advance(5 * MINUTE);
}

/** Turns the clock to so long after the start, which is when the refresh clock started too. */
function set(ms: number): void {
  harness.sandbox.control.clock({ set: START + ms });
}

function advance(ms: number): void {
  harness.sandbox.control.clock({ advance: ms });
}

async function automatic(id: string): Promise<Json[]> {
  const { body } = await harness.lago.get(`/wallets/${id}/wallet_transactions`);
  return listAt(body, "wallet_transactions").filter(({ source }) => source !== "manual").reverse();
}

const figures = (transactions: readonly Json[]) => transactions.map(({ transaction_status, credit_amount, status }) => [transaction_status, credit_amount, status]);

describe("Lago: threshold rules", () => {
  const rule = { trigger: "threshold", threshold_credits: "10", paid_credits: "5", granted_credits: "1" };

  it("top up two seconds after the refresh that crossed, once (R-THR-1..5)", async () => {
    const id = await wallet({ ...rule, transaction_name: "Auto", transaction_metadata: [{ key: "origin", value: "rule" }] });
    await use(9);
    set(5 * MINUTE + 2000);
    expect(await automatic(id)).toEqual([]);
    await use(1);
    set(10 * MINUTE + 1999);
    expect(await automatic(id)).toEqual([]);
    set(10 * MINUTE + 2000);
    const [paid, granted] = await automatic(id);
    // R-RULE-5: 10 - 10 - 1 is less than what one purchase adds.
    expect(paid).toMatchObject({ source: "threshold", transaction_status: "purchased", credit_amount: "5.0", status: "pending", name: "Auto", metadata: [{ key: "origin", value: "rule" }] });
    expect(granted).toMatchObject({ source: "threshold", transaction_status: "granted", credit_amount: "1.0", status: "settled" });
    advance(HOUR);
    expect(await automatic(id)).toHaveLength(2);
  });

  it("buy as often as it takes to leave the threshold, up to the limit (R-RULE-5, R-RULE-6)", async () => {
    const id = await wallet({ ...rule, granted_credits: "0" }, { paid_top_up_max_amount_cents: 1200 });
    await spend(18);
    advance(3000);
    expect(figures(await automatic(id))).toEqual([["purchased", "10.0", "pending"]]);
    const other = await wallet({ ...rule, granted_credits: "0" }, { paid_top_up_max_amount_cents: 700, granted_credits: "1", code: "other" });
    advance(3000);
    expect(figures(await automatic(other))).toEqual([["purchased", "7.0", "pending"]]);
  });

  it("wait an hour after a failure, unless a purchase settles (R-THR-4)", async () => {
    const id = await wallet({ ...rule, granted_credits: "0" });
    await spend(10);
    advance(3000);
    const [first] = await automatic(id);
    const firstId = String(first?.["lago_id"]);
    harness.sandbox.control.pay({ provider: "lago", id: firstId, outcome: "failed" });
    await spend(1);
    advance(3000);
    expect(await automatic(id)).toHaveLength(1);
    harness.sandbox.control.pay({ provider: "lago", id: firstId });
    await spend(6);
    advance(3000);
    expect(figures(await automatic(id))).toEqual([["purchased", "5.0", "settled"], ["purchased", "5.0", "pending"]]);
  });

  it("aim at a target, raised to the least purchase; or grant it (R-RULE-1..3, R-RULE-7)", async () => {
    const target = { trigger: "threshold", threshold_credits: "10", method: "target", target_ongoing_balance: "22" };
    const id = await wallet(target, { paid_top_up_min_amount_cents: 5000 });
    await spend(10);
    advance(3000);
    expect(figures(await automatic(id))).toEqual([["purchased", "50.0", "pending"]]);
    await harness.lago.put(`/wallets/${id}`, { wallet: { recurring_transaction_rules: [{ ...target, grants_target_top_up: true }] } });
    harness.sandbox.control.pay({ provider: "lago", id: String((await automatic(id))[0]?.["lago_id"]), outcome: "failed" });
    await spend(1);
    advance(3000);
    expect(figures(await automatic(id)).at(-1)).toEqual(["granted", "13.0", "settled"]);
    expect(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet")).toMatchObject({ credits_ongoing_balance: "22.0" });
  });

  it("do nothing, and say nothing, below the least purchase (R-THR-6)", async () => {
    const { id } = harness.sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "20", paid_top_up_min_amount_cents: 600, recurring_transaction_rules: [rule] });
    await spend(10);
    advance(3000);
    expect(await automatic(id)).toEqual([]);
  });

  it("end with the wallet, and with their own expiration", async () => {
    const id = await wallet({ ...rule, expiration_at: "2026-09-01T13:00:00Z" });
    expect(listAt(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet"), "recurring_transaction_rules")).toHaveLength(1);
    advance(HOUR);
    expect(listAt(at((await harness.lago.get(`/wallets/${id}`)).body, "wallet"), "recurring_transaction_rules")).toEqual([]);
    await spend(15);
    advance(3000);
    expect(await automatic(id)).toEqual([]);
    const other = await wallet(rule, { granted_credits: "5", code: "other" });
    await harness.lago.delete(`/wallets/${other}`);
    advance(HOUR);
    expect(await automatic(other)).toEqual([]);
  });
});

describe("Lago: interval rules", () => {
  const weekly = { trigger: "interval", interval: "weekly", granted_credits: "3" };

  it("top up at minute 55 of the day, once (R-INT-1, R-INT-2, R-INT-4)", async () => {
    const id = await wallet(weekly);
    advance(6 * DAY);
    expect(await automatic(id)).toEqual([]);
    advance(DAY);
    const [first] = await automatic(id);
    expect(first).toMatchObject({ source: "interval", transaction_status: "granted", credit_amount: "3.0", created_at: "2026-09-08T00:55:00Z", settled_at: "2026-09-08T00:55:00Z" });
    advance(DAY);
    expect(await automatic(id)).toHaveLength(1);
    advance(28 * DAY);
    expect((await automatic(id)).map(({ created_at }) => created_at)).toEqual(["08", "15", "22", "29"].map((day) => `2026-09-${day}T00:55:00Z`).concat("2026-10-06T00:55:00Z"));
  });

  it("know the customer's days (R-INT-1)", async () => {
    await harness.lago.post("/customers", { customer: { external_id: "acme", timezone: "America/New_York" } });
    const id = await wallet(weekly);
    advance(8 * DAY);
    expect(await automatic(id)).toMatchObject([{ created_at: "2026-09-08T04:55:00Z" }]);
  });

  it("reach a target by the stored balance, and skip what is reached (R-INT-6)", async () => {
    const id = await wallet({ trigger: "interval", interval: "weekly", method: "target", target_ongoing_balance: "20" });
    advance(7 * DAY);
    expect(await automatic(id)).toEqual([]);
    // Still the same weekday, and nothing was topped up on it.
    await spend(4);
    advance(HOUR);
    expect(await automatic(id)).toMatchObject([{ transaction_status: "purchased", credit_amount: "4.0", status: "pending", created_at: "2026-09-08T12:55:00Z" }]);
  });

  it("do not start early, nor act for the time before they were there", async () => {
    const id = await wallet({ ...weekly, started_at: "2026-09-20T00:00:00Z" });
    advance(15 * DAY);
    expect(await automatic(id)).toEqual([]);
    await harness.lago.put(`/wallets/${id}`, { wallet: { recurring_transaction_rules: [weekly] } });
    expect(await automatic(id)).toEqual([]);
    advance(7 * DAY);
    expect(await automatic(id)).toMatchObject([{ created_at: "2026-09-22T00:55:00Z" }]);
  });
});
