/** A Worker that does not use creditgate/rules. */
import { smoke } from "./smoke.mjs";

export default {
  async fetch() {
    return Response.json(await smoke());
  },
};
