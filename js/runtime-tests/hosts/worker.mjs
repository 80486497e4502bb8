/** A Worker that answers with the report. */
import { smoke } from "./smoke.mjs";

export default {
  async fetch() {
    return Response.json(await smoke({ rules: () => import("creditgate/rules") }));
  },
};
