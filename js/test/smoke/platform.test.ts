import { compile } from "#platform";
import { expect, test } from "vitest";

test("Node gets the gate's module from the inlined copy", () => {
  expect(WebAssembly.Module.exports(compile()).map(({ name }) => name)).toContain("memory");
});
