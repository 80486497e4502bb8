import { describe, expect, it } from "vitest";
import { CreditGateError } from "../../errors.js";
import type { ErrorCode } from "../../errors.js";
import { request } from "../../providers/http.js";
import type { Api, Call } from "../../providers/http.js";
import { failure, NOW, plainContext as testContext } from "./context.js";
import { payload, serve } from "./server.js";
import type { Reply, TestServer } from "./server.js";

const KEY = "sk_secret_key";
const READ: Call = { path: "/things" };

function apiOf(server: Pick<TestServer, "url">, overrides: Partial<Api> = {}): Api {
  return { name: "Test", base: server.url, apiKey: KEY, authorization: (key) => ({ "x-api-key": key }), retries: 2, ...overrides };
}

describe("what is sent", () => {
  it("asks with GET, accept and the key", async () => {
    const server = await serve([{ body: { fine: true } }]);
    const call: Call = { path: "/things", query: { name: "a b/ü&=+" }, headers: { "x-more": "1" } };
    const answer = await request(apiOf(server), call, testContext());
    expect(answer).toEqual({ status: 200, body: { fine: true }, sentAt: NOW });
    expect(server.asked[0]).toMatchObject({ method: "GET", path: "/things", body: undefined });
    expect(server.asked[0]?.query.get("name")).toBe("a b/ü&=+");
    expect(server.asked[0]?.headers).toMatchObject({ accept: "application/json", "x-api-key": KEY, "x-more": "1" });
  });

  it("posts JSON", async () => {
    const server = await serve([{ status: 202 }]);
    await request(apiOf(server), { path: "/things", body: { name: "ü" } }, testContext());
    expect(server.asked[0]).toMatchObject({ method: "POST", body: { name: "ü" } });
    expect(server.asked[0]?.headers["content-type"]).toBe("application/json");
  });

  it("asks by another method, with a body or without", async () => {
    const server = await serve(() => ({}));
    await request(apiOf(server), { method: "PUT", path: "/things", body: { a: 1 } }, testContext());
    await request(apiOf(server), { method: "DELETE", path: "/things", query: [["a", "1"], ["a", "2"]] }, testContext());
    expect(server.asked.map(({ method, body, query }) => [method, body, query.getAll("a")])).toEqual([["PUT", { a: 1 }, []], ["DELETE", undefined, ["1", "2"]]]);
  });

  it("reads context.fetch late and calls it without a receiver", async () => {
    const receivers: unknown[] = [];
    const context = testContext({
      fetch: function (this: unknown) {
        receivers.push(this);
        return Promise.resolve(new Response("{}", { status: receivers.length === 1 ? 500 : 200 }));
      },
    });
    await request(apiOf({ url: "http://unused.test" }), READ, context);
    expect(receivers).toEqual([undefined, undefined]);
  });
});

describe("statuses", () => {
  const cases: readonly (readonly [number, ErrorCode, number])[] = [
    [400, "provider_rejected", 1],
    [401, "provider_unauthorized", 1],
    [403, "provider_forbidden", 1],
    [404, "provider_not_found", 1],
    [405, "provider_rejected", 1],
    [408, "provider_unavailable", 3],
    [409, "provider_rejected", 1],
    [422, "provider_rejected", 1],
    [429, "provider_throttled", 3],
    [500, "provider_unavailable", 3],
    [502, "provider_unavailable", 3],
    [503, "provider_unavailable", 3],
  ];
  it.each(cases)("%i is %s after %i attempts", async (status, code, attempts) => {
    const server = await serve(() => ({ status }));
    const context = testContext();
    const error = await failure(request(apiOf(server), READ, context));
    expect(error).toMatchObject({ code, status, retryAfter: undefined });
    expect(server.asked).toHaveLength(attempts);
    expect(context.slept).toHaveLength(attempts - 1);
  });

  it("hands back a refusal the caller understands", async () => {
    const server = await serve([{ status: 404, body: { code: "not_found" } }]);
    const answer = await request(apiOf(server), { ...READ, accept: ({ status }) => status === 404 }, testContext());
    expect(answer).toEqual({ status: 404, body: { code: "not_found" }, sentAt: NOW });
  });
});

