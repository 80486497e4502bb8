/**
 * Reading an answer's body, bounded.
 */

/** Bytes after decompression: a body may not fill an isolate's memory. */
const LIMIT = 8 * 1024 * 1024;

/** The body as text, or `undefined` when it is larger than 8 MiB. */
export async function readText(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > LIMIT) {
      discard(reader.cancel());
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Lets go of a body nobody reads, so that its connection is free again. */
export function discardBody(response: Response): void {
  if (response.body !== null) discard(response.body.cancel());
}

/** Parsed JSON, or `undefined` (which JSON cannot say) for anything else. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A cancellation that fails has nothing left to cancel. */
function discard(cancellation: Promise<void>): void {
  cancellation.catch(() => undefined);
}
