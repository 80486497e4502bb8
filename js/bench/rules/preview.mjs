/**
 * How wallets pay a draft invoice at Lago (R-APP), written for decimal.js: lines with tax; fees of one metric share a
 * bucket, the largest is paid first; wallets by priority, each within its scope; what each pays is rounded to cents.
 */
import Decimal_ from "decimal.js";

const Decimal = Decimal_.clone({ precision: 40, rounding: Decimal_.ROUND_HALF_UP });
const ZERO = new Decimal(0);

/** The wallets of an answer with their numbers read, in paying order. */
export function readWallets(wallets) {
  return wallets
    .map(({ lago_id: id, name, status, currency, priority, balance_cents: cents, applies_to: { fee_types: feeTypes, billable_metric_codes: metrics } }) => ({
      id, name, status, currency, priority, feeTypes: new Set(feeTypes), metrics: new Set(metrics), balance: new Decimal(cents).div(100),
    }))
    .sort((a, b) => a.priority - b.priority);
}

const admits = (wallet, { feeType, metric }) =>
  wallet.feeTypes.size + wallet.metrics.size === 0 || wallet.feeTypes.has(feeType) || (feeType === "charge" && wallet.metrics.has(metric));

export function preview(wallets, { currency, lines }) {
  const fees = lines.map(({ id, amount, metric, taxRate, feeType = "charge" }) => {
    const net = new Decimal(amount);
    const tax = net.times(taxRate).div(100);
    return { id, net, tax, cap: net.plus(tax), room: net.plus(tax), key: { feeType, metric }, credits: [] };
  });
  const subtotal = fees.reduce((sum, { net }) => sum.plus(net), ZERO);
  const tax = fees.reduce((sum, fee) => sum.plus(fee.tax), ZERO).toDecimalPlaces(2);
  const totalBefore = subtotal.plus(tax).toDecimalPlaces(2);
  const buckets = new Map();
  for (const fee of fees) {
    if (fee.net.isZero()) continue;
    const name = `${fee.key.feeType}\0${fee.key.metric}`;
    const bucket = buckets.get(name) ?? { key: fee.key, name, left: ZERO, fees: [] };
    bucket.left = bucket.left.plus(fee.cap);
    bucket.fees.push(fee);
    buckets.set(name, bucket);
  }
  const inOrder = [...buckets.values()].sort((a, b) => b.left.comparedTo(a.left) || (a.name < b.name ? -1 : 1));
  // Rounding of the total: a cent for each bucket at most goes to the largest.
  const missing = totalBefore.minus(inOrder.reduce((sum, { left }) => sum.plus(left), ZERO));
  if (missing.gt(0) && inOrder.length > 0 && missing.lte(inOrder.length / 100)) inOrder[0].left = inOrder[0].left.plus(missing);
  let remaining = totalBefore;
  const payers = [];
  for (const wallet of wallets) {
    let paid = ZERO;
    if (wallet.status === "active" && wallet.currency === currency) {
      for (const bucket of inOrder) {
        if (!bucket.left.gt(0) || !admits(wallet, bucket.key)) continue;
        const share = Decimal.min(bucket.left, wallet.balance.minus(paid), remaining);
        if (!share.gt(0)) continue;
        bucket.left = bucket.left.minus(share);
        remaining = remaining.minus(share);
        paid = paid.plus(share);
        payLines(bucket.fees, wallet.id, share);
      }
    }
    const used = paid.toDecimalPlaces(2);
    payers.push({ id: wallet.id, name: wallet.name, used: used.toFixed(), balanceAfter: wallet.balance.minus(used).toFixed() });
  }
  const credits = payers.reduce((sum, { used }) => sum.plus(used), ZERO);
  return {
    lines: fees.map(({ id, net, credits: shares }) => ({ id, amount: net.toFixed(), credits: shares })),
    wallets: payers,
    subtotal: subtotal.toFixed(),
    tax: tax.toFixed(),
    totalBefore: totalBefore.toFixed(),
    credits: credits.toFixed(),
    total: Decimal.max(totalBefore.minus(credits), 0).toFixed(),
  };
}

/** One wallet's share of a bucket, over the bucket's lines in their order; the last takes what rounding has left. */
function payLines(fees, wallet, amount) {
  let left = amount;
  fees.forEach((fee, index) => {
    const share = index === fees.length - 1 ? left : Decimal.min(left, fee.room);
    if (!share.gt(0)) return;
    fee.room = Decimal.max(fee.room.minus(share), 0);
    left = left.minus(share);
    fee.credits.push({ wallet, amount: share.toFixed() });
  });
}
