/**
 * A receiver of webhooks on the loopback interface: it keeps what comes, byte for byte, and answers as it is told.
 * What comes is held to the providers' descriptions (js/test/openapi).
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect } from "vitest";
import { descriptionOf } from "../openapi/description.js";
import type { Json } from "./harness.js";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly json: Json;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The statuses of the next answers; 200 once they are used up. */
  answer(...statuses: readonly number[]): void;
}

/** A new receiver for each test of the file. */
export function useReceiver(): Receiver {
  let received: Received[] = [];
  let statuses: number[] = [];
  let url = "";
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks).toString("utf8");
      received.push({ headers: request.headers, raw, json: JSON.parse(raw) as Json });
      response.writeHead(statuses.shift() ?? 200, { location: "/elsewhere" }).end("ok");
    });
  });
  beforeEach(async () => {
    received = [];
    statuses = [];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  afterEach(async () => {
    for (const { json } of received) expectDescribed(json);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    get url() {
      return url;
    },
    get received() {
      return received;
    },
    answer: (...next) => {
      statuses = [...next];
    },
  };
}

/** A webhook of either provider, told apart by the key of its type. */
function expectDescribed(body: Json): void {
  const [provider, type] = body["webhook_type"] === undefined ? (["flexprice", body["event_type"]] as const) : (["lago", body["webhook_type"]] as const);
  expect(() => {
    descriptionOf(provider).checkWebhook(String(type), body);
  }).not.toThrow();
}
