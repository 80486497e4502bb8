/** Kinds of vectors that are about managing wallets: no gate and no page holds them. */

const MANAGEMENT = [
  // Requests judged before they are sent.
  /^validate\./, /^topup\./,
  // Credits bought, by hand, by rule or as a bonus, and what becomes of them.
  /^wallet\.(credit|complete_purchase|credits_available|terminate)$/, /^bonus\./, /^auto_topup$/, /^threshold\.top_up$/, /^rule\./, /^interval\./,
  /^grant\./, /^duration$/, /^credits\.expiry_sweep$/,
  /^alerts?\./, /^lifecycle$/, /^invoice\.void_refund$/,
];

export const isManagement = (kind) => MANAGEMENT.some((pattern) => pattern.test(kind));
