/** Snapshots that the server signs and a page verifies. */

export { generateSnapshotKey } from "./generate.js";
export { privateKeyOption, type SnapshotPrivateKey, type SnapshotPublicKey } from "./keys.js";
export { signSnapshot } from "./sign.js";
export { verifySnapshot, type VerifiedSnapshot, type VerifyOptions } from "./verify.js";
