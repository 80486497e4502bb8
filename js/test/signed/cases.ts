/** What every runtime must make of signed snapshots. */
import { CompactSign, UnsecuredJWT } from "jose";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateSnapshotKey } from "../../signed/index.js";
import { claims, codeOf, CUSTOMER, forged, header, KEY, NOW, ORIGIN, PUBLIC_KEY, signed, SNAPSHOT, VALID_FOR, verify } from "./snapshot.js";

const base64url = (value: unknown) => btoa(JSON.stringify(value)).replace(/=/g, "").replace(/\+/g, "-").replace(/\//g, "_");
const SECOND = 1000;

export function signedCases(): void {
  test("what was signed is what is verified, and nothing more", async () => {
    const told = { ...SNAPSHOT, customer: "cus_2", secret: "key" };
    const { token, expiresAt } = await signed({ snapshot: told });
    const issuedAt = NOW - (NOW % SECOND);
    expect(expiresAt).toBe(issuedAt + VALID_FOR);
    expect(await verify(token)).toEqual({ customer: CUSTOMER, origin: ORIGIN, issuedAt, expiresAt, snapshot: SNAPSHOT });
    const [first = "", payload = ""] = token.split(".");
    expect(JSON.parse(atob(first))).toEqual({ alg: "ES256", typ: "creditgate-snapshot+jwt", kid: "key-1" });
    expect(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))).not.toContain("secret");
    const { grants, ...without } = SNAPSHOT;
    expect((await verify((await signed({ snapshot: without })).token)).snapshot).toEqual(without);
  });

  test("a token with any one character changed, added or left out is refused", async () => {
    const { token } = await signed();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n";
    const place = fc.nat(token.length - 1);
    const changed = fc.tuple(place, fc.constantFrom(...alphabet), fc.constantFrom("change", "insert", "remove")).map(([at, char, how]) =>
      token.slice(0, at) + (how === "remove" ? "" : char) + token.slice(how === "insert" ? at : at + 1),
    );
    await fc.assert(
      fc.asyncProperty(changed, async (other) => {
        fc.pre(other !== token);
        expect(await codeOf(verify(other))).toBe("snapshot_invalid");
      }),
      { numRuns: 300 },
    );
  });

  test("every last character of the signature but its own is refused: four of its bits say nothing", async () => {
    const { token } = await signed();
    for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
      const other = token.slice(0, -1) + char;
      if (other !== token) expect(await codeOf(verify(other)), char).toBe("snapshot_invalid");
    }
  });

  test("a bit flipped in the header, the payload or the signature is refused", async () => {
    const { token } = await signed();
    const parts = token.split(".");
    const bytes = parts.map((part) => Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0)));
    const flips = fc.nat(2).chain((part) => fc.tuple(fc.constant(part), fc.nat((bytes[part]?.length ?? 1) - 1), fc.nat(7)));
    await fc.assert(
      fc.asyncProperty(flips, async ([part, at, bit]) => {
        const flipped = Uint8Array.from(bytes[part] ?? []);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const text = btoa(String.fromCharCode(...flipped)).replace(/=/g, "").replace(/\+/g, "-").replace(/\//g, "_");
        expect(await codeOf(verify(parts.map((own, index) => (index === part ? text : own)).join(".")))).toBe("snapshot_invalid");
      }),
      { numRuns: 300 },
    );
  });

  test("another algorithm is refused, whatever it is signed with", async () => {
    const none = new UnsecuredJWT(claims()).encode();
    const payload = base64url(claims({ snapshot: { ...SNAPSHOT, wallets: [] } }));
    const aSignature = (await signed()).token.split(".")[2];
    // The public key as an HMAC's secret: what verifiers took that let the token choose.
    const secret = new TextEncoder().encode(JSON.stringify(PUBLIC_KEY));
    const hmac = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims()))).setProtectedHeader(header({ alg: "HS256" })).sign(secret);
    const tokens = [
      none, `${none}${aSignature}`, hmac,
      `${base64url(header({ alg: "none" }))}.${payload}.`, `${base64url(header({ alg: "none" }))}.${payload}.${aSignature}`,
      `${base64url(header({ alg: "HS256" }))}.${payload}.${aSignature}`, `${base64url({ kid: KEY.kid })}.${payload}.${aSignature}`,
    ];
    for (const token of tokens) expect(await codeOf(verify(token)), token.slice(0, 60)).toBe("snapshot_invalid");
  });

  test("another key is refused, though it has the same id; an id that is not known is, too", async () => {
    const other = await generateSnapshotKey();
    const { token } = await signed({ key: { ...other.privateKey, kid: KEY.kid } });
    expect(await codeOf(verify(token))).toBe("snapshot_invalid");
    expect(await codeOf(verify((await signed()).token, { publicKey: other.publicKey }))).toBe("snapshot_invalid");
    expect(await codeOf(verify(await forged(claims(), { kid: undefined })))).toBe("snapshot_invalid");
    expect(await codeOf(verify((await signed()).token, { publicKey: [] }))).toBe("snapshot_invalid");
  });

  test("while a key is replaced, both are believed", async () => {
    const next = await generateSnapshotKey();
    const publicKey = [PUBLIC_KEY, next.publicKey];
    for (const key of [KEY, next.privateKey]) expect((await verify((await signed({ key })).token, { publicKey })).customer).toBe(CUSTOMER);
  });

  test("it is believed until it expires, and from five minutes before it was signed", async () => {
    const { token, expiresAt } = await signed();
    const issuedAt = NOW - (NOW % SECOND);
    for (const now of [issuedAt - 300_000, NOW, expiresAt - 1]) expect((await verify(token, { now })).expiresAt).toBe(expiresAt);
    expect(await codeOf(verify(token, { now: expiresAt }))).toBe("snapshot_expired");
    expect(await codeOf(verify(token, { now: issuedAt - 300_001 }))).toBe("snapshot_invalid");
  });

  test("another customer's is refused, and one of another origin's pages", async () => {
    const { token } = await signed();
    expect(await codeOf(verify(token, { customer: "cus_2" }))).toBe("snapshot_wrong_customer");
    for (const origin of ["https://evil.example", "http://shop.example", "https://shop.example:8443", "https://shop.example/", "null"]) {
      expect(await codeOf(verify(token, { origin })), origin).toBe("snapshot_wrong_origin");
    }
  });

  test("another type of token that the key has signed is refused", async () => {
    for (const typ of ["JWT", "at+jwt", undefined, 7]) expect(await codeOf(verify(await forged(claims(), { typ })))).toBe("snapshot_invalid");
  });

  const wrong: [string, unknown][] = [
    ["a list", []], ["null", null], ["text", "x"], ["no JSON", new Uint8Array([0x7b])], ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["no sub", claims({ sub: undefined })], ["an empty sub", claims({ sub: "" })], ["a number for sub", claims({ sub: 1 })], ["several audiences", claims({ aud: [ORIGIN] })],
    ["no iat", claims({ iat: undefined })], ["text for exp", claims({ exp: "9999999999" })], ["a fraction for exp", claims({ exp: 1e9 + 0.5 })], ["no exp", claims({ exp: null })],
    ["no snapshot", claims({ snapshot: undefined })], ["a list for snapshot", claims({ snapshot: [] })],
    ...Object.entries({ profile: "stripe", wallets: {}, grants: [], fetchedAt: "now", asOf: null, freshness: "fresh" }).map(
      ([field, value]): [string, unknown] => [`a wrong ${field}`, claims({ snapshot: { ...SNAPSHOT, [field]: value } })],
    ),
    ["grants that are no lists", claims({ snapshot: { ...SNAPSHOT, grants: { w: {} } } })],
  ];
  test.each(wrong)("signed by the right key, and refused: %s", async (_, payload) => {
    expect(await codeOf(verify(await forged(payload)))).toBe("snapshot_invalid");
  });

  test("what is too long is refused unread, and not signed", async () => {
    const { token } = await signed();
    expect(await codeOf(verify(`${token.slice(0, 20)}${"A".repeat(1_048_576)}${token.slice(20)}`))).toBe("snapshot_invalid");
    const wallets = [{ id: "w", name: "x".repeat(800_000) }];
    expect(await codeOf(signed({ snapshot: { ...SNAPSHOT, wallets } }))).toBe("snapshot_invalid");
    const many = await signed({ snapshot: { ...SNAPSHOT, wallets: [{ id: "w", name: "x".repeat(700_000) }] } });
    expect((await verify(many.token)).customer).toBe(CUSTOMER);
  });

  test("no token at all is refused", async () => {
    for (const token of ["", "..", "a.b.c", undefined, null, 7, {}]) expect(await codeOf(verify(token as string))).toBe("snapshot_invalid");
  });
}
