/** Signed snapshots that no page may believe. */
import { CompactSign, importJWK, type JWK } from "jose";
import { generateSnapshotKey } from "creditgate/server";

interface Claims {
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly snapshot: { readonly wallets: readonly Record<string, unknown>[] };
}

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export const claimsOf = (token: string): Claims => decode(token.split(".")[1]) as unknown as Claims;

/** Signs other claims as the shop would have. */
export async function signed(token: string, key: JWK, change: Partial<Claims>): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify({ ...claimsOf(token), ...change }));
  const header = decode(token.split(".")[0]) as { alg: string };
  return new CompactSign(payload).setProtectedHeader(header).sign(await importJWK(key, "ES256"));
}

/** What is wrong with each, and the code that the page must say. */
export interface Refusal {
  readonly about: string;
  readonly code: string;
  make(token: string, key: JWK): string | Promise<string>;
}

export const REFUSALS: readonly Refusal[] = [
  {
    about: "with another balance",
    code: "snapshot_invalid",
    make(token) {
      const [header, , signature] = token.split(".");
      const { snapshot, ...claims } = claimsOf(token);
      const wallets = snapshot.wallets.map((wallet) => ({ ...wallet, balance: "1000000" }));
      return [header, encode({ ...claims, snapshot: { ...snapshot, wallets } }), signature].join(".");
    },
  },
  {
    about: "signed by somebody else",
    code: "snapshot_invalid",
    async make(token, { kid }) {
      const { privateKey } = await generateSnapshotKey();
      return signed(token, { ...privateKey, kid } as JWK, {});
    },
  },
  { about: "that says it is not signed", code: "snapshot_invalid", make: (token) => `${encode({ ...decode(token.split(".")[0]), alg: "none" })}.${token.split(".")[1]}.` },
  {
    about: "that has expired",
    code: "snapshot_expired",
    make: (token, key) => signed(token, key, { iat: claimsOf(token).iat - 7200, exp: claimsOf(token).iat - 3600 }),
  },
];
