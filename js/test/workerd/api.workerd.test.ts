/** Managing wallets in real workerd: the rules load lazily there, and a call's time is a timer of its own request. */
import { expect, it } from "vitest";
import { flexpriceApi } from "../../providers/flexprice/api/index.js";
import { lagoApi } from "../../providers/lago/api/index.js";

it("checks a top-up by the rules, and sends it with a key", async () => {
  const sent: Request[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    sent.push(new Request(input, init));
    return Response.json({ wallet_transaction: { id: "t1" }, wallet: { id: "w1", balance: 5.5 } });
  };
  const api = flexpriceApi({ apiKey: "key", baseUrl: "https://billing.test/v1", fetch });
  await expect(api.wallets.topUp("w1", { credits_to_add: 0, transaction_reason: "CREDIT_NOTE" })).rejects.toMatchObject({ code: "invalid_input" });
  expect(sent).toEqual([]);
  const { wallet } = await api.wallets.topUp("w1", { credits_to_add: 5, transaction_reason: "CREDIT_NOTE" });
  expect(wallet.balance).toBe("5.5");
  expect(await sent[0]?.json()).toMatchObject({ credits_to_add: "5", idempotency_key: expect.any(String) });
});

it("ends a write that is not answered, whose outcome is then unknown", async () => {
  const fetch = (_: RequestInfo | URL, init?: RequestInit) =>
    new Promise<Response>((_, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  const api = lagoApi({ apiKey: "key", baseUrl: "https://billing.test/api/v1", fetch, timeout: 20 });
  const write = api.walletTransactions.create({ wallet_id: "w1", granted_credits: "5" });
  await expect(write).rejects.toMatchObject({ code: "outcome_unknown", write: { repeatable: false, ids: { wallet_id: "w1" } } });
});
