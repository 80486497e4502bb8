/**
 * A local HTTP server that answers from a script, one reply per request in order, and remembers what it was asked.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Break the connection instead of answering, or after half a body; or stay silent, at all or after half a body. */
  readonly fault?: "drop" | "drop-mid-body" | "hang" | "hang-mid-body";
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
}

export type Script = readonly Reply[] | ((asked: Asked) => Reply);

/** Closed when the test ends. A request beyond the script is answered 599, which no test expects. */
export async function serve(script: Script): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming).then((text) => {
      const request = toAsked(incoming, text);
      asked.push(request);
      const reply = typeof script === "function" ? script(request) : script[asked.length - 1];
      answer(outgoing, reply ?? { status: 599 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A recorded payload of js/test/providers/payloads. */
export function payload(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./payloads/${name}.json`, import.meta.url), "utf8"));
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += String(chunk);
  return text;
}

function toAsked(incoming: IncomingMessage, text: string): Asked {
  const url = new URL(incoming.url ?? "/", "http://localhost");
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

function answer(outgoing: ServerResponse, reply: Reply): void {
  if (reply.fault === "drop") {
    outgoing.destroy();
    return;
  }
  if (reply.fault === "hang") return;
  const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
  outgoing.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
  if (reply.fault === undefined) {
    outgoing.end(text);
    return;
  }
  outgoing.write(text.slice(0, text.length / 2), () => {
    if (reply.fault === "drop-mid-body") outgoing.destroy();
  });
}
