import { describe, expect, it } from "vitest";
import type { Invoice, PreviewAfterCredits } from "../../../providers/flexprice/api/index.js";
import { NOW } from "../context.js";
import { payload } from "../server.js";
import type { Asked, Reply } from "../server.js";
import { asked, flexpriceAt } from "./harness.js";

const PREVIEW = payload("flexprice_invoice_preview_response") as Invoice;
const REQUEST = { subscription_id: "subs_1" };

const wallet = (id: string, balance: string, fields: object = {}) => ({ id, balance, currency: "usd", wallet_type: "PRE_PAID", wallet_status: "active", conversion_rate: "0.5", ...fields });

/** A server with this preview, these wallets, and these credits left in each. */
function script(preview: object, wallets: readonly object[], grants: Readonly<Record<string, readonly object[]>> = {}): (asked: Asked) => Reply {
  return ({ path }) => {
    if (path === "/v1/invoices/preview") return { body: preview };
    if (path === "/v1/customers/wallets") return { body: wallets };
    const items = grants[path.split("/")[3] ?? ""] ?? [];
    return { body: { items, pagination: { total: items.length } } };
  };
}

async function preview(wallets: readonly object[], fields: object = {}): Promise<PreviewAfterCredits> {
  const { client } = await flexpriceAt(script({ ...PREVIEW, ...fields }, wallets));
  return client.invoices.previewAfterCredits(REQUEST);
}

describe("the preview after credits", () => {
  it("pays usage net of discounts, and leaves the tax", async () => {
    const { client, server } = await flexpriceAt(script(PREVIEW, [wallet("w1", "50")]));
    const answer = await client.invoices.previewAfterCredits(REQUEST);
    expect(answer).toEqual({
      invoice: PREVIEW,
      credits: "50",
      totalAfter: "78.7",
      lines: [{ line: PREVIEW.line_items?.[0], credits: "0" }, { line: PREVIEW.line_items?.[1], credits: "50" }],
      debits: { w1: "50" },
      notes: ["line_order_undefined", "expiry_unknown"],
    });
    expect(server.asked.map(asked)).toEqual([
      ["POST", "/v1/invoices/preview", REQUEST],
      ["GET", `/v1/customers/wallets?id=${PREVIEW.customer_id}`],
    ]);
  });

  it("takes the fullest wallet first, and only those that pay", async () => {
    const wallets = [
      wallet("small", "30"), wallet("big", "70"), wallet("euro", "500", { currency: "eur" }), wallet("post", "500", { wallet_type: "POST_PAID" }),
      wallet("frozen", "500", { wallet_status: "frozen" }), wallet("negative", "-1"),
    ];
    expect(await preview(wallets)).toMatchObject({ credits: "90", totalAfter: "38.7", debits: { big: "70", small: "20" } });
  });

  it("is the preview itself without wallets", async () => {
    expect(await preview([])).toMatchObject({ credits: "0", totalAfter: "128.7", debits: {}, notes: [] });
  });

  it("is never below zero", async () => {
    expect(await preview([wallet("w1", "500")], { total: "80" })).toMatchObject({ credits: "90", totalAfter: "0" });
  });

  it("knows a preview without lines, and lines without ids", async () => {
    const { line_items, ...empty } = PREVIEW;
    const bare = await flexpriceAt(script(empty, [wallet("w1", "50")]));
    expect(await bare.client.invoices.previewAfterCredits(REQUEST)).toMatchObject({ credits: "0", totalAfter: "128.7", lines: [] });
    const lines = [{ amount: "1", price_type: "USAGE" }, { amount: "2" }, { amount: "4", price_type: "USAGE" }];
    const answer = await preview([wallet("w1", "50")], { line_items: lines });
    expect(answer.lines).toEqual([{ line: lines[0], credits: "1" }, { line: lines[1], credits: "0" }, { line: lines[2], credits: "4" }]);
  });

  it("leaves alone what the provider has applied itself", async () => {
    const lines = [{ amount: "100", price_type: "USAGE", prepaid_credits_applied: "90" }];
    expect(await preview([wallet("w1", "50")], { total_prepaid_credits_applied: "90", total: "38.7", line_items: lines })).toEqual({
      invoice: expect.objectContaining({ total: "38.7" }), credits: "90", totalAfter: "38.7", lines: [{ line: lines[0], credits: "90" }], debits: {}, notes: ["applied_by_provider"],
    });
  });
});

describe("with the credits left in each wallet", () => {
  const grant = (credits: string, expiry: number | null) => ({ id: credits, credits_available: credits, expiry_date: expiry === null ? null : new Date(expiry).toISOString() });

  it("expired ones pay nothing", async () => {
    const grants = { w1: [grant("40", null), grant("20", NOW), grant("60", NOW - 1)], w2: [grant("20", NOW + 1)] };
    const { client, server } = await flexpriceAt(script(PREVIEW, [wallet("w1", "60"), wallet("w2", "10")], grants));
    const answer = await client.invoices.previewAfterCredits(REQUEST, { grants: "fetch" });
    // 60 credits at 0.5 of w1, the last usable up to and including now; 20 of w2.
    expect(answer).toMatchObject({ credits: "40", debits: { w1: "30", w2: "10" }, notes: ["line_order_undefined", "expired_credits"] });
    expect(server.asked.slice(2).map(asked).map(([, path]) => path)).toEqual([
      "/v1/wallets/w1/transactions?type=credit&transaction_status=completed&credits_available_gt=0&limit=1000&offset=0",
      "/v1/wallets/w2/transactions?type=credit&transaction_status=completed&credits_available_gt=0&limit=1000&offset=0",
    ]);
  });

  it("wallets still pay in the order of their whole balances", async () => {
    const { client } = await flexpriceAt(script(PREVIEW, [wallet("w2", "80"), wallet("w1", "200")], { w1: [grant("100", null)], w2: [grant("160", null)] }));
    expect(await client.invoices.previewAfterCredits(REQUEST, { grants: "fetch" })).toMatchObject({ credits: "90", debits: { w1: "50", w2: "40" } });
  });

  it("the balance is still the most that a wallet pays", async () => {
    const { client } = await flexpriceAt(script(PREVIEW, [wallet("w1", "60")], { w1: [grant("1000", null)] }));
    expect(await client.invoices.previewAfterCredits(REQUEST, { grants: "fetch" })).toMatchObject({ credits: "60", notes: ["line_order_undefined"] });
  });
});
