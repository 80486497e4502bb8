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

/// The larger balance first; equal ones are left open by the provider, and keep their order here.
pub fn by_balance(a: Decimal, b: Decimal) -> Ordering {
    b.cmp(&a)
}

/// flexprice 38: wallets for usage only, then for fixed prices only, then the rest; the larger balance first.
pub fn payment_order(a: &Payer, b: &Payer) -> Ordering {
    let rank = |payer: &Payer| match payer.price_types {
        PriceTypes {
            usage: true,
            fixed: false,
            all: false,
        } => 0,
        PriceTypes {
            usage: false,
            fixed: true,
            all: false,
        } => 1,
        _ => 2,
    };
    rank(a)
        .cmp(&rank(b))
        .then_with(|| by_balance(a.balance, b.balance))
}

/// flexprice 38 to 40: what each wallet pays, in the order given.
///
/// # Errors
/// `decimal_out_of_range`.
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
    let is_unrestricted = types.all || types == PriceTypes::default();
    let most = if is_unrestricted {
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
