/** What every runtime must make of a page's requests. */
import { describe, expect, test } from "vitest";
import { CreditGateError, type ErrorCode } from "../../errors.js";
import { previewEndpoint, type PreviewEndpointOptions, verifySnapshot } from "../../server/index.js";
import type { CustomerSnapshot } from "../../types.js";
import { KEY, NOW, PUBLIC_KEY, SNAPSHOT } from "../signed/snapshot.js";

const SHOP = "https://shop.example";
const URL = "https://api.example/credits";
const MINUTE = 60_000;

interface SetUp extends Partial<PreviewEndpointOptions> {
  /** What the gate fails with. */
  readonly failure?: unknown;
}

function setUp({ failure, ...options }: SetUp = {}) {
  const asked: { customer: string; call: unknown }[] = [];
  const errors: unknown[] = [];
  const clock = { now: NOW };
  const gate = {
    async snapshot(customer: string, call: unknown): Promise<CustomerSnapshot> {
      asked.push({ customer, call });
      if (failure !== undefined) throw failure;
      return { customer, ...SNAPSHOT };
    },
  };
  const endpoint = previewEndpoint({
    gate, key: KEY, origins: [SHOP, "http://localhost:5173"], now: () => clock.now, onError: (error) => errors.push(error),
    authenticate: (request) => request.headers.get("authorization")?.replace("Bearer ", ""), ...options,
  });
  const ask = (headers: Record<string, string> = {}, init: RequestInit & { url?: string } = {}) =>
    endpoint(new Request(init.url ?? URL, { ...init, headers: { origin: SHOP, authorization: "Bearer cus_1", ...headers } }));
  return { endpoint, ask, asked, errors, clock };
}

/** A request without `Origin`, as browsers make it for the page's own origin. */
const own = (url: string, headers: Record<string, string> = {}) => new Request(url, { headers: { authorization: "Bearer cus_1", ...headers } });

/** Status and code, of a refusal in the house's form. */
async function refusal(response: Response): Promise<string> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expectPrivate(response);
  const { type, title, status, detail, code } = (await response.json()) as Record<string, unknown>;
  expect([type, typeof title, typeof detail, status]).toEqual(["about:blank", "string", "string", response.status]);
  return `${response.status} ${code}`;
}

