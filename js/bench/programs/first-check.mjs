/** A cold process to its first answer, and the parts of it, milliseconds since the process began. */
const started = performance.now();
const { CreditGate } = await import("creditgate");
const { flexprice } = await import("creditgate/flexprice");
const imported = performance.now();
// The wallets are there at once: the billing API's time, and that of Node's own `fetch` to load, are not ours.
const wallets = [{ id: "wallet_1", currency: "usd", balance: "10", real_time_balance: "10", is_cached_fallback: false }];
const provider = { ...flexprice({ apiKey: "none" }), fetchWallets: async () => ({ found: true, wallets, sentAt: Date.now() }) };
const decision = await new CreditGate({ provider }).check({ customer: "cus_1", amount: "0.0042", currency: "USD" });
const answered = performance.now();
if (!decision.allowed) throw new Error(`not allowed: ${decision.reason}`);
console.log(JSON.stringify({ started, imported, answered }));
