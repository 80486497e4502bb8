/**
 * Flexprice's flat error bodies (flexprice 2.3).
 *
 * @module creditgate/sandbox
 */

const STATUS = {
  validation_error: 400,
  invalid_operation: 400,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  too_many_requests: 429,
  internal_error: 500,
  not_implemented: 501,
  service_unavailable: 503,
} as const;

export type FlexpriceErrorCode = keyof typeof STATUS;

export class FlexpriceError extends Error {
  readonly code: FlexpriceErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: FlexpriceErrorCode, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get status(): (typeof STATUS)[FlexpriceErrorCode] {
    return STATUS[this.code];
  }

  body(): Record<string, unknown> {
    const flat = { code: this.code, message: this.message, http_status_code: this.status };
    return this.details === undefined ? flat : { ...flat, details: this.details };
  }
}

/** A portal session that is not good: answered in the shape of all authentication failures (2.3). */
export class Unauthorized extends Error {}

/** The body that goes with a status of a fault switch. Authentication has a shape of its own. */
export function bodyForStatus(status: number): Record<string, unknown> {
  if (status === 401) return { error: "Invalid API key" };
  const code = Object.entries(STATUS).find(([, known]) => known === status)?.[0] ?? "system_error";
  return { code, message: "An unexpected error occurred", http_status_code: status };
}
