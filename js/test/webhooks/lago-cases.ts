/** Lago's signatures: the same cases in every runtime. */
import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { FetchedKey } from "../../webhooks/lago/key.js";
import { lagoWebhooks, type LagoWebhooksOptions, type WebhookContext } from "../../webhooks/index.js";
import { codeOf, errorOf, HMAC_KEY, hmacRequest, keyPair, type KeyPair, NOW, post, tokenRequest, unsigned } from "./deliveries.js";
import keyAnswer from "./payloads/lago/json_public_key.json" with { type: "json" };
import signatures from "./payloads/lago/signatures.json" with { type: "json" };

const { raw_body: body, hmac, jwt } = signatures;
const base64Pem = keyAnswer.webhook.public_key;
const id = hmac.headers["X-Lago-Unique-Key"];

const byHmac = lagoWebhooks({ hmacKey: HMAC_KEY });
const byToken = (options: Partial<LagoWebhooksOptions> = {}) => lagoWebhooks({ publicKey: jwt.public_key_pem, ...options });

/** What Lago's API answers for its key, one after the other; the last one stays. */
function keyServer(...answers: readonly (string | Response | Error)[]) {
  const asked: { readonly url: string; readonly authorization: string | null }[] = [];
  let now = NOW;
  const context: WebhookContext = {
    now: () => now,
    sleep: async (ms) => void (now += ms),
    fetch: async (input, init) => {
      asked.push({ url: String(input), authorization: new Headers(init?.headers).get("authorization") });
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? new Error("no answer");
      if (answer instanceof Error) throw answer;
      return typeof answer === "string" ? Response.json({ webhook: { public_key: btoa(answer) } }) : answer.clone();
    },
  };
  return { asked, context, advance: (ms: number) => (now += ms) };
}

