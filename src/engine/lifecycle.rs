//! How Lago wallets, their purchases and their recredits come and go (R-EXP, R-TX, R-VOIDINV, R-CN, R-NEW).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::application::{self, Fee, Invoice};
use crate::engine::balance::Settled;
use crate::engine::consumption::TransactionStatus;
use crate::engine::conversion::{lago_from_credits, lago_rounds_to_zero};
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Status, Wallet};
use crate::time::Timestamp;

/// R-EXP-1: whether the hourly job terminates a wallet; times are compared to the second.
///
/// ```
/// use creditgate::engine::lifecycle::job_terminates;
/// use creditgate::model::wallet::Status;
/// use creditgate::time::Timestamp;
///
/// let at = |now| job_terminates(Status::Active, Some(Timestamp(2_900)), Timestamp(now));
/// assert!(!at(1_999) && at(2_000), "in the second of its expiry");
/// ```
pub fn job_terminates(status: Status, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    let second = |instant: Timestamp| instant.0.div_euclid(1000);
    let has_expired = expires_at.is_some_and(|expiry| second(expiry) <= second(now));
    status == Status::Active && has_expired
}

/// R-EXP-3: what a wallet pays of an invoice, both in the same unit: nothing looks at its expiry, only at its status.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::lifecycle::applied;
/// use creditgate::model::wallet::Status;
///
/// let (balance, total) = (Decimal::from(30), Decimal::from(50));
/// assert_eq!(applied(Status::Active, balance, total), balance);
/// assert_eq!(applied(Status::Inactive, balance, total), Decimal::ZERO);
/// ```
pub fn applied(status: Status, balance: Decimal, total: Decimal) -> Decimal {
    match status {
        Status::Active => balance.min(total).or_zero(),
        Status::Inactive => Decimal::ZERO,
    }
}

/// R-APP-1: whether wallets pay invoices of a type at all. Invoices of charges paid in advance are of the type
/// `subscription`; those that are `one_off`, `credit`, `add_on` or `advance_charges` take no credits.
///
/// ```
/// use creditgate::engine::lifecycle::takes_credits;
///
/// assert!(takes_credits("subscription") && takes_credits("progressive_billing"));
/// assert!(!takes_credits("one_off") && !takes_credits("credit"));
/// ```
pub fn takes_credits(invoice_type: &str) -> bool {
    matches!(invoice_type, "subscription" | "progressive_billing")
}

/// R-NEW-3: whether a new wallet is topped up by a job.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::lifecycle::has_initial_top_up;
///
/// assert!(has_initial_top_up(Decimal::ZERO, Decimal::ONE));
/// assert!(!has_initial_top_up(Decimal::ZERO, Decimal::ZERO));
/// ```
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

/// R-VOIDINV-1: gives credits back that an invoice had taken, at a rate in currency units per credit.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::balance::Settled;
/// use creditgate::engine::lifecycle::{Recredit, recredit};
/// use creditgate::model::wallet::Status;
///
/// let euro = Currency::parse("EUR")?;
/// let give = |status, credits| recredit(status, Settled::default(), Decimal::ONE, euro, Decimal::parse(credits)?);
/// assert!(matches!(give(Status::Active, "5")?, Recredit::Done(wallet) if wallet.balance == Decimal::from(5)));
/// assert_eq!(give(Status::Active, "0.004")?, Recredit::Nothing);
/// assert_eq!(give(Status::Inactive, "5")?, Recredit::Refused);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
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
///
/// ```
/// use creditgate::engine::consumption::TransactionStatus::{Failed, Pending, Settled};
/// use creditgate::engine::lifecycle::after_payment;
///
/// assert_eq!(after_payment(Pending, false, false), (Failed, false));
/// assert_eq!(after_payment(Failed, true, false), (Settled, true));
/// assert_eq!(after_payment(Settled, false, false), (Settled, false));
/// ```
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

/// R-TX-1: the invoice of a purchase: one fee of the type `credit`, without tax and without coupons.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::lifecycle::credit_invoice;
///
/// let invoice = credit_invoice(Decimal::from(10), Decimal::from(5), Currency::parse("EUR")?)?;
/// assert_eq!(invoice.total, Decimal::from(50));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn credit_invoice(credits: Decimal, rate: Decimal, currency: Currency) -> Result<Invoice> {
    let price = lago_from_credits(credits, rate, currency, true)?.amount;
    let fee = Fee {
        key: FeeKey::new("credit"),
        amount: price,
        coupons: Decimal::ZERO,
        taxes: Decimal::ZERO,
        credit_notes: Decimal::ZERO,
    };
    Ok(Invoice {
        currency,
        total: price,
        fees: vec![fee],
    })
}

/// Where the invoice of a purchase stands (R-TX-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditInvoiceStatus {
    /// Issued.
    Finalized,
    /// Held back, and invisible, until it is paid.
    Open,
}

/// R-TX-2: the status of a purchase's invoice. Whether it waits for its payment is said by the transaction, or by the
/// recurring rule that makes it (`own`), else by the wallet; without a premium licence none waits.
///
/// ```
/// use creditgate::engine::lifecycle::{CreditInvoiceStatus, credit_invoice_status};
///
/// let status = |own, is_paid| credit_invoice_status(true, true, own, is_paid);
/// assert_eq!(status(None, false), CreditInvoiceStatus::Open);
/// assert_eq!(status(None, true), CreditInvoiceStatus::Finalized);
/// assert_eq!(status(Some(false), false), CreditInvoiceStatus::Finalized);
/// ```
pub fn credit_invoice_status(
    is_premium: bool,
    wallet: bool,
    own: Option<bool>,
    is_paid: bool,
) -> CreditInvoiceStatus {
    let requires_payment = is_premium && own.unwrap_or(wallet);
    if requires_payment && !is_paid {
        CreditInvoiceStatus::Open
    } else {
        CreditInvoiceStatus::Finalized
    }
}

/// R-CN-1: how much of a top-up a credit note may refund, in the unit of its arguments.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::lifecycle::refundable;
/// use creditgate::model::wallet::Status;
///
/// let (balance, remaining) = (Decimal::from(90), Some(Decimal::from(40)));
/// assert_eq!(refundable(Status::Active, balance, true, remaining), Decimal::from(40));
/// assert_eq!(refundable(Status::Active, balance, true, None), Decimal::ZERO);
/// assert_eq!(refundable(Status::Active, balance, false, remaining), balance);
/// ```
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

/// R-VOIDINV-2: a wallet's balance after such an invoice has taken from it, and after its payment has failed, currency
/// units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::lifecycle::{ActivationInvoice, failed_activation};
/// use creditgate::wire::field::Field;
/// use creditgate::wire::lago::wallets;
///
/// let list: serde_json::Value = serde_json::from_str(
///     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 5000, "applies_to": {}}]"#,
/// )?;
/// let invoice = ActivationInvoice {
///     plan: Decimal::from(30),
///     coupon: Decimal::from(10),
///     credit_note: Decimal::from(4),
///     tax_rate: Decimal::from(20),
/// };
/// let balances = failed_activation(&wallets(&Field::answer(&list, "wallets"))?[0], &invoice)?;
/// assert_eq!(balances, (Decimal::from(30), Decimal::from(50)), "(30 - 10) x 1.2 - 4 = 20");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    let applied = application::apply(core::slice::from_ref(wallet), &invoice, Ties::Forward)?;
    let after_invoice = wallet.balance.try_sub(applied.prepaid)?;
    let restored = match wallet.status {
        Status::Active => after_invoice.try_add(applied.prepaid)?,
        Status::Inactive => after_invoice,
    };
    Ok((after_invoice, restored))
}
