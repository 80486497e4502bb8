//! Which wallets pay how much of an invoice (R-APP).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Status, Wallet};
use crate::profile::LAGO;
use crate::sort::sorted;

/// A fee on an invoice that is being finalized, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub key: FeeKey,
    /// Before coupons and tax, rounded to the minor unit.
    pub amount: Decimal,
    /// Not rounded.
    pub coupons: Decimal,
    /// Not rounded.
    pub taxes: Decimal,
    /// Not rounded.
    pub credit_notes: Decimal,
}

/// An invoice before prepaid credits, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// The currency of its amounts.
    pub currency: Currency,
    /// After coupons, taxes and credit notes (R-APP-3).
    pub total: Decimal,
    /// The lines.
    pub fees: Vec<Fee>,
}

/// What the wallets pay, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// By wallet, not rounded, in paying order; only wallets that pay.
    pub payments: Vec<Payment>,
    /// The sum of the payments, each rounded to the minor unit (R-APP-10).
    pub prepaid: Decimal,
    /// What is left to pay.
    pub total_after: Decimal,
}

/// What one wallet pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The wallet's place among the wallets given.
    pub wallet: usize,
    /// Not rounded.
    pub amount: Decimal,
    /// What leaves the wallet: rounded to the minor unit (R-APP-10).
    pub rounded: Decimal,
    /// By fee key, not rounded.
    pub draws: Vec<(FeeKey, Decimal)>,
}

/// R-APP-2 to R-APP-12: what the wallets pay of an invoice, all in currency units. Open are the order of equal buckets
/// (R-APP-6) and of wallets of one priority that were made at the same time.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::application::{Fee, Invoice, apply};
/// use creditgate::engine::ties::Ties;
/// use creditgate::model::fee_key::FeeKey;
/// use creditgate::wire::field::Field;
/// use creditgate::wire::lago::wallets;
///
/// let list: serde_json::Value = serde_json::from_str(r#"[
///     {"lago_id": "any", "currency": "EUR", "balance_cents": 5000, "priority": 2, "applies_to": {}},
///     {"lago_id": "charges", "currency": "EUR", "balance_cents": 5000, "priority": 1,
///      "applies_to": {"fee_types": ["charge"]}}
/// ]"#)?;
/// let fee = |fee_type: &str, amount: i64| Fee {
///     key: FeeKey::new(fee_type),
///     amount: Decimal::from(amount),
///     coupons: Decimal::ZERO,
///     taxes: Decimal::ZERO,
///     credit_notes: Decimal::ZERO,
/// };
/// let invoice = Invoice {
///     currency: Currency::parse("EUR")?,
///     total: Decimal::from(100),
///     fees: vec![fee("charge", 20), fee("subscription", 80)],
/// };
/// let applied = apply(&wallets(&Field::answer(&list, "wallets"))?, &invoice, Ties::Forward)?;
/// let paid: Vec<_> = applied.payments.iter().map(|payment| (payment.wallet, payment.amount)).collect();
/// assert_eq!(paid, [(1, Decimal::from(20)), (0, Decimal::from(50))]);
/// assert_eq!(applied.total_after, Decimal::from(30), "the money of `charges` is no use here");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply(wallets: &[Wallet], invoice: &Invoice, ties: Ties) -> Result<Application> {
    let places = invoice.currency.lago_exponent();
    let mut buckets = buckets(invoice, ties)?;
    let mut remaining = invoice.total;
    let mut payments = Vec::new();
    for (index, wallet) in payers(wallets, invoice.currency, ties) {
        let mut paid = Decimal::ZERO;
        let mut draws = Vec::new();
        for (key, bucket) in &mut buckets {
            if !bucket.is_positive() || LAGO.admits(wallet, key) != Some(true) {
                continue;
            }
            let share = (*bucket).min(wallet.balance.try_sub(paid)?).min(remaining);
            if share.is_positive() {
                *bucket = bucket.try_sub(share)?;
                remaining = remaining.try_sub(share)?;
                paid = paid.try_add(share)?;
                draws.push(((*key).clone(), share));
            }
        }
        if paid.is_positive() {
            let rounded = paid.round(places, Rounding::HalfAwayFromZero);
            payments.push(Payment {
                wallet: index,
                amount: paid,
                rounded,
                draws,
            });
        }
    }
    let prepaid = Decimal::sum(payments.iter().map(|payment| payment.rounded))?;
    Ok(Application {
        payments,
        prepaid,
        total_after: invoice.total.try_sub(prepaid)?,
    })
}

