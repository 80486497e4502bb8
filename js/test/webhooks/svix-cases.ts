/** Flexprice's signatures: the same cases in every runtime. */
import { describe, expect, test } from "vitest";
import vectors from "../../../tests/vectors/flexprice/webhook.svix.json" with { type: "json" };
import { flexpriceWebhooks } from "../../webhooks/index.js";
import { codeOf, NOW, OTHER_SECRET, post, SECRET, type Svix, svixRequest, svixSignature } from "./deliveries.js";

const now = () => NOW;
const MINUTE = 60_000;
const webhooks = flexpriceWebhooks({ secret: SECRET });
const verify = (svix?: Svix) => webhooks.verify(svixRequest(svix), { now });

export function svixCases(): void {
  describe("the vectors", () => {
    const codes: Record<string, string> = {
      "svix-bad-signature": "webhook_signature_invalid", "svix-body-altered": "webhook_signature_invalid",
      "svix-too-old": "webhook_stale", "svix-too-new": "webhook_from_future",
    };
    test.each(vectors.vectors)("$id", async ({ id, input, expected }) => {
      const headers = { "svix-id": input.svix_id, "svix-timestamp": input.svix_timestamp, "svix-signature": input.svix_signature };
      const verified = flexpriceWebhooks({ secret: input.secret }).verify(post(input.body, headers), { now: () => input.now * 1000 });
      if (expected.valid) expect(await verified).toEqual({ deliveryId: input.svix_id, body: input.body, sentAt: Number(input.svix_timestamp) * 1000 });
      else expect(await codeOf(verified)).toBe(codes[id]);
    });
  });

  describe("what is Flexprice's is believed", () => {
    test.each(["svix", "webhook"] as const)("in the spelling %s", async (spelling) => {
      const body = '{"event_type":"wallet.created", "name":"Gebühr 💶"}';
      expect(await verify({ spelling, body })).toEqual({ deliveryId: "msg_1", body, sentAt: NOW });
    });

    test("whichever of several secrets has signed, and whether or not another has as well", async () => {
      const both = flexpriceWebhooks({ secrets: [OTHER_SECRET, SECRET] });
      for (const secrets of [[SECRET], [OTHER_SECRET], [OTHER_SECRET, SECRET]]) {
        expect((await both.verify(svixRequest({ secrets }), { now })).deliveryId).toBe("msg_1");
      }
      expect((await verify({ secrets: [OTHER_SECRET, SECRET] })).deliveryId).toBe("msg_1");
    });

    test("byte for byte, a mark of its order included", async () => {
      expect((await verify({ body: "\uFEFF{}" })).body).toBe("\uFEFF{}");
    });

    test("among signatures of other versions", async () => {
      const own = svixSignature(SECRET, "msg_1", NOW / 1000, "{}");
      expect((await verify({ body: "{}", headers: { "svix-signature": `v1a,abcd v2,xyz ${own}` } })).body).toBe("{}");
    });

    test("up to five minutes off, either way, or what is said instead", async () => {
      for (const at of [NOW - 5 * MINUTE, NOW + 5 * MINUTE]) expect((await verify({ at })).sentAt).toBe(at);
      const patient = flexpriceWebhooks({ secret: SECRET, tolerance: 60 * MINUTE });
      expect((await patient.verify(svixRequest({ at: NOW - 60 * MINUTE }), { now })).sentAt).toBe(NOW - 60 * MINUTE);
    });

    test("with a secret whose prefix was left out", async () => {
      const bare = flexpriceWebhooks({ secret: SECRET.replace("whsec_", "") });
      expect((await bare.verify(svixRequest(), { now })).deliveryId).toBe("msg_1");
    });

    test("by the runtime's own clock, where none is given", async () => {
      expect((await webhooks.verify(svixRequest({ at: Date.now() }))).deliveryId).toBe("msg_1");
      expect(await codeOf(webhooks.verify(svixRequest({ at: Date.now() - 10 * MINUTE })))).toBe("webhook_stale");
    });
  });

  const body = '{"event_type":"wallet.updated","wallet":{"balance":"1.50"}}';
  const refused: Record<string, [Svix, string]> = {
    "not signed at all": [{ headers: { "svix-id": undefined, "svix-timestamp": undefined, "svix-signature": undefined } }, "webhook_signature_missing"],
    "without its id": [{ headers: { "svix-id": undefined } }, "webhook_signature_missing"],
    "without its time": [{ headers: { "svix-timestamp": undefined } }, "webhook_signature_missing"],
    "without a signature": [{ headers: { "svix-signature": "" } }, "webhook_signature_missing"],
    "with a time that is none": [{ headers: { "svix-timestamp": "soon" } }, "webhook_signature_malformed"],
    "with a time and something behind it": [{ headers: { "svix-timestamp": `${NOW / 1000}x` } }, "webhook_signature_malformed"],
    "with a signature of no version": [{ headers: { "svix-signature": "abcd" } }, "webhook_signature_malformed"],
    "with an endless id": [{ id: "m".repeat(257) }, "webhook_signature_malformed"],
    "signed by another version only": [{ headers: { "svix-signature": "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==" } }, "webhook_algorithm_refused"],
    "signed with another secret": [{ secrets: [OTHER_SECRET] }, "webhook_signature_invalid"],
    "of which a byte is missing": [{ body, arrives: body.slice(0, -1) }, "webhook_signature_invalid"],
    "written anew": [{ body, arrives: JSON.stringify(JSON.parse(body.replace(/":/g, '": '))).replace("1.50", "1.5") }, "webhook_signature_invalid"],
    "with spaces that were not signed": [{ body, arrives: JSON.stringify(JSON.parse(body), null, 1) }, "webhook_signature_invalid"],
    "under another id": [{ headers: { "svix-id": "msg_2" } }, "webhook_signature_invalid"],
    "under another time": [{ headers: { "svix-timestamp": String(NOW / 1000 + 1) } }, "webhook_signature_invalid"],
    "with half a signature": [{ headers: { "svix-signature": svixSignature(SECRET, "msg_1", NOW / 1000, body).slice(0, 20) }, body }, "webhook_signature_invalid"],
    "signed too long ago": [{ at: NOW - 5 * MINUTE - 1000 }, "webhook_stale"],
    "signed in time to come": [{ at: NOW + 5 * MINUTE + 1000 }, "webhook_from_future"],
    "that is no text": [{ body: "", arrives: new Uint8Array([0xff, 0xfe]) }, "webhook_signature_invalid"],
  };
  describe("what is refused", () => {
    test.each(Object.entries(refused))("%s", async (_, [svix, code]) => {
      expect(await codeOf(verify(svix))).toBe(code);
    });

    test("a secret of another key length, or a body of bytes that was signed as text it is not", async () => {
      const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
      const text = new TextDecoder().decode(bytes); // {�}
      expect(await codeOf(verify({ body: text, arrives: bytes }))).toBe("webhook_signature_invalid");
    });
  });

  test("a request whose runtime shows no stream of its body, as Firefox", async () => {
    const withoutStream = (request: Request) => Object.defineProperty(request, "body", { value: undefined });
    const hooks = flexpriceWebhooks({ secret: SECRET, maxBytes: 100 });
    expect(await hooks.verify(withoutStream(svixRequest()), { now: () => NOW })).toMatchObject({ deliveryId: "msg_1" });
    expect(await codeOf(hooks.verify(withoutStream(svixRequest({ body: `{"event_type":"${"x".repeat(200)}"}` })), { now: () => NOW }))).toBe("webhook_too_large");
  });

  describe("a body that is too large", () => {
    const small = flexpriceWebhooks({ secret: SECRET, maxBytes: 100 });
    const long = `{"event_type":"${"x".repeat(200)}"}`;

    /** Gives bytes for ever; how many times it was asked, and whether it was told to stop. */
    const endless = () => {
      const seen = { pulls: 0, isCancelled: false };
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        seen.pulls += 1;
        controller.enqueue(new Uint8Array(60));
      };
      return { seen, stream: new ReadableStream({ pull, cancel: () => void (seen.isCancelled = true) }, { highWaterMark: 0 }) };
    };

    test("is refused by what it says of its length, unread", async () => {
      const { seen, stream } = endless();
      const request = svixRequest({ body: long, arrives: stream, headers: { "content-length": "217" } });
      expect(await codeOf(small.verify(request, { now }))).toBe("webhook_too_large");
      expect(seen.pulls).toBe(0);
    });

    test("is read no further than it may go, and let go of", async () => {
      const { seen, stream } = endless();
      expect(await codeOf(small.verify(svixRequest({ body: long, arrives: stream }), { now }))).toBe("webhook_too_large");
      expect(seen).toEqual({ pulls: 2, isCancelled: true });
    });

    test("starts at a byte more than the limit, 1 MiB unless said otherwise", async () => {
      const fits = "x".repeat(100);
      expect((await small.verify(svixRequest({ body: fits }), { now })).body).toBe(fits);
      expect(await codeOf(small.verify(svixRequest({ body: `${fits}x` }), { now }))).toBe("webhook_too_large");
      const most = "x".repeat(1_048_576);
      expect((await verify({ body: most })).body).toHaveLength(1_048_576);
      expect(await codeOf(verify({ body: `${most}x` }))).toBe("webhook_too_large");
    });
  });

  describe("a server that signs nothing", () => {
    const open = flexpriceWebhooks({ allowUnsigned: true });

    test("is believed where that was allowed, without an id to tell repeats by", async () => {
      expect(await open.verify(post("{}", { "svix-id": "msg_1" }))).toEqual({ body: "{}" });
      expect(await codeOf(open.verify(post(new Uint8Array([0xff]))))).toBe("webhook_invalid");
      expect(await codeOf(flexpriceWebhooks({ allowUnsigned: true, maxBytes: 1 }).verify(post("{}")))).toBe("webhook_too_large");
    });

    test("is not, where a secret is known", async () => {
      expect(await codeOf(webhooks.verify(post("{}")))).toBe("webhook_signature_missing");
    });
  });

  test("a body that somebody has read is a mistake in the program", async () => {
    const request = svixRequest();
    await request.text();
    expect(await codeOf(webhooks.verify(request, { now }))).toBe("invalid_input");
  });

  test("a body that breaks off is no event", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    expect(await codeOf(verify({ arrives: broken }))).toBe("webhook_invalid");
  });
}
