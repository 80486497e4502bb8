import { expect, test } from "vitest";
import { failure, harness, MINUTE, money, providerError, said, SECOND, usd } from "./harness.js";

test("a key counts once, and says so", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  expect(said(await run(gate.spend(usd("4"), { key: "r1" })))).toBe("covered: sufficient");
  expect(await run(gate.spend(usd("4.00"), { key: "r1" }))).toMatchObject({ outcome: "covered", reason: "replayed", allowed: true });
  expect(gate.spendCached(usd(4n), { key: "r1" })).toMatchObject({ reason: "replayed" });
  expect(gate.checkCached(usd("6"))).toMatchObject({ outcome: "covered", available: "6" });
});

test("a replay is allowed where the wallets are empty by now, without a shortfall", async () => {
  const { gate, run } = harness({ wallets: money("4") });
  await run(gate.spend(usd("4"), { key: "r1" }));
  const replay = await run(gate.spend(usd("4"), { key: "r1" }));
  expect(replay).toMatchObject({ outcome: "covered", reason: "replayed" });
  expect("shortfall" in replay && replay.shortfall).toBeFalsy();
});

test("a replay asks nobody, even where nothing is cached and the provider is down", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("4"), reportWithin: 60 * MINUTE });
  await run(gate.spend(usd("4"), { key: "r1" }));
  await clock.advance(20 * MINUTE);
  provider.answers.set("cus_1", providerError("provider_unavailable"));
  const before = provider.calls.length;
  expect(await gate.spend(usd("4"), { key: "r1", waitUntil: () => {} })).toMatchObject({ outcome: "covered", reason: "replayed", allowed: true });
  expect(provider.calls.length - before).toBeLessThanOrEqual(1); // the refresh behind the answer
});

test("a key for another amount, metric or currency is a conflict", async () => {
  const { gate, run } = harness({ profile: "lago", wallets: [] });
  await run(gate.spend({ customer: "cus_1", amount: "1", currency: "EUR" }, { key: "r1" }));
  const lago = harness({ wallets: money("10") });
  await lago.run(lago.gate.spend(usd("4"), { key: "r1" }));
  for (const usage of [usd("5"), usd("4", { currency: "EUR" }), { customer: "cus_1", currency: "USD", credits: "4" }]) {
    const error = await failure(() => lago.run(lago.gate.spend(usage, { key: "r1" })));
    expect([error.code, error.path]).toEqual(["key_conflict", "options.key"]);
    expect((await failure(() => lago.gate.spendCached(usage, { key: "r1" }))).code).toBe("key_conflict");
  }
  expect(lago.gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
});

test("two customers may use the same key", async () => {
  const { gate, run, provider } = harness();
  provider.byDefault = money("10");
  for (const customer of ["a", "b"]) expect(said(await run(gate.spend(usd("4", { customer }), { key: "r1" })))).toBe("covered: sufficient");
});

test("a refused spend leaves its key free", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("1") });
  expect((await run(gate.spend(usd("4"), { key: "r1" }))).allowed).toBe(false);
  provider.answers.set("cus_1", money("10"));
  await clock.advance(MINUTE);
  expect(said(await run(gate.spend(usd("4"), { key: "r1" })))).toBe("covered: sufficient");
});

test("parallel spends with one key count once", async () => {
  const { gate, run, provider } = harness({ wallets: money("10") });
  provider.latency = 100;
  const decisions = await run(Promise.all(Array.from({ length: 10 }, () => gate.spend(usd("4"), { key: "r1" }))));
  expect(decisions.map(({ reason }) => reason).sort()).toEqual([...Array(9).fill("replayed"), "sufficient"]);
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "6" });
});

test("a key of a spend is no key of a hold, nor the other way round", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  await run(gate.spend(usd("1"), { key: "spent" }));
  expect((await failure(() => run(gate.authorize(usd("1"), { key: "spent" })))).code).toBe("key_conflict");
  await run(gate.authorize(usd("1"), { key: "held" }));
  expect((await failure(() => run(gate.spend(usd("1"), { key: "held" })))).code).toBe("key_conflict");
});

test("the key of a hold that has expired is free again, also while nothing is cached", async () => {
  const { gate, run, provider, clock } = harness({ wallets: money("10"), freshFor: SECOND, usableFor: SECOND });
  await run(gate.authorize(usd("1"), { key: "k" }));
  await clock.advance(MINUTE);
  provider.answers.set("cus_1", providerError("provider_unavailable"));
  expect((await run(gate.authorize(usd("1"), { key: "k" }))).allowed).toBe(false);
});

test("no key of a caller can be one of the gate's own", async () => {
  const { gate, run, clock } = harness({ wallets: money("10") });
  await run(gate.spend(usd("4")));
  const key = `\u0000${Math.floor(clock.now() / 1_000)}:amount:["USD","USAGE",null,null]`;
  const error = await failure(() => run(gate.spend(usd("4"), { key })));
  expect([error.code, error.path]).toEqual(["invalid_input", "options.key"]);
});

test("a key is text", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  for (const key of ["", 7, null, {}, "k".repeat(1_025)]) {
    expect((await failure(() => run(gate.spend(usd("1"), { key: key as string })))).path).toBe("options.key");
  }
});
