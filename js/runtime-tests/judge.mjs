/** What smoke.mjs is handed, and whether what it tells is right. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { root } from "../scripts/lib/paths.mjs";
import { difference, parseExactly } from "../scripts/lib/replay.mjs";

/** Signatures are a matter of creditgate/webhooks, not of the rules. */
const DELIVERIES = "webhook.svix";
const folder = join(root, "tests", "vectors");

const read = (file) => {
  const { kind, vectors } = parseExactly(readFileSync(join(folder, file), "utf8"));
  return vectors.map((vector) => ({ kind: vector.kind ?? kind, ...vector }));
};
/** Runtimes without `JSON.rawJSON` cannot be handed a number that no float holds. */
const isHeld = ({ input }) => isDeepStrictEqual(JSON.parse(JSON.stringify(input)), input);
const all = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).files.flatMap(read).filter(isHeld);
const vectors = all.filter(({ kind }) => kind !== DELIVERIES);
const deliveries = all.filter(({ kind }) => kind === DELIVERIES);

/** The module `input.mjs` of every project. `sandbox` says where the billing APIs are. */
export function inputModule(sandbox) {
  const values = {
    sandbox,
    vectors: vectors.map(({ kind, input }) => ({ kind, input })),
    deliveries: deliveries.map(({ input }) => ({
      secret: input.secret,
      headers: { "svix-id": input.svix_id, "svix-timestamp": input.svix_timestamp, "svix-signature": input.svix_signature },
      body: input.body,
      now: input.now * 1000,
    })),
  };
  return Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`).join("");
}

const error = (code, path) => ({ name: "CreditGateError", code, path, said: true, guarded: true, instance: true });
const decision = (outcome, reason, available, shortfall) => ({ outcome, allowed: outcome === "covered", reason, available, shortfall });
const spending = {
  answers: [decision("covered", "sufficient", "25", null), decision("short", "insufficient_balance", "15", "5")],
  covers: [true, false, null],
};
const EXPECTED = {
  engine: { outcome: "short", shortfall: "3", credits: "30", tax: "8", total: "18" },
  errors: {
    option: error("invalid_option", "flexprice.apiKey"),
    float: error("invalid_decimal", "usage.amount"),
    draft: error("invalid_input", "invoice.lines[0].quanity"),
    size: error("decimal_out_of_range", "usage.amount"),
    after: "short",
  },
  flexprice: spending,
  lago: spending,
  checkout: {
    status: 200,
    other: "snapshot_wrong_customer",
    wasm: { engine: "wasm", credits: "25", total: "23" },
    noWasm: { engine: "no-wasm", credits: "25", total: "23" },
  },
  refused: decision("unknown", "provider_unauthorized", null, null),
};

/** What is wrong with a report of smoke.mjs; nothing when it is right. */
export function problemsOf(report) {
  const problems = Object.entries(EXPECTED)
    .filter(([name, expected]) => !isDeepStrictEqual(report[name], expected))
    .map(([name, expected]) => `${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(report[name])}`);
  deliveries.forEach(({ id, expected }, index) => {
    if ((report.deliveries?.[index] === "valid") !== expected.valid) problems.push(`${id}: expected valid ${expected.valid}, got ${report.deliveries?.[index]}`);
  });
  return [...problems, ...vectors.flatMap((vector, index) => vectorProblem(vector, report.vectors?.[index]))];
}

function vectorProblem({ id, kind, expected, expected_derived: derived }, { answer, error: thrown = "no answer" } = {}) {
  const why = answer === undefined ? thrown : difference({ ...expected, ...derived }, answer, kind);
  return why === undefined ? [] : [`${id} (${kind}): ${why}`];
}
