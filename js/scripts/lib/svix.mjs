/** Replays `webhook.svix` through the package's own verifier. */
import { importSource } from "./source.mjs";

const INPUT = ["secret", "svix_id", "svix_timestamp", "svix_signature", "body", "now"];
const REASONS = { webhook_stale: "timestamp too old", webhook_from_future: "timestamp too new" };

/** What answers a vector's input, as an engine would. */
export async function svixReplayer() {
  const { flexpriceWebhooks } = await import("creditgate/webhooks");
  const { decodeSecret, sign } = await importSource("webhooks/flexprice/svix");
  return async (input) => {
    const unknown = Object.keys(input).find((key) => !INPUT.includes(key));
    if (unknown !== undefined) return { error: { code: "invalid_input", message: `${unknown} is not known` } };
    const { secret, svix_id: id, svix_timestamp: timestamp, svix_signature, body, now } = input;
    const headers = { "svix-id": id, "svix-timestamp": timestamp, "svix-signature": svix_signature };
    const request = new Request("https://example.com/", { method: "POST", headers, body });
    const signature = await sign(decodeSecret(secret), { id, timestamp }, new TextEncoder().encode(body));
    try {
      await flexpriceWebhooks({ secret }).verify(request, { now: () => now * 1000 });
      return { answer: { valid: true, signature } };
    } catch (error) {
      // What is no refusal is a failure of this replay.
      if (!error.code?.startsWith("webhook_")) return { error };
      return { answer: { valid: false, signature, reason: REASONS[error.code] } };
    }
  };
}
