/** Wallets without what no rule reads answer as the whole wallets do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResidentAccount } from "../../engine/account.js";
import { coverage, previewInvoice } from "../../engine/index.js";
import type { WalletsSnapshot } from "../../types.js";
import { type Case, customer, NOW, told } from "../no-wasm/customers.js";
import { lagoDraft, lagoWallet, vectors } from "./vectors.js";

/** The snapshot as a browser may have it. */
function redacted({ profile, wallets: whole, grants: lots }: WalletsSnapshot): WalletsSnapshot {
  const json = lots === undefined ? { wallets: whole } : { wallets: whole, grants: lots };
  const options = { whenScopesOverlap: "estimate", acceptFallback: true, includePostpaid: false, targetsWallets: false } as const;
  const account = new ResidentAccount(profile, json, profile === "lago" ? { ...options, taxRate: "0" } : options);
  try {
    const { wallets, grants } = account.redacted();
    return grants === undefined ? { profile, wallets } : { profile, wallets, grants };
  } finally {
    account.free();
  }
}

function expectSame({ snapshot, draft, usage, options }: Case): void {
  const short = redacted(snapshot);
  // As it reaches the page.
  const page = JSON.parse(JSON.stringify(short)) as WalletsSnapshot;
  expect(told(() => previewInvoice(page, draft, { now: NOW }))).toBe(told(() => previewInvoice(snapshot, draft, { now: NOW })));
  expect(told(() => coverage(page, usage, options))).toBe(told(() => coverage(snapshot, usage, options)));
  expect(redacted(page)).toEqual(short);
}

/** The case with its wallets as Lago lists them: created last first. Flexprice's come in any order. */
function listed({ snapshot, ...rest }: Case): Case {
  if (snapshot.profile === "flexprice") return { ...rest, snapshot };
  const created = (wallet: unknown) => (wallet as { created_at?: string }).created_at ?? "";
  return { ...rest, snapshot: { ...snapshot, wallets: [...snapshot.wallets].sort((a, b) => created(b).localeCompare(created(a))) } };
}

describe("redacted wallets, read again, answer as the whole ones", () => {
  test.each([...vectors("lago/invoice.apply"), ...vectors("lago/invoice.preview_rounding")])("$id", ({ input }) => {
    const wallets = (input.wallets ?? []).map((wallet: unknown) => lagoWallet(wallet, 1_000));
    const draft = lagoDraft(input);
    expectSame(listed({ snapshot: { profile: "lago", wallets }, draft, usage: { currency: draft.currency, amount: "5" }, options: { now: NOW, taxRate: "20" } }));
  });

  test("for customers at random, of every profile", () => {
    fc.assert(fc.property(customer.map(listed), expectSame), { numRuns: 1_000 });
  }, 120_000);

  test("and hold nothing else", () => {
    const wallet = { id: "w", name: "n", currency: "usd", balance: "1", customer_id: "secret", metadata: { email: "secret" }, description: "secret" };
    const grants = { w: [{ type: "credit", transaction_status: "completed", credits_available: "1", reference_id: "secret", created_by: "secret" }] };
    expect(JSON.stringify(redacted({ profile: "flexprice", wallets: [wallet], grants }))).not.toContain("secret");
    const lago = { lago_id: "w", currency: "EUR", balance_cents: 1, external_customer_id: "secret", metadata: { a: "secret" }, billing_entity_code: "secret" };
    expect(JSON.stringify(redacted({ profile: "lago", wallets: [lago] }))).not.toContain("secret");
  });
});
