import { expect, test } from "vitest";
import { smoke } from "./smoke.mjs";

test("the report of the smoke", async () => {
  const report = await smoke({ rules: () => import("creditgate/rules") });
  expect(report.engine.outcome).toBe("short");
  console.log(`smoke ${JSON.stringify(report)}`);
});
