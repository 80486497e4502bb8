import { describe, expect, it } from "vitest";
import { type Api, useSandbox } from "./harness.js";

const harness = useSandbox({ flexpriceEventLag: 0 });

function seed(): void {
  const { control } = harness.sandbox;
  control.metrics({ provider: "flexprice", code: "tokens", currency: "USD", unit_price: "1" });
  control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "10" });
  control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "10" });
}

const event = { event_name: "tokens", external_customer_id: "acme", event_id: "e1", properties: { units: 1 } };

function readOf(provider: "flexprice" | "lago"): [Api, string] {
  return provider === "flexprice"
    ? [harness.flexprice, "/customers/wallets?lookup_key=acme&include_real_time_balance=true"]
    : [harness.lago, "/wallets?external_customer_id=acme"];
}

describe.each(["flexprice", "lago"] as const)("faults of %s", (provider) => {
  it.each([
    [429, "too_many_requests", "Too Many Requests"],
    [500, "internal_error", "Internal Server Error"],
    [503, "service_unavailable", "Service Unavailable"],
  ])("answers %i in the provider's shape, so often as it was told", async (status, code, error) => {
    seed();
    harness.sandbox.control.faults({ provider, status, retryAfter: 7, times: 2 });
    const [api, path] = readOf(provider);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await api.get(path);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("retry-after")).toBe("7");
      expect(answer.headers.get("x-ratelimit-reset")).toBe(provider === "lago" ? "7" : null);
      expect(answer.body).toMatchObject(provider === "lago" ? { status, error } : { code, http_status_code: status });
    }
    expect((await api.get(path)).status).toBe(200);
  });

  it("answers 401 though the key is right", async () => {
    harness.sandbox.control.faults({ provider, status: 401, times: 1 });
    const [api, path] = readOf(provider);
    expect(await api.get(path)).toMatchObject({ status: 401, body: provider === "lago" ? { error: "Unauthorized" } : { error: "Invalid API key" } });
  });

  it("cuts the body in half", async () => {
    seed();
    harness.sandbox.control.faults({ provider, malformed: true, times: 1 });
    const [api, path] = readOf(provider);
    await expect(api.get(path)).rejects.toThrow(SyntaxError);
    expect((await api.get(path)).status).toBe(200);
  });

  it("breaks the connection", async () => {
    seed();
    harness.sandbox.control.faults({ provider, drop: true, times: 1 });
    const [api, path] = readOf(provider);
    await expect(api.get(path)).rejects.toThrow(TypeError);
    expect((await api.get(path)).status).toBe(200);
  });

  it("makes a request wait, longer than its caller does", async () => {
    seed();
    harness.sandbox.control.faults({ provider, latency: 600_000, times: 1 });
    const [, path] = readOf(provider);
    const { baseUrl } = harness.sandbox[provider];
    await expect(fetch(baseUrl + path, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("fault switches", () => {
  it("wait as long as they say, by the host's clock", async () => {
    seed();
    harness.sandbox.control.faults({ latency: 40, times: 1 });
    const before = performance.now();
    expect((await harness.lago.get("/wallets")).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(39);
  });

  it("keep to their provider and route", async () => {
    seed();
    await harness.control.post("/faults", { provider: "flexprice", route: "events", status: 500 });
    expect((await harness.flexprice.post("/events", event)).status).toBe(500);
    expect((await harness.flexprice.get("/customers/wallets?lookup_key=acme")).status).toBe(200);
    expect((await harness.lago.get("/wallets")).status).toBe(200);
    expect((await harness.control.delete("/faults")).status).toBe(204);
    expect((await harness.flexprice.post("/events", event)).status).toBe(202);
  });

  it("have no effect on state with a status, and do have it when only the answer is lost", async () => {
    seed();
    const usage = async () => (await harness.flexprice.get(readOf("flexprice")[1])).list[0]?.["current_period_usage"];
    harness.sandbox.control.faults({ route: "events", status: 500, times: 1 });
    await harness.flexprice.post("/events", event);
    expect(await usage()).toBe("0");
    harness.sandbox.control.faults({ route: "events", drop: true, times: 1 });
    await expect(harness.flexprice.post("/events", event)).rejects.toThrow(TypeError);
    expect(await usage()).toBe("1");
    expect((await harness.flexprice.post("/events", event)).status).toBe(202);
    expect(await usage()).toBe("1");
  });

  it("combine; the newer one holds where two disagree", async () => {
    seed();
    harness.sandbox.control.faults({ status: 500, retryAfter: 3 });
    harness.sandbox.control.faults({ status: 503, times: 1 });
    const answer = await harness.lago.get("/wallets");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("3");
    expect((await harness.lago.get("/wallets")).status).toBe(500);
  });

  it("do not keep the sandbox from closing", async () => {
    harness.sandbox.control.faults({ latency: 600_000 });
    const waiting = fetch(`${harness.sandbox.lago.baseUrl}/wallets`);
    const outcome = expect(waiting).rejects.toThrow(TypeError);
    await expect.poll(() => harness.sandbox.control.requests().lago.wallets).toBe(1);
    await harness.sandbox.close();
    await outcome;
  });
});
