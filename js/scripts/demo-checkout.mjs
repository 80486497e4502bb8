/**
 * The checkout page on the local billing APIs, until it is interrupted: `npm run demo:checkout [-- --json] [--port N]`.
 * Prints its address; with `--json` the only line is `{"url": ...}`.
 */
import { parseArgs } from "node:util";
import { startCheckout } from "./demo/checkout.mjs";
import { Failure, main } from "./lib/failure.mjs";

main(async (args) => {
  const { json, port } = parse(args);
  const ended = new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  const checkout = await startCheckout({ port }).catch((error) => {
    throw error.code === "EADDRINUSE" ? new Failure(`Port ${port} is taken: choose another with --port.`) : error;
  });
  if (json) console.log(JSON.stringify({ url: checkout.url }));
  else {
    console.log(`The checkout page: ${checkout.url}

  ${checkout.url}/?csp=strict   under script-src 'self', without WebAssembly
  ${checkout.url}/?dir=rtl      right to left
  ${checkout.url}/react and /vue

Change the cart, switch the customer, add credits. Ctrl-C ends it.`);
  }
  await ended;
  await checkout.close();
});

function parse(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: { json: { type: "boolean", default: false }, port: { type: "string", default: "0" } } }));
  } catch (error) {
    throw new Failure(error.message, { exitCode: 2 });
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Failure("--port must be a number from 0 to 65535.", { exitCode: 2 });
  return { json: values.json, port };
}
