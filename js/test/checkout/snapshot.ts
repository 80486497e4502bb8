/** A wallet and a cart that it pays a part of. */

/** A wallet as Flexprice's API answers it. */
export function wallet(balance: string): Record<string, unknown> {
  return { id: "w1", name: "Prepaid", currency: "usd", balance, real_time_balance: balance, conversion_rate: "1", wallet_status: "active", wallet_type: "PRE_PAID", is_cached_fallback: false };
}

export const draft = { currency: "USD", lines: [{ id: "tokens", amount: "40" }] };
