/** What stands between a browser and the shop: it writes down every byte, and answers instead of the shop where a test says so. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly request: { readonly headers: IncomingHttpHeaders; readonly body: string };
  readonly response: { readonly status: number; readonly headers: string; readonly body: string };
}

/** Answers a request; `forward` is what the shop says to it. */
export type Answer = (forward: () => Promise<Response>) => Promise<Response>;

export interface Proxy {
  readonly url: string;
  /** Everything since the start, in order of the answers. */
  readonly log: readonly Exchange[];
  /** Where requests go. Set once the shop listens. */
  target: string;
  /** From now on `answer` answers requests to this path; `undefined` leaves them to the shop again. */
  answer(path: string, answer: Answer | undefined): void;
  /** The answered requests to this path. */
  to(path: string): Exchange[];
  /** Resolves with the next answer to this path. */
  next(path: string): Promise<Exchange>;
  close(): Promise<void>;
}

export async function startProxy(): Promise<Proxy> {
  const log: Exchange[] = [];
  const answers = new Map<string, Answer>();
  const waiting: { readonly path: string; readonly found: (exchange: Exchange) => void }[] = [];
  const server = createServer((incoming, outgoing) => {
    void relay(incoming).then(({ path, response, exchange }) => {
      // The headers as the shop sent them, several cookies included.
      for (const [name, value] of response.headers) if (!HOP_BY_HOP.has(name)) outgoing.appendHeader(name, value);
      outgoing.writeHead(response.status).end(exchange.response.body);
      log.push(exchange);
      for (const waiter of waiting.filter((candidate) => candidate.path === path)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.found(exchange);
      }
    }, () => outgoing.destroy());
  });

  async function relay(incoming: IncomingMessage) {
    const { method = "GET", url = "/", headers } = incoming;
    const body = await buffer(incoming);
    const path = new URL(url, proxy.url).pathname;
    const forward = () => fetch(proxy.target + url, { method, headers: forwarded(headers), redirect: "manual", ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) });
    const response = await (answers.get(path)?.(forward) ?? forward());
    const text = await response.text();
    const exchange: Exchange = {
      method,
      path,
      request: { headers, body: body.toString() },
      response: { status: response.status, headers: [...response.headers].map((header) => header.join(": ")).join("\n"), body: text },
    };
    return { path, response, exchange };
  }

  const port = await new Promise<number>((listening) => {
    server.listen(0, "127.0.0.1", () => listening((server.address() as { port: number }).port));
  });
  const proxy: Proxy = {
    url: `http://127.0.0.1:${port}`,
    target: "",
    log,
    answer: (path, answer) => void (answer === undefined ? answers.delete(path) : answers.set(path, answer)),
    to: (path) => log.filter((exchange) => exchange.path === path),
    next: (path) => new Promise((found) => waiting.push({ path, found })),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

/** What belongs to one connection, or to a body that is sent anew. */
const HOP_BY_HOP = new Set(["connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"]);

function forwarded(headers: IncomingHttpHeaders): Headers {
  const entries = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && name !== "host");
  return new Headers(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])));
}
