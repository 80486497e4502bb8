//! Which Flexprice wallets pay an invoice, as credits or as post-paid payment (flexprice 26, 38 to 40).

use core::cmp::Ordering;

use crate::decimal::Decimal;
use crate::engine::real_time::PriceTypes;
use crate::error::Result;

/// A post-paid wallet that may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Currency units.
    pub balance: Decimal,
    /// As configured.
    pub price_types: PriceTypes,
}

/// What lines of each price type amount to, gross, currency units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `USAGE`
    pub usage: Decimal,
    /// `FIXED`, and every other or unknown type (flexprice 39).
    pub fixed: Decimal,
}

/// flexprice 26: the larger balance first; equal ones are left open by the provider, and keep their order here.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::payment::by_balance;
///
/// let mut balances = [5, 20, 10].map(Decimal::from);
/// balances.sort_by(|a, b| by_balance(*a, *b));
/// assert_eq!(balances, [20, 10, 5].map(Decimal::from));
/// ```
pub fn by_balance(a: Decimal, b: Decimal) -> Ordering {
    b.cmp(&a)
}

/// flexprice 38: wallets for usage only, then for fixed prices only, then the rest; the larger balance first.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::payment::{Payer, payment_order};
/// use creditgate::engine::real_time::PriceTypes;
///
/// let payer = |balance: i64, types: &str| Payer {
///     balance: Decimal::from(balance),
///     price_types: PriceTypes::of(types.split(',')),
/// };
/// let mut payers = [payer(90, "ALL"), payer(50, "FIXED"), payer(1, "USAGE"), payer(2, "USAGE")];
/// payers.sort_by(payment_order);
/// assert_eq!(payers.map(|payer| payer.balance), [2, 1, 50, 90].map(Decimal::from));
/// ```
pub fn payment_order(a: &Payer, b: &Payer) -> Ordering {
    let rank = |payer: &Payer| match payer.price_types {
        PriceTypes {
            usage: true,
            fixed: false,
            all: false,
            ..
        } => 0,
        PriceTypes {
            usage: false,
            fixed: true,
            all: false,
            ..
        } => 1,
        _ => 2,
    };
    rank(a)
        .cmp(&rank(b))
        .then_with(|| by_balance(a.balance, b.balance))
}

/// flexprice 38 to 40: what each wallet pays of an invoice, currency units, in the order given. One that may pay only
/// some types is not held to what remains (flexprice 39).
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::payment::{Payer, Typed, pay};
/// use creditgate::engine::real_time::PriceTypes;
///
/// let payer = |types: &str| Payer { balance: Decimal::from(100), price_types: PriceTypes::of([types]) };
/// let typed = Typed { usage: Decimal::from(30), fixed: Decimal::from(50) };
/// let paid = pay(&[payer("USAGE"), payer("ALL")], Decimal::from(80), typed)?;
/// assert_eq!(paid, [30, 50].map(Decimal::from));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn pay(payers: &[Payer], amount_remaining: Decimal, typed: Typed) -> Result<Vec<Decimal>> {
    let mut remaining = amount_remaining;
    let mut unpaid = typed;
    let mut payments = Vec::with_capacity(payers.len());
    for payer in payers {
        let payable = if remaining.is_positive() {
            payable(payer, remaining, unpaid)?
        } else {
            Decimal::ZERO
        };
        remaining = remaining.try_sub(payable)?;
        // flexprice 39: usage first, whoever paid.
        let of_usage = payable.min(unpaid.usage);
        unpaid.usage = unpaid.usage.try_sub(of_usage)?;
        unpaid.fixed = unpaid.fixed.try_sub(payable.try_sub(of_usage)?)?.or_zero();
        payments.push(payable);
    }
    Ok(payments)
}

fn payable(payer: &Payer, remaining: Decimal, unpaid: Typed) -> Result<Decimal> {
    let types = payer.price_types;
    let most = if types.is_unrestricted() {
        remaining
    } else {
        let usage = if types.usage {
            unpaid.usage
        } else {
            Decimal::ZERO
        };
        let fixed = if types.fixed {
            unpaid.fixed
        } else {
            Decimal::ZERO
        };
        usage.try_add(fixed)?
    };
    Ok(most.min(payer.balance).or_zero())
}
