//! How Lago wallets, their purchases and their recredits come and go (R-EXP, R-TX, R-VOIDINV, R-CN, R-NEW).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::application::{self, Fee, Invoice};
use crate::engine::balance::Settled;
use crate::engine::consumption::TransactionStatus;
use crate::engine::conversion::{lago_from_credits, lago_rounds_to_zero};
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Status, Wallet};
use crate::time::Timestamp;

/// R-EXP-1: whether the hourly job terminates a wallet; times are compared to the second.
pub fn job_terminates(status: Status, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    let second = |instant: Timestamp| instant.0.div_euclid(1000);
    let has_expired = expires_at.is_some_and(|expiry| second(expiry) <= second(now));
    status == Status::Active && has_expired
}

/// R-EXP-3: what a wallet pays of an invoice: nothing looks at its expiry, only at its status.
pub fn applied(status: Status, balance: Decimal, total: Decimal) -> Decimal {
    match status {
        Status::Active => balance.min(total).or_zero(),
        Status::Inactive => Decimal::ZERO,
    }
}

/// R-APP-1: whether wallets pay invoices of a type at all.
pub fn takes_credits(invoice_type: &str) -> bool {
    !matches!(
        invoice_type,
        "one_off" | "credit" | "add_on" | "advance_charges"
    )
}

/// R-NEW-3: whether a new wallet is topped up by a job.
pub fn has_initial_top_up(paid: Decimal, granted: Decimal) -> bool {
    paid.is_positive() || granted.is_positive()
}

/// What comes of recrediting an outbound transaction (R-VOIDINV-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recredit {
    /// The wallet is not active.
    Refused,
    /// Worth nothing in money: no transaction.
    Nothing,
    /// A settled, granted inbound transaction, and the wallet after it.
    Done(Settled),
}

/// R-VOIDINV-1: gives credits back that an invoice had taken.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
pub fn recredit(
    status: Status,
    wallet: Settled,
    rate: Decimal,
    currency: Currency,
    credits: Decimal,
) -> Result<Recredit> {
    if status != Status::Active {
        return Ok(Recredit::Refused);
    }
    if !credits.is_positive() || lago_rounds_to_zero(credits, rate, currency)? {
        return Ok(Recredit::Nothing);
    }
    let given = lago_from_credits(credits, rate, currency, true)?;
    wallet.recredited(given).map(Recredit::Done)
}

/// R-TX-3, R-TX-4: a purchase after the outcome of its invoice, and whether its amount enters the balance. A
/// failed one can still settle, a settled one never fails.
pub fn after_payment(
    status: TransactionStatus,
    succeeded: bool,
    settled_by_credit_note: bool,
) -> (TransactionStatus, bool) {
    match status {
        TransactionStatus::Settled => (TransactionStatus::Settled, false),
        _ if succeeded && !settled_by_credit_note => (TransactionStatus::Settled, true),
        _ => (TransactionStatus::Failed, false),
    }
}

/// R-CN-1: how much of a top-up a credit note may refund.
pub fn refundable(
    status: Status,
    balance: Decimal,
    traceable: bool,
    remaining: Option<Decimal>,
) -> Decimal {
    match status {
        Status::Inactive => Decimal::ZERO,
        Status::Active if traceable => remaining.unwrap_or_default(),
        Status::Active => balance,
    }
}

/// The invoice of a subscription that starts once it is paid, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivationInvoice {
    /// Before coupons and tax.
    pub plan: Decimal,
    /// Before tax.
    pub coupon: Decimal,
    /// After tax.
    pub credit_note: Decimal,
    /// Per cent.
    pub tax_rate: Decimal,
}

/// R-VOIDINV-2: a wallet's balance after such an invoice has taken from it, and after its payment has failed.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn failed_activation(
    wallet: &Wallet,
    invoice: &ActivationInvoice,
) -> Result<(Decimal, Decimal)> {
    let net = invoice.plan.try_sub(invoice.coupon)?.or_zero();
    let tax = net.try_mul(invoice.tax_rate)?.shift(-2)?;
    let rounded = tax.round(wallet.currency.lago_exponent(), Rounding::HalfAwayFromZero);
    let total = net
        .try_add(rounded)?
        .try_sub(invoice.credit_note)?
        .or_zero();
    let fee = Fee {
        key: FeeKey::new("subscription"),
        amount: net,
        coupons: Decimal::ZERO,
        taxes: tax,
        credit_notes: invoice.credit_note,
    };
    let invoice = Invoice {
        currency: wallet.currency,
        total,
        fees: vec![fee],
    };
    let applied = application::apply(core::slice::from_ref(wallet), &invoice)?;
    let after_invoice = wallet.balance.try_sub(applied.prepaid)?;
    let restored = match wallet.status {
        Status::Active => after_invoice.try_add(applied.prepaid)?,
        Status::Inactive => after_invoice,
    };
    Ok((after_invoice, restored))
}
