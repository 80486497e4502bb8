/** How the gate lives with requests that end: real workerd, one isolate, one request after the other. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { startWorker } from "../../scripts/lib/worker.mjs";

interface Answer {
  readonly outcome: string;
  readonly reason: string;
  readonly available: string | null;
  readonly took: number;
}

let sandbox: Sandbox;
let worker: { url: string; close: () => Promise<void> };

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  sandbox.control.reset({});
  await worker?.close();
  worker = await startWorker("js/test/workerd/fixtures/worker.ts", {
    BASE_URL: sandbox.flexprice.baseUrl,
    API_KEY: sandbox.flexprice.apiKey,
  });
});

afterAll(async () => {
  await worker?.close();
  await sandbox?.close();
});

async function spend(query: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${worker.url}/?customer=cus_1&${query}`, init);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}

const wallet = (balance: string) => sandbox.control.wallets({ provider: "flexprice", customer: "cus_1", currency: "USD", balance });
const calls = () => sandbox.control.requests().flexprice.wallets;

test("a gate built at import answers, so nothing but definitions happened there", async () => {
  wallet("10");
  expect(await spend("")).toMatchObject({ outcome: "covered", available: "10" });
});

test("concurrent misses of many requests make one call, and each gets the answer", async () => {
  wallet("15");
  sandbox.control.faults({ provider: "flexprice", route: "wallets", latency: 200 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => spend("")));
  expect(answers.filter(({ outcome }) => outcome === "covered")).toHaveLength(15);
  expect(answers.filter(({ reason }) => reason === "insufficient_balance")).toHaveLength(5);
  expect(calls()).toBe(1);
});

test("a refresh begun in one request does not wedge the next", async () => {
  wallet("10");
  await spend("");
  sandbox.control.faults({ provider: "flexprice", route: "wallets", latency: 60_000, times: 1 });
  const stale = await spend("advance=120000&keep=no");
  expect(stale.outcome).toBe("covered");
  for (let index = 0; index < 3; index += 1) {
    const next = await spend("");
    expect(next.outcome).toBe("covered");
    expect(next.took).toBeLessThan(1_000);
  }
});

test("an isolate whose refresh died refreshes again once that one counts as dead", async () => {
  wallet("10");
  await spend("");
  sandbox.control.faults({ provider: "flexprice", route: "wallets", latency: 60_000, times: 1 });
  await spend("advance=120000&keep=no");
  const before = calls();
  await spend("");
  expect(calls()).toBe(before);
  await spend("advance=30000");
  await expect.poll(calls).toBe(before + 1);
});

test("a miss whose request was cut off wedges nobody: the next ends by its deadline, a later one looks up", async () => {
  wallet("10");
  sandbox.control.faults({ provider: "flexprice", route: "wallets", latency: 60_000, times: 1 });
  const cut = new AbortController();
  const first = spend("", { signal: cut.signal }).catch(() => "cut off");
  await expect.poll(calls).toBe(1);
  cut.abort();
  expect(await first).toBe("cut off");
  // Whether the cut-off request lives on to its own deadline is the runtime's affair; either way this one ends.
  expect((await spend("")).took).toBeLessThan(3_500);
  expect(await spend("advance=40000")).toMatchObject({ outcome: "covered" });
});

test("a refresh kept alive by waitUntil brings the top-up to the next request", async () => {
  wallet("1");
  expect(await spend("")).toMatchObject({ outcome: "covered" });
  expect(await spend("")).toMatchObject({ outcome: "short" });
  wallet("5");
  await spend("advance=120000");
  await expect.poll(async () => (await spend("")).outcome).toBe("covered");
});
