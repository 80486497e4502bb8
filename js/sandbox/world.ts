/**
 * Everything that a sandbox knows, in one place, so that a reset is a new start.
 *
 * @module creditgate/sandbox
 */
import { Clock } from "./clock.js";
import { Faults } from "./faults.js";
import { FlexpriceState } from "./flexprice/state.js";
import { catchUp } from "./lago/ongoing.js";
import { LagoState } from "./lago/state.js";
import { RequestLog } from "./requests.js";

/** How slow the providers are, all in milliseconds. */
export interface Delays {
  readonly lagoRefreshInterval: number;
  readonly lagoGrantDelay: number;
  readonly flexpriceEventLag: number;
}

export class World {
  readonly clock: Clock;
  readonly delays: Delays;
  flexprice: FlexpriceState;
  lago: LagoState;
  faults: Faults;
  requests: RequestLog;

  constructor(clock: Clock, delays: Delays) {
    this.clock = clock;
    this.delays = delays;
    this.flexprice = new FlexpriceState();
    this.lago = new LagoState(clock.now());
    this.faults = new Faults();
    this.requests = new RequestLog();
  }

  /** Forgets everything. The clock goes back to the host's time, or to `now`. */
  reset(now?: number): void {
    this.clock.restart(now);
    this.flexprice = new FlexpriceState();
    this.lago = new LagoState(this.clock.now());
    this.faults = new Faults();
    this.requests = new RequestLog();
  }

  /** The time, with everything done that was due by now. Called before state is read or changed. */
  catchUp(): number {
    const now = this.clock.now();
    catchUp(this.lago, this.delays.lagoRefreshInterval, now);
    return now;
  }
}
