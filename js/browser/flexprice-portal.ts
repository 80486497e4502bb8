/** A customer's wallets by a session of Flexprice's customer portal. */

import { CreditGateError, isCreditGateError } from "../errors.js";
import { checkNames, invalidOption } from "../input.js";
import { FLEXPRICE_CACHED_FOR } from "../staleness.js";
import type { Freshness, WalletsSnapshot } from "../types.js";
import { askingOptions, urlOption } from "./options.js";
import { type Asking, request } from "./request.js";
import type { PageSnapshot, SnapshotSource } from "./types.js";

/** A session of the customer portal, as `portalEndpoint` of `creditgate/server` answers it. */
export interface PortalSession {
  /** Reads this customer's wallets until it expires, no matter from where: keep it in the page. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Flexprice's API, ending in `/v1`. */
  readonly baseUrl: string;
}

/** Options of {@link flexpricePortal}. */
export interface FlexpricePortalOptions {
  /** Where `portalEndpoint` of `creditgate/server` is served, or a function that gives a session of one's own server. */
  readonly session: string | URL | (() => Promise<PortalSession>);
  /**
   * Whom the page asks: Flexprice itself, with the session's token, or the endpoint, which reads the wallets for it where
   * Flexprice's CORS does not let the page ask. @defaultValue `"flexprice"`
   */
  readonly ask?: "flexprice" | "endpoint" | undefined;
  /**
   * Of Flexprice: also read the credits left in each wallet, one more request per wallet, so that those which have expired
   * pay nothing (flexprice 31).
   */
  readonly grants?: "fetch" | undefined;
  /** How long the page may believe the figures, ms, from 1,000. @defaultValue 600,000 */
  readonly validFor?: number | undefined;
  /** @defaultValue the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since the epoch. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: readonly string[] = ["session", "ask", "grants", "validFor", "fetch", "now"] satisfies readonly (keyof FlexpricePortalOptions)[];
/** A session that ends sooner than this is not used any more, ms. */
const SESSION_MARGIN = 30_000;
/** Flexprice's own maximum (flexprice 2). */
const GRANTS_PER_PAGE = 1_000;

/**
 * A customer's wallets from Flexprice itself, by a session that your server mints for the customer: `portalEndpoint` of
 * `creditgate/server`. The API key stays there. A session is used until it ends, or is refused.
 *
 * Its `fetch` rejects with a CreditGateError: by what the endpoint or Flexprice refused with; `provider_unavailable` when
 * there is no answer, `invalid_response` for one that cannot be read.
 *
 * @example
 * ```ts
 * import { CheckoutPreview, flexpricePortal } from "creditgate/browser";
 *
 * const checkout = new CheckoutPreview({ source: flexpricePortal({ session: "/portal" }) });
 * checkout.subscribe(({ status, error }) => console.log(status, error?.code));
 * checkout.close();
 * ```
 *
 * @throws CreditGateError `invalid_option` at the option's name.
 */
export function flexpricePortal(options: FlexpricePortalOptions): SnapshotSource {
  checkNames("flexpricePortal", options, OPTIONS);
  const { session, ask = "flexprice", grants, validFor = 600_000 } = options;
  if (ask !== "flexprice" && ask !== "endpoint") throw invalidOption("flexpricePortal.ask", 'must be "flexprice" or "endpoint"');
  if (grants !== undefined && grants !== "fetch") throw invalidOption("flexpricePortal.grants", 'must be "fetch"');
  if (!Number.isFinite(validFor) || validFor < 1_000) throw invalidOption("flexpricePortal.validFor", "must be milliseconds, 1000 or more");
  const using = askingOptions("flexpricePortal", options);
  if (ask === "endpoint") {
    if (typeof session === "function") throw invalidOption("flexpricePortal.session", 'must be the address of the endpoint that is to be asked');
    if (grants !== undefined) throw invalidOption("flexpricePortal.grants", "is for `ask: \"flexprice\"`: the endpoint does not tell them");
    const endpoint = urlOption("flexpricePortal.session", session);
    return { fetch: async (signal) => ({ ...(await askEndpoint(endpoint, { ...using, signal })), expiresAt: using.now() + validFor }) };
  }
  const mint = typeof session === "function" ? async () => session() : mintAt(urlOption("flexpricePortal.session", session));
  const sessions = new Sessions(mint);
  return {
    async fetch(signal) {
      const asking = { ...using, signal };
      const answer = await sessions.use(asking, (present) => askFlexprice(present, grants !== undefined, asking));
      return { ...answer, expiresAt: using.now() + validFor };
    },
  };
}

/** What a source gives, but for how long it may be believed. */
type Told = Omit<PageSnapshot, "expiresAt">;

async function askEndpoint(endpoint: string, asking: Asking): Promise<Told> {
  const { body } = await request("the portal endpoint", endpoint, { headers: { accept: "application/json" } }, asking);
  const { wallets, fetchedAt, asOf, freshness } = body as unknown as Told;
  // What is in it is judged with the snapshot.
  return { profile: "flexprice", wallets, fetchedAt, asOf, freshness };
}

async function askFlexprice({ token, baseUrl }: PortalSession, wantsGrants: boolean, asking: Asking): Promise<Told> {
  const headers = { accept: "application/json", "content-type": "application/json", "x-session-token": token };
  const portal = `${baseUrl}/customer/portal/wallets`;
  const { body, sentAt } = await request("Flexprice", portal, { method: "POST", headers, body: "{}" }, asking);
  const wallets = walletsOf(body);
  const grants = wantsGrants ? await grantsOf(portal, wallets, headers, asking) : undefined;
  const freshness: Freshness = wallets.filter(mayPay).every((wallet) => wallet["is_cached_fallback"] === false) ? "computed" : "cached_fallback";
  const asOf = freshness === "computed" ? sentAt : sentAt - FLEXPRICE_CACHED_FOR;
  return { profile: "flexprice", wallets, grants, fetchedAt: asking.now(), asOf, freshness };
}

async function grantsOf(portal: string, wallets: readonly JsonObject[], headers: Readonly<Record<string, string>>, asking: Asking): Promise<WalletsSnapshot["grants"]> {
  const entries = wallets
    .filter(isPrepaid)
    .map(async ({ id }) => {
      const grants: unknown[] = [];
      for (let total = 1; grants.length < total; ) {
        const query = new URLSearchParams({
          type: "credit", transaction_status: "completed", credits_available_gt: "0", limit: String(GRANTS_PER_PAGE), offset: String(grants.length),
        });
        const { body } = await request("Flexprice", `${portal}/${encodeURIComponent(String(id))}/transactions?${query}`, { headers }, asking);
        const { items, pagination } = body as { readonly items?: unknown; readonly pagination?: { readonly total?: unknown } };
        if (!Array.isArray(items)) throw invalidResponse("its transactions are no list");
        grants.push(...items);
        total = items.length === 0 ? 0 : Number(pagination?.total ?? 0);
      }
      return [String(id), grants] as const;
    });
  return Object.fromEntries(await Promise.all(entries));
}

function isPrepaid({ wallet_type: type }: JsonObject): boolean {
  return type !== "POST_PAID";
}

/** Only of those does a figure answer anything (`src/engine/account.rs`). */
function mayPay(wallet: JsonObject): boolean {
  return isPrepaid(wallet) && (wallet["wallet_status"] ?? "active") === "active";
}

type JsonObject = Readonly<Record<string, unknown>>;

function walletsOf(body: unknown): readonly JsonObject[] {
  if (Array.isArray(body) && body.every((wallet) => typeof wallet === "object" && wallet !== null)) return body;
  throw invalidResponse("its wallets are no list of objects");
}

function invalidResponse(problem: string): CreditGateError {
  return new CreditGateError("invalid_response", `Flexprice gave an answer that cannot be read: ${problem}`);
}

type Mint = (asking: Asking) => Promise<PortalSession>;

function mintAt(endpoint: string): Mint {
  return async (asking) => {
    const { body } = await request("the portal endpoint", endpoint, { method: "POST", headers: { accept: "application/json" } }, asking);
    return body as unknown as PortalSession;
  };
}

/** The session in use. */
class Sessions {
  readonly #mint: Mint;
  #present: PortalSession | undefined;

  constructor(mint: Mint) {
    this.#mint = mint;
  }

  /** One that ends early, as when its customer was signed out, is replaced once. */
  async use<T>(asking: Asking, work: (session: PortalSession) => Promise<T>): Promise<T> {
    const isNew = this.#present === undefined || asking.now() >= this.#present.expiresAt - SESSION_MARGIN;
    if (isNew) this.#present = await this.#minted(asking);
    try {
      return await work(this.#present as PortalSession);
    } catch (error) {
      if (!isCreditGateError(error) || error.code !== "provider_unauthorized") throw error;
      this.#present = undefined;
      if (isNew) throw error;
    }
    return this.use(asking, work);
  }

  async #minted(asking: Asking): Promise<PortalSession> {
    const { token, expiresAt, baseUrl } = (await this.#mint(asking)) ?? {};
    if (typeof token !== "string" || token === "" || !Number.isFinite(expiresAt) || typeof baseUrl !== "string") {
      throw new CreditGateError("invalid_response", "the session of the customer portal lacks its `token`, `expiresAt` or `baseUrl`");
    }
    return { token, expiresAt, baseUrl: baseUrl.replace(/\/+$/, "") };
  }
}
