/** The demo's own arithmetic, which counts money independently of the engine: exact, in billionths. */

const NANO = 1_000_000_000n;

/** Decimal text to billionths. */
export function nanos(text) {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(whole) * NANO + BigInt(fraction.padEnd(9, "0"));
}

/** Billionths to decimal text. */
export function text(amount) {
  const fraction = (amount % NANO).toString().padStart(9, "0").replace(/0+$/, "");
  const whole = amount / NANO;
  return fraction === "" ? `${whole}` : `${whole}.${fraction}`;
}
