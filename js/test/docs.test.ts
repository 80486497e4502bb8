/** Every example of the documentation runs, and prints what it says it prints. */
import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.js";
import { HMAC_KEY, hmacRequest, SECRET, svixRequest } from "./webhooks/deliveries.js";

const root = resolve(import.meta.dirname, "../..");

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The `ts` blocks of a file, in Markdown or in doc comments. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(file, "utf8");
  const blocks = [...text.matchAll(/^([ *]*)```ts\n([\s\S]*?)^[ *]*```/gm)];
  return blocks.map(([block, margin = "", code = ""]) => {
    const line = text.slice(0, text.indexOf(block)).split("\n").length;
    const lines = code.split("\n").map((text) => (text.startsWith(margin) ? text.slice(margin.length) : text.replace(/^[ *]+$/, "")));
    return { name: `${relative(root, file)}:${line}`, code: lines.join("\n") };
  });
}

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts")).map((entry) => resolve(entry.parentPath, entry.name));
  return files.filter((file) => !/\/(test|wasm)\//.test(file));
}

const documents = ["README.md", "CONTRIBUTING.md", "pkg-template/README.md"].map((name) => resolve(root, name));
const examples = [...documents, ...sources(resolve(root, "js"))].flatMap(examplesOf);

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { control } = sandbox;
  for (const customer of ["cus_1", "acme"]) control.wallets({ provider: "flexprice", customer, currency: "USD", balance: "25" });
  control.customers({ provider: "lago", external_id: "cus_1", currency: "EUR", tax_rate: "20", subscription: "sub_1" });
  control.wallets({ provider: "lago", customer: "cus_1", currency: "EUR", balance: "25" });
  vi.stubEnv("FLEXPRICE_API_KEY", sandbox.flexprice.apiKey);
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const url = String(input)
      .replace("https://us.api.flexprice.io/v1", sandbox.flexprice.baseUrl)
      .replace(/https:\/\/api(\.eu)?\.getlago\.com\/api\/v1/, sandbox.lago.baseUrl);
    return url.startsWith("http://127.0.0.1") ? fetch(url, init) : Promise.resolve(new Response("upstream"));
  });
});

afterAll(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  await sandbox.close();
});

/** A request of whoever the example hears: a customer's page, or an alert by webhook. */
function requestFor(code: string): Request {
  if (code.includes("previewEndpoint(")) return new Request("https://shop.example/credits", { headers: { cookie: "session=1" } });
  if (!code.includes("{ lagoWebhooks }")) {
    const wallet = { id: "wallet_1", customer_id: "cust_1" };
    const alert = { state: "in_alarm", current_balance: "-9.5" };
    return svixRequest({ at: Date.now(), body: JSON.stringify({ event_type: "wallet.ongoing_balance.dropped", wallet, customer: { external_id: "cus_1" }, alert }) });
  }
  const triggered_alert = { lago_wallet_id: "w1", external_customer_id: "cus_1" };
  return hmacRequest(JSON.stringify({ webhook_type: "alert.triggered", object_type: "triggered_alert", triggered_alert }));
}

/** What an example may take as given. */
async function given(code: string): Promise<Record<string, unknown>> {
  const { CreditGate } = await import("creditgate");
  const { flexprice } = await import("creditgate/flexprice");
  const kept = new Map<string, string>();
  const SNAPSHOTS = {
    get: async (key: string) => kept.get(key) ?? null,
    put: async (key: string, value: string) => void kept.set(key, value),
  };
  const env = {
    FLEXPRICE_API_KEY: sandbox.flexprice.apiKey, LAGO_API_KEY: sandbox.lago.apiKey, SNAPSHOTS,
    FLEXPRICE_WEBHOOK_SECRET: SECRET, LAGO_HMAC_KEY: HMAC_KEY,
  };
  return { env, request: requestFor(code), gate: new CreditGate({ provider: flexprice({ apiKey: sandbox.flexprice.apiKey }) }) };
}

/** Runs an example; what it printed, a line each. */
async function run(code: string): Promise<string[]> {
  const printed: string[] = [];
  const inside = code
    .replace(/^import \{(.+?)\} from (".+?");$/gm, "const {$1} = await import($2);")
    .replace(/^export /gm, "");
  // A handler that an example defines is called with a request, as a runtime would.
  const called = `${inside}\nif (typeof handle === "function") console.log("answered", (await handle(request))?.status);`;
  const { code: script } = await transform(`async function example() {\n{\n${called}\n}\n}`, { loader: "ts" });
  const console = { log: (...values: unknown[]) => printed.push(values.join(" ")) };
  const names = { ...(await given(code)), console };
  const load = new Function(...Object.keys(names), "handle", `${script.replaceAll("import(", "__import(")}\nreturn (load) => { __import = load; return example(); };\nvar __import;`);
  await load(...Object.values(names), undefined)((name: string) => import(name));
  return printed;
}

describe("documentation", () => {
  test("has examples", () => expect(examples.length).toBeGreaterThan(8));

  test.each(examples)("$name runs", async ({ code }) => {
    const printed = await run(code);
    for (const line of printed.filter((text) => text.startsWith("answered"))) expect(line).toMatch(/^answered 2\d\d$/);
    for (const [, expected = ""] of code.matchAll(/console\.log\(.*\);\s*\/\/ (.+)$/gm)) {
      if (expected.includes(":")) continue; // a remark, not an output
      expect(printed).toContain(expected.trim());
    }
  });
});
