/** Cloudflare Workers: the module is compiled by the platform, and requests do not share promises. */

import * as workers from "cloudflare:workers";
import module from "../wasm/gate_bg.wasm";
import type { Requests } from "./requests.js";

export function compile(): WebAssembly.Module {
  return module;
}

// Older compatibility dates have no `waitUntil` there: a namespace import reads as absent instead of failing to link.
const { waitUntil } = workers as { waitUntil?: (promise: Promise<unknown>) => void };

export const requests: Requests = waitUntil === undefined ? { isolated: true } : { isolated: true, waitUntil };
