//! Flexprice's real-time balance: what is left of a wallet after usage that is not invoiced or not paid
//! (flexprice, section 3.2).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::flexprice_credits;
use crate::error::Result;
use crate::model::wallet::{Kind, Status};
use crate::time::Timestamp;

/// What a wallet may pay for, as its configuration says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceTypes {
    /// `USAGE`
    pub usage: bool,
    /// `FIXED`
    pub fixed: bool,
    /// `ALL`
    pub all: bool,
    /// A type that is none of these: it allows nothing, but the list is not empty.
    pub other: bool,
}

impl PriceTypes {
    /// The types of a list (flexprice, section 1.1).
    ///
    /// ```
    /// use creditgate::engine::real_time::PriceTypes;
    ///
    /// assert!(PriceTypes::of(["ALL"]).all);
    /// assert!(PriceTypes::of([]).is_unrestricted() && !PriceTypes::of(["OTHER"]).is_unrestricted());
    /// ```
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut types = Self::default();
        for name in names {
            match name {
                "USAGE" => types.usage = true,
                "FIXED" => types.fixed = true,
                "ALL" => types.all = true,
                _ => types.other = true,
            }
        }
        types
    }

    /// Whether there is no type at all, or `ALL` of them (flexprice 39).
    ///
    /// ```
    /// use creditgate::engine::real_time::PriceTypes;
    ///
    /// assert!(PriceTypes::of([]).is_unrestricted());
    /// assert!(!PriceTypes::of(["USAGE", "FIXED"]).is_unrestricted());
    /// ```
    pub fn is_unrestricted(self) -> bool {
        self.all || self == Self::default()
    }
}

/// The wallet whose balance is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Whether it is active.
    pub status: Status,
    /// Prepaid or post-paid.
    pub kind: Kind,
    /// Settled money, currency units.
    pub balance: Decimal,
    /// Currency units per credit.
    pub rate: Decimal,
    /// As configured; none at all counts usage, as `USAGE` does (flexprice 6).
    pub price_types: PriceTypes,
}

/// An invoice of the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its currency.
    pub currency: Currency,
    /// `DRAFT`, `FINALIZED`, ...
    pub status: InvoiceStatus,
    /// Whether its payment status is `SUCCEEDED`.
    pub is_paid: bool,
    /// The end of the period it bills.
    pub period_end: Option<Timestamp>,
    /// Currency units.
    pub amount_paid: Decimal,
    /// Currency units.
    pub amount_remaining: Decimal,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What matters of an invoice's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Not finalised yet.
    Draft,
    /// Finalised.
    Finalized,
    /// Anything else: not counted.
    Other,
}

/// A line of an invoice, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether the price type is `USAGE`; any other, or none, counts as fixed.
    pub is_usage: bool,
    /// Before credits and discounts.
    pub amount: Decimal,
    /// Credits that paid some of it.
    pub prepaid_credits_applied: Decimal,
    /// Discount on the line. Invoice-level discounts are not subtracted (flexprice 10).
    pub line_item_discount: Decimal,
}

/// What a customer owes, currency units (flexprice 7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpaid {
    /// Places of the unpaid invoices among those given.
    pub invoices: Vec<usize>,
    /// Sum of the amounts remaining.
    pub remaining: Decimal,
    /// Sum of the usage lines, net of credits and line discounts.
    pub usage_charges: Decimal,
    /// Sum of the other lines.
    pub fixed_charges: Decimal,
    /// Sum of the amounts paid.
    pub paid: Decimal,
}

/// flexprice 7: the customer's unpaid invoices in a currency, currency units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::real_time::{Invoice, InvoiceStatus, Line, unpaid};
/// use creditgate::time::Timestamp;
///
/// let usd = Currency::parse("usd")?;
/// let line = |is_usage, amount: i64| Line {
///     is_usage,
///     amount: Decimal::from(amount),
///     prepaid_credits_applied: Decimal::ZERO,
///     line_item_discount: Decimal::ZERO,
/// };
/// let invoice = |status| Invoice {
///     currency: usd,
///     status,
///     is_paid: false,
///     period_end: Some(Timestamp(1000)),
///     amount_paid: Decimal::ZERO,
///     amount_remaining: Decimal::from(150),
///     lines: vec![line(true, 115), line(false, 35)],
/// };
/// let invoices = [invoice(InvoiceStatus::Finalized), invoice(InvoiceStatus::Draft)];
/// let owed = unpaid(&invoices, usd, Timestamp(999))?;
/// assert_eq!(owed.invoices, [0], "the draft's period has not ended");
/// assert_eq!((owed.usage_charges, owed.fixed_charges), (Decimal::from(115), Decimal::from(35)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn unpaid(invoices: &[Invoice], currency: Currency, now: Timestamp) -> Result<Unpaid> {
    let mut unpaid = Unpaid::default();
    for (index, invoice) in invoices.iter().enumerate() {
        if !counts(invoice, currency, now) {
            continue;
        }
        unpaid.invoices.push(index);
        unpaid.remaining = unpaid.remaining.try_add(invoice.amount_remaining)?;
        unpaid.paid = unpaid.paid.try_add(invoice.amount_paid)?;
        for line in &invoice.lines {
            if line.is_usage {
                let net = line
                    .amount
                    .try_sub(line.prepaid_credits_applied)?
                    .try_sub(line.line_item_discount)?;
                unpaid.usage_charges = unpaid.usage_charges.try_add(net)?;
            } else {
                unpaid.fixed_charges = unpaid.fixed_charges.try_add(line.amount)?;
            }
        }
    }
    Ok(unpaid)
}

