/**
 * Many cached customers of three wallets, each checked once: what they take of heap and wasm memory, and the time of a
 * check among them. `node --expose-gc crowd.mjs PROFILE CUSTOMERS`
 */
const { Instance } = WebAssembly;
const memories = [];
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  memories.push(instance.exports.memory);
  return instance;
};

const { UNITS, USAGE, customerId, gateOf } = await import("../customers.mjs");
const [profile, count] = [process.argv[2], Number(process.argv[3])];
const CHECKS = 1_000_000;

/** Names made before anything is counted: they are the caller's. */
const ids = Array.from({ length: count }, (_, index) => customerId(index));
const gate = gateOf(profile, 3, { maxSnapshots: Math.max(count, 1_000) });
const meter = gate.meter(USAGE[profile]);
const measure = () => {
  for (let run = 0; run < 4; run += 1) gc();
  return { heap: process.memoryUsage().heapUsed, wasm: memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) };
};
// The engine itself, and what the compiler makes, are not the customers'.
const warm = gateOf(profile, 3);
await warm.account(ids[0]);
warm.meter(USAGE[profile]).covers(ids[0], 1);
await warm.close();

const before = measure();
for (const id of ids) {
  await gate.account(id);
  if (!meter.covers(id, UNITS.covered)) throw new Error(`${id} is not covered`);
}
const after = measure();

/** A fixed sequence without order, so that no customer is in the processor's cache by nearness. */
let seed = 1;
const next = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return ids[seed % count];
};
const time = (run) => {
  const start = performance.now();
  for (let index = 0; index < CHECKS; index += 1) run(index);
  return ((performance.now() - start) * 1e6) / CHECKS;
};
let covered = 0;
const check = () => {
  if (meter.covers(next(), UNITS.covered)) covered += 1;
};
time(check);
const rounds = Array.from({ length: 3 }, () => time(check)).sort((a, b) => a - b);
console.log(JSON.stringify({ heap: (after.heap - before.heap) / count, wasm: (after.wasm - before.wasm) / count, nsPerCheck: rounds[1], covered }));
