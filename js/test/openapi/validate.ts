/** A `fetch` that holds what passes through it to a provider's description. */
import type { Profile } from "../../types.js";
import { descriptionOf, type Sent } from "./description.js";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface Validated {
  readonly provider: Profile;
  /** Where the provider's paths begin. */
  readonly baseUrl: string;
  /**
   * Which requests are held to the description. `accepted`: those that are not answered with a 4xx, so that a test may
   * ask for a refusal, and what does not conform and is taken all the same fails. @defaultValue `"every"`
   */
  readonly requests?: "every" | "accepted" | "none";
  /** `none` where the answers are the test's own. @defaultValue `"every"` */
  readonly answers?: "every" | "none";
}

/** Rejects with the place of the violation. Requests elsewhere than below `baseUrl` pass as they are. */
export function validated(fetch: Fetch, { provider, baseUrl, requests = "every", answers = "every" }: Validated): Fetch {
  const description = descriptionOf(provider);
  return async (input, init) => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    if (!request.url.startsWith(`${baseUrl}/`)) return fetch(input, init);
    const sent = await sentOf(request, baseUrl);
    if (requests === "every") description.checkRequest(sent);
    const response = await fetch(input, init);
    const isRefused = response.status >= 400 && response.status < 500;
    if (requests === "accepted" && !isRefused) description.checkRequest(sent);
    const body = await bodyOf(response.clone());
    const isDescribed = requests !== "none" || description.describes(sent);
    if (answers === "every" && isDescribed && !isCut(response, body)) description.checkAnswer(sent, { status: response.status, body });
    return response;
  };
}

async function sentOf(request: Request, baseUrl: string): Promise<Sent> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.slice(new URL(baseUrl).pathname.replace(/\/$/, "").length);
  return { method: request.method, path, query: searchParams, headers: request.headers, body: await bodyOf(request.clone()) };
}

/** JSON that is none: what the sandbox makes of an answer when it is told to, and whoever asked for it has to notice. */
function isCut({ headers }: Response, body: unknown): boolean {
  return typeof body === "string" && headers.get("content-type")?.includes("json") === true;
}

/** Text that is no JSON is no more than text. */
async function bodyOf(message: Request | Response): Promise<unknown> {
  const text = await message.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
