import { compile } from "#platform";
import { expect, test } from "vitest";

test("a page gets the gate's module from the inlined copy", () => {
  expect(typeof document).toBe("object");
  expect(WebAssembly.Module.exports(compile()).map(({ name }) => name)).toContain("memory");
});
