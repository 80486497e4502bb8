import { afterEach, describe, expect, test, vi } from "vitest";
import { isCreditGateError } from "../../errors.js";
import { generateSnapshotKey, privateKeyOption } from "../../signed/index.js";
import { signedCases } from "./cases.js";
import { codeOf, CUSTOMER, KEY, NOW, ORIGIN, PUBLIC_KEY, signed, verify } from "./snapshot.js";

describe("signed snapshots", signedCases);

afterEach(() => vi.unstubAllGlobals());

test("what jose threw is the cause, and no more", async () => {
  const { token } = await signed();
  const error = await verify(token.replace(/\.[^.]+\./, ".e30.")).catch((thrown: unknown) => thrown);
  if (!isCreditGateError(error)) return expect.fail("it was believed");
  expect(error.message).not.toContain("JWS");
  expect(error.cause).toMatchObject({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("a new pair signs and verifies; the public key holds no secret", async () => {
  const { privateKey, publicKey } = await generateSnapshotKey();
  expect(Object.keys(publicKey).sort()).toEqual(["crv", "kid", "kty", "x", "y"]);
  expect(publicKey.kid).toMatch(/^[\w-]{43}$/);
  expect((await verify((await signed({ key: privateKey })).token, { publicKey })).customer).toBe(CUSTOMER);
  expect((await generateSnapshotKey()).publicKey.kid).not.toBe(publicKey.kid);
});

test.each([
  ["publicKey", undefined], ["publicKey.kty", {}], ["publicKey.kty", { ...PUBLIC_KEY, kty: "oct" }], ["publicKey.crv", { ...PUBLIC_KEY, crv: "P-384" }],
  ["publicKey.x", { ...PUBLIC_KEY, x: 7 }], ["publicKey.kid", { ...PUBLIC_KEY, kid: "" }], ["publicKey.alg", { ...PUBLIC_KEY, alg: "HS256" }],
  ["publicKey.d", KEY], ["publicKey[1].y", [PUBLIC_KEY, { ...PUBLIC_KEY, y: undefined }]], ["publicKey", { ...PUBLIC_KEY, y: PUBLIC_KEY.x }],
])("a public key that does not serve: %s", async (path, publicKey) => {
  const error = await verify((await signed()).token, { publicKey: publicKey as never }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "invalid_option", path });
  expect(String(error)).not.toContain(KEY.d);
});

test.each([["key", "secret"], ["key.d", PUBLIC_KEY], ["key.kid", { ...KEY, kid: undefined }], ["key.crv", { ...KEY, crv: "P-521" }]])("a private key that does not serve: %s", (path, key) => {
  expect(() => privateKeyOption("key", key)).toThrowError(expect.objectContaining({ code: "invalid_option", path }));
});

test.each([["customer", ""], ["customer", 7], ["origin", undefined], ["now", Number.NaN], ["now", new Date(NOW)]])("%s: %j is bad input", async (name, value) => {
  expect(await verify("", { [name]: value } as never).catch((thrown: unknown) => thrown)).toMatchObject({ code: "invalid_input", path: `options.${name}` });
});

test("an option that is not known is bad input", async () => {
  expect(await codeOf(verify("", { audience: ORIGIN } as never))).toBe("invalid_input");
});

test("a page without WebCrypto hears why", async () => {
  const { token } = await signed();
  vi.stubGlobal("crypto", {});
  await expect(verify(token)).rejects.toMatchObject({ code: "invalid_option", message: expect.stringContaining("https") });
});
