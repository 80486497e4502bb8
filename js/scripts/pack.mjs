/** `npm run pack`: the tarball of pkg/, into target/. The last line on stdout is its path. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./lib/exec.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { pkg, systemPath, target } from "./lib/paths.mjs";
import { say } from "./lib/progress.mjs";

main(async () => {
  mkdirSync(target, { recursive: true });
  const log = join(target, "logs", "pack.log");
  const env = { ...process.env, PATH: systemPath() };
  const { code, stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", target, pkg], { env, log });
  if (code !== 0) throw new Failure("npm could not pack pkg/; read the log, then run: npm run pack", { log });
  const answer = JSON.parse(stdout);
  // npm 11 answers a list; later ones key it by name.
  const { filename, size, entryCount } = Object.values(answer)[0];
  say(`${entryCount} files, ${size.toLocaleString("en")} bytes`);
  process.stdout.write(`${join(target, filename)}\n`);
});
