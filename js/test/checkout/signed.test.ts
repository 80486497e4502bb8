/** Signed snapshots from the real handler, as a page fetches and verifies them. */
import { describe, expect, test } from "vitest";
import { CheckoutPreview } from "../../browser/checkout.js";
import { signedSnapshots, type SignedSnapshotsOptions } from "../../browser/signed-snapshots.js";
import { isCreditGateError } from "../../errors.js";
import { previewEndpoint } from "../../server/index.js";
import { CUSTOMER, KEY, NOW, ORIGIN, PUBLIC_KEY, SNAPSHOT as SIGNED } from "../signed/snapshot.js";
import { draft } from "./snapshot.js";

const SNAPSHOT = { ...SIGNED, grants: { w: [{ type: "credit", transaction_status: "completed", credits_available: "25", expiry_date: null }] } };
const ENDPOINT = "https://api.shop.example/credits";

/** A page of the shop, or of another, and the shop's endpoint. */
function setUp({ page = ORIGIN, customer = CUSTOMER, ...options }: Partial<SignedSnapshotsOptions> & { page?: string; now?: () => number } = {}) {
  const requests: Request[] = [];
  const endpoint = previewEndpoint({
    gate: { snapshot: async () => ({ customer: CUSTOMER, ...SNAPSHOT }) },
    key: KEY,
    origins: [ORIGIN, "https://other.example"],
    rateLimit: { perSecond: 0.1, burst: 3 },
    now: () => NOW,
    authenticate: () => CUSTOMER,
  });
  const ask = (url: string | URL | Request, init?: RequestInit) => {
    const request = new Request(url, init);
    requests.push(request);
    const headers = new Headers(request.headers);
    headers.set("origin", page);
    return endpoint(new Request(request, { headers }));
  };
  const source = signedSnapshots({ endpoint: ENDPOINT, customer, publicKey: PUBLIC_KEY, origin: ORIGIN, now: () => NOW, fetch: ask, ...options });
  return { source, requests, ask, fetch: () => source.fetch(new AbortController().signal) };
}

/** What a promise is rejected with. */
async function refusal(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );
  if (!isCreditGateError(thrown)) throw thrown;
  return thrown;
}

test("gives the wallets, when they were taken and until when they may be believed", async () => {
  const { fetch, requests } = setUp();
  expect(await fetch()).toEqual({ ...SNAPSHOT, expiresAt: Math.floor(NOW / 1000) * 1000 + 600_000 });
  expect(requests[0]).toMatchObject({ url: ENDPOINT, method: "GET", cache: "no-store", redirect: "error" });
});

test("a page previews from them", async () => {
  const { source } = setUp();
  const checkout = new CheckoutPreview({ source, now: () => NOW });
  await checkout.load();
  expect(checkout.state).toMatchObject({ status: "ready", stale: false });
  expect(checkout.preview(draft)).toMatchObject({ credits: "25", total: "15", wallets: [{ name: "Prepaid ✓" }] });
  checkout.close();
});

describe("refused, with its code:", () => {
  const other = { ...PUBLIC_KEY, x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" };
  /** What the endpoint has signed, changed on its way. */
  const changed = (change: (token: string) => string) => {
    const honest = setUp();
    const fetch = async (...args: Parameters<typeof globalThis.fetch>) => {
      const { snapshot } = (await (await honest.ask(...args)).json()) as { snapshot: string };
      return Response.json({ snapshot: change(snapshot) });
    };
    return setUp({ fetch }).fetch();
  };

  test.each<[string, () => Promise<unknown>, string]>([
    ["a tampered one", () => changed((token) => token.replace(/\.(.)/, (_, first) => `.${first === "e" ? "f" : "e"}`)), "snapshot_invalid"],
    ["one by another key", () => setUp({ publicKey: other }).fetch(), "snapshot_invalid"],
    ["an expired one", () => setUp({ now: () => NOW + 600_000 }).fetch(), "snapshot_expired"],
    ["another customer's", () => setUp({ customer: "cus_2" }).fetch(), "snapshot_wrong_customer"],
    ["one for the page of another origin", () => setUp({ page: "https://other.example" }).fetch(), "snapshot_wrong_origin"],
    ["a page of a foreign origin", () => setUp({ page: "https://evil.example" }).fetch(), "snapshot_wrong_origin"],
    ["an answer without any", () => setUp({ fetch: async () => Response.json({}) }).fetch(), "invalid_response"],
    ["HTML", () => setUp({ fetch: async () => new Response("<html>") }).fetch(), "invalid_response"],
    ["null", () => setUp({ fetch: async () => Response.json(null) }).fetch(), "invalid_response"],
  ])("%s", async (_, run, code) => {
    expect((await refusal(run())).code).toBe(code);
  });
});

test("what the endpoint refuses with is told, and when to come back", async () => {
  const { fetch } = setUp();
  await fetch();
  await fetch();
  await fetch();
  expect(await refusal(fetch())).toMatchObject({ code: "throttled", status: 429, providerCode: "throttled", retryAfter: 10_000 });
});

test.each([
  [401, { code: "not_authenticated" }, "provider_unauthorized"],
  [503, { code: "provider_timeout" }, "provider_timeout"],
  [502, undefined, "provider_unavailable"],
  [404, { code: "engine_fault" }, "provider_not_found"],
])("an answer of %i and %o", async (status, body, code) => {
  const { fetch } = setUp({ fetch: async () => new Response(body && JSON.stringify(body), { status }) });
  expect(await refusal(fetch())).toMatchObject({ code, status, providerCode: body?.code });
});

test("no answer at all is unavailable; an abort says why it was", async () => {
  const { fetch } = setUp({ fetch: async () => Promise.reject(new TypeError("Failed to fetch")) });
  expect(await refusal(fetch())).toMatchObject({ code: "provider_unavailable", cause: expect.any(TypeError) });
});

test.each<[string, object]>([
  ["endpoint", { endpoint: "" }],
  ["endpoint", { endpoint: undefined }],
  ["customer", { customer: "" }],
  ["publicKey", { publicKey: undefined }],
  ["origin", { origin: undefined }],
  ["fetch", { fetch: "fetch" }],
  ["apiKey", { apiKey: "secret" }],
])("refuses its option %s", async (name, changes) => {
  const options = { endpoint: ENDPOINT, customer: CUSTOMER, publicKey: PUBLIC_KEY, origin: ORIGIN, ...changes };
  expect(await refusal(Promise.resolve().then(() => signedSnapshots(options as never)))).toMatchObject({ code: "invalid_option", path: `signedSnapshots.${name}` });
});
