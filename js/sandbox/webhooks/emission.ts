/**
 * What a provider has to tell: the type of one webhook, and how its body is built.
 *
 * @module creditgate/sandbox
 */

/**
 * How much a Flexprice webhook carries (flexprice 4.2): today's slim wallet, the full one of before 2026-08-10 with
 * its customer, or the slim one with the customer's external id of after 2026-08-27. Lago has one shape.
 */
export const SHAPES = ["slim", "full", "slim_with_customer"] as const;
export type Shape = (typeof SHAPES)[number];

export interface Emission {
  readonly type: string;
  /** Reads the state again, because the body shows what is true when it is built (flexprice 65, lago 1.6). */
  readonly build: (shape: Shape) => Readonly<Record<string, unknown>>;
}