fn counts(invoice: &Invoice, currency: Currency, now: Timestamp) -> bool {
    let billable = match invoice.status {
        InvoiceStatus::Finalized => true,
        InvoiceStatus::Draft => invoice.period_end.is_none_or(|end| end <= now),
        InvoiceStatus::Other => false,
    };
    billable
        && invoice.currency == currency
        && !invoice.amount_remaining.is_zero()
        && !invoice.is_paid
}

/// What a wallet's answer shows, currency units unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealTime {
    /// Balance less pending usage. May be negative.
    pub balance: Decimal,
    /// The same in credits, 16 places.
    pub credit_balance: Decimal,
    /// All pending charges.
    pub current_period_usage: Decimal,
    /// Unpaid usage charges, gross of payments; absent for a wallet that is not active.
    pub unpaid_invoices_amount: Option<Decimal>,
}

/// flexprice 6, 10, 12, 48: the real-time balance of one wallet, from the usage of the running period and what is
/// unpaid, both in currency units.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::real_time::{PriceTypes, Unpaid, Wallet, real_time};
/// use creditgate::model::wallet::{Kind, Status};
///
/// let wallet = Wallet {
///     status: Status::Active,
///     kind: Kind::Prepaid,
///     balance: Decimal::from(100),
///     rate: Decimal::from(2),
///     price_types: PriceTypes::of(["USAGE"]),
/// };
/// let unpaid = Unpaid { usage_charges: Decimal::from(40), paid: Decimal::from(10), ..Unpaid::default() };
/// let shown = real_time(wallet, Decimal::from(90), &unpaid)?;
/// assert_eq!(shown.current_period_usage, Decimal::from(120));
/// assert_eq!((shown.balance, shown.credit_balance), (Decimal::from(-20), Decimal::from(-10)), "no floor");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn real_time(wallet: Wallet, current_usage: Decimal, unpaid: &Unpaid) -> Result<RealTime> {
    let zero = Decimal::ZERO;
    if wallet.status != Status::Active {
        return Ok(RealTime {
            balance: zero,
            credit_balance: zero,
            current_period_usage: zero,
            unpaid_invoices_amount: None,
        });
    }
    let (pending, unpaid_amount) = match wallet.kind {
        Kind::Postpaid => (zero, zero),
        Kind::Prepaid => (
            pending(wallet.price_types, current_usage, unpaid)?,
            unpaid.usage_charges,
        ),
    };
    let balance = wallet.balance.try_sub(pending)?;
    Ok(RealTime {
        balance,
        credit_balance: flexprice_credits(balance, wallet.rate)?,
        current_period_usage: pending,
        unpaid_invoices_amount: Some(unpaid_amount),
    })
}

fn pending(types: PriceTypes, current_usage: Decimal, unpaid: &Unpaid) -> Result<Decimal> {
    let counts_usage = types.is_unrestricted() || types.usage;
    let owed = if types.all || types.fixed {
        unpaid.remaining
    } else {
        unpaid.usage_charges.try_sub(unpaid.paid)?
    };
    if counts_usage {
        current_usage.try_add(owed)
    } else {
        Ok(owed)
    }
}

/// This SDK's own rule over flexprice 5 and 6: what is left of a real-time balance after usage that it may not contain
/// yet and a cost, currency units. Not below zero means covered.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::real_time::remaining;
///
/// let left = remaining(Decimal::from(10), Decimal::from(4), Decimal::from(6))?;
/// assert!(!left.is_negative(), "covered to the last cent");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn remaining(real_time_balance: Decimal, unsynced: Decimal, cost: Decimal) -> Result<Decimal> {
    real_time_balance.try_sub(unsynced)?.try_sub(cost)
}
