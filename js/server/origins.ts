/** Which pages may ask: cross-origin requests by CORS, and same-origin ones. */

/** How long a browser may remember a preflight, s: as long as any does. */
const REMEMBERED = "7200";
/** What a page may read besides the body. */
const EXPOSED = "RateLimit, RateLimit-Policy, Retry-After";
/** Names of headers, which a preflight asks for. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:, ?[\w!#$%&'*+.^`|~-]+){0,31}$/;

/** The origin of the page that asks, if it is one of these. */
export function originOf(request: Request, origins: ReadonlySet<string>): string | undefined {
  const { headers, method } = request;
  const told = headers.get("origin");
  if (told !== null) return origins.has(told) ? told : undefined;
  // Browsers leave it out of same-origin reads, and of no other request that a page may hear the answer to.
  const site = headers.get("sec-fetch-site") ?? "same-origin";
  const isRead = method === "GET" || method === "HEAD";
  const own = new URL(request.url).origin;
  return isRead && site === "same-origin" && origins.has(own) ? own : undefined;
}

/** The answer to a browser that asks before it sends. Any header may be sent: apps authenticate by one or the other. */
export function preflight(request: Request, methods: string): Response {
  const headers = new Headers({ allow: methods, "access-control-allow-methods": methods, "access-control-max-age": REMEMBERED });
  const asked = request.headers.get("access-control-request-headers") ?? "";
  if (HEADER_NAMES.test(asked)) headers.set("access-control-allow-headers", asked);
  return new Response(null, { status: 204, headers });
}

/** The answer, for this page's eyes only. Without an origin it is for no page at all. */
export function withCors(answer: Response, origin: string | undefined): Response {
  // Headers of a response that the app made or fetched may be immutable.
  const response = new Response(answer.body, answer);
  const { headers } = response;
  if (origin !== undefined) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
    headers.set("access-control-expose-headers", EXPOSED);
  }
  headers.append("vary", "Origin");
  headers.set("cache-control", "private, no-store");
  headers.set("x-content-type-options", "nosniff");
  return response;
}
