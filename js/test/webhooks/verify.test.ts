import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { flexpriceWebhooks, lagoWebhooks } from "../../webhooks/index.js";
import { isCreditGateError } from "../../errors.js";
import { HMAC_KEY, NOW, post, SECRET } from "./deliveries.js";
import { lagoCases } from "./lago-cases.js";
import { svixCases } from "./svix-cases.js";

describe("Flexprice", svixCases);
describe("Lago", lagoCases);

test("what the reference library of Standard Webhooks signs is believed", async () => {
  const body = readFileSync(new URL("payloads/flexprice/wallet_created.json", import.meta.url), "utf8");
  const signature = new Webhook(SECRET).sign("msg_9", new Date(NOW), body);
  const headers = { "webhook-id": "msg_9", "webhook-timestamp": String(NOW / 1000), "webhook-signature": signature };
  expect(await flexpriceWebhooks({ secret: SECRET }).verify(post(body, headers), { now: () => NOW })).toMatchObject({ deliveryId: "msg_9", body });
});

describe("options", () => {
  const thrown = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (isCreditGateError(error)) return error;
      throw error;
    }
    return expect.fail("nothing was thrown");
  };
  const secret = SECRET;
  const pem = "-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----";
  const privatePem = "-----BEGIN PRIVATE KEY-----\nMIIsecret=\n-----END PRIVATE KEY-----";
  const flexpriceCases: [string, unknown][] = [
    ["flexpriceWebhooks", undefined], ["flexpriceWebhooks.secret", {}], ["flexpriceWebhooks.secret", { secret: "" }],
    ["flexpriceWebhooks.secret", { secret: "whsec_" }], ["flexpriceWebhooks.secret", { secret: "whsec_?!" }], ["flexpriceWebhooks.secret", { secret: 7 }],
    ["flexpriceWebhooks.secret", { secret, secrets: [secret] }], ["flexpriceWebhooks.secret", { secret, allowUnsigned: true }],
    ["flexpriceWebhooks.secret", { allowUnsigned: false }], ["flexpriceWebhooks.allowUnsigned", { secret, allowUnsigned: "no" }],
    ["flexpriceWebhooks.secrets", { secrets: [] }], ["flexpriceWebhooks.secrets", { secrets: secret }], ["flexpriceWebhooks.secrets[1]", { secrets: [secret, "?"] }],
    ["flexpriceWebhooks.tolerance", { secret, tolerance: -1 }], ["flexpriceWebhooks.maxBytes", { secret, maxBytes: 0 }],
    ["flexpriceWebhooks.maxBytes", { secret, maxBytes: 1.5 }], ["flexpriceWebhooks.secert", { secert: secret }],
  ];
  test.each(flexpriceCases)("%s: %j", (path, options) => {
    expect(thrown(() => flexpriceWebhooks(options as never))).toMatchObject({ code: "invalid_option", path });
  });

  const hmacKey = HMAC_KEY;
  const lagoCases: [string, unknown][] = [
    ["lagoWebhooks", null], ["lagoWebhooks.hmacKey", {}], ["lagoWebhooks.hmacKey", { hmacKey: "" }], ["lagoWebhooks.hmacKey", { hmacKey: 7 }],
    ["lagoWebhooks.hmacKey", { hmacKey, publicKey: pem }], ["lagoWebhooks.hmacKey", { hmacKey, apiKey: "key" }],
    ["lagoWebhooks.issuer", { hmacKey, issuer: "https://api.getlago.com" }], ["lagoWebhooks.issuer", { publicKey: pem, issuer: "" }],
    ["lagoWebhooks.publicKey", { publicKey: "" }], ["lagoWebhooks.publicKey", { publicKey: privatePem }], ["lagoWebhooks.publicKey", { publicKey: btoa(privatePem) }],
    ["lagoWebhooks.publicKey", { publicKey: 7 }], ["lagoWebhooks.apiKey", { apiKey: "two words" }], ["lagoWebhooks.region", { apiKey: "key", region: "mars" }],
    ["lagoWebhooks.baseUrl", { apiKey: "key", baseUrl: "ftp://x" }], ["lagoWebhooks.baseUrl", { publicKey: pem, baseUrl: "https://x" }],
    ["lagoWebhooks.region", { hmacKey, region: "eu" }], ["lagoWebhooks.keyFor", { apiKey: "key", keyFor: Number.NaN }],
    ["lagoWebhooks.keyFor", { publicKey: pem, keyFor: 1 }], ["lagoWebhooks.maxBytes", { hmacKey, maxBytes: -1 }], ["lagoWebhooks.secret", { secret }],
  ];
  test.each(lagoCases)("%s: %j", (path, options) => {
    const error = thrown(() => lagoWebhooks(options as never));
    expect(error).toMatchObject({ code: "invalid_option", path });
    expect(error.message).not.toMatch(/secret=|two words/);
  });
});
