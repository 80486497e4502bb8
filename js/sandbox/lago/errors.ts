/**
 * Lago's error bodies (lago 2).
 *
 * @module creditgate/sandbox
 */

export type ErrorDetails = Readonly<Record<string, readonly string[] | Readonly<Record<string, readonly string[]>>>>;
export type LagoStatus = 400 | 401 | 404 | 405 | 422 | 501;

const NAMES: ReadonlyMap<number, string> = new Map([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [422, "Unprocessable Entity"],
  [429, "Too Many Requests"],
  [500, "Internal Server Error"],
  [501, "Not Implemented"],
  [502, "Bad Gateway"],
  [503, "Service Unavailable"],
]);

export class LagoError extends Error {
  readonly status: LagoStatus;
  readonly rest: Readonly<Record<string, unknown>>;

  constructor(status: LagoStatus, error: string, rest: Readonly<Record<string, unknown>> = {}) {
    super(error);
    this.status = status;
    this.rest = rest;
  }

  body(): Record<string, unknown> {
    return { status: this.status, error: this.message, ...this.rest };
  }
}

/** The body has no such root key. */
export function badRequest(root: string): LagoError {
  return new LagoError(400, `BadRequest: param is missing or the value is empty or invalid: ${root}`);
}

export function notFound(resource: string): LagoError {
  return new LagoError(404, "Not Found", { code: `${resource}_not_found` });
}

/** The state of things forbids it. */
export function notAllowed(code: string): LagoError {
  return new LagoError(405, "Method Not Allowed", { code });
}

/** 422 with the codes of each field. */
export function unprocessable(details: ErrorDetails): LagoError {
  return new LagoError(422, "Unprocessable Entity", { code: "validation_errors", error_details: details });
}

/** What the sandbox does not do is said, never ignored. */
export function notDone(what: string): LagoError {
  return new LagoError(501, "Not Implemented", { code: "not_implemented", error_details: { base: [`the sandbox does not do ${what}`] } });
}

/** The body that goes with a status of a fault switch. The hosted rate limit's own is not specified. */
export function bodyForStatus(status: number): Record<string, unknown> {
  return { status, error: NAMES.get(status) ?? "Error" };
}
