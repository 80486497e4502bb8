import { expect, test } from "vitest";
import { failure, harness, MINUTE, money, NOW, SECOND, usd } from "./harness.js";

const available = ({ gate }: ReturnType<typeof harness>) => {
  const decision = gate.checkCached(usd("0"));
  return decision.outcome === "unknown" ? undefined : decision.available;
};

test("a hold takes its amount until it is captured for less, and then what it was captured for", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6")));
  expect([hold.allowed, hold.expiresAt, available(h)]).toEqual([true, NOW + MINUTE, "4"]);
  expect(hold.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(await hold.capture("2.5")).toEqual({ captured: "2.5", exceededBy: "0" });
  expect(available(h)).toBe("7.5");
  await h.clock.advance(2 * MINUTE);
  expect(available(h)).toBe("7.5");
});

test("a capture for more says by how much, and counts in full", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6")));
  expect(await hold.capture("11.25")).toEqual({ captured: "11.25", exceededBy: "5.25" });
  expect(available(h)).toBe("-1.25");
});

test("a capture without an amount is one of what was held", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6")));
  expect(await hold.capture()).toEqual({ captured: "6", exceededBy: "0" });
  expect(available(h)).toBe("4");
});

test("a release gives back what was held", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6")));
  await hold.release();
  expect([available(h), h.gate.stats().ledger.entries]).toEqual(["10", 0]);
});

test("leaving a block releases a hold that is open, and no other", async () => {
  const h = harness({ wallets: money("10") });
  {
    await using hold = await h.run(h.gate.authorize(usd("6")));
    expect([hold.allowed, available(h)]).toEqual([true, "4"]);
  }
  expect(available(h)).toBe("10");
  {
    await using hold = await h.run(h.gate.authorize(usd("6")));
    await hold.capture("1");
  }
  expect(available(h)).toBe("9");
  {
    await using hold = await h.run(h.gate.authorize(usd("60")));
    expect(hold.allowed).toBe(false);
  }
  {
    await using hold = await h.run(h.gate.authorize(usd("6")));
    expect(hold.allowed).toBe(true);
    await h.clock.advance(MINUTE);
  }
  expect(available(h)).toBe("9");
});

test("an expired hold gives its amount back, to the millisecond", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6"), { holdFor: 10 * SECOND }));
  await h.clock.advance(10 * SECOND - 1);
  expect(available(h)).toBe("4");
  await h.clock.advance(1);
  expect(available(h)).toBe("10");
  expect((await failure(() => hold.capture("1"))).code).toBe("expired");
  expect((await failure(() => hold.release())).code).toBe("expired");
});

test("each way to resolve a hold twice has its own error", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const captured = await run(gate.authorize(usd("1")));
  await captured.capture();
  expect((await failure(() => captured.capture())).code).toBe("already_captured");
  expect((await failure(() => captured.release())).code).toBe("already_captured");
  const released = await run(gate.authorize(usd("1")));
  await released.release();
  expect((await failure(() => released.capture())).code).toBe("already_released");
  expect((await failure(() => released.release())).code).toBe("already_released");
  const refused = await run(gate.authorize(usd("100")));
  expect([refused.allowed, refused.key, refused.expiresAt]).toEqual([false, undefined, undefined]);
  expect((await failure(() => refused.capture())).code).toBe("not_authorized");
  expect((await failure(() => refused.release())).code).toBe("not_authorized");
});

test("a captured hold is captured for ever, also when its debit has been reconciled away", async () => {
  const { gate, run, clock } = harness({ wallets: money("10") });
  const hold = await run(gate.authorize(usd("1")));
  await hold.capture();
  await clock.advance(20 * MINUTE);
  await run(gate.refresh("cus_1"));
  expect(gate.stats().ledger.entries).toBe(0);
  expect((await failure(() => hold.capture())).code).toBe("already_captured");
});

test("an authorisation that is repeated is the same hold, whoever captures it", async () => {
  const h = harness({ wallets: money("10") });
  const first = await h.run(h.gate.authorize(usd("6"), { key: "job" }));
  const again = await h.run(h.gate.authorize(usd("6"), { key: "job" }));
  expect([again.allowed, again.decision.reason, again.key, available(h)]).toEqual([true, "replayed", "job", "4"]);
  await again.capture("2");
  expect(available(h)).toBe("8");
  expect((await failure(() => first.capture("2"))).code).toBe("already_captured");
  const late = await h.run(h.gate.authorize(usd("6"), { key: "job" }));
  expect(late.decision.reason).toBe("replayed");
  expect((await failure(() => late.capture("2"))).code).toBe("already_captured");
  expect(available(h)).toBe("8");
});

test("a hold that somebody else released is released", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  const first = await run(gate.authorize(usd("6"), { key: "job" }));
  const again = await run(gate.authorize(usd("6"), { key: "job" }));
  await first.release();
  expect((await failure(() => again.capture())).code).toBe("already_released");
});

test("a bad amount leaves a hold open", async () => {
  const h = harness({ wallets: money("10") });
  const hold = await h.run(h.gate.authorize(usd("6")));
  for (const [amount, code] of [["-1", "negative_amount"], [0.5, "invalid_decimal"], ["1".repeat(40), "decimal_out_of_range"], [null, "invalid_decimal"]] as const) {
    expect((await failure(() => hold.capture(amount as string))).code).toBe(code);
  }
  expect((await failure(() => hold.capture("99999999999999999.333333333333"))).code).toBe("decimal_out_of_range");
  expect(available(h)).toBe("4");
  expect(await hold.capture("1")).toEqual({ captured: "1", exceededBy: "0" });
});

test("a hold in credits is captured in credits", async () => {
  const h = harness({ wallets: [{ ...(money("10")[0] as object), conversion_rate: "0.5" }] });
  const hold = await h.run(h.gate.authorize({ customer: "cus_1", currency: "USD", credits: "6" }));
  expect([hold.decision.required, available(h)]).toEqual(["3", "7"]);
  expect(await hold.capture("8")).toEqual({ captured: "8", exceededBy: "2" });
  expect(available(h)).toBe("6");
});

test("holds and debits together never take more than there is", async () => {
  const h = harness({ wallets: money("10") });
  await h.run(h.gate.check(usd("1")));
  const holds = await Promise.all(Array.from({ length: 20 }, () => h.gate.authorize(usd("1.5"))));
  expect(holds.filter(({ allowed }) => allowed)).toHaveLength(6);
  expect(h.gate.spendCached(usd("1.5")).allowed).toBe(false);
  expect(h.gate.spendCached(usd("1")).allowed).toBe(true);
});

test("a hold's lifetime is a duration of its own", async () => {
  const { gate, run } = harness({ wallets: money("10"), holdFor: 5 * SECOND });
  expect((await run(gate.authorize(usd("1")))).expiresAt).toBe(NOW + 5 * SECOND);
  for (const holdFor of [0, -1, Number.NaN, Infinity, "1" as never, null as never]) {
    const error = await failure(() => run(gate.authorize(usd("1"), { holdFor })));
    expect([error.code, error.path]).toEqual(["invalid_input", "options.holdFor"]);
  }
});

test("after close a hold cannot be captured, and leaving its block is quiet", async () => {
  const { gate, run } = harness({ wallets: money("10") });
  {
    await using hold = await run(gate.authorize(usd("6")));
    await gate.close();
    expect((await failure(() => hold.capture())).code).toBe("closed");
    expect((await failure(() => hold.release())).code).toBe("closed");
  }
});
