/**
 * Everything that a sandbox knows, in one place, so that a reset is a new start.
 *
 * @module creditgate/sandbox
 */
import { Alarm } from "./alarm.js";
import { type Clock, earliest } from "./clock.js";
import { Faults } from "./faults.js";
import { evaluateDue, nextEvaluation } from "./flexprice/evaluation.js";
import { FlexpriceState } from "./flexprice/state.js";
import { catchUp, nextTick } from "./lago/clock.js";
import { LagoState } from "./lago/state.js";
import { RequestLog } from "./requests.js";
import type { SigningKeys } from "./webhooks/signing.js";
import { Webhooks } from "./webhooks/webhooks.js";

/** How slow the providers are, all in milliseconds. */
export interface Delays {
  readonly lagoRefreshInterval: number;
  readonly lagoGrantDelay: number;
  readonly flexpriceEventLag: number;
  readonly flexpriceEvaluationDelay: number;
}

export class World {
  readonly clock: Clock;
  readonly delays: Delays;
  flexprice: FlexpriceState;
  lago: LagoState;
  faults: Faults;
  requests: RequestLog;
  webhooks: Webhooks;
  readonly #keys: SigningKeys;
  readonly #closing: AbortSignal;
  readonly #alarm: Alarm;

  constructor(clock: Clock, delays: Delays, keys: SigningKeys, closing: AbortSignal) {
    this.clock = clock;
    this.delays = delays;
    this.#keys = keys;
    this.#closing = closing;
    this.webhooks = this.#newWebhooks();
    this.flexprice = this.#newFlexprice();
    this.lago = this.#newLago();
    this.faults = new Faults();
    this.requests = new RequestLog();
    this.#alarm = new Alarm(clock, closing, () => {
      this.catchUp();
      this.conclude();
    });
  }

  /** Forgets everything but the signing keys. The clock goes back to the host's time, or to `now`. */
  reset(now?: number): void {
    this.clock.restart(now);
    this.webhooks = this.#newWebhooks();
    this.flexprice = this.#newFlexprice();
    this.lago = this.#newLago();
    this.faults = new Faults();
    this.requests = new RequestLog();
  }

  /** The time, with everything done that was due by now. Called before state is read or changed. */
  catchUp(): number {
    const now = this.clock.now();
    catchUp(this.lago, this.delays.lagoRefreshInterval, now);
    evaluateDue(this.flexprice, this.delays.flexpriceEvaluationDelay, now);
    return now;
  }

  /** Called when a request or a verb is done: sends the webhooks it caused, and sees to it that later ones go out in time. */
  conclude(): void {
    this.webhooks.flush();
    if (!this.webhooks.hasEndpoint()) return;
    const { lagoRefreshInterval } = this.delays;
    this.#alarm.set(earliest([this.webhooks.nextDue(), nextEvaluation(this.flexprice), nextTick(this.lago, lagoRefreshInterval)]));
  }

  #newWebhooks(): Webhooks {
    return new Webhooks(this.clock, this.#keys, this.#closing, () => {
      this.conclude();
    });
  }

  #newFlexprice(): FlexpriceState {
    return new FlexpriceState((emission) => {
      this.webhooks.emit("flexprice", emission);
    });
  }

  #newLago(): LagoState {
    return new LagoState(this.clock.now(), (emission) => {
      this.webhooks.emit("lago", emission);
    });
  }
}
