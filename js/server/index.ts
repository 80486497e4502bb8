/**
 * The server's half of a checkout page: what the page may be given of a customer's wallets, and by whom it was said.
 *
 * Handlers take a Web `Request` and give a `Response`. They never give the billing API's key away, and what they serve is
 * advisory: the page shows, the server reprices before it charges.
 *
 * @module creditgate/server
 */

export { generateSnapshotKey, type SnapshotPrivateKey, type SnapshotPublicKey, type VerifiedSnapshot, verifySnapshot, type VerifyOptions } from "../signed/index.js";
export type { Endpoint, EndpointOptions } from "./endpoint.js";
export { type PortalApi, portalEndpoint, type PortalEndpointOptions } from "./portal.js";
export { previewEndpoint, type PreviewEndpointOptions } from "./preview.js";
export type { CustomerSnapshot, RedactedSnapshot } from "../types.js";
