/** The script of a page: leaves the report where the driver of the browser finds it. */
import { smoke } from "./smoke.mjs";

globalThis.smoke = smoke({ rules: () => import("creditgate/rules") });
