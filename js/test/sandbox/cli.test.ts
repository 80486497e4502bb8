import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../sandbox/cli.js";
import { providerApi, listAt } from "./harness.js";

const printed = { out: "", err: "" };

beforeEach(() => {
  printed.out = "";
  printed.err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    printed.out += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    printed.err += String(chunk);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

interface Started {
  readonly lago: { readonly baseUrl: string; readonly apiKey: string };
  readonly flexprice: { readonly baseUrl: string; readonly apiKey: string };
  readonly control: { readonly baseUrl: string };
}

describe("creditgate sandbox", () => {
  it("prints one line of JSON, serves the example customers, and ends on SIGTERM", async () => {
    const running = main(["--json"]);
    await vi.waitUntil(() => printed.out.includes("\n"));
    const started = JSON.parse(printed.out) as Started;
    expect(Object.keys(started)).toEqual(["lago", "flexprice", "control"]);
    expect(Object.keys(started.control)).toEqual(["baseUrl"]);
    expect(started.lago.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lago\/api\/v1$/);
    const flexprice = await providerApi("flexprice", started.flexprice).get("/customers/wallets?lookup_key=acme&include_real_time_balance=true");
    expect(flexprice.list).toMatchObject([{ balance: "25", real_time_balance: "25" }]);
    const lago = await providerApi("lago", started.lago).get("/wallets?external_customer_id=acme");
    expect(listAt(lago.body, "wallets")).toHaveLength(2);
    process.emit("SIGTERM");
    expect(await running).toBe(0);
    await expect(fetch(`${started.control.baseUrl}/requests`)).rejects.toThrow(TypeError);
  });

  it("prints curl lines for people, and ends on SIGINT", async () => {
    const running = main([]);
    await vi.waitUntil(() => printed.out !== "");
    expect(printed.out.match(/curl/g)).toHaveLength(3);
    process.emit("SIGINT");
    expect(await running).toBe(0);
  });

  it.each([
    [["--prot", "1"], "Unknown option '--prot'"],
    [["--port", "http"], '--port takes a number from 0 to 65535, not "http"'],
    [["--port", "65536"], "65536"],
    [["--port"], "argument missing"],
    [["now"], "Unexpected argument 'now'"],
  ])("refuses %j in one sentence", async (argv, sentence) => {
    expect(await main(argv)).toBe(2);
    expect(printed.err).toContain(sentence);
    expect(printed.err.split("\n")).toHaveLength(2);
    expect(printed.out).toBe("");
  });

  it("says when its port is taken", async () => {
    const running = main(["--json"]);
    await vi.waitUntil(() => printed.out.includes("\n"));
    const { port } = new URL((JSON.parse(printed.out) as Started).control.baseUrl);
    expect(await main(["--port", port])).toBe(1);
    expect(printed.err).toContain(`cannot listen on port ${port}`);
    process.emit("SIGINT");
    expect(await running).toBe(0);
  });
});
