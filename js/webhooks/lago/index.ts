/** Lago's webhooks. */

import { BASES } from "../../providers/lago/regions.js";
import { apiKeyOption, baseOption, checkKeys, durationOption, textOption } from "../../providers/options.js";
import { CreditGateError } from "../../errors.js";
import type { Webhooks } from "../../types.js";
import { readBody, textOf } from "../body.js";
import { type Bytes, encodeUtf8 } from "../bytes.js";
import { checkId, required } from "../headers.js";
import { invalidOption, maxBytesOption } from "../options.js";
import { parse } from "./events.js";
import { FetchedKey, GivenKey, pemOf, type PublicKey } from "./key.js";
import { checkHmac, checkToken, SIGNATURE } from "./signature.js";

/** Options of {@link lagoWebhooks}: exactly one of `hmacKey`, `publicKey` and `apiKey`. Durations are milliseconds. */
export interface LagoWebhooksOptions {
  /** The organization's HMAC key, for endpoints whose signature algorithm is HMAC. */
  readonly hmacKey?: string | undefined;
  /**
   * The server's public key, for endpoints that sign by JWT: a PEM, or one in base64 as the API gives it. A token holds
   * the whole body again, in a header: Node refuses more than 16 KiB of headers unless told otherwise.
   */
  readonly publicKey?: string | undefined;
  /** An API key with which the public key is fetched at the first delivery, and kept for `keyFor`. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /** With `apiKey`: which hosted API. @defaultValue `"us"` */
  readonly region?: "us" | "eu" | undefined;
  /** With `apiKey`: a self-hosted API, ending in `/api/v1`. Excludes `region`. */
  readonly baseUrl?: string | undefined;
  /** With `apiKey`: how long a key is used before it is fetched again. @defaultValue 86_400_000 */
  readonly keyFor?: number | undefined;
  /** For JWT: the `iss` that every token must have, Lago's own `LAGO_API_URL`. @defaultValue any */
  readonly issuer?: string | undefined;
  /** The longest body. @defaultValue 1_048_576 */
  readonly maxBytes?: number | undefined;
}

const KEYS: readonly (keyof LagoWebhooksOptions)[] = ["hmacKey", "publicKey", "apiKey", "region", "baseUrl", "keyFor", "issuer", "maxBytes"];

/** What is agreed with Lago, whatever a delivery says of itself. */
type Agreed =
  | { readonly algorithm: "hmac"; readonly key: Bytes }
  | { readonly algorithm: "jwt"; readonly key: PublicKey; readonly issuer: string | undefined };

/**
 * Lago's webhooks, for the gate's option `webhooks` or on their own.
 *
 * Lago signs no time and not the delivery's id: who has seen a delivery can send it again under another id. It is a
 * hint all the same, and costs a look-up; a listener that does more with it should expect repeats.
 *
 * Throws `invalid_option` with the option's path, as in `lagoWebhooks.publicKey`.
 *
 * @example
 * ```ts
 * import { lagoWebhooks } from "creditgate/webhooks";
 *
 * const webhooks = lagoWebhooks({ hmacKey: env.LAGO_HMAC_KEY }); // JWT: publicKey, or apiKey to have it fetched
 *
 * const { body } = await webhooks.verify(request); // throws what is not Lago's
 * const event = webhooks.parse(body);
 * if (event.kind === "alert") console.log(event.alert.direction, event.customer); // crossed cus_1
 * ```
 */
export function lagoWebhooks(options: LagoWebhooksOptions): Webhooks {
  checkKeys("lagoWebhooks", options, KEYS);
  const agreed = agreedOption(options);
  const maxBytes = maxBytesOption("lagoWebhooks.maxBytes", options.maxBytes);
  return {
    profile: "lago",
    async verify(request, context = {}) {
      const { headers } = request;
      const signature = required(headers, SIGNATURE);
      const algorithm = headers.get("x-lago-signature-algorithm") ?? agreed.algorithm;
      if (algorithm !== agreed.algorithm) {
        throw new CreditGateError("webhook_algorithm_refused", `it is signed by another algorithm than ${agreed.algorithm}`);
      }
      const deliveryId = checkId(headers.get("x-lago-unique-key") ?? "", "x-lago-unique-key") || undefined;
      const bytes = await readBody(request, maxBytes);
      if (agreed.algorithm === "hmac") await checkHmac(agreed.key, signature, bytes);
      const body = textOf(bytes);
      if (agreed.algorithm === "jwt") await checkToken(agreed.key, signature, body, agreed.issuer, context);
      return { deliveryId, body };
    },
    parse,
  };
}

function agreedOption(options: LagoWebhooksOptions): Agreed {
  const { hmacKey, publicKey, apiKey, issuer } = options;
  const given = [hmacKey, publicKey, apiKey].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalidOption("lagoWebhooks.hmacKey", "is required: exactly one of `hmacKey`, `publicKey` and `apiKey`");
  only("apiKey", apiKey, options, ["region", "baseUrl", "keyFor"]);
  if (hmacKey !== undefined) {
    if (issuer !== undefined) throw invalidOption("lagoWebhooks.issuer", "belongs to JWT: an HMAC has no issuer");
    return { algorithm: "hmac", key: encodeUtf8(textOption("lagoWebhooks.hmacKey", hmacKey) ?? "") };
  }
  return { algorithm: "jwt", key: keyOption(options), issuer: textOption("lagoWebhooks.issuer", issuer) };
}

function keyOption(options: LagoWebhooksOptions): PublicKey {
  const { publicKey, apiKey = "" } = options;
  if (publicKey !== undefined) {
    const pem = typeof publicKey === "string" ? pemOf(publicKey) : undefined;
    if (pem === undefined) throw invalidOption("lagoWebhooks.publicKey", "must be a public key as PEM, or that in base64");
    return new GivenKey(pem);
  }
  const api = {
    name: "Lago",
    base: baseOption("lagoWebhooks", options, BASES, "us"),
    apiKey: apiKeyOption("lagoWebhooks.apiKey", apiKey),
    authorization: (key: string) => ({ authorization: `Bearer ${key}` }),
    retries: 1,
  };
  return new FetchedKey(api, durationOption("lagoWebhooks.keyFor", options.keyFor, 86_400_000));
}

/** Options that mean nothing without another are a mistake. */
function only(name: string, value: unknown, options: LagoWebhooksOptions, dependents: readonly (keyof LagoWebhooksOptions)[]): void {
  const stray = value === undefined ? dependents.find((dependent) => options[dependent] !== undefined) : undefined;
  if (stray !== undefined) throw invalidOption(`lagoWebhooks.${stray}`, `belongs to \`${name}\``);
}
