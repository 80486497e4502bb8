#!/usr/bin/env node
/** `npx creditgate sandbox`: the local billing APIs. */

const [command, ...args] = process.argv.slice(2);
if (command === "sandbox") {
  const { main } = await import("./sandbox/cli.js");
  process.exitCode = await main(args);
} else {
  console.error("usage: creditgate sandbox [--json] [--port N]");
  process.exitCode = 2;
}
