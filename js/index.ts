/**
 * Can this customer's prepaid wallets cover this usage? Answered at the edge, exactly and without a network call.
 *
 * @module creditgate
 */

export { CreditGateError, type ErrorCode, isCreditGateError } from "./errors.js";
export { Account, type AccountUsage } from "./gate/account.js";
export { CreditGate } from "./gate/gate.js";
export { type Capture, Hold } from "./gate/hold.js";
export type { HandleOptions } from "./gate/webhooks.js";
export type { Watch, WatchOptions, WatchUpdate } from "./gate/watch.js";
export { Meter, type MeterOptions } from "./gate/meter.js";
export { localLedger } from "./ledger/local.js";
export { memoryStore, type MemoryStoreOptions } from "./store/memory.js";
export type * from "./types.js";
