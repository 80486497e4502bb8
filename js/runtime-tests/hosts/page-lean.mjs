/** The script of a page that does not use creditgate/rules. */
import { smoke } from "./smoke.mjs";

globalThis.smoke = smoke();
