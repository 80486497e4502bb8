import { describe, expect, it } from "vitest";
import { isCreditGateError } from "../../errors.js";
import { flexprice } from "../../providers/flexprice/index.js";
import type { FlexpriceOptions } from "../../providers/flexprice/index.js";
import { lago } from "../../providers/lago/index.js";
import type { LagoOptions } from "../../providers/lago/index.js";

const KEY = "sk_secret_key";

/** Path and message of the error that `make` must throw. */
function refusalOf(make: () => unknown): { readonly path: string | undefined; readonly message: string } {
  try {
    make();
  } catch (error) {
    if (isCreditGateError(error)) {
      expect(error.code).toBe("invalid_option");
      return error;
    }
    throw error;
  }
  return expect.fail("nothing was thrown");
}

describe.each([
  ["flexprice", (options: object) => flexprice(options as FlexpriceOptions)],
  ["lago", (options: object) => lago(options as LagoOptions)],
])("%s", (profile, make) => {
  const cases: readonly (readonly [string, Record<string, unknown>])[] = [
    ["apiKey", { apiKey: undefined }],
    ["apiKey", { apiKey: "" }],
    ["apiKey", { apiKey: 7 }],
    ["apiKey", { apiKey: `${KEY}\n` }],
    ["baseUrl", { baseUrl: "https://billing.test/v1", region: "us" }],
    ["baseUrl", { baseUrl: "" }],
    ["baseUrl", { baseUrl: "billing.test/v1" }],
    ["baseUrl", { baseUrl: "ftp://billing.test/v1" }],
    ["baseUrl", { baseUrl: `https://user:${KEY}@billing.test/v1` }],
    ["baseUrl", { baseUrl: `https://billing.test/v1?key=${KEY}` }],
    ["baseUrl", { baseUrl: `https://billing.test/v1#${KEY}` }],
    ["baseUrl", { baseUrl: KEY }],
    ["region", { region: "mars" }],
    ["region", { region: "toString" }],
    ["reflectWithin", { reflectWithin: -1 }],
    ["reflectWithin", { reflectWithin: NaN }],
    ["reflectWithin", { reflectWithin: Infinity }],
    ["reflectWithin", { reflectWithin: "60000" }],
    ["retries", { retries: -1 }],
    ["retries", { retries: 1.5 }],
    ["retries", { retries: 11 }],
    ["timeout", { timeout: 1 }],
    ["apikey", { apikey: KEY }],
  ];
  it.each(cases)("refuses %s of %j", (option, options) => {
    const error = refusalOf(() => make({ apiKey: KEY, ...options }));
    expect(error.path).toBe(`${profile}.${option}`);
    expect(error.message).toContain(`${profile}.${option}`);
    expect(error.message).not.toContain(KEY);
  });

  it.each([undefined, null, "key", [KEY]])("refuses %j for options", (options) => {
    expect(refusalOf(() => make(options as unknown as object)).path).toBe(profile);
  });

  it("takes undefined as absent", () => {
    const absent = { region: undefined, baseUrl: undefined, reflectWithin: undefined, retries: undefined };
    expect(make({ apiKey: KEY, ...absent }).id).toBe(make({ apiKey: KEY }).id);
  });

  it("says who it is without the key", () => {
    const base = { apiKey: KEY, baseUrl: "HTTPS://Billing.Test:443/api/v1//" };
    expect(make(base).id).toContain(`${profile}:https://billing.test/api/v1`);
    expect(JSON.stringify(make(base))).not.toContain(KEY);
    expect(make(base).id).not.toBe(make({ apiKey: KEY }).id);
    expect(make({ ...base, environment: "staging" }).id).toContain("/api/v1:staging");
  });
});

describe("flexprice alone", () => {
  it.each([
    ["customers", { customers: "lookup_key" }],
    ["grants", { grants: true }],
    ["maxCachedAge", { maxCachedAge: 999 }],
    ["maxCachedAge", { maxCachedAge: NaN }],
    ["source", { source: "" }],
    ["source", { source: 7 }],
    ["refreshInterval", { refreshInterval: 1 }],
  ])("refuses %s of %j", (option, options) => {
    expect(refusalOf(() => flexprice({ apiKey: KEY, ...options } as unknown as FlexpriceOptions)).path).toBe(`flexprice.${option}`);
  });

  it("has the documented defaults", () => {
    expect(flexprice({ apiKey: KEY })).toMatchObject({
      profile: "flexprice",
      id: "flexprice:https://us.api.flexprice.io/v1:external",
      staleness: { computed: 0, cachedFallback: 1_800_000 },
      reflectWithin: 420_000,
    });
    expect(flexprice({ apiKey: KEY, region: "india", customers: "id" }).id).toBe("flexprice:https://api.cloud.flexprice.io/v1:id");
    expect(flexprice({ apiKey: () => KEY, reflectWithin: 0 }).reflectWithin).toBe(0);
  });
});

describe("lago alone", () => {
  it.each([
    ["refreshInterval", { refreshInterval: -1 }],
    ["refreshInterval", { refreshInterval: "never" }],
    ["customers", { customers: "id" }],
    ["region", { region: "india" }],
  ])("refuses %s of %j", (option, options) => {
    expect(refusalOf(() => lago({ apiKey: KEY, ...options } as unknown as LagoOptions)).path).toBe(`lago.${option}`);
  });

  it("has the documented defaults", () => {
    expect(lago({ apiKey: KEY })).toMatchObject({
      profile: "lago",
      id: "lago:https://api.getlago.com/api/v1",
      staleness: { computed: 300_000, cachedFallback: 300_000 },
      reflectWithin: 60_000,
    });
    expect(lago({ apiKey: KEY, region: "eu" }).id).toBe("lago:https://api.eu.getlago.com/api/v1");
    expect(lago({ apiKey: KEY, refreshInterval: 5000 }).staleness).toEqual({ computed: 5000, cachedFallback: 5000 });
  });

  it("needs reconstruction for a server that never refreshes", () => {
    expect(lago({ apiKey: KEY })).toMatchObject({ reconstruction: "supported" });
    const never = lago({ apiKey: KEY, refreshInterval: "none" });
    expect(never).toMatchObject({ reconstruction: "required", staleness: { computed: 0, cachedFallback: 0 } });
    expect(never.id).not.toBe(lago({ apiKey: KEY }).id);
  });
});