/// What a preview shows, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What the wallets would pay.
    pub prepaid: Decimal,
    /// What would be left to pay.
    pub total_after: Decimal,
}

impl Application {
    /// R-PREV-2: a preview does not round per wallet but cuts both figures, so that they can miss the invoice's
    /// total by one minor unit. In currency units.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::currency::Currency;
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::application::{Application, Invoice, Payment};
    ///
    /// let paid = Payment { wallet: 0, amount: Decimal::parse("0.68456")?, rounded: Decimal::parse("0.68")?, draws: Vec::new() };
    /// let applied = Application { prepaid: paid.rounded, total_after: Decimal::parse("6.12")?, payments: vec![paid] };
    /// let invoice = Invoice { currency: Currency::parse("EUR")?, total: Decimal::parse("6.8")?, fees: Vec::new() };
    /// let shown = applied.preview(&invoice)?;
    /// assert_eq!((shown.prepaid.to_string(), shown.total_after.to_string()), ("0.68".into(), "6.11".into()));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn preview(&self, invoice: &Invoice) -> Result<Preview> {
        let places = invoice.currency.lago_exponent();
        let sum = Decimal::sum(self.payments.iter().map(|payment| payment.amount))?;
        let left = invoice.total.try_sub(sum)?;
        Ok(Preview {
            prepaid: sum.round(places, Rounding::TowardZero),
            total_after: left.round(places, Rounding::TowardZero),
        })
    }
}

/// R-APP-2.
fn payers(wallets: &[Wallet], currency: Currency, ties: Ties) -> Vec<(usize, &Wallet)> {
    let mut payers: Vec<(usize, &Wallet)> = wallets
        .iter()
        .enumerate()
        .filter(|(_, wallet)| {
            wallet.status == Status::Active
                && wallet.balance.is_positive()
                && wallet.currency == currency
        })
        .collect();
    ties.arrange(&mut payers);
    sorted(&payers, |(_, a), (_, b)| LAGO.order(a, b))
}

/// R-APP-4 to R-APP-7: what may be paid of each fee key, the largest first, equal ones by key.
fn buckets(invoice: &Invoice, ties: Ties) -> Result<Vec<(&FeeKey, Decimal)>> {
    let mut buckets: Vec<(&FeeKey, Decimal)> = Vec::new();
    for fee in &invoice.fees {
        let net = fee.amount.try_sub(fee.coupons)?;
        let cap = net.try_add(fee.taxes)?.try_sub(fee.credit_notes)?;
        if net.is_zero() || !cap.is_positive() {
            continue;
        }
        match buckets.iter_mut().find(|(key, _)| **key == fee.key) {
            Some((_, bucket)) => *bucket = bucket.try_add(cap)?,
            None => buckets.push((&fee.key, cap)),
        }
    }
    let mut buckets = sorted(&buckets, |(a_key, a), (b_key, b)| {
        b.cmp(a).then_with(|| ties.order(a_key.cmp(b_key)))
    });
    let sum = Decimal::sum(buckets.iter().map(|(_, bucket)| *bucket))?;
    let missing = invoice.total.try_sub(sum)?;
    let most = Decimal::from(i64::try_from(buckets.len()).unwrap_or(i64::MAX));
    let exponent = i32::try_from(invoice.currency.lago_exponent()).unwrap_or(0);
    if missing.is_positive()
        && missing <= most.shift(exponent.saturating_neg())?
        && let Some((_, largest)) = buckets.first_mut()
    {
        *largest = largest.try_add(missing)?;
    }
    Ok(buckets)
}
