/**
 * One management client: calls with a timeout, writes whose outcome is told apart from their failure, and the
 * gate's snapshot that a write has made outdated.
 */
import { CreditGateError, isCreditGateError } from "../../errors.js";
import type { Problem } from "../../errors.js";
import type { ProviderContext } from "../../types.js";
import type { Api, Call } from "../http.js";
import { Attempts } from "./attempts.js";
import type { CallOptions, Settings, Whom, WriteOptions } from "./options.js";
import { ask } from "./refused.js";
import { invalidRequest } from "./rules.js";
import { within } from "./time.js";
import type { Time } from "./time.js";

/** Asks for something within the time of a call. */
export type Read = <T>(call: Call, take: (body: unknown) => T) => Promise<T>;

/** A call that changes something. */
export interface Write<T> {
  /** The method, for errors, as in `walletTransactions.create`. */
  readonly operation: string;
  readonly call: Call;
  /** Reads the answer. */
  readonly take: (body: unknown) => T;
  /**
   * Whether doing it twice is doing it once: only then is it sent again after a failure. Else `check` says where its
   * traces are to be looked for when nobody knows whether it happened.
   */
  readonly repeat: "harmless" | { readonly check: string };
  /** What it is about, in the provider's words. */
  readonly ids: Readonly<Record<string, string | undefined>>;
  /** Whose snapshot it makes outdated; without an answer when its outcome is unknown. */
  readonly whom?: (answer: T | undefined) => Whom | undefined;
  /**
   * An answer after all, where the error says that it was done before; `repeated` when by us, for all we know. Where
   * looking for it fails, whether it was done is unknown.
   */
  readonly recover?: (error: CreditGateError, repeated: boolean, read: Read) => T | undefined | Promise<T | undefined>;
}

export class Client {
  constructor(
    readonly api: Api,
    readonly settings: Settings,
  ) {}

  /** Asks for something; harmless to repeat. Throws as `request` does. */
  read<T>(call: Call, take: (body: unknown) => T, options: CallOptions = {}): Promise<T> {
    return within(this.api.name, this.settings, options, (time) => this.#read(call, take, time));
  }

  /** Throws `invalid_input` with all `problems` where the rules find any, unless the caller wants none of it. */
  async check(problemsOf: () => Promise<readonly Problem[]>, { validate = this.settings.validate }: WriteOptions): Promise<void> {
    const problems = validate ? await problemsOf() : [];
    if (problems.length > 0) throw invalidRequest(problems);
  }

  /** For rules that compare with the current time. */
  now(): string {
    return new Date(this.settings.now()).toISOString();
  }

  /** Writes. Throws `outcome_unknown` when it was sent and no answer says what became of it; else as `request` does. */
  write<T>(write: Write<T>, options: CallOptions = {}): Promise<T> {
    return within(this.api.name, this.settings, options, async (time) => {
      const attempts = new Attempts(write.repeat === "harmless");
      const answer = await this.#send(write, attempts, time).catch((error: unknown) => this.#recover(write, attempts, error, time));
      await this.#invalidate(write.whom?.(answer), time);
      return answer;
    });
  }

  async #send<T>({ call, take }: Write<T>, attempts: Attempts, { signal, race }: Time): Promise<T> {
    const context = this.#context(signal);
    const fetch: typeof globalThis.fetch = (input, init) => {
      attempts.sent(context.now());
      return context.fetch(input, init);
    };
    return take(await race(ask(this.api, { ...call, repeats: (failure) => attempts.repeats(failure) }, { ...context, fetch })));
  }

  /** The answer of a write that failed, where it was done all the same; else throws what is known of its outcome. */
  async #recover<T>(write: Write<T>, attempts: Attempts, error: unknown, time: Time): Promise<T> {
    if (!isCreditGateError(error)) throw error;
    let leftOpenBy = attempts.isUnknown(error, time.signal) ? error : undefined;
    try {
      const answer = await write.recover?.(error, attempts.mayBeRepeat, (call, take) => this.#read(call, take, time));
      if (answer !== undefined) return answer;
    } catch (failure) {
      if (!isCreditGateError(failure)) throw failure;
      leftOpenBy = failure;
    }
    if (leftOpenBy === undefined) throw error;
    await this.#invalidate(write.whom?.(undefined), time);
    throw outcomeUnknown(this.api.name, write, attempts, leftOpenBy);
  }

  async #read<T>(call: Call, take: (body: unknown) => T, { signal, race }: Time): Promise<T> {
    return take(await race(ask(this.api, call, this.#context(signal))));
  }

  /** What has happened does not unhappen because a snapshot was not told: documented at the option `gate`. */
  async #invalidate(whom: Whom | undefined, { race }: Time): Promise<void> {
    if (whom === undefined) return;
    try {
      await race(Promise.resolve(this.settings.gate?.invalidate(whom)));
    } catch {
      // Let go.
    }
  }

  #context(signal: AbortSignal): ProviderContext {
    const { fetch, now, sleep } = this.settings;
    return { fetch: (input, init) => fetch(input, init), now, sleep, signal };
  }
}

function outcomeUnknown<T>(api: string, { operation, repeat, ids }: Write<T>, { firstSentAt = 0 }: Attempts, cause: CreditGateError): CreditGateError {
  const { status, providerCode, retryAfter } = cause;
  const since = new Date(firstSentAt).toISOString();
  const { idempotency_key: key } = ids;
  const again = key === undefined ? "Repeating it" : `Repeating it with the idempotency_key ${key}`;
  const advice = repeat === "harmless" ? `${again} does no harm.` : `Before repeating it, ${repeat.check} and look for what was done since ${since}.`;
  const known = Object.entries(ids).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const write = { operation, sentAt: firstSentAt, repeatable: repeat === "harmless", ids: Object.fromEntries(known) };
  const message = `${api}: whether ${operation} happened is unknown (${cause.message}). ${advice}`;
  return new CreditGateError("outcome_unknown", message, { status, providerCode, retryAfter, write, cause });
}
