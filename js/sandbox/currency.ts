/**
 * How many decimals a currency has. The two providers disagree, so each has its own table.
 *
 * @module creditgate/sandbox
 */

/** Flexprice 1: everything it does not list has two decimals. */
const FLEXPRICE: ReadonlyMap<string, number> = new Map([
  ["jpy", 0],
  ["krw", 0],
  ["vnd", 0],
  ["clp", 0],
  ["kwd", 3],
  ["clf", 4],
]);

/** R-CONV: the exponents of the money library that Lago locks. */
const LAGO: ReadonlyMap<string, number> = new Map([
  ...["BIF", "CLP", "DJF", "GNF", "HUF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"].map(
    (code): [string, number] => [code, 0],
  ),
  ["BHD", 3],
  ["JOD", 3],
  ["KWD", 3],
  ["CLF", 4],
]);

export function flexpricePrecision(currency: string): number {
  return FLEXPRICE.get(currency.toLowerCase()) ?? 2;
}

export function lagoExponent(currency: string): number {
  return LAGO.get(currency.toUpperCase()) ?? 2;
}