describe("the billing API's own words", () => {
  const cases: readonly (readonly [string, number, string | undefined, string])[] = [
    ["flexprice_error_400_validation", 400, "validation_error", "Please provide either id or lookup_key"],
    ["flexprice_error_401", 401, undefined, "Invalid API key"],
    ["flexprice_error_403_env", 403, undefined, "Invalid or inaccessible environment"],
    ["flexprice_error_404", 404, "not_found", "Wallet not found"],
    ["flexprice_error_409_idempotency", 409, "already_exists", "already exists"],
    ["flexprice_error_429", 429, "too_many_requests", "An unexpected error occurred"],
    ["flexprice_error_500", 500, "database_error", "Failed to query eligible credits"],
    ["flexprice_error_legacy_documented", 404, undefined, "Wallet not found"],
    ["lago_error_400", 400, undefined, "BadRequest: param is missing"],
    ["lago_error_401", 401, undefined, "Unauthorized"],
    ["lago_error_403", 403, "read_action_not_allowed_for_wallet", "Forbidden"],
    ["lago_error_404", 404, "wallet_not_found", "Not Found"],
    ["lago_error_405", 405, "not_voidable", "Method Not Allowed"],
    ["lago_error_422_validation", 422, "validation_errors", '{"paid_credits":["amount_below_minimum"]}'],
    ["lago_error_429_provider", 429, "too_many_provider_requests", "Too Many Provider Requests"],
  ];
  it.each(cases)("%s", async (name, status, providerCode, text) => {
    const server = await serve([{ status, body: payload(name) }]);
    const error = await failure(request(apiOf(server, { retries: 0 }), READ, testContext()));
    expect(error).toMatchObject({ status, providerCode });
    expect(error.message).toContain(text);
  });

  it.each(["panic: runtime error", "", "null", "[1]", '"text"', '{"error":7,"code":{}}'])("does without them: %j", async (body) => {
    const server = await serve([{ status: 500, body }]);
    const error = await failure(request(apiOf(server, { retries: 0 }), READ, testContext()));
    expect(error).toMatchObject({ code: "provider_unavailable", status: 500, providerCode: undefined, message: "Test answered 500" });
  });

  it("never repeats the key, nor a long text", async () => {
    const server = await serve([{ status: 401, body: { message: `no such key ${KEY} ${"x".repeat(9999)}`, code: KEY } }]);
    const error = await failure(request(apiOf(server), READ, testContext()));
    expect(error.message).toContain("no such key [key]");
    expect(error.message.length).toBeLessThan(400);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(KEY);
  });
});

describe("retries", () => {
  it("answers after failures, with the time of the attempt that was answered", async () => {
    const server = await serve([{ status: 503 }, { fault: "drop" }, { body: [] }]);
    const context = testContext();
    const answer = await request(apiOf(server), READ, context);
    expect(server.asked).toHaveLength(3);
    expect(answer.sentAt).toBe(NOW + 2 + (context.slept[0] ?? NaN) + (context.slept[1] ?? NaN));
  });

  it("backs off exponentially, with jitter and a longest wait", async () => {
    const server = await serve(() => ({ status: 500 }));
    const context = testContext();
    await failure(request(apiOf(server, { retries: 6 }), READ, context));
    [200, 400, 800, 1600, 2000, 2000].forEach((most, index) => {
      expect(context.slept[index]).toBeGreaterThanOrEqual(most / 2);
      expect(context.slept[index]).toBeLessThanOrEqual(most);
    });
  });

  it("sends the same body again", async () => {
    const server = await serve([{ fault: "drop" }, { status: 202 }]);
    await request(apiOf(server), { path: "/events", body: { key: "k1" } }, testContext());
    expect(server.asked.map(({ body }) => body)).toEqual([{ key: "k1" }, { key: "k1" }]);
  });

  it("are the call's to decide, told of every failure", async () => {
    const server = await serve(() => ({ status: 503 }));
    const failures: unknown[] = [];
    const repeats = (error: CreditGateError) => failures.push(error.status) < 2;
    await failure(request(apiOf(server), { ...READ, repeats }, testContext()));
    expect([server.asked.length, failures]).toEqual([2, [503, 503]]);
  });

  it("asks once with retries: 0", async () => {
    const server = await serve(() => ({ status: 500 }));
    await failure(request(apiOf(server, { retries: 0 }), READ, testContext()));
    expect(server.asked).toHaveLength(1);
  });
});

