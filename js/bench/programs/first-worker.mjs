/** A Worker that answers its first check: `?check` makes the gate, without it nothing is done. */
import { UNITS, USAGE, customerId, gateOf } from "../customers.mjs";

let gate;

export default {
  async fetch(request) {
    if (new URL(request.url).search === "") return new Response("nothing");
    gate ??= gateOf("flexprice", 3);
    const { allowed } = await gate.check({ customer: customerId(1), ...USAGE.flexprice, units: UNITS.covered });
    return new Response(String(allowed));
  },
};
