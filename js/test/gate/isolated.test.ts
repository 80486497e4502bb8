/** A runtime whose requests must not wait for each other's promises (Workers), on virtual time. */
import { expect, test, vi } from "vitest";
import { flexpriceWallet, flush, harness, MINUTE, money, SECOND, usd } from "./harness.js";

vi.mock("#platform", async (importOriginal) => ({ ...(await importOriginal<object>()), requests: { isolated: true } }));

test("concurrent misses look for the one refresh under way, and fetch once", async () => {
  const { gate, run, provider } = harness({ wallets: money("10") });
  provider.latency = 300;
  const decisions = await run(Promise.all(Array.from({ length: 25 }, () => gate.spend(usd("1")))));
  expect(provider.calls).toHaveLength(1);
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(10);
});

test("a refresh whose request died is taken over after its deadline", async () => {
  const { gate, clock, provider } = harness({ wallets: money("10") });
  const { fetchWallets } = provider;
  provider.fetchWallets = () => new Promise(() => {});
  const dead = gate.check(usd("1"));
  await flush();
  provider.fetchWallets = fetchWallets;
  await clock.advance(2 * SECOND);
  await dead;
  await clock.advance(SECOND);
  expect((await clock.run(gate.check(usd("1")))).outcome).toBe("covered");
});

test("a refresh begun before an invalidation does not count, though it arrives while another waits", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(5 * MINUTE);
  provider.latency = (number) => (number === 2 ? 100 : 300);
  provider.answers.set("cus_1", ({ number }) => money(number === 2 ? "1" : "50"));
  void gate.checkCached(usd("1"));
  await clock.advance(50);
  await gate.invalidate("cus_1");
  expect(await clock.run(gate.spend(usd("50")))).toMatchObject({ outcome: "covered" });
});

test("parallel spends that wait for one revalidation cannot together spend more than it finds", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.answers.set("cus_1", money("10"));
  provider.latency = 200;
  const decisions = await run(Promise.all(Array.from({ length: 10 }, () => gate.spend(usd("3")))));
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
  expect(provider.calls).toHaveLength(2);
});

test("who has waited to its own deadline takes over a refresh that is dead, and only one does", async () => {
  const { gate, clock, provider } = harness({ wallets: money("10") });
  const { fetchWallets } = provider;
  provider.fetchWallets = () => new Promise(() => {});
  void gate.checkCached(usd("1"));
  await flush();
  provider.fetchWallets = fetchWallets;
  provider.latency = 100;
  const waiting = Promise.all(Array.from({ length: 5 }, () => gate.check(usd("1"))));
  const decisions = await clock.run(waiting);
  expect(decisions.some(({ outcome }) => outcome === "covered")).toBe(true);
  expect(provider.calls).toHaveLength(1);
  expect((await clock.run(gate.check(usd("1")))).outcome).toBe("covered");
});

test("an answer that does not replace newer figures ends the wait of all who waited for it", async () => {
  const { gate, run, clock, provider } = harness({ wallets: money("1") });
  await run(gate.check(usd("1")));
  await clock.advance(MINUTE);
  provider.latency = 100;
  provider.answers.set("cus_1", [flexpriceWallet({ balance: "1", cached: true })]);
  await run(Promise.all(Array.from({ length: 24 }, () => gate.spend(usd("3")))));
  expect(provider.calls).toHaveLength(2);
});
