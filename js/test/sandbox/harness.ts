/** One sandbox on a still clock, and requests to it over real HTTP. */
import { afterEach, beforeEach } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/index.js";

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
  delete(path: string): Promise<Answer>;
}

export interface Harness {
  readonly sandbox: Sandbox;
  readonly flexprice: Api;
  readonly lago: Api;
  readonly control: Api;
}

export function api(baseUrl: string, auth: Record<string, string>): Api {
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
      flexprice: api(sandbox.flexprice.baseUrl, { "x-api-key": sandbox.flexprice.apiKey }),
      lago: api(sandbox.lago.baseUrl, { authorization: `Bearer ${sandbox.lago.apiKey}` }),
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
