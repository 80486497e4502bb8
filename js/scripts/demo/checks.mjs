/** How long a check takes: `spendCached` in Node, on the demo's customers, from a warm cache. */
import { CreditGate } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { lago } from "creditgate/lago";

const BATCHES = 400;
const PER_BATCH = 50;

/** @returns {Promise<{ p50: number, p99: number, checks: number }>} microseconds a check */
export async function timeChecks(sandbox, customers) {
  const gates = {
    flexprice: new CreditGate({ provider: flexprice({ ...sandbox.flexprice, grants: "fetch" }) }),
    lago: new CreditGate({ provider: lago(sandbox.lago), taxRate: "20" }),
  };
  const usages = customers.map(({ provider, customer, currency, metric }) => ({ gate: gates[provider], usage: { customer, currency, metric, units: 10, unitPrice: "0.00001" } }));
  for (const { gate, usage } of usages) await gate.account(usage.customer);
  const run = (count) => {
    for (let index = 0; index < count; index += 1) {
      const { gate, usage } = usages[index % usages.length];
      gate.spendCached(usage);
    }
  };
  run(20 * PER_BATCH);
  const times = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const start = performance.now();
    run(PER_BATCH);
    times.push(((performance.now() - start) * 1000) / PER_BATCH);
  }
  times.sort((a, b) => a - b);
  for (const gate of Object.values(gates)) await gate.close();
  const at = (share) => Number(times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2));
  return { p50: at(0.5), p99: at(0.99), checks: BATCHES * PER_BATCH };
}
