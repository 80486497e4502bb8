/** Runs the smoke and prints its report: the host of every runtime that has a console. */
import { smoke } from "./smoke.mjs";

const report = async () => console.log(`smoke ${JSON.stringify(await smoke({ rules: () => import("creditgate/rules") }))}`);

report();
