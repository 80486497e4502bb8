import { expect, test } from "vitest";
import { harness, MINUTE, money, providerError, said, SECOND, usd } from "./harness.js";

test("a denial on a snapshot of five seconds is checked with the provider, and a topped-up customer is served at once", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(5 * SECOND);
  provider.answers.set("cus_1", money("101"));
  expect(await run(gate.spend(usd("100")))).toMatchObject({ outcome: "covered", available: "101" });
  expect(provider.calls).toHaveLength(2);
});

test("a denial on a younger snapshot stands without asking", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(5 * SECOND - 1);
  expect((await run(gate.spend(usd("2")))).outcome).toBe("short");
  expect(provider.calls).toHaveLength(1);
});

test("what is covered is never checked again", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1000") });
  for (let i = 0; i < 20; i++) {
    expect((await run(gate.check(usd("1")))).outcome).toBe("covered");
    await clock.advance(10 * SECOND);
  }
  expect(provider.calls).toHaveLength(1);
});

test("the check waits a second at most, and then the denial stands", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.latency = 30_000;
  const before = clock.now();
  const decision = await run(gate.spend(usd("2")));
  expect(decision).toMatchObject({ outcome: "short", available: "1", notes: ["expiry_unknown", "refresh_failed"] });
  expect(clock.now() - before).toBe(SECOND);
});

test("a check that fails leaves the denial as it is", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.answers.set("cus_1", providerError("provider_unavailable"));
  expect(said(await run(gate.spend(usd("2"))))).toBe("short: insufficient_balance");
});

test("repeated denials are checked after 5, 10, 20 ... 300 seconds", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1"), freshFor: 3_600_000, usableFor: 7_200_000 });
  await run(gate.check(usd("1")));
  await clock.advance(10 * SECOND);
  const start = clock.now();
  for (let second = 0; second < 1_300; second++) {
    await run(gate.spend(usd("2")));
    await clock.advance(SECOND);
  }
  const at = provider.calls.slice(1).map((call) => (call.at - start) / SECOND);
  expect(at).toEqual([0, 5, 15, 35, 75, 155, 315, 615, 915, 1215]);
});

test("many denials that waited for one check put off the next as one", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1"), freshFor: 3_600_000, usableFor: 7_200_000 });
  await run(gate.check(usd("1")));
  await clock.advance(10 * SECOND);
  provider.latency = 50;
  await run(Promise.all(Array.from({ length: 20 }, () => gate.spend(usd("2")))));
  expect(provider.calls).toHaveLength(2);
  provider.answers.set("cus_1", money("2"));
  await clock.advance(5 * SECOND);
  expect((await run(gate.spend(usd("2")))).outcome).toBe("covered");
});

test("once a check has helped, the next denial is checked at once", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1"), freshFor: 3_600_000, usableFor: 7_200_000 });
  await run(gate.check(usd("1")));
  for (let i = 0; i < 4; i++) {
    await clock.advance(MINUTE);
    await run(gate.spend(usd("2")));
  }
  provider.answers.set("cus_1", money("2"));
  await clock.advance(MINUTE);
  expect((await run(gate.spend(usd("2")))).outcome).toBe("covered");
  const before = provider.calls.length;
  await clock.advance(5 * SECOND);
  await run(gate.spend(usd("2")));
  expect(provider.calls.length).toBe(before + 1);
});

test("parallel spends that wait for one check cannot together spend more than it finds", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.answers.set("cus_1", money("10"));
  provider.latency = 200;
  const decisions = await run(Promise.all(Array.from({ length: 10 }, () => gate.spend(usd("3")))));
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
  expect(provider.calls).toHaveLength(2);
  expect(gate.checkCached(usd("1"))).toMatchObject({ available: "1" });
});

test("an authorisation that would be refused is checked too", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.answers.set("cus_1", money("10"));
  expect((await run(gate.authorize(usd("5")))).allowed).toBe(true);
});

test("the synchronous forms never ask before they deny", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  expect(gate.spendCached(usd("2")).outcome).toBe("short");
  expect(provider.calls).toHaveLength(1);
});