describe("waits the billing API asks for", () => {
  const waits: readonly (readonly [string, number, Record<string, string>, number])[] = [
    ["Retry-After in seconds", 429, { "retry-after": "3" }, 3000],
    ["Retry-After as a date", 429, { "retry-after": new Date(NOW + 4000).toUTCString() }, 3999],
    ["Retry-After in the past", 429, { "retry-after": new Date(NOW - 4000).toUTCString() }, 0],
    ["Retry-After on a 503", 503, { "retry-after": "2" }, 2000],
    ["X-RateLimit-Reset", 429, { "x-ratelimit-reset": "1.5" }, 1500],
    ["Retry-After before X-RateLimit-Reset", 429, { "retry-after": "2", "x-ratelimit-reset": "4" }, 2000],
    ["X-RateLimit-Reset where Retry-After is nonsense", 429, { "retry-after": "soon", "x-ratelimit-reset": "4" }, 4000],
    ["no X-RateLimit-Reset on a 500", 500, { "x-ratelimit-reset": "4" }, 0],
    ["no epoch time", 429, { "x-ratelimit-reset": "1787335200" }, 0],
  ];
  it.each(waits)("%s", async (_, status, headers, wait) => {
    const server = await serve([{ status, headers }, { body: {} }]);
    const context = testContext();
    await request(apiOf(server), READ, context);
    expect(context.slept).toHaveLength(1);
    expect(context.slept[0]).toBeGreaterThanOrEqual(wait + 100);
    expect(context.slept[0]).toBeLessThanOrEqual(wait + 200);
  });

  it.each([
    ["retry-after", "6", 6000],
    ["x-ratelimit-reset", "60", 60_000],
    ["retry-after", new Date(NOW + 3_600_000).toUTCString(), 3_599_999],
  ])("fails at once where %s is too far off: %s", async (header, value, retryAfter) => {
    const server = await serve([{ status: 429, headers: { [header]: value } }]);
    const context = testContext();
    const error = await failure(request(apiOf(server), READ, context));
    expect(error).toMatchObject({ code: "provider_throttled", status: 429, retryAfter });
    expect(context.slept).toEqual([]);
    expect(server.asked).toHaveLength(1);
  });

  it("says what it was told when it gives up", async () => {
    const server = await serve(() => ({ status: 429, headers: { "retry-after": "1" } }));
    expect(await failure(request(apiOf(server), READ, testContext()))).toMatchObject({ code: "provider_throttled", retryAfter: 1000 });
    expect(server.asked).toHaveLength(3);
  });
});

describe("bodies", () => {
  it.each(["", "<html>", '{"half":', "{}{}"])("is undefined where it is no JSON: %j", async (body) => {
    const server = await serve([{ body }]);
    expect(await request(apiOf(server), READ, testContext())).toMatchObject({ status: 200, body: undefined });
  });

  it("is undefined beyond 8 MiB, and the rest is not read", async () => {
    const server = await serve([{ body: JSON.stringify("x".repeat(8 * 1024 * 1024)) }]);
    expect(await request(apiOf(server), READ, testContext())).toMatchObject({ body: undefined });
  });

  it("counts bytes after decompression, chunk by chunk", async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
      cancel: () => {
        cancelled = true;
        throw new Error("nobody sees this");
      },
    });
    const context = testContext({ fetch: () => Promise.resolve(new Response(endless)) });
    expect(await request(apiOf({ url: "http://unused.test" }), READ, context)).toMatchObject({ body: undefined });
    expect(pulled).toBeLessThan(12);
    expect(cancelled).toBe(true);
  });

  it("survives a character split between chunks, and a byte order mark", async () => {
    const bytes = new TextEncoder().encode('\ufeff{"name":"ü"}');
    const split = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const context = testContext({ fetch: () => Promise.resolve(new Response(split)) });
    expect(await request(apiOf({ url: "http://unused.test" }), READ, context)).toMatchObject({ body: { name: "ü" } });
  });

  it("takes an answer without a body", async () => {
    const context = testContext({ fetch: () => Promise.resolve(new Response(null, { status: 204 })) });
    expect(await request(apiOf({ url: "http://unused.test" }), READ, context)).toMatchObject({ status: 204, body: undefined });
  });
});

describe("the network", () => {
  it("retries a connection that drops, and gives up", async () => {
    const server = await serve(() => ({ fault: "drop" }));
    const error = await failure(request(apiOf(server), READ, testContext()));
    expect(error.code).toBe("provider_unavailable");
    expect(error.status).toBeUndefined();
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.asked).toHaveLength(3);
  });

  it("retries a body that breaks off", async () => {
    const server = await serve([{ fault: "drop-mid-body", body: { a: "long enough to be cut in two" } }, { body: { whole: 1 } }]);
    expect(await request(apiOf(server), READ, testContext())).toMatchObject({ body: { whole: 1 } });
    expect(server.asked).toHaveLength(2);
  });

  it("keeps the refusal whose body breaks off", async () => {
    const server = await serve([{ status: 401, fault: "drop-mid-body", body: { error: "Invalid API key" } }]);
    expect(await failure(request(apiOf(server), READ, testContext()))).toMatchObject({ code: "provider_unauthorized" });
    expect(server.asked).toHaveLength(1);
  });

  it("reports a host that is not there", async () => {
    const context = testContext();
    const error = await failure(request(apiOf({ url: "http://127.0.0.1:1" }), READ, context));
    expect(error.code).toBe("provider_unavailable");
    expect(context.slept).toHaveLength(2);
  });

  it("passes an error of ours from fetch through, without a retry", async () => {
    const throttled = new CreditGateError("throttled", "too many calls");
    const unavailable = new CreditGateError("provider_unavailable", "switched off");
    for (const own of [throttled, unavailable]) {
      const context = testContext({ fetch: () => Promise.reject(own) });
      expect(await failure(request(apiOf({ url: "http://unused.test" }), READ, context))).toBe(own);
      expect(context.slept).toEqual([]);
    }
  });
});

