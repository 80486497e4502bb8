/** A refusal as an HTTP answer: problem+json, which nobody may keep. */

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** @param retryAfter - ms; leaves `Retry-After` out when there is none */
export function problemResponse(status: number, detail: string, fields: object, retryAfter?: number): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (retryAfter !== undefined) headers.set("retry-after", String(Math.ceil(retryAfter / 1000)));
  return new Response(JSON.stringify({ type: "about:blank", title: TITLES[status], status, detail, ...fields }), { status, headers });
}
