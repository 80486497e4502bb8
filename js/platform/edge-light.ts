/** Vercel's edge runtime. */

import module from "../wasm/gate_bg.wasm?module";
import type { Requests } from "./requests.js";

export function compile(): WebAssembly.Module {
  return module;
}

export const requests: Requests = { isolated: true };
