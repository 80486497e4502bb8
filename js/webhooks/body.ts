/** A delivery's body: the raw bytes, bounded. */

import { CreditGateError } from "../errors.js";
import { type Bytes, decodeUtf8 } from "./bytes.js";

/**
 * Reads the raw bytes, and no more than `maxBytes` of them.
 *
 * @throws CreditGateError `webhook_too_large`; `webhook_invalid` when the body breaks off; `invalid_input` when
 * somebody has read it: only raw bytes can be verified.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Bytes> {
  if (request.bodyUsed) {
    throw new CreditGateError("invalid_input", "`request` was read before; a webhook is verified over its raw body", { path: "request" });
  }
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

/** @throws CreditGateError `webhook_invalid` for bytes that are no text. */
export function textOf(body: Bytes): string {
  const text = decodeUtf8(body);
  if (text === undefined) throw new CreditGateError("webhook_invalid", "the body is not UTF-8");
  return text;
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  // Firefox shows no stream: its requests have no property of that name, and give their body whole.
  if (request.body === undefined) {
    yield new Uint8Array(await request.arrayBuffer().catch(brokeOff));
    return;
  }
  const reader = request.body.getReader();
  let isDone = false;
  try {
    while (!isDone) {
      const { done, value } = await reader.read().catch(brokeOff);
      isDone = done;
      if (value !== undefined) yield value;
    }
  } finally {
    // A cancellation that fails has nothing left to cancel.
    if (!isDone) reader.cancel().catch(() => {});
  }
}

function brokeOff(cause: unknown): never {
  throw new CreditGateError("webhook_invalid", "the body broke off", { cause });
}

function joined(chunks: readonly Uint8Array[], size: number): Bytes {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(maxBytes: number): CreditGateError {
  return new CreditGateError("webhook_too_large", `the body is larger than ${maxBytes} bytes`);
}
