/**
 * The main job, end to end: the local billing APIs, a Worker in real workerd that lets requests through only if the
 * customer's prepaid wallets cover them, and an upstream that logs what it served.
 *
 * `npm run demo [-- --json] [--keep] [--requests N]`
 */
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSandbox } from "creditgate/sandbox";
import { cast, MICROS_PER_UNIT, seed, TAX, TOPPING_UP } from "./demo/cast.mjs";
import { timeChecks } from "./demo/checks.mjs";
import { nanos, text } from "./demo/money.mjs";
import { startUpstream } from "./demo/upstream.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { startKv } from "./lib/kv.mjs";
import { say } from "./lib/progress.mjs";
import { startWorker } from "./lib/worker.mjs";

const CONCURRENCY = 24;
const UNITS = 1000;

/** A denial on figures younger than this is not checked again with the billing API. */
const REVALIDATE_AFTER = 5_000;

/** From so many requests on, look-ups must be fewer than one in a hundred. */
const MANY = 4_000;

/** How long the demo waits for a top-up to be seen. */
const TOP_UP_DEADLINE = 30_000;

main(async (args) => {
  const { values } = parse(args);
  const requests = Number(values.requests);
  if (!Number.isSafeInteger(requests) || requests < 1) throw new Failure("--requests must be a whole number.", { exitCode: 2 });
  const customers = [...cast(Date.now()), TOPPING_UP];
  const sandbox = await startSandbox();
  const upstream = await startUpstream();
  const kv = await startKv();
  seed(sandbox.control, customers);
  say(`demo: sandbox with ${customers.length} customers; Worker in workerd ...`);
  const bindings = {
    UPSTREAM_URL: upstream.url,
    FLEXPRICE_BASE_URL: sandbox.flexprice.baseUrl,
    FLEXPRICE_API_KEY: `${sandbox.flexprice.apiKey}+worker`,
    LAGO_BASE_URL: sandbox.lago.baseUrl,
    LAGO_API_KEY: `${sandbox.lago.apiKey}+worker`,
    // Nobody knows them: the demo finds the top-up without a webhook.
    FLEXPRICE_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString("base64")}`,
    LAGO_HMAC_KEY: randomUUID(),
  };
  const worker = await startWorker("examples/worker/src/index.ts", bindings, { SNAPSHOTS: kv.host });
  const tally = new Tally(customers);
  await drain(worker, tally);
  const drained = performance.now();
  await load(worker, tally, customers, requests);
  const topUpAllowedAfterMs = await topUp(sandbox, worker, tally, drained);
  await pipeline(sandbox, upstream.served);
  const billingCalls = calls(sandbox.control.requests());
  say("demo: timing checks ...");
  const check = await timeChecks(sandbox, customers);

  const summary = {
    requests: tally.requests,
    allowed: tally.allowed,
    denied: tally.denied,
    upstreamServed: upstream.served.length,
    billingCalls,
    checkP50Us: check.p50,
    checkP99Us: check.p99,
    servedBeyondWallets: beyondWallets(customers, upstream.served),
    topUpAllowedAfterMs,
  };
  const wrong = mistakes(summary, tally);
  if (!values.json) print(summary, tally, customers, upstream.served, check);
  for (const mistake of wrong) say(`demo: WRONG: ${mistake}`);
  if (values.keep) {
    await keep(sandbox, worker);
  }
  await Promise.all([worker.close(), upstream.close(), kv.close(), sandbox.close()]);
  if (values.json) console.log(JSON.stringify(summary));
  return wrong.length === 0 ? 0 : 1;
});

function parse(args) {
  try {
    const options = { json: { type: "boolean", default: false }, keep: { type: "boolean", default: false }, requests: { type: "string", default: "6000" } };
    return parseArgs({ args, options });
  } catch (error) {
    throw new Failure(error.message, { exitCode: 2 });
  }
}

/** What came of the requests. */
class Tally {
  requests = 0;
  allowed = 0;
  /** Denials by reason. */
  denied = {};
  /** The same by customer. */
  byCustomer = new Map();
  mistakes = [];

  constructor(customers) {
    for (const { customer } of customers) this.byCustomer.set(customer, { allowed: 0, denied: 0, reasons: new Set() });
  }

  add({ customer, reason: wanted }, status, reason) {
    const own = this.byCustomer.get(customer);
    this.requests += 1;
    if (status === 200) {
      this.allowed += 1;
      own.allowed += 1;
      return;
    }
    own.denied += 1;
    own.reasons.add(reason);
    this.denied[reason] = (this.denied[reason] ?? 0) + 1;
    if (reason !== wanted) this.mistakes.push(`${customer} was denied with ${status} ${reason}, not ${wanted ?? "at all"}`);
  }
}

/** One request of a customer through the Worker. */
async function request(worker, { provider, customer, metric }) {
  const response = await fetch(`${worker.url}/${provider}/complete`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-customer": customer },
    body: JSON.stringify({ metric, units: UNITS }),
  });
  const body = await response.json();
  return { status: response.status, reason: body.reason ?? body.code };
}

/** The customer who will top up spends what it has, and is denied. */
async function drain(worker, tally) {
  for (let index = 0; index < 4; index += 1) {
    const { status, reason } = await request(worker, TOPPING_UP);
    tally.add(TOPPING_UP, status, reason);
  }
}

/** Some thousands of requests, by everybody at once. */
async function load(worker, tally, customers, requests) {
  const deck = customers.flatMap((customer) => Array(customer.weight).fill(customer));
  const started = performance.now();
  let next = 0;
  const client = async () => {
    while (next < requests) {
      const customer = deck[next % deck.length];
      next += 1;
      const { status, reason } = await request(worker, customer);
      tally.add(customer, status, reason);
      if (tally.requests % 1000 === 0) say(`demo: ${tally.requests.toLocaleString("en")} requests, ${tally.allowed.toLocaleString("en")} allowed`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  const seconds = (performance.now() - started) / 1000;
  say(`demo: ${requests.toLocaleString("en")} requests in ${seconds.toFixed(1)} s, ${Math.round(requests / seconds).toLocaleString("en")} a second through workerd`);
}

/** A top-up through the billing API: the next request finds it. */
async function topUp(sandbox, worker, tally, drained) {
  const { baseUrl, apiKey } = sandbox.flexprice;
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  await sleep(Math.max(0, REVALIDATE_AFTER + 100 - (performance.now() - drained)));
  const [wallet] = await (await fetch(`${baseUrl}/customers/wallets?lookup_key=${TOPPING_UP.customer}`, { headers })).json();
  const body = JSON.stringify({ credits_to_add: TOPPING_UP.topUp, transaction_reason: "PURCHASED_CREDIT_DIRECT", idempotency_key: "demo-top-up" });
  const answer = await fetch(`${baseUrl}/wallets/${wallet.id}/top-up`, { method: "POST", headers, body });
  if (!answer.ok) throw new Failure(`The top-up failed: ${answer.status} ${await answer.text()}`);
  const started = performance.now();
  while (performance.now() - started < TOP_UP_DEADLINE) {
    const { status, reason } = await request(worker, TOPPING_UP);
    tally.add(TOPPING_UP, status, reason);
    if (status === 200) {
      const after = Number((performance.now() - started).toFixed(1));
      say(`demo: ${TOPPING_UP.customer} topped up ${TOPPING_UP.topUp} ${TOPPING_UP.currency}: allowed after ${after} ms`);
      return after;
    }
    await sleep(50);
  }
  throw new Failure("The top-up was not seen.");
}

/** The app's own usage pipeline, which the gate's `report: "elsewhere"` assumes: events in bulk. */
async function pipeline(sandbox, served) {
  const send = async (url, headers, events, size, wrap) => {
    for (let start = 0; start < events.length; start += size) {
      const response = await fetch(url, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(wrap(events.slice(start, start + size))) });
      if (!response.ok) throw new Failure(`The usage events were refused: ${response.status} ${await response.text()}`);
    }
  };
  const of = (provider) => served.filter((entry) => entry.provider === provider);
  await send(
    `${sandbox.flexprice.baseUrl}/events/bulk`, { "x-api-key": sandbox.flexprice.apiKey },
    of("flexprice").map(({ customer, metric, units }) => ({ event_name: metric, external_customer_id: customer, event_id: crypto.randomUUID(), properties: { units } })),
    1000, (events) => ({ events }),
  );
  await send(
    `${sandbox.lago.baseUrl}/events/batch`, { authorization: `Bearer ${sandbox.lago.apiKey}` },
    of("lago").map(({ customer, metric, units }) => ({ transaction_id: crypto.randomUUID(), external_subscription_id: `${customer}-sub`, code: metric, timestamp: Math.floor(Date.now() / 1000), properties: { units } })),
    100, (events) => ({ events }),
  );
}

/** Requests of the Worker's gates to the billing APIs. */
function calls(requests) {
  return Object.values(requests)
    .map((provider) => provider.by_key?.worker)
    .filter((counts) => counts !== undefined)
    .reduce((sum, counts) => sum + counts.wallets + counts.transactions + counts.events + counts.other, 0);
}

/** What a customer was served, tax included, in billionths, from the upstream's log alone. */
function servedTo({ provider, customer }, served) {
  const units = served.filter((entry) => entry.customer === customer).reduce((sum, entry) => sum + BigInt(entry.units), 0n);
  return units * MICROS_PER_UNIT * 10n * (100n + TAX[provider]);
}

/** The worst customer's served money above what its prepaid wallets and top-ups held. */
function beyondWallets(customers, served) {
  const beyond = customers.map((customer) => servedTo(customer, served) - nanos(customer.held) - nanos(customer.topUp ?? "0"));
  return text(beyond.reduce((worst, amount) => (amount > worst ? amount : worst), 0n));
}

/** What the demo promises and did not keep. */
function mistakes(summary, tally) {
  const wrong = [...new Set(tally.mistakes)];
  if (summary.servedBeyondWallets !== "0") wrong.push(`${summary.servedBeyondWallets} was served beyond a customer's wallets`);
  if (summary.upstreamServed !== summary.allowed) wrong.push(`${summary.allowed} were allowed and ${summary.upstreamServed} served`);
  // Look-ups come by customer, not by request: of a few requests they are a larger part.
  if (summary.requests >= MANY && summary.billingCalls * 100 >= summary.requests) wrong.push(`${summary.billingCalls} billing calls for ${summary.requests} requests`);
  return wrong;
}

function print(summary, tally, customers, served, check) {
  const rows = customers.map((customer) => {
    const { allowed, denied, reasons } = tally.byCustomer.get(customer.customer);
    const held = nanos(customer.held) + nanos(customer.topUp ?? "0");
    return [customer.customer, customer.about, `${text(held)} ${customer.currency}`, text(servedTo(customer, served)), String(allowed), String(denied), [...reasons].join(", ")];
  });
  const table = [["customer", "what it has", "can pay", "served", "allowed", "denied", "reason"], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const isNumber = (column) => column >= 2 && column <= 5;
  console.log("");
  for (const row of table) {
    console.log(row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ").trimEnd());
  }
  const count = (number) => number.toLocaleString("en");
  console.log(`
requests              ${count(summary.requests)}, of which ${count(summary.allowed)} allowed
denied                ${Object.entries(summary.denied).map(([reason, number]) => `${reason} ${count(number)}`).join(", ")}
served by upstream    ${count(summary.upstreamServed)}
billing API calls     ${count(summary.billingCalls)} by the gates, one per ${count(Math.floor(summary.requests / summary.billingCalls))} requests
check                 p50 ${summary.checkP50Us} us, p99 ${summary.checkP99Us} us (${count(check.checks)} of spendCached in Node, by batches)
served beyond wallets ${summary.servedBeyondWallets}
top-up allowed after  ${summary.topUpAllowedAfterMs} ms`);
}

/** Leaves everything running until it is interrupted. */
async function keep(sandbox, worker) {
  say(`
Running. Try:
  curl -i ${worker.url}/flexprice/complete -H 'x-customer: flex-plenty' -d '{"metric":"tokens","units":1000}'
  curl -i ${worker.url}/flexprice/complete -H 'x-customer: flex-nearly-empty' -d '{"metric":"tokens","units":1000}'
Flexprice ${sandbox.flexprice.baseUrl} (x-api-key: ${sandbox.flexprice.apiKey}), Lago ${sandbox.lago.baseUrl} (Bearer ${sandbox.lago.apiKey})
Ctrl-C ends it.`);
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
