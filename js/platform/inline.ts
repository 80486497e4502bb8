/** Every runtime that compiles WebAssembly from bytes: Node, Bun, Deno, browsers. */

import encoded from "../wasm/gate_bg.inline.js";
import { decode } from "./decode.js";

export { requests } from "./requests.js";

export function compile(): WebAssembly.Module {
  return new WebAssembly.Module(decode(encoded));
}
