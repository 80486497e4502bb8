import { expect, test } from "vitest";
import { defineCreditPreview } from "../../browser/element/index.js";

test("on a server, defining it does nothing", () => {
  expect(globalThis.customElements).toBeUndefined();
  expect(() => defineCreditPreview()).not.toThrow();
});
