/** `npm run build`: the wasm files, the engine without wasm, then the package into pkg/. What has not changed is not built again. */
import { checkPackage } from "./check-package.mjs";
import { main } from "./lib/failure.mjs";
import { exclusively } from "./lib/lock.mjs";
import { buildNoWasm } from "./lib/no-wasm.mjs";
import { buildPackage } from "./lib/package.mjs";
import { buildWasm } from "./lib/wasm.mjs";

main(() =>
  exclusively("build", async () => {
    await buildWasm();
    await buildNoWasm();
    await buildPackage(checkPackage);
  }),
);
