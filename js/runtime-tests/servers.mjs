/** Servers of a run, all of them on loopback: the sandbox, a built page, and what a set-up starts. */
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { Failure } from "../scripts/lib/failure.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".css": "text/css" };
/** What a strict page allows: the engine needs `wasm-unsafe-eval` and nothing else. */
const policy = (connect, script) => `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${script}; connect-src ${connect}`;
/** Milliseconds for a server to tell its address; a Next or wrangler start takes ten seconds on a busy machine. */
const START_DEADLINE = 120_000;

function listen(handler) {
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => closed(server) }));
  });
}

function closed(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/**
 * The sandbox with a customer in it, behind a relay that lets any page ask. The hosted APIs let none, so a real page
 * has its own server in between.
 */
export async function startBilling() {
  const { startSandbox } = await import("creditgate/sandbox");
  const sandbox = await startSandbox();
  sandbox.control.wallets({ provider: "flexprice", customer: "acme", currency: "USD", balance: "25" });
  sandbox.control.wallets({ provider: "lago", customer: "acme", currency: "EUR", balance: "25" });
  const { origin } = new URL(sandbox.flexprice.baseUrl);
  const relay = await listen((request, response) => relayTo(origin, request, response));
  const through = ({ baseUrl, apiKey }) => ({ baseUrl: baseUrl.replace(origin, relay.url), apiKey });
  return {
    input: { flexprice: through(sandbox.flexprice), lago: through(sandbox.lago) },
    origin: relay.url,
    close: async () => {
      await relay.close();
      await sandbox.close();
    },
  };
}

async function relayTo(origin, request, response) {
  const open = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  if (request.method === "OPTIONS") {
    response.writeHead(204, open).end();
    return;
  }
  const { host: _, connection: __, ...headers } = request.headers;
  try {
    const answer = await fetch(origin + request.url, { method: request.method, headers });
    response.writeHead(answer.status, { ...open, "content-type": answer.headers.get("content-type") ?? "text/plain" }).end(await answer.text());
  } catch (error) {
    response.writeHead(502, open).end(String(error));
  }
}

/**
 * Serves a built page from its folder, under a strict policy. `connect` is the one origin that it may ask; `script` is
 * what a bundler needs besides.
 */
export function servePage(folder, { connect, script = "" }) {
  return listen((request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": policy(connect, script) });
    response.end(readFileSync(file));
  });
}

const running = new Set();
process.once("exit", () => {
  for (const child of running) endGroup(child, "SIGKILL");
});

/** Tools start helpers of their own: the whole group ends. */
function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Starts a server program; resolves with its URL as soon as it prints one of this machine. */
export async function startServer(command, args, { cwd, env, log }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  running.add(child);
  const ended = new Promise((resolve) => child.once("close", resolve)).then(() => running.delete(child));
  const close = async () => {
    endGroup(child, "SIGTERM");
    const late = setTimeout(() => endGroup(child, "SIGKILL"), 5_000);
    await ended;
    clearTimeout(late);
    file.end();
  };
  let text = "";
  const url = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Failure(`${command} told no address in ${START_DEADLINE / 1000} s`, { log })), START_DEADLINE);
    const take = (part) => {
      file.write(part);
      text += part;
      // Addresses are often printed in colours.
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(text.replaceAll(/\u001b\[[0-9;]*m/g, ""));
      if (found !== null) resolve(found[0].replace("localhost", "127.0.0.1"));
      if (found !== null) clearTimeout(late);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", reject);
    ended.then(() => {
      clearTimeout(late);
      reject(new Failure(`The server ended before it told its address: ${text.trim().split("\n").slice(-5).join(" | ")}`, { log }));
    });
  });
  try {
    return { url: await url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
