/** Lago's public key: given, or fetched from the API and kept for a while. */

import { importSPKI } from "jose/key/import";
import { CreditGateError } from "../../errors.js";
import { type Api, request } from "../../providers/http.js";
import { sleepByTimer } from "../../sleep.js";
import type { WebhookContext } from "../../types.js";
import { decodeBase64, decodeUtf8 } from "../bytes.js";
import { objectOf, textOf } from "../event.js";

/** How long the API may take, ms: the provider of the delivery waits. */
const DEADLINE = 5_000;

/** Anybody may send forged deliveries: how long the API is left alone after a failure, and after it gave a key, ms. */
const PAUSE = { afterFailure: 5_000, afterKey: 60_000 };

/** Where the key to verify with comes from. */
export interface PublicKey {
  /** @throws CreditGateError `webhook_key_unavailable` */
  current(context: WebhookContext): Promise<CryptoKey>;
  /** Another key than `tried`, where that has been replaced; `undefined` where it was not, or nobody can tell. */
  renewed(tried: CryptoKey, context: WebhookContext): Promise<CryptoKey | undefined>;
}

/** The text of a PEM, whether or not in base64; `undefined` when it is no public key. */
export function pemOf(text: string): string | undefined {
  const trimmed = text.trim();
  const bytes = trimmed.startsWith("-----") ? undefined : decodeBase64(trimmed);
  const pem = bytes === undefined ? trimmed : decodeUtf8(bytes)?.trim();
  return pem?.startsWith("-----BEGIN PUBLIC KEY-----") === true ? pem : undefined;
}

/** A key that is known. */
export class GivenKey implements PublicKey {
  readonly #pem: string;
  #key: CryptoKey | undefined;

  constructor(pem: string) {
    this.#pem = pem;
  }

  async current(): Promise<CryptoKey> {
    this.#key ??= await imported(this.#pem);
    return this.#key;
  }

  async renewed(): Promise<undefined> {
    return undefined;
  }
}

/** A key as it was fetched, and when. */
interface Fetched {
  readonly pem: string;
  readonly key: CryptoKey;
  readonly at: number;
}

/** The key that the API serves. Kept as a value: two deliveries that miss it fetch it twice. */
export class FetchedKey implements PublicKey {
  readonly #api: Api;
  readonly #keyFor: number;
  #fetched: Fetched | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** @param keyFor - how long a key is used before it is fetched again, ms */
  constructor(api: Api, keyFor: number) {
    this.#api = api;
    this.#keyFor = keyFor;
  }

  async current(context: WebhookContext): Promise<CryptoKey> {
    const present = this.#fetched;
    if (present === undefined) return this.#fetch(context);
    if (clock(context)() < present.at + this.#keyFor) return present.key;
    // Lago hardly ever replaces its key: while the API is down, the one in hand is as good as it was.
    return this.#fetch(context).catch(() => present.key);
  }

  async renewed(tried: CryptoKey, context: WebhookContext): Promise<CryptoKey | undefined> {
    const present = this.#fetched;
    const isDue = present?.key === tried && clock(context)() >= present.at + PAUSE.afterKey;
    if (isDue) await this.#fetch(context).catch(() => {});
    // Looked at only now: another delivery may have renewed it since this one began.
    const key = this.#fetched?.key;
    return key === tried ? undefined : key;
  }

  async #fetch(context: WebhookContext): Promise<CryptoKey> {
    const at = clock(context)();
    if (at < this.#failedAt + PAUSE.afterFailure) throw unavailable("it could not be fetched a moment ago");
    try {
      const pem = await this.#ask(context);
      const key = pem === this.#fetched?.pem ? this.#fetched.key : await imported(pem);
      // Of two fetched at once the later one stays.
      if (this.#fetched === undefined || at >= this.#fetched.at) this.#fetched = { pem, key, at };
      return key;
    } catch (error) {
      this.#failedAt = at;
      throw error;
    }
  }

  async #ask(context: WebhookContext): Promise<string> {
    const { fetch = (...args) => globalThis.fetch(...args), sleep = sleepByTimer } = context;
    const signal = AbortSignal.timeout(DEADLINE);
    const answer = request(this.#api, { path: "/webhooks/json_public_key" }, { fetch, sleep, now: clock(context), signal });
    // A function that gives the API key may hang, and hears of no signal.
    const { body } = await Promise.race([answer, aborted(signal)]).catch((cause: unknown) => {
      throw unavailable("Lago did not give it", cause);
    });
    const pem = pemOf(textOf(objectOf(objectOf(body)?.["webhook"])?.["public_key"]) ?? "");
    if (pem === undefined) throw unavailable("Lago's answer holds none");
    return pem;
  }
}

function clock({ now = () => Date.now() }: WebhookContext): () => number {
  return now;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
}

async function imported(pem: string): Promise<CryptoKey> {
  return importSPKI(pem, "RS256").catch((cause: unknown) => {
    throw unavailable("it is no RSA public key", cause);
  });
}

export function unavailable(problem: string, cause?: unknown): CreditGateError {
  return new CreditGateError("webhook_key_unavailable", `Lago's public key: ${problem}`, { cause });
}
