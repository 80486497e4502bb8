/**
 * The command `creditgate sandbox`.
 *
 * @module creditgate/sandbox
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { addExamples } from "./examples.js";
import { type Sandbox, startSandbox } from "./index.js";

const USAGE = "usage: creditgate sandbox [--json] [--port N]";

interface Flags {
  readonly json: boolean;
  readonly port: number;
}

/** Runs until SIGINT or SIGTERM. Answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv);
  if (typeof flags === "string") {
    process.stderr.write(`${flags}\n`);
    return 2;
  }
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox({ port: flags.port });
  } catch (error) {
    process.stderr.write(`The sandbox cannot listen on port ${flags.port}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  addExamples(sandbox.control, Date.now());
  process.stdout.write(flags.json ? `${forMachines(sandbox)}\n` : forPeople(sandbox));
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await sandbox.close();
  return 0;
}

/** The flags, or one sentence that says what is wrong with them. */
function readFlags(argv: readonly string[]): Flags | string {
  try {
    const { values } = parseArgs({ args: [...argv], options: { json: { type: "boolean" }, port: { type: "string" } } });
    const port = values.port ?? "0";
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return `--port takes a number from 0 to 65535, not "${port}"; ${USAGE}`;
    return { json: values.json ?? false, port: Number(port) };
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    return `${sentence}; ${USAGE}`;
  }
}

function forMachines({ lago, flexprice, control }: Sandbox): string {
  return JSON.stringify({ lago, flexprice, control: { baseUrl: control.baseUrl } });
}

function forPeople({ lago, flexprice, control }: Sandbox): string {
  return `The sandbox is running; Ctrl-C stops it.

Flexprice  ${flexprice.baseUrl}
  API key  ${flexprice.apiKey}
  try      curl -H 'x-api-key: ${flexprice.apiKey}' '${flexprice.baseUrl}/customers/wallets?lookup_key=acme&include_real_time_balance=true'

Lago       ${lago.baseUrl}
  API key  ${lago.apiKey}
  try      curl -H 'Authorization: Bearer ${lago.apiKey}' '${lago.baseUrl}/wallets?external_customer_id=acme'

Control    ${control.baseUrl}
  try      curl -X POST -d '{"advance":300000}' ${control.baseUrl}/clock

Customers: acme has money, globex has none. Events with the code "tokens" cost 0.000003 per token; Lago's go to
the subscriptions acme-subscription and globex-subscription.
`;
}