function expectPrivate({ headers }: Response): void {
  expect(headers.get("cache-control")).toBe("private, no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("vary")).toContain("Origin");
}

function expectCors({ headers }: Response, origin: string | null = SHOP): void {
  expect(headers.get("access-control-allow-origin")).toBe(origin);
  expect(headers.get("access-control-allow-credentials")).toBe(origin && "true");
}

export function serverCases(): void {
  test("a page of a listed origin gets its customer's snapshot, signed for it and for a while", async () => {
    const { ask, asked } = setUp();
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expectPrivate(response);
    expectCors(response);
    const body = (await response.json()) as { snapshot: string; expiresAt: number };
    expect(body).toEqual({ snapshot: expect.any(String), expiresAt: NOW - (NOW % 1000) + 10 * MINUTE, advisory: true });
    const verified = await verifySnapshot(body.snapshot, { publicKey: PUBLIC_KEY, customer: "cus_1", origin: SHOP, now: NOW });
    expect(verified).toMatchObject({ customer: "cus_1", origin: SHOP, expiresAt: body.expiresAt, snapshot: SNAPSHOT });
    expect(asked).toEqual([{ customer: "cus_1", call: {} }]);
  });

  test("`validFor` says for how long, `waitUntil` is handed on, and what a framework passes besides is left alone", async () => {
    const { endpoint, asked } = setUp({ validFor: MINUTE });
    const kept: unknown[] = [];
    // As that of a Worker's context, it must be called on its own object.
    const context = {
      waitUntil(this: unknown, work: Promise<unknown>) {
        expect(this).toBe(context);
        kept.push(work);
      },
    };
    const request = () => new Request(URL, { headers: { origin: SHOP, authorization: "Bearer cus_1" } });
    expect(await (await endpoint(request(), context)).json()).toMatchObject({ expiresAt: NOW - (NOW % 1000) + MINUTE });
    await endpoint(request(), { params: {}, waitUntil: "no function" } as never);
    await endpoint(request(), null as never);
    const [{ call: { waitUntil } }, ...others] = asked as [{ call: { waitUntil: (work: Promise<unknown>) => void } }, ...typeof asked];
    const work = Promise.resolve();
    waitUntil(work);
    expect(kept).toEqual([work]);
    expect(others.map(({ call }) => call)).toEqual([{}, {}]);
  });

  test("no method but those that are named is answered, and a shared `Response` does not end the handler", async () => {
    const { endpoint, asked } = setUp();
    // Not every runtime makes requests of such methods, so they are as good as requests.
    const headers = new Headers({ origin: SHOP, authorization: "Bearer cus_1" });
    for (const method of ["constructor", "toString", "__proto__", "DELETE"]) expect((await endpoint({ method, url: URL, headers } as Request)).status, method).toBe(405);
    expect(asked).toEqual([]);
    const denied = new Response("no", { status: 403 });
    const { ask: askDenied } = setUp({ authenticate: () => denied });
    expect(await (await askDenied()).text()).toBe("no");
    expect((await askDenied()).status).toBe(503);
  });

  describe("origins", () => {
    test.each(["https://evil.example", "http://shop.example", "https://shop.example:444", "https://shop.example.evil.example", "null", "", "https://SHOP.example", "http://localhost"])("a page of %j is refused unheard", async (origin) => {
      const { ask, asked } = setUp({ authenticate: () => expect.fail("it was asked who that is") });
      for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
        const response = await ask({ origin }, { method });
        expect(response.status, method).toBe(403);
        expectCors(response, null);
        if (method === "GET") expect(await refusal(response)).toBe("403 snapshot_wrong_origin");
      }
      expect(asked).toEqual([]);
    });

    test("one that is listed gets a snapshot of its own, that no other page may use", async () => {
      const { ask } = setUp();
      const origin = "http://localhost:5173";
      const response = await ask({ origin });
      expectCors(response, origin);
      const { snapshot } = (await response.json()) as { snapshot: string };
      const verify = (own: string) => verifySnapshot(snapshot, { publicKey: PUBLIC_KEY, customer: "cus_1", origin: own, now: NOW });
      expect((await verify(origin)).origin).toBe(origin);
      await expect(verify(SHOP)).rejects.toMatchObject({ code: "snapshot_wrong_origin" });
    });

    test("a same-origin read, which has no Origin, needs its own origin to be listed", async () => {
      const { endpoint } = setUp();
      for (const site of [{}, { "sec-fetch-site": "same-origin" }]) {
        const response = await endpoint(own(`${SHOP}/credits`, site));
        expect(response.status).toBe(200);
        expectCors(response);
      }
      expect(await refusal(await endpoint(own(URL)))).toBe("403 snapshot_wrong_origin");
      expect(await refusal(await endpoint(own("http://shop.example/credits")))).toBe("403 snapshot_wrong_origin");
    });

    test.each(["cross-site", "same-site", "none", "?"])("without an Origin and %s, it is refused", async (site) => {
      const { endpoint } = setUp();
      expect(await refusal(await endpoint(own(`${SHOP}/credits`, { "sec-fetch-site": site })))).toBe("403 snapshot_wrong_origin");
    });
  });

  describe("methods", () => {
    test("a preflight may be remembered, and any headers may be sent", async () => {
      const { ask, asked } = setUp({ authenticate: () => expect.fail("a preflight has no session") });
      const response = await ask({ "access-control-request-method": "GET", "access-control-request-headers": "authorization,x-csrf-token" }, { method: "OPTIONS" });
      expect(response.status).toBe(204);
      expectCors(response);
      expectPrivate(response);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "access-control-allow-methods": "GET, HEAD, OPTIONS", "access-control-allow-headers": "authorization,x-csrf-token", "access-control-max-age": "7200",
      });
      expect(asked).toEqual([]);
    });

    test("a preflight that asks for no names of headers gets none", async () => {
      const { ask } = setUp();
      for (const asked of ["a b", "a;b", `${"x,".repeat(40)}x`]) {
        const response = await ask({ "access-control-request-headers": asked }, { method: "OPTIONS" });
        expect(response.headers.get("access-control-allow-headers"), asked).toBeNull();
      }
    });

    test("HEAD is GET without its body", async () => {
      const { ask } = setUp();
      const response = await ask({}, { method: "HEAD" });
      expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([200, "", "application/json"]);
      expectCors(response);
    });

    test.each(["POST", "PUT", "DELETE", "PATCH"])("%s is refused", async (method) => {
      const { ask, asked } = setUp();
      const response = await ask({}, { method });
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
      expectCors(response);
      expect(await refusal(response)).toBe("405 invalid_input");
      expect(asked).toEqual([]);
    });
  });

  describe("who asks", () => {
    test.each([undefined, null])("nobody (%s) is refused", async (nobody) => {
      const { ask, asked, errors } = setUp({ authenticate: async () => nobody as undefined });
      const response = await ask();
      expectCors(response);
      expect(await refusal(response)).toBe("401 not_authenticated");
      expect([asked, errors]).toEqual([[], []]);
    });

    test("the app's own answer is passed on, given or thrown, and is as private", async () => {
      const login = () => new Response("log in", { status: 403, headers: { "x-own": "1", vary: "Cookie", "cache-control": "public" } });
      for (const authenticate of [login, async () => login(), () => { throw login(); }]) {
        const response = await setUp({ authenticate }).ask();
        expect([response.status, response.headers.get("x-own"), await response.text()]).toEqual([403, "1", "log in"]);
        expect(response.headers.get("vary")).toBe("Cookie, Origin");
        expectCors(response);
        expectPrivate(response);
      }
    });

    test.each([["throws", () => { throw new Error("the database is down: secret"); }], ["gives no id", () => ""], ["gives a number", () => 7 as never], ["gives half a character", () => "\ud800"]])("an app that %s is told so, and the page nothing", async (_, authenticate) => {
      const { ask, asked, errors } = setUp({ authenticate });
      const response = await ask();
      expect(response.headers.get("retry-after")).toBe("1");
      expect(await response.clone().text()).not.toContain("secret");
      expect(await refusal(response)).toBe("503 not_authenticated");
      expect([asked.length, errors.length]).toEqual([0, 1]);
    });
  });

  describe("limits", () => {
    const rateLimit = { perSecond: 0.1, burst: 2 };

    test("a customer who asks too often waits, and nobody else", async () => {
      const { ask, clock, asked } = setUp({ rateLimit });
      const told = async (customer: string) => {
        const response = await ask({ authorization: `Bearer ${customer}` });
        expect(response.headers.get("ratelimit-policy")).toBe('"customer";q=2;w=20');
        expectCors(response);
        expect(response.headers.get("access-control-expose-headers")).toBe("RateLimit, RateLimit-Policy, Retry-After");
        const retryAfter = response.headers.get("retry-after");
        return `${response.status === 200 ? 200 : await refusal(response)}, ${response.headers.get("ratelimit")}, ${retryAfter}`;
      };
      expect(await told("cus_1")).toBe('200, "customer";r=1;t=10, null');
      expect(await told("cus_1")).toBe('200, "customer";r=0;t=20, null');
      expect(await told("cus_1")).toBe('429 throttled, "customer";r=0;t=20, 10');
      expect(await told("cus_2")).toBe('200, "customer";r=1;t=10, null');
      clock.now += 9_999;
      expect(await told("cus_1")).toBe('429 throttled, "customer";r=0;t=11, 1');
      clock.now += 1;
      expect(await told("cus_1")).toBe('200, "customer";r=0;t=20, null');
      expect(asked).toHaveLength(4);
    });

    test("what is remembered of customers is bounded, and who asked last is remembered", async () => {
      const { ask } = setUp({ rateLimit: { perSecond: 0.001, burst: 1 } });
      const status = async (customer: string) => (await ask({ authorization: `Bearer ${customer}` }, { method: "HEAD" })).status;
      expect([await status("first"), await status("second")]).toEqual([200, 200]);
      for (let index = 0; index < 9_999; index += 1) {
        if (index === 5_000) expect(await status("first")).toBe(429);
        await status(`cus_${index}`);
      }
      expect([await status("first"), await status("second")]).toEqual([429, 200]);
    }, 60_000);
  });

  describe("failures", () => {
    test.each<[ErrorCode, object, string, string]>([
      ["provider_unavailable", {}, "503 provider_unavailable", "1"], ["provider_throttled", { retryAfter: 7_001 }, "503 provider_throttled", "8"],
      ["provider_not_found", { status: 404 }, "503 provider_not_found", "1"], ["provider_not_found", { providerCode: "not_found" }, "404 provider_not_found", ""], ["closed", {}, "503 closed", "1"],
    ])("%s %j is answered %s", async (code, details, told, retryAfter) => {
      const failure = new CreditGateError(code, "asked with the key sk_live_secret", details);
      const { ask, errors } = setUp({ failure });
      const response = await ask();
      expect(response.headers.get("retry-after") ?? "").toBe(retryAfter);
      expect(await response.clone().text()).not.toContain("secret");
      expectCors(response);
      expect(response.headers.get("ratelimit")).toBe('"customer";r=19;t=5');
      expect(await refusal(response)).toBe(told);
      expect(errors).toEqual(told.startsWith("503") ? [failure] : []);
    });

    test("what is no error of ours is told to the app alone, and a listener that throws harms nobody", async () => {
      const failure = new Error("secret");
      const { ask, errors } = setUp({ failure });
      expect(await refusal(await ask())).toBe("503 engine_fault");
      expect(errors).toEqual([failure]);
      const deaf = setUp({ failure, onError: () => { throw new Error("full disk"); } });
      expect(await refusal(await deaf.ask())).toBe("503 engine_fault");
    });
  });
}
