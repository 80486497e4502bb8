/**
 * What a provider is handed in these tests: a clock that stands still but for sleeping, and the real `fetch`. Every
 * request is held to the provider's description (js/test/openapi), and so are the sandbox's answers; a scripted
 * server's are the test's own.
 */
import { expect } from "vitest";
import { isCreditGateError } from "../../errors.js";
import type { CreditGateError } from "../../errors.js";
import type { Provider, ProviderContext, UsageEvent } from "../../types.js";
import { validated } from "../openapi/validate.js";

export const NOW: number = Date.parse("2026-08-21T18:00:00Z");

export interface TestContext extends ProviderContext {
  /** Every wait that was asked for, ms. None was really waited. */
  readonly slept: number[];
}

/** Sleeping moves the clock; so does each request, by 1 ms, so that attempts can be told apart. */
export function testContext(overrides: Partial<ProviderContext> = {}): TestContext {
  return contextOver(describedFetch, overrides);
}

/** The same for an API that no provider has. */
export function plainContext(overrides: Partial<ProviderContext> = {}): TestContext {
  return contextOver((input, init) => globalThis.fetch(input, init), overrides);
}

/** The paths under which providers are served here: the sandbox's, and those of scripted servers. */
const BASES = /^(\/flexprice\/v1|\/lago\/api\/v1|\/api\/v1|\/v1)?/;

/** Whose request it is tells the key's header. */
export const describedFetch: ProviderContext["fetch"] = (input, init) => {
  const { headers, url } = new Request(input, init);
  const { origin, pathname } = new URL(url);
  const base = BASES.exec(pathname)?.[0] ?? "";
  const isSandbox = base.startsWith("/flexprice") || base.startsWith("/lago");
  const provider = headers.has("x-api-key") ? "flexprice" : "lago";
  return validated(globalThis.fetch, { provider, baseUrl: origin + base, answers: isSandbox ? "every" : "none" })(input, init);
};

function contextOver(fetch: ProviderContext["fetch"], overrides: Partial<ProviderContext>): TestContext {
  const slept: number[] = [];
  let now = NOW;
  return {
    fetch: (input, init) => {
      now += 1;
      return fetch(input, init);
    },
    now: () => now,
    signal: new AbortController().signal,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    ...overrides,
    slept,
  };
}

/** The error a promise is rejected with, which must be one of ours. */
export async function failure(promise: Promise<unknown>): Promise<CreditGateError> {
  const outcome: unknown = await promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  );
  if (isCreditGateError(outcome)) return outcome;
  return expect.fail(`no CreditGateError: ${String(outcome)} ${JSON.stringify(outcome)}`);
}

export function usageEvent(key: string, fields: Partial<UsageEvent> = {}): UsageEvent {
  return { key, customer: "acme", at: NOW, code: "llm.tokens", properties: { tokens: 1536 }, ...fields };
}

/** Wallets or grants that differ by id only. */
export function numbered(field: string, from: number, count: number): Record<string, string>[] {
  return Array.from({ length: count }, (_, index) => ({ [field]: `id_${from + index}` }));
}

/** Reports through a provider that takes events. */
export async function sendEvents(provider: Provider, events: readonly UsageEvent[], context: ProviderContext): Promise<void> {
  if (provider.sendEvents === undefined) throw new Error("this provider takes no events");
  await provider.sendEvents(events, context);
}
