/**
 * One sandbox on a still clock, and requests to it over real HTTP. What is sent and what is answered is held to the
 * providers' descriptions (js/test/openapi).
 */
import { afterEach, beforeEach } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/index.js";
import type { Profile } from "../../types.js";
import { validated } from "../openapi/validate.js";

/** The moment at which every test starts. */
export const START = Date.parse("2026-09-01T12:00:00Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  /** The body, where it is a bare array. */
  readonly list: readonly Json[];
}

export interface Api {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

/** A provider's API. */
export interface ProviderApi extends Api {
  /**
   * For what the provider takes although it does not conform. Refused requests need no such mark, and answers are held
   * to the description in any case.
   */
  readonly lenient: Api;
}

export interface Harness {
  readonly sandbox: Sandbox;
  readonly flexprice: ProviderApi;
  readonly lago: ProviderApi;
  readonly control: Api;
}

/** One provider's API at `baseUrl`, validated. */
export function providerApi(provider: Profile, { baseUrl, apiKey }: Sandbox["lago"]): ProviderApi {
  const auth: Record<string, string> = provider === "lago" ? { authorization: `Bearer ${apiKey}` } : { "x-api-key": apiKey };
  return {
    ...api(baseUrl, auth, validated(fetch, { provider, baseUrl, requests: "accepted" })),
    lenient: api(baseUrl, auth, validated(fetch, { provider, baseUrl, requests: "none" })),
  };
}

function api(baseUrl: string, auth: Record<string, string>, fetch: typeof globalThis.fetch = globalThis.fetch): Api {
  const send = async (method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> => {
    const init = { method, headers: { "content-type": "application/json", ...auth, ...headers } };
    const response = await fetch(baseUrl + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
    const text = await response.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return {
      status: response.status,
      headers: response.headers,
      body: Array.isArray(parsed) ? {} : (parsed as Json),
      list: Array.isArray(parsed) ? (parsed as Json[]) : [],
    };
  };
  return {
    get: (path, headers = {}) => send("GET", path, headers),
    post: (path, body, headers = {}) => send("POST", path, headers, body),
    put: (path, body) => send("PUT", path, {}, body),
    patch: (path, body) => send("PATCH", path, {}, body),
    delete: (path) => send("DELETE", path, {}),
  };
}

/** A new sandbox for each test of the file. Time stands still unless a test turns it. */
export function useSandbox(options: SandboxOptions = {}): Harness {
  const harness: { current?: Harness } = {};
  beforeEach(async () => {
    const sandbox = await startSandbox({ now: () => START, ...options });
    harness.current = {
      sandbox,
      flexprice: providerApi("flexprice", sandbox.flexprice),
      lago: providerApi("lago", sandbox.lago),
      control: api(sandbox.control.baseUrl, {}),
    };
  });
  afterEach(() => harness.current?.sandbox.close());
  const current = (): Harness => {
    if (harness.current === undefined) throw new Error("the sandbox is started before each test");
    return harness.current;
  };
  return {
    get sandbox() {
      return current().sandbox;
    },
    get flexprice() {
      return current().flexprice;
    },
    get lago() {
      return current().lago;
    },
    get control() {
      return current().control;
    },
  };
}

/** An object below `body`, for assertions further down. */
export function at(body: Json, key: string): Json {
  return body[key] as Json;
}

export function listAt(body: Json, key: string): readonly Json[] {
  return body[key] as Json[];
}
