/** Snapshots that the shop's own server signs. */

import { CreditGateError } from "../errors.js";
import { checkNames, invalidOption } from "../input.js";
import { type SnapshotPublicKey, verifySnapshot } from "../signed/index.js";
import { askingOptions, urlOption } from "./options.js";
import { request } from "./request.js";
import type { SnapshotSource } from "./types.js";

/** Options of {@link signedSnapshots}. */
export interface SignedSnapshotsOptions {
  /** Where `previewEndpoint` of `creditgate/server` is served. */
  readonly endpoint: string | URL;
  /** Whose wallets the page shows: your own id of the customer. */
  readonly customer: string;
  /** The server's public key, or several while one is replaced. */
  readonly publicKey: SnapshotPublicKey | readonly SnapshotPublicKey[];
  /** Of the page. @defaultValue `location.origin` */
  readonly origin?: string | undefined;
  /**
   * @defaultValue the global `fetch`, which sends cookies to the page's own origin only; for another one
   * `(url, init) => fetch(url, { ...init, credentials: "include" })`
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since the epoch: by this clock a snapshot expires. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: readonly string[] = ["endpoint", "customer", "publicKey", "origin", "fetch", "now"] satisfies readonly (keyof SignedSnapshotsOptions)[];

/**
 * A customer's wallets from your own server, signed for this customer and the pages of this origin. The billing API's key
 * stays there. Every snapshot is verified before it is shown.
 *
 * Its `fetch` rejects with a CreditGateError: `snapshot_invalid`, `snapshot_expired`, `snapshot_wrong_customer`,
 * `snapshot_wrong_origin`; what the endpoint refused with; `provider_unavailable` when there is no answer.
 *
 * @example
 * ```ts
 * import { CheckoutPreview, signedSnapshots } from "creditgate/browser";
 * import { generateSnapshotKey, previewEndpoint } from "creditgate/server";
 *
 * // On the server:
 * const { privateKey, publicKey } = await generateSnapshotKey();
 * const origin = "https://shop.example";
 * const endpoint = previewEndpoint({ gate, key: privateKey, origins: [origin], authenticate: () => "cus_1" });
 *
 * // In the page, which leaves out `origin` and `fetch`:
 * const ask = (url: string, init: RequestInit) => endpoint(new Request(url, { ...init, headers: { origin } }));
 * const source = signedSnapshots({ endpoint: "https://shop.example/credits", customer: "cus_1", publicKey, origin, fetch: ask });
 * const checkout = new CheckoutPreview({ source });
 * await checkout.load();
 * console.log(checkout.preview({ currency: "USD", lines: [{ id: "tokens", amount: "40" }] }).total); // 15
 * checkout.close();
 * ```
 *
 * @throws CreditGateError `invalid_option` at the option's name.
 */
export function signedSnapshots(options: SignedSnapshotsOptions): SnapshotSource {
  checkNames("signedSnapshots", options, OPTIONS);
  const endpoint = urlOption("signedSnapshots.endpoint", options.endpoint);
  const { customer, publicKey, origin = globalThis.location?.origin } = options;
  if (typeof customer !== "string" || customer === "") throw invalidOption("signedSnapshots.customer", "must be text");
  if (typeof origin !== "string" || origin === "") throw invalidOption("signedSnapshots.origin", "is required where there is no `location`");
  if (typeof publicKey !== "object" || publicKey === null) throw invalidOption("signedSnapshots.publicKey", "must be the public key of `generateSnapshotKey`");
  const { fetch, now } = askingOptions("signedSnapshots", options);
  return {
    async fetch(signal) {
      const { body } = await request("the preview endpoint", endpoint, { headers: { accept: "application/json" } }, { fetch, now, signal });
      const { snapshot: token } = body as { readonly snapshot?: unknown };
      if (typeof token !== "string") throw new CreditGateError("invalid_response", "the preview endpoint's answer has no `snapshot`");
      const { snapshot, expiresAt } = await verifySnapshot(token, { publicKey, customer, origin, now: now() });
      return { ...snapshot, expiresAt };
    },
  };
}
