import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.restoreAllMocks());

test("nothing happens at import or when a gate is made: no fetch, no timer, no random, no WebAssembly", async () => {
  const spies = [
    vi.spyOn(globalThis, "fetch"), vi.spyOn(globalThis, "setTimeout"), vi.spyOn(globalThis, "setInterval"), vi.spyOn(globalThis, "queueMicrotask"),
    vi.spyOn(Math, "random"), vi.spyOn(Date, "now"), vi.spyOn(AbortSignal, "timeout"), vi.spyOn(WebAssembly, "Module"), vi.spyOn(WebAssembly, "Instance"),
    vi.spyOn(crypto, "randomUUID"),
  ];
  vi.resetModules();
  // Vitest's own importing uses timers: what counts is what stands afterwards.
  const { CreditGate, memoryStore } = await import("../../index.js");
  const { flexprice } = await import("../../providers/flexprice/index.js");
  const { lago } = await import("../../providers/lago/index.js");
  const atImport = spies.filter((spy) => !["setTimeout", "now", "random"].includes(spy.getMockName()) && spy.mock.calls.length > 0);
  expect(atImport.map((spy) => spy.getMockName())).toEqual([]);
  for (const spy of spies) spy.mockClear();
  const gate = new CreditGate({ provider: flexprice({ apiKey: "key" }), store: memoryStore() });
  new CreditGate({ provider: lago({ apiKey: "key" }), taxRate: "0" });
  gate.meter({ unitPrice: "1", currency: "USD" });
  expect(gate.stats()).toMatchObject({ snapshots: 0, billingCalls: 0, storeFailures: 0, ledger: { kind: "local", entries: 0, unreported: 0 }, reports: { queued: 0, sent: 0, failed: 0 } });
  expect(spies.filter((spy) => spy.mock.calls.length > 0).map((spy) => spy.getMockName())).toEqual([]);
});

test("globals are read when they are used", async () => {
  const { CreditGate } = await import("../../index.js");
  const { flexprice } = await import("../../providers/flexprice/index.js");
  const gate = new CreditGate({ provider: flexprice({ apiKey: "key" }) });
  const fetch = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json([]));
  vi.spyOn(Date, "now").mockReturnValue(1_000);
  const decision = await gate.check({ customer: "cus_1", amount: 1, currency: "USD" });
  expect(decision).toMatchObject({ reason: "no_wallet", snapshot: { fetchedAt: 1_000 } });
  expect(fetch).toHaveBeenCalledTimes(1);
});