export function lagoCases(): void {
  let ours: KeyPair;
  let other: KeyPair;
  let tokens: Record<string, string>;

  beforeAll(async () => {
    [ours, other] = [await keyPair(), await keyPair()];
    const claims = { data: body, iss: "https://api.getlago.com" };
    const rs256 = { alg: "RS256" };
    const good = await ours.sign(rs256, claims);
    const hs256 = unsigned({ alg: "HS256" }, claims);
    const pem = ours.pem;
    tokens = {
      good,
      none: `${unsigned({ alg: "none" }, claims)}.`,
      "none, and the signature of another": `${unsigned({ alg: "none" }, claims)}.${good.split(".")[2]}`,
      "HS256 with the public key": `${hs256}.${createHmac("sha256", pem).update(hs256).digest("base64url")}`,
      RS512: await ours.sign({ alg: "RS512" }, claims),
      foreign: await other.sign(rs256, claims),
      "cut off": good.slice(0, -8),
      "payload cut off": good.replace(/\.(.+)\./, (_, payload: string) => `.${payload.slice(0, -10)}.`),
      "two parts": good.split(".").slice(0, 2).join("."),
      garbage: "not a token",
      critical: await ours.sign({ alg: "RS256", crit: ["exp"], exp: 1 }, claims),
      "another body": await ours.sign(rs256, { ...claims, data: body.replace("12000", "99000") }),
      "the body as an object": await ours.sign(rs256, { ...claims, data: JSON.parse(body) as object }),
      "no body": await ours.sign(rs256, { iss: claims.iss }),
      "no claims": await ours.sign(rs256, [1]),
      "another Lago": await ours.sign(rs256, { ...claims, iss: "https://lago.example.com" }),
      "no issuer": await ours.sign(rs256, { data: body }),
    };
  });

  describe("by HMAC", () => {
    test("what Lago signed is believed, escapes and all", async () => {
      expect(await byHmac.verify(post(body, hmac.headers))).toEqual({ deliveryId: id, body });
    });

    test("the algorithm's name may be missing, and so may the delivery's", async () => {
      const headers = { "x-lago-signature-algorithm": undefined, "x-lago-unique-key": undefined };
      expect(await byHmac.verify(hmacRequest(body, headers))).toEqual({ deliveryId: undefined, body });
    });

    const refused: Record<string, [() => Request, string]> = {
      "not signed": [() => post(body), "webhook_signature_missing"],
      "signed with another key": [() => hmacRequest(body, {}, "another"), "webhook_signature_invalid"],
      "of which a byte is missing": [() => hmacRequest(body, {}, HMAC_KEY, body.slice(1)), "webhook_signature_invalid"],
      "written anew": [() => hmacRequest(body, {}, HMAC_KEY, JSON.stringify(JSON.parse(body))), "webhook_signature_invalid"],
      "with a signature cut off": [() => hmacRequest(body, { "x-lago-signature": hmac.headers["X-Lago-Signature"].slice(0, -1) }), "webhook_signature_invalid"],
      "signed by JWT": [() => post(body, jwt.headers), "webhook_algorithm_refused"],
      "a token that says it is an HMAC": [() => post(body, { ...jwt.headers, "X-Lago-Signature-Algorithm": "hmac" }), "webhook_signature_invalid"],
      "with an endless id": [() => hmacRequest(body, { "x-lago-unique-key": "k".repeat(257) }), "webhook_signature_malformed"],
    };
    test.each(Object.entries(refused))("refused: %s", async (_, [request, code]) => {
      expect(await codeOf(byHmac.verify(request()))).toBe(code);
    });

    test("refused: oversized, by its length or by what comes", async () => {
      const small = lagoWebhooks({ hmacKey: HMAC_KEY, maxBytes: body.length - 1 });
      expect(await codeOf(small.verify(post(body, hmac.headers)))).toBe("webhook_too_large");
      expect(await codeOf(small.verify(post(new Blob([body]).stream(), hmac.headers)))).toBe("webhook_too_large");
    });
  });

  describe("by JWT", () => {
    test.each([["a PEM", jwt.public_key_pem], ["a PEM in base64", base64Pem], ["the same with line breaks", base64Pem.replaceAll(/.{60}/g, "$&\n")]])(
      "what Lago signed is believed by %s",
      async (_, publicKey) => {
        expect(await byToken({ publicKey }).verify(post(body, jwt.headers))).toEqual({ deliveryId: id, body });
      },
    );

    test("the issuer counts where it is said", async () => {
      expect(await byToken({ issuer: "https://api.getlago.com" }).verify(post(body, jwt.headers))).toMatchObject({ body });
      expect(await codeOf(byToken({ issuer: "https://lago.example.com" }).verify(post(body, jwt.headers)))).toBe("webhook_issuer_refused");
      const known = lagoWebhooks({ publicKey: ours.pem });
      expect(await known.verify(tokenRequest(body, tokens["another Lago"] ?? ""))).toMatchObject({ body });
      const strict = lagoWebhooks({ publicKey: ours.pem, issuer: "https://api.getlago.com" });
      expect(await strict.verify(tokenRequest(body, tokens["good"] ?? ""))).toMatchObject({ body });
      for (const name of ["another Lago", "no issuer"]) {
        expect(await codeOf(strict.verify(tokenRequest(body, tokens[name] ?? ""))), name).toBe("webhook_issuer_refused");
      }
    });

    test.each([
      ["none", "webhook_algorithm_refused"],
      ["none, and the signature of another", "webhook_algorithm_refused"],
      ["HS256 with the public key", "webhook_algorithm_refused"],
      ["RS512", "webhook_algorithm_refused"],
      ["foreign", "webhook_signature_invalid"],
      ["cut off", "webhook_signature_invalid"],
      ["payload cut off", "webhook_signature_invalid"],
      ["another body", "webhook_signature_invalid"],
      ["the body as an object", "webhook_signature_invalid"],
      ["no body", "webhook_signature_invalid"],
      ["no claims", "webhook_signature_invalid"],
      ["two parts", "webhook_signature_malformed"],
      ["garbage", "webhook_signature_malformed"],
      ["critical", "webhook_signature_malformed"],
    ])("refused: %s", async (name, code) => {
      expect(await codeOf(lagoWebhooks({ publicKey: ours.pem }).verify(tokenRequest(body, tokens[name] ?? "")))).toBe(code);
    });

    test("refused: a body that is not what the token holds", async () => {
      const request = post(`${body} `, jwt.headers);
      expect(await codeOf(byToken().verify(request))).toBe("webhook_signature_invalid");
    });

    test("refused: signed by HMAC, with whatever key, or claiming to be", async () => {
      expect(await codeOf(byToken().verify(post(body, hmac.headers)))).toBe("webhook_algorithm_refused");
      expect(await codeOf(byToken().verify(hmacRequest(body, {}, jwt.public_key_pem)))).toBe("webhook_algorithm_refused");
      expect(await codeOf(byToken().verify(hmacRequest(body, { "x-lago-signature-algorithm": "jwt" }, jwt.public_key_pem)))).toBe("webhook_signature_malformed");
    });

    test("a key that is none for RS256 cannot be used", async () => {
      const { publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const spki = Buffer.from((await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer).toString("base64");
      const webhooks = lagoWebhooks({ publicKey: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----` });
      expect(await codeOf(webhooks.verify(post(body, jwt.headers)))).toBe("webhook_key_unavailable");
    });
  });

  describe("by JWT, with a key that the API gives", () => {
    const fetching = (options: Partial<LagoWebhooksOptions> = {}) => lagoWebhooks({ apiKey: "key", ...options });
    const verify = (webhooks: ReturnType<typeof lagoWebhooks>, context: WebhookContext, name = "good") => webhooks.verify(tokenRequest(body, tokens[name] ?? ""), context);

    test("it is fetched once, with the API key, and kept for its time", async () => {
      const webhooks = fetching({ region: "eu", keyFor: 3_600_000 });
      const { asked, context, advance } = keyServer(ours.pem);
      for (let i = 0; i < 3; i++) expect(await verify(webhooks, context)).toMatchObject({ body });
      expect(asked).toEqual([{ url: "https://api.eu.getlago.com/api/v1/webhooks/json_public_key", authorization: "Bearer key" }]);
      advance(3_600_000);
      await verify(webhooks, context);
      expect(asked).toHaveLength(2);
    });

    test("the answer as Lago gives it, from a server of one's own", async () => {
      const { asked, context } = keyServer(Response.json(keyAnswer));
      expect(await fetching({ baseUrl: "https://lago.example.com/api/v1" }).verify(post(body, jwt.headers), context)).toMatchObject({ body });
      expect(asked[0]?.url).toBe("https://lago.example.com/api/v1/webhooks/json_public_key");
    });

    test("a key that was replaced is fetched when its signatures no longer fit, but not for every forgery", async () => {
      const webhooks = fetching();
      const { asked, context, advance } = keyServer(other.pem, ours.pem);
      expect(await codeOf(verify(webhooks, context))).toBe("webhook_signature_invalid");
      expect(asked).toHaveLength(1);
      advance(60_000);
      expect(await verify(webhooks, context)).toMatchObject({ body });
      expect(asked).toHaveLength(2);
      for (let i = 0; i < 5; i++) expect(await codeOf(verify(webhooks, context, "foreign"))).toBe("webhook_signature_invalid");
      expect(asked).toHaveLength(2);
      advance(60_000);
      for (let i = 0; i < 5; i++) expect(await codeOf(verify(webhooks, context, "foreign"))).toBe("webhook_signature_invalid");
      expect(asked).toHaveLength(3);
    });

    test("while the API fails, forgeries stay forgeries and what fits the key stays good", async () => {
      const webhooks = fetching();
      const { context, advance } = keyServer(ours.pem, new Error("down"));
      await verify(webhooks, context);
      advance(60_000);
      expect(await codeOf(verify(webhooks, context, "foreign"))).toBe("webhook_signature_invalid");
      expect(await verify(webhooks, context)).toMatchObject({ body });
    });

    test("an old key serves on while the API fails", async () => {
      const webhooks = fetching({ keyFor: 3_600_000 });
      const { asked, context, advance } = keyServer(ours.pem, new Error("down"));
      await verify(webhooks, context);
      advance(3_600_000);
      for (let i = 0; i < 3; i++) expect(await verify(webhooks, context)).toMatchObject({ body });
      expect(asked).toHaveLength(3); // one attempt and its repetition, then a pause
    });

    test("a delivery that began with the old key is tried with the one that another has fetched meanwhile", async () => {
      const { asked, context, advance } = keyServer(other.pem, ours.pem);
      const authorization = (value: string) => ({ authorization: value });
      const key = new FetchedKey({ name: "Lago", base: "https://lago.test", apiKey: "key", authorization, retries: 0 }, 3_600_000);
      const began = await key.current(context);
      advance(60_000);
      const renewed = await key.renewed(began, context);
      expect(renewed).not.toBe(began);
      expect(await key.renewed(began, context)).toBe(renewed);
      expect(await key.current(context)).toBe(renewed);
      expect(await key.renewed(await key.current(context), context)).toBeUndefined();
      expect(asked).toHaveLength(2);
    });

    test("an apiKey that never comes is given up", async () => {
      const deadline = new AbortController();
      const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(deadline.signal);
      try {
        const hanging = () => {
          queueMicrotask(() => deadline.abort(new Error("too late")));
          return new Promise<string>(() => {});
        };
        expect(await codeOf(verify(fetching({ apiKey: hanging }), keyServer(ours.pem).context))).toBe("webhook_key_unavailable");
      } finally {
        timeout.mockRestore();
      }
    });

    test.each<[string, string | Response | Error]>([
      ["is not reached", new Error("down")],
      ["refuses the API key", new Response("{}", { status: 401 })],
      ["fails", new Response("", { status: 500 })],
      ["answers something else", Response.json({ webhook: {} })],
      ["answers no key", "hello"],
      ["answers a private key", "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----"],
      ["answers a key that is none", "-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----"],
    ])("no key when the API %s; it is left alone for a while, and tried again", async (_, answer) => {
      const webhooks = fetching();
      const { asked, context, advance } = keyServer(answer);
      const error = await errorOf(verify(webhooks, context));
      expect(error.code).toBe("webhook_key_unavailable");
      expect(`${error.message} ${String(error.cause)}`).not.toContain("Bearer");
      const calls = asked.length;
      expect(await codeOf(verify(webhooks, context))).toBe("webhook_key_unavailable");
      expect(asked).toHaveLength(calls);
      advance(5_000);
      const healed = keyServer(ours.pem);
      expect(await verify(webhooks, { ...healed.context, now: () => NOW + 60_000 })).toMatchObject({ body });
    });

    test("deliveries at once may fetch it each, and are all verified", async () => {
      const { context } = keyServer(ours.pem);
      const webhooks = fetching();
      expect(await Promise.all([1, 2, 3].map(() => verify(webhooks, context)))).toHaveLength(3);
    });
  });
}
