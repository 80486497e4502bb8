/** Flexprice's webhooks, from its cloud (signed by Svix) or a server of one's own (not signed). */

import type { Webhooks } from "../../types.js";
import { checkKeys, durationOption } from "../../providers/options.js";
import { readBody, textOf } from "../body.js";
import type { Bytes } from "../bytes.js";
import { invalidOption, maxBytesOption } from "../options.js";
import { parse } from "./events.js";
import { checkSignatures, checkTime, decodeSecret, readHeaders } from "./svix.js";

/** Options of {@link flexpriceWebhooks}: exactly one of `secret`, `secrets` and `allowUnsigned`. */
export interface FlexpriceWebhooksOptions {
  /** The endpoint's signing secret as the Svix portal shows it: `whsec_…`. */
  readonly secret?: string | undefined;
  /** Several of them, any of which may have signed: while one takes the place of another. */
  readonly secrets?: readonly string[] | undefined;
  /**
   * Believes whatever arrives, for a server of one's own that signs nothing. Anybody who finds the address can then
   * have customers refetched, and tell your listener tales: keep it on a private network.
   *
   * @defaultValue false
   */
  readonly allowUnsigned?: boolean | undefined;
  /** How far the time of signing may be from now, ms, either way. @defaultValue 300_000 */
  readonly tolerance?: number | undefined;
  /** The longest body. Full events of before 2026-08 were larger at times. @defaultValue 1_048_576 */
  readonly maxBytes?: number | undefined;
}

const KEYS: readonly (keyof FlexpriceWebhooksOptions)[] = ["secret", "secrets", "allowUnsigned", "tolerance", "maxBytes"];

/**
 * Flexprice's webhooks, for the gate's option `webhooks` or on their own.
 *
 * Throws `invalid_option` with the option's path, as in `flexpriceWebhooks.secret`.
 *
 * @example
 * ```ts
 * import { flexpriceWebhooks } from "creditgate/webhooks";
 *
 * const webhooks = flexpriceWebhooks({ secret: env.FLEXPRICE_WEBHOOK_SECRET });
 *
 * const { body } = await webhooks.verify(request); // throws what is not Flexprice's
 * const event = webhooks.parse(body);
 * if (event.kind === "alert") console.log(event.alert.direction, event.alert.value, event.alert.unit); // dropped -9.5 credits
 * ```
 */
export function flexpriceWebhooks(options: FlexpriceWebhooksOptions): Webhooks {
  checkKeys("flexpriceWebhooks", options, KEYS);
  const secrets = secretsOption(options);
  const tolerance = durationOption("flexpriceWebhooks.tolerance", options.tolerance, 300_000);
  const maxBytes = maxBytesOption("flexpriceWebhooks.maxBytes", options.maxBytes);
  return {
    profile: "flexprice",
    async verify(request, { now = () => Date.now() } = {}) {
      if (secrets === "unsigned") return { body: textOf(await readBody(request, maxBytes)) };
      const headers = readHeaders(request.headers);
      const sentAt = checkTime(headers, now(), tolerance);
      const body = await readBody(request, maxBytes);
      await checkSignatures(secrets, headers, body);
      return { deliveryId: headers.id, body: textOf(body), sentAt };
    },
    parse,
  };
}

function secretsOption({ secret, secrets, allowUnsigned }: FlexpriceWebhooksOptions): readonly Bytes[] | "unsigned" {
  const path = "flexpriceWebhooks.secret";
  if (allowUnsigned !== undefined && typeof allowUnsigned !== "boolean") {
    throw invalidOption("flexpriceWebhooks.allowUnsigned", "must be true or false");
  }
  const given = [secret, secrets, allowUnsigned || undefined].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalidOption(path, "is required: exactly one of `secret`, `secrets` and `allowUnsigned: true`");
  if (allowUnsigned === true) return "unsigned";
  if (secrets === undefined) return [secretOption(path, secret)];
  if (!Array.isArray(secrets) || secrets.length === 0) throw invalidOption(`${path}s`, "must be a list of one or more");
  return secrets.map((one, index) => secretOption(`${path}s[${index}]`, one));
}

function secretOption(path: string, value: unknown): Bytes {
  const secret = typeof value === "string" ? decodeSecret(value) : undefined;
  if (secret === undefined) throw invalidOption(path, "must be a secret as Svix shows it: whsec_ and base64");
  return secret;
}
