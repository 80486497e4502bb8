/** `npm run check`: what can be told without running the code. All of it runs, whatever fails first. */
import { main } from "./lib/failure.mjs";
import { say } from "./lib/progress.mjs";
import { CHECKS } from "./lib/checks.mjs";

main(async () => {
  let failed = 0;
  for (const { name, run } of CHECKS) {
    const problem = await run();
    process.stdout.write(problem === undefined ? `${name}: ok\n` : `${name}: FAILED\n${problem}\n`);
    if (problem !== undefined) failed += 1;
  }
  if (failed > 0) say(`${failed} of ${CHECKS.length} checks failed`);
  return failed > 0 ? 1 : 0;
});