describe("redirects", () => {
  it.each([301, 302, 303, 307, 308])("refuses %i: the key goes nowhere else", async (status) => {
    const other = await serve(() => ({ body: [] }));
    const server = await serve([{ status, headers: { location: `${other.url}/things` }, body: "moved" }]);
    expect(await failure(request(apiOf(server), READ, testContext()))).toMatchObject({ code: "provider_rejected", status });
    expect(other.asked).toEqual([]);
    expect(server.asked).toHaveLength(1);
  });

  it("refuses what a browser shows of a redirect", async () => {
    const hidden = Object.defineProperties(Response.error(), { type: { value: "opaqueredirect" } });
    const context = testContext({ fetch: () => Promise.resolve(hidden) });
    expect(await failure(request(apiOf({ url: "http://unused.test" }), READ, context))).toMatchObject({ code: "provider_rejected" });
  });
});

describe("aborting", () => {
  /** Aborts as soon as the server was asked. */
  async function abortedCall(reply: Reply, reason: unknown): Promise<CreditGateError> {
    const controller = new AbortController();
    const server = await serve(() => {
      setTimeout(() => controller.abort(reason), 20);
      return reply;
    });
    return failure(request(apiOf(server, { retries: 0 }), READ, testContext({ signal: controller.signal })));
  }
  const half: Reply = { fault: "hang-mid-body", body: { a: "long enough to be cut in two" } };

  it("is provider_timeout mid-body", async () => {
    expect(await abortedCall(half, new DOMException("late", "TimeoutError"))).toMatchObject({ code: "provider_timeout" });
  });

  it("keeps an error of ours as it is", async () => {
    const reason = new CreditGateError("provider_timeout", "the look-up's deadline");
    expect(await abortedCall(half, reason)).toBe(reason);
  });

  it("sends nothing when aborted before", async () => {
    const server = await serve(() => ({ body: [] }));
    const error = await failure(request(apiOf(server), READ, testContext({ signal: AbortSignal.abort() })));
    expect(error.code).toBe("provider_timeout");
    expect(server.asked).toEqual([]);
  });

  it("tells, while waiting for a retry, what the wait was for", async () => {
    const controller = new AbortController();
    const server = await serve(() => ({ status: 503 }));
    const context = testContext({
      signal: controller.signal,
      sleep: (_, signal) => {
        controller.abort();
        return Promise.reject(signal.reason);
      },
    });
    const error = await failure(request(apiOf(server), READ, context));
    expect(error.code).toBe("provider_timeout");
    expect(error.cause).toMatchObject({ code: "provider_unavailable", status: 503 });
    expect(server.asked).toHaveLength(1);
  });

  it("does not hide a sleep that fails by itself", async () => {
    const server = await serve(() => ({ status: 503 }));
    const broken = new Error("no timers here");
    const context = testContext({ sleep: () => Promise.reject(broken) });
    await expect(request(apiOf(server), READ, context)).rejects.toBe(broken);
  });
});

describe("the key", () => {
  it("comes from a function, once per request", async () => {
    const server = await serve([{ status: 500 }, { body: {} }, { body: {} }]);
    let calls = 0;
    const api = apiOf(server, { apiKey: async () => `key_${++calls}` });
    await request(api, READ, testContext());
    await request(api, READ, testContext());
    expect(server.asked.map(({ headers }) => headers["x-api-key"])).toEqual(["key_1", "key_1", "key_2"]);
  });

  it.each([
    ["throws", () => { throw new Error("vault is down"); }],
    ["rejects", () => Promise.reject(new Error("vault is down"))],
  ])("is provider_unauthorized when the function %s; nothing is sent", async (_, apiKey: () => string | Promise<string>) => {
    const server = await serve([]);
    const error = await failure(request(apiOf(server, { apiKey }), READ, testContext()));
    expect(error.code).toBe("provider_unauthorized");
    expect(error.cause).toMatchObject({ message: "vault is down" });
    expect(server.asked).toEqual([]);
  });

  it.each([undefined, "", 7, null, `${KEY}\n`, `a ${KEY}`, `${KEY}é`])("is provider_unauthorized for %j", async (value) => {
    const server = await serve([]);
    const error = await failure(request(apiOf(server, { apiKey: () => value as string }), READ, testContext()));
    expect(error.code).toBe("provider_unauthorized");
    expect(`${error.stack} ${String(error.cause)}`).not.toContain(KEY);
    expect(server.asked).toEqual([]);
  });
});
