/** The page's client with both builds of the engine. */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { CheckoutPreview } from "../../browser/checkout.js";
import { loadEngine } from "../../browser/engines.js";
import type { CheckoutEngine } from "../../browser/types.js";
import { CreditGateError, isCreditGateError } from "../../errors.js";
import { advance, FakeSource, MINUTE, NOW, SECOND, setUp, turn, VALID_FOR } from "./set-up.js";
import { draft } from "./snapshot.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Code and path of what is thrown. */
function refused(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isCreditGateError(error)) return error.path === undefined ? error.code : `${error.code} ${error.path}`;
    throw error;
  }
  return "nothing was thrown";
}

describe.each<CheckoutEngine>(["wasm", "no-wasm"])("with %s", (engine) => {
  // Modules load in real time, which no test waits for afterwards.
  beforeAll(async () => void (await loadEngine(engine)));

  test("loads, then previews without asking again", async () => {
    const { source, checkout, states } = setUp({ engine });
    expect(checkout.state).toEqual({ status: "loading", stale: false });
    expect(refused(() => checkout.preview(draft))).toBe("not_loaded");
    await checkout.load();
    expect(states).toEqual([
      { status: "ready", stale: false, engine, snapshot: { fetchedAt: NOW, asOf: NOW, freshness: "computed", expiresAt: NOW + VALID_FOR } },
    ]);
    expect(checkout.state).toBe(states[0]);
    expect(checkout.preview(draft)).toMatchObject({ credits: "30", total: "10", wallets: [{ id: "w1", name: "Prepaid", balanceAfter: "0" }] });
    expect(checkout.preview({ ...draft, lines: [] })).toMatchObject({ credits: "0", total: "0" });
    await checkout.load();
    expect(source.begun).toEqual([0]);
    expect(checkout.state).toBe(states[0]);
    checkout.close();
  });

  test("what was asked for before `close` does not begin after it", async () => {
    const { source, checkout } = setUp({ engine });
    const asked = [checkout.load(), checkout.refresh()];
    checkout.close();
    await Promise.all(asked);
    await turn();
    expect(source.begun.length).toBeLessThanOrEqual(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a draft that is wrong is told by code and path, and changes nothing", async () => {
    const { checkout, states } = setUp({ engine });
    await checkout.load();
    expect(refused(() => checkout.preview({ currency: "USD", lines: [{ id: "a", amount: "1e3" }] }))).toBe("invalid_decimal invoice.lines[0].amount");
    expect(refused(() => checkout.preview({ currency: "USD", lines: [{ id: "a", amount: "-1" }] }))).toBe("negative_amount invoice.lines[0].amount");
    expect(checkout.preview(draft).total).toBe("10");
    expect(states.length).toBe(1);
    checkout.close();
  });

  test("watches: every five minutes, paused while hidden, at once on return, and no timer afterwards", async () => {
    const { source, document, checkout, unsubscribe } = setUp({ engine });
    await checkout.load();
    unsubscribe();
    const stop = checkout.watch();
    await advance(10 * MINUTE);
    expect(source.begun).toEqual([0, 5 * MINUTE, 10 * MINUTE]);
    document.show("hidden");
    await advance(30 * MINUTE);
    expect(source.begun.length).toBe(3);
    document.show("visible");
    await advance(0);
    expect(source.begun.at(-1)).toBe(40 * MINUTE);
    stop();
    stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(document.listeners.size).toBe(0);
    await advance(60 * MINUTE);
    expect(source.begun.length).toBe(4);
    checkout.close();
  });

  test("a failed refresh keeps the figures, marks them, and is told; the next that succeeds clears it", async () => {
    const { source, checkout, states } = setUp({ engine });
    await checkout.load();
    source.failure = new TypeError("Failed to fetch");
    const stop = checkout.watch();
    await advance(5 * MINUTE);
    expect(states.at(-1)).toMatchObject({ status: "ready", stale: true, engine, snapshot: { fetchedAt: NOW }, error: { code: "provider_unavailable", cause: source.failure } });
    expect(checkout.preview(draft).total).toBe("10");
    source.failure = undefined;
    source.balance = "35";
    await advance(5 * SECOND);
    expect(states.at(-1)).toEqual({ status: "ready", stale: false, engine, snapshot: expect.objectContaining({ fetchedAt: NOW + 5 * MINUTE + 5 * SECOND }) });
    expect(checkout.preview(draft).total).toBe("5");
    stop();
    checkout.close();
  });

  test("closed, everything ends", async () => {
    const { source, document, checkout, states } = setUp({ engine });
    await checkout.load();
    const stop = checkout.watch();
    source.latency = SECOND;
    await advance(5 * MINUTE);
    checkout.close();
    checkout.close();
    stop();
    expect(source.signals.at(-1)?.aborted).toBe(true);
    await advance(SECOND);
    expect(vi.getTimerCount()).toBe(0);
    expect(document.listeners.size).toBe(0);
    expect(states.length).toBe(1);
    expect(refused(() => checkout.preview(draft))).toBe("closed");
    await Promise.all([checkout.load(), checkout.refresh()]);
    checkout.watch()();
    checkout.subscribe(() => {})();
    expect(source.begun.length).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a first load that fails is an error; asked again it is loading, then ready", async () => {
  const { source, checkout, states } = setUp();
  source.failure = new CreditGateError("snapshot_expired", "old");
  await checkout.load();
  expect(states).toMatchObject([{ status: "error", stale: false, error: { code: "snapshot_expired" }, engine: "wasm" }]);
  expect(refused(() => checkout.preview(draft))).toBe("not_loaded");
  source.failure = undefined;
  await checkout.load();
  expect(states.slice(1).map(({ status, error }) => [status, error])).toEqual([["loading", undefined], ["ready", undefined]]);
  checkout.close();
});

test("what is watched recovers by itself from a first load that failed", async () => {
  const { source, checkout, states } = setUp();
  source.failure = new Error("offline");
  const stop = checkout.watch();
  await checkout.load();
  source.failure = undefined;
  await advance(5 * SECOND);
  expect(states.map(({ status }) => status)).toEqual(["error", "ready"]);
  stop();
  checkout.close();
});

test("an endpoint that says when to come back is not asked before", async () => {
  const { source, checkout } = setUp();
  source.failure = new CreditGateError("throttled", "later", { retryAfter: 2 * MINUTE });
  const stop = checkout.watch();
  await advance(3 * MINUTE);
  expect(source.begun).toEqual([0, 2 * MINUTE]);
  stop();
  checkout.close();
});

test("figures that expire are stale at that moment, told to who listens", async () => {
  const { checkout, states } = setUp();
  await checkout.load();
  await advance(VALID_FOR - 1);
  expect(checkout.state.stale).toBe(false);
  await advance(1);
  expect(states.at(-1)).toEqual({ ...states[0], stale: true });
  expect(checkout.state).toBe(states.at(-1));
  expect(checkout.preview(draft).total).toBe("10");
  expect(vi.getTimerCount()).toBe(0);
  checkout.close();
});

test("without anybody who listens there is no timer, and the state tells all the same", async () => {
  const { checkout, states, unsubscribe } = setUp();
  await checkout.load();
  unsubscribe();
  expect(vi.getTimerCount()).toBe(0);
  await advance(VALID_FOR);
  const { state } = checkout;
  expect(state.stale).toBe(true);
  expect(checkout.state).toBe(state);
  expect(states.length).toBe(1);
  checkout.subscribe((later) => states.push(later));
  await advance(0);
  expect(states.at(-1)).toBe(state);
  checkout.close();
});

test("figures that expire sooner than the next refresh are replaced before", async () => {
  const { source, checkout, states } = setUp();
  source.validFor = MINUTE;
  const stop = checkout.watch();
  await advance(3 * MINUTE);
  expect(source.begun).toEqual([0, 54 * SECOND, 108 * SECOND, 162 * SECOND]);
  expect(states.some(({ stale }) => stale)).toBe(false);
  stop();
  checkout.close();
});

test("a refresh asks for figures from now on: one more after that under way, shared by all who ask meanwhile", async () => {
  const { source, checkout } = setUp();
  await checkout.load();
  source.latency = SECOND;
  const first = checkout.refresh();
  await advance(500);
  source.balance = "60";
  const others = Promise.all([checkout.refresh(), checkout.refresh()]);
  await advance(500);
  await first;
  expect(checkout.preview(draft).total).toBe("10");
  await advance(SECOND);
  await others;
  expect(checkout.preview(draft).total).toBe("0");
  expect(source.begun).toEqual([0, 0, SECOND]);
  expect(source.mostAtOnce).toBe(1);
  checkout.close();
});

test("load, refresh and watching never ask twice at once", async () => {
  const { source, checkout } = setUp({ refreshEvery: SECOND });
  source.latency = 3 * SECOND;
  const stop = checkout.watch();
  void checkout.load();
  void checkout.load();
  void checkout.refresh();
  await advance(MINUTE);
  expect(source.mostAtOnce).toBe(1);
  stop();
  checkout.close();
});

test("a refresh that the page asked for puts the next off", async () => {
  const { source, checkout } = setUp();
  const stop = checkout.watch();
  await advance(4 * MINUTE);
  await checkout.refresh();
  await advance(4 * MINUTE);
  expect(source.begun).toEqual([0, 4 * MINUTE]);
  await advance(MINUTE);
  expect(source.begun).toEqual([0, 4 * MINUTE, 9 * MINUTE]);
  stop();
  checkout.close();
});

test("any number may watch; the last to stop ends it", async () => {
  const { source, checkout, unsubscribe } = setUp();
  unsubscribe();
  const stops = [checkout.watch(), checkout.watch(), checkout.watch()];
  await advance(5 * MINUTE);
  expect(source.begun.length).toBe(2);
  for (const stop of stops.slice(1)) stop();
  await advance(5 * MINUTE);
  expect(source.begun.length).toBe(3);
  stops[0]?.();
  expect(vi.getTimerCount()).toBe(0);
  const stop = checkout.watch();
  await advance(5 * MINUTE);
  expect(source.begun.length).toBe(4);
  stop();
  checkout.close();
});

test("older figures of another server do not replace newer ones that hold still", async () => {
  const { source, checkout, states } = setUp();
  await checkout.load();
  source.balance = "1";
  source.changes = { asOf: NOW - MINUTE };
  await checkout.refresh();
  expect(checkout.preview(draft).total).toBe("10");
  expect(states.at(-1)).toMatchObject({ stale: false, snapshot: { asOf: NOW } });
  await advance(VALID_FOR);
  await checkout.refresh();
  expect(checkout.preview(draft).total).toBe("39");
  expect(states.at(-1)).toMatchObject({ stale: false, snapshot: { asOf: NOW - MINUTE } });
  checkout.close();
});

test.each<[string, object]>([
  ["no wallets", { wallets: undefined }],
  ["wallets that cannot be read", { wallets: [{ id: "w", currency: "usd", balance: "much" }] }],
  ["no expiry", { expiresAt: undefined }],
  ["a time that is none", { asOf: Number.NaN }],
  ["an unknown freshness", { freshness: "fresh" }],
  ["another profile", { profile: "stripe" }],
])("a snapshot with %s is refused, and the one before stays", async (_, changes) => {
  const { source, checkout } = setUp();
  await checkout.load();
  source.changes = changes;
  await checkout.refresh();
  expect(checkout.state).toMatchObject({ status: "ready", stale: true, error: { name: "CreditGateError" } });
  expect(["invalid_response", "invalid_input"]).toContain(checkout.state.error?.code);
  expect(checkout.preview(draft).total).toBe("10");
  checkout.close();
});

test("a source that never answers is given up after 30 seconds, and told so", async () => {
  const { source, checkout } = setUp();
  source.latency = 10 * MINUTE;
  const loading = checkout.load();
  await advance(30 * SECOND);
  await loading;
  expect(checkout.state).toMatchObject({ status: "error", error: { code: "provider_timeout" } });
  expect(source.signals[0]?.aborted).toBe(true);
  checkout.close();
});

test("a source that throws at once is a failure like any other", async () => {
  const { checkout } = setUp({
    source: {
      fetch: () => {
        throw new RangeError("a mistake of the page");
      },
    },
  });
  await checkout.load();
  expect(checkout.state.error).toMatchObject({ code: "provider_unavailable", cause: expect.any(RangeError) });
  checkout.close();
});

test("what a listener throws is reported and ends nothing; one that leaves or comes meanwhile harms nobody", async () => {
  const reported: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
  const { checkout, states } = setUp();
  const mistake = new Error("a listener of the page");
  const late: unknown[] = [];
  checkout.subscribe(() => {
    throw mistake;
  });
  const leave = checkout.subscribe(() => {
    leave();
    checkout.subscribe((state) => late.push(state));
  });
  await checkout.load();
  expect(states.length).toBe(1);
  expect(late).toEqual([]);
  await checkout.refresh();
  expect(reported).toEqual([mistake, mistake]);
  expect(late.length).toBe(1);
  vi.unstubAllGlobals();
  checkout.close();
});

test("a listener may close it", async () => {
  const { checkout, states } = setUp();
  checkout.subscribe(() => checkout.close());
  checkout.watch();
  await advance(MINUTE);
  expect(states.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("where WebAssembly may not be compiled, the other build is taken by itself, after one attempt per page", async () => {
  vi.resetModules();
  const attempts = vi.spyOn(WebAssembly, "Module").mockImplementation(function refuse() {
    throw new WebAssembly.CompileError("blocked by the Content-Security-Policy");
  });
  const { CheckoutPreview: Fresh } = await import("../../browser/checkout.js");
  const totals = [];
  for (let page = 0; page < 2; page += 1) {
    const checkout = new Fresh({ source: new FakeSource() });
    await checkout.load();
    totals.push([checkout.state.engine, checkout.preview(draft).total]);
    checkout.close();
  }
  expect(totals).toEqual([["no-wasm", "10"], ["no-wasm", "10"]]);
  expect(attempts).toHaveBeenCalledTimes(1);
  attempts.mockRestore();
});

test("where WebAssembly may be compiled but this engine cannot, the other build is taken too; told to take wasm, it fails", async () => {
  vi.resetModules();
  const { Module } = WebAssembly;
  const old = vi.spyOn(WebAssembly, "Module").mockImplementation(function compile(bytes: BufferSource) {
    if (bytes.byteLength > 8) throw new WebAssembly.CompileError("an opcode that this browser does not know");
    return new Module(bytes);
  } as never);
  const { CheckoutPreview: Fresh } = await import("../../browser/checkout.js");
  const engines = [];
  for (const engine of ["auto", "wasm"] as const) {
    const checkout = new Fresh({ source: new FakeSource(), engine });
    await checkout.load();
    engines.push([checkout.state.engine, checkout.state.error?.code]);
    checkout.close();
  }
  expect(engines).toEqual([["no-wasm", undefined], [undefined, "engine_fault"]]);
  old.mockRestore();
});

test.each<[string, unknown]>([
  ["CheckoutPreview.source", {}],
  ["CheckoutPreview.source", { source: {} }],
  ["CheckoutPreview.engine", { source: new FakeSource(), engine: "native" }],
  ["CheckoutPreview.refreshEvery", { source: new FakeSource(), refreshEvery: 500 }],
  ["CheckoutPreview.refreshEvery", { source: new FakeSource(), refreshEvery: "often" }],
  ["CheckoutPreview.now", { source: new FakeSource(), now: 5 }],
  ["CheckoutPreview.refreshAfter", { source: new FakeSource(), refreshAfter: 5 }],
  ["CheckoutPreview", undefined],
])("refuses an option: %s", (path, options) => {
  expect(refused(() => new CheckoutPreview(options as never))).toBe(`invalid_option ${path}`);
});

test("importing it, and making one, does nothing: on a server too", async () => {
  vi.useRealTimers();
  vi.resetModules();
  const spies = [
    vi.spyOn(globalThis, "fetch"), vi.spyOn(Math, "random"), vi.spyOn(WebAssembly, "Module"), vi.spyOn(WebAssembly, "Instance"), vi.spyOn(crypto.subtle, "importKey"),
  ];
  const { CheckoutPreview: Fresh } = await import("../../browser/index.js");
  const source = new FakeSource();
  const timers = vi.spyOn(globalThis, "setTimeout");
  new Fresh({ source });
  await turn();
  expect([...spies, timers].filter((spy) => spy.mock.calls.length > 0).map((spy) => spy.getMockName())).toEqual([]);
  expect(source.begun).toEqual([]);
  vi.restoreAllMocks();
});
