/** Starts the gate's engine, synchronously, when it is first needed. */

import { compile } from "#platform";
import { glue } from "../wasm/gate_bg.js";
import { instantiate } from "./instantiate.js";

let started = false;

/** The engine's exports, started. */
export function engine(): typeof glue {
  if (!started) {
    instantiate(compile, glue, "gate_bg.js");
    started = true;
  }
  return glue;
}
