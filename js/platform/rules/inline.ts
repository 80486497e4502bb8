/** Every runtime that compiles WebAssembly from bytes. */

import encoded from "../../wasm/rules_bg.inline.js";
import { decode } from "../decode.js";

export function compile(): WebAssembly.Module {
  return new WebAssembly.Module(decode(encoded));
}
