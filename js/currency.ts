/** How many decimals a currency has at Lago. Flexprice's own table is the engine's. */

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

export function lagoExponent(currency: string): number {
  return LAGO.get(currency.toUpperCase()) ?? 2;
}
