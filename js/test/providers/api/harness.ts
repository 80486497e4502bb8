/**
 * Management clients of the scripted server, on a clock that stands still and with a deadline that comes when told.
 */
import { lagoApi } from "../../../providers/lago/api/index.js";
import type { LagoApi, LagoApiOptions } from "../../../providers/lago/api/index.js";
import { flexpriceApi } from "../../../providers/flexprice/api/index.js";
import type { FlexpriceApi, FlexpriceApiOptions, Invalidates, Whom } from "../../../providers/flexprice/api/index.js";
import { describedFetch, NOW } from "../context.js";
import { serve } from "../server.js";
import type { Asked, Reply, Script, TestServer } from "../server.js";

export const KEY = "sk_secret_key";

/** Long enough to tell a deadline's wait from a retry's. */
const TIMEOUT = 3_600_000;

export interface Api<Client> {
  readonly client: Client;
  readonly server: TestServer;
  /** Waits between attempts, ms. None was really waited. */
  readonly slept: number[];
  /** Whose snapshots were invalidated. */
  readonly invalidated: Whom[];
  /** Lets the call's time be over. */
  expire(): void;
}

interface Parts {
  readonly options: Required<Pick<FlexpriceApiOptions, "apiKey" | "baseUrl" | "fetch" | "timeout" | "now" | "sleep" | "gate" | "validate">>;
  readonly rest: Omit<Api<unknown>, "client">;
}

async function parts(script: Script): Promise<Parts> {
  const server = await serve(script);
  const slept: number[] = [];
  const invalidated: Whom[] = [];
  const gate: Invalidates = { invalidate: async (whom) => void invalidated.push(whom) };
  let expire = (): void => undefined;
  const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms !== TIMEOUT) {
      slept.push(ms);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      expire = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
  return {
    options: { apiKey: KEY, baseUrl: `${server.url}/v1`, fetch: describedFetch, timeout: TIMEOUT, now: () => NOW, sleep, gate, validate: false },
    rest: { server, slept, invalidated, expire: () => expire() },
  };
}

/** Does not validate unless told so: what is sent is up to the test. */
export async function flexpriceAt(script: Script, options: Partial<FlexpriceApiOptions> = {}): Promise<Api<FlexpriceApi>> {
  const { options: base, rest } = await parts(script);
  return { client: flexpriceApi({ ...base, ...options }), ...rest };
}

/** Does not validate unless told so: what is sent is up to the test. */
export async function lagoAt(script: Script, options: Partial<LagoApiOptions> = {}): Promise<Api<LagoApi>> {
  const { options: base, rest } = await parts(script);
  return { client: lagoApi({ ...base, ...options }), ...rest };
}

/** What was asked, as one looks at it: method, path with query, body. */
export function asked({ method, path, query, body }: Asked): readonly unknown[] {
  const search = query.toString();
  return [method, search === "" ? path : `${path}?${decodeURIComponent(search)}`, ...(body === undefined ? [] : [body])];
}

/** All of a list in pages. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

/** One reply for everything. */
export const always = (reply: Reply): Script => () => reply;
