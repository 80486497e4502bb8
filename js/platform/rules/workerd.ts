/** The module as the platform compiled it. */

import module from "../../wasm/rules_bg.wasm";

export function compile(): WebAssembly.Module {
  return module;
}
