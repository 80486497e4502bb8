/** Signed snapshots for pages. */

import { checkNames } from "../input.js";
import { privateKeyOption, signSnapshot, type SnapshotPrivateKey } from "../signed/index.js";
import type { CustomerSnapshot, WaitUntil } from "../types.js";
import { type Endpoint, endpoint, ENDPOINT_OPTIONS, type EndpointOptions } from "./endpoint.js";
import { durationOption, functionOption } from "./options.js";

/** Options of {@link previewEndpoint}. */
export interface PreviewEndpointOptions extends EndpointOptions {
  /** A `CreditGate`, or whatever gives a customer's redacted snapshot. */
  readonly gate: {
    snapshot(customer: string, call?: { readonly waitUntil?: WaitUntil | undefined }): Promise<CustomerSnapshot>;
  };
  /** The private key of `generateSnapshotKey`: snapshots are signed with it. */
  readonly key: SnapshotPrivateKey;
  /**
   * How long a page may believe a snapshot from when it is signed, ms, from 1,000 to 86,400,000; its figures were up to the
   * gate's `usableFor` old then. A page that watches asks again every 5 minutes, or before it expires: mind `rateLimit`.
   * @defaultValue 600,000
   */
  readonly validFor?: number | undefined;
}

/**
 * Serves a page its customer's wallets: GET answers `{ "snapshot", "expiresAt", "advisory": true }`, a signed snapshot
 * (`verifySnapshot`) with nothing but what the rules read, for this customer, for the pages of this origin, for a short
 * while. The page then previews by itself as its cart changes.
 *
 * It is advisory: a page may be shown anything by who owns the browser. Before you charge, reprice with `gate.preview`, or
 * let the billing API do it.
 *
 * Refusals are problem+json with a `code`: 401 `not_authenticated`, 403 `snapshot_wrong_origin`, 405, 429 `throttled` (with
 * `Retry-After`; `RateLimit` is on every answer to a customer), 503 with the code of what failed. Nothing may be cached.
 *
 * @throws CreditGateError `invalid_option` at the option's path, as in `previewEndpoint.key.kid`.
 *
 * @example
 * ```ts
 * import { CreditGate } from "creditgate";
 * import { flexprice } from "creditgate/flexprice";
 * import { generateSnapshotKey, previewEndpoint } from "creditgate/server";
 *
 * const { privateKey } = await generateSnapshotKey(); // once: yours comes from a secret
 * const endpoint = previewEndpoint({
 *   gate: new CreditGate({ provider: flexprice({ apiKey: env.FLEXPRICE_API_KEY }) }),
 *   key: privateKey,
 *   origins: ["https://shop.example"],
 *   authenticate: (request) => (request.headers.get("cookie") === "session=1" ? "cus_1" : undefined), // your own session
 * });
 * const asked = new Request("https://shop.example/credits", { headers: { origin: "https://shop.example", cookie: "session=1" } });
 * const answer = await endpoint(asked);
 * console.log(answer.status, (await answer.json()).advisory, (await endpoint(new Request("https://shop.example/credits"))).status); // 200 true 401
 * ```
 */
export function previewEndpoint(options: PreviewEndpointOptions): Endpoint {
  checkNames("previewEndpoint", options, ["gate", "key", "validFor", ...ENDPOINT_OPTIONS]);
  const { gate } = options;
  functionOption("previewEndpoint.gate", gate?.snapshot);
  const key = privateKeyOption("previewEndpoint.key", options.key);
  const validFor = durationOption("previewEndpoint.validFor", options.validFor, 600_000, [1_000, 86_400_000]);
  return endpoint("previewEndpoint", options, {
    async GET({ customer, origin, now, call }) {
      const snapshot = await gate.snapshot(customer, call);
      const { token, expiresAt } = await signSnapshot(key, snapshot, { customer, origin, now: now(), validFor });
      return { snapshot: token, expiresAt, advisory: true };
    },
  });
}
