import { compile } from "#platform";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

test("workerd gets the gate's module as an import, since it compiles none", () => {
  expect(WebAssembly.Module.exports(compile()).map(({ name }) => name)).toContain("memory");
  expect(() => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).toThrow();
});

test("the test Worker has a namespace for snapshots", async () => {
  await env.SNAPSHOTS.put("cus_1", "{}");
  expect(await env.SNAPSHOTS.get("cus_1")).toBe("{}");
});
