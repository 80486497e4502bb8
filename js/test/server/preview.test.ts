import { describe, expect, test } from "vitest";
import { previewEndpoint } from "../../server/index.js";
import { KEY, PUBLIC_KEY } from "../signed/snapshot.js";
import { serverCases } from "./cases.js";

describe("previewEndpoint", serverCases);

const good = { gate: { snapshot: () => expect.fail() }, key: KEY, origins: ["https://shop.example"], authenticate: () => undefined };
const wrong: [string, unknown][] = [
  ["previewEndpoint", undefined], ["previewEndpoint.gate", { ...good, gate: {} }], ["previewEndpoint.key.d", { ...good, key: PUBLIC_KEY }], ["previewEndpoint.key", { ...good, key: JSON.stringify(KEY) }],
  ["previewEndpoint.authenticate", { ...good, authenticate: undefined }], ["previewEndpoint.origin", { ...good, origin: "*" }], ["previewEndpoint.now", { ...good, now: 7 }], ["previewEndpoint.onError", { ...good, onError: "log" }],
  ["previewEndpoint.origins", { ...good, origins: [] }], ["previewEndpoint.origins", { ...good, origins: "https://shop.example" }],
  ...["*", "null", "https://*.shop.example/", "shop.example", "https://shop.example/", "https://Shop.example", "https://shop.example:443", "file:///", "https://", 7].map((origin): [string, unknown] => ["previewEndpoint.origins[1]", { ...good, origins: ["https://a.example", origin] }]),
  ["previewEndpoint.validFor", { ...good, validFor: 999 }], ["previewEndpoint.validFor", { ...good, validFor: 86_400_001 }], ["previewEndpoint.validFor", { ...good, validFor: "600000" }],
  ["previewEndpoint.rateLimit.perSecond", { ...good, rateLimit: { perSecond: 0 } }], ["previewEndpoint.rateLimit.burst", { ...good, rateLimit: { burst: 0.5 } }], ["previewEndpoint.rateLimit.perMinute", { ...good, rateLimit: { perMinute: 1 } }], ["previewEndpoint.rateLimit", { ...good, rateLimit: null }],
];
test.each(wrong)("%s is refused", (path, options) => {
  expect(() => previewEndpoint(options as never)).toThrowError(expect.objectContaining({ code: "invalid_option", path }));
  expect(() => previewEndpoint(options as never)).not.toThrowError(KEY.d);
});
