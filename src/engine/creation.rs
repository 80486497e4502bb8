//! How a Flexprice wallet is made: what a request must say, what it gets by default, and which other wallet stands
//! in its way (flexprice, sections 1.3, 1.7 and 2.1).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::alert_state::Settings;
use crate::engine::ledger::{Balances, Direction, Rates, after};
use crate::engine::precision::stored_rate;
use crate::engine::real_time::PriceTypes;
use crate::error::Result;
use crate::model::wallet::{Kind, Status};
use crate::time::Timestamp;

/// A request for a wallet, as the facts that decide. A field of which the outer `Option` is `None` is not given;
/// one whose inner `Option` is `None` is given and not readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewWallet {
    /// Whether it names a customer, by either id.
    pub names_customer: bool,
    /// `None`: not given, or not three letters.
    pub currency: Option<Currency>,
    /// Given, the type: `PRE_PAID` or `POST_PAID`. `PROMOTIONAL` exists no longer (section 7).
    pub kind: Option<Option<Kind>>,
    /// Currency units per credit, spending.
    pub conversion_rate: Option<Decimal>,
    /// Currency units per credit, buying.
    pub top_up_rate: Option<Decimal>,
    /// Credits to start with, as a free grant.
    pub initial_credits: Option<Decimal>,
    /// When these expire.
    pub initial_expiry: Option<Option<Timestamp>>,
    /// When to warn.
    pub alerts: Option<Settings>,
    /// When to top up.
    pub auto_top_up: Option<NewAutoTopUp>,
}

/// An automatic top-up as asked for. On creation all but the cooldown must be given (section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAutoTopUp {
    /// Credits.
    pub threshold: Option<Decimal>,
    /// Credits.
    pub amount: Option<Decimal>,
    /// By invoice, or directly.
    pub invoicing: Option<bool>,
    /// Given, its length in seconds; `None` for one that is none.
    pub cooldown: Option<Option<i64>>,
}

/// What is wrong with a request, as field and reason in words; none for a good one. Flexprice answers each with
/// `validation_error` (section 2.1).
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::creation::{NewWallet, problems};
/// use creditgate::time::Timestamp;
///
/// let wallet = NewWallet {
///     names_customer: true,
///     currency: Some(Currency::parse("usd")?),
///     kind: None,
///     conversion_rate: Some(Decimal::ZERO),
///     top_up_rate: None,
///     initial_credits: None,
///     initial_expiry: None,
///     alerts: None,
///     auto_top_up: None,
/// };
/// assert_eq!(problems(&wallet, Timestamp(0)), [("conversion_rate", "must be above zero")]);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn problems(wallet: &NewWallet, now: Timestamp) -> Vec<(&'static str, &'static str)> {
    let mut problems = Vec::new();
    let mut unless = |holds: bool, field, why| {
        if !holds {
            problems.push((field, why));
        }
    };
    let is_positive = |value: Option<Decimal>| value.is_none_or(Decimal::is_positive);
    unless(
        wallet.names_customer,
        "customer_id",
        "is required, or `external_customer_id`",
    );
    unless(
        wallet.currency.is_some(),
        "currency",
        "must be a code of three letters",
    );
    unless(
        wallet.kind != Some(None),
        "wallet_type",
        "must be PRE_PAID or POST_PAID",
    );
    unless(
        is_positive(wallet.conversion_rate),
        "conversion_rate",
        "must be above zero",
    );
    unless(
        is_positive(wallet.top_up_rate),
        "topup_conversion_rate",
        "must be above zero",
    );
    unless(
        wallet
            .initial_credits
            .is_none_or(|credits| !credits.is_negative()),
        "initial_credits_to_load",
        "must not be negative",
    );
    unless(
        wallet
            .initial_expiry
            .is_none_or(|expiry| expiry.is_some_and(|expiry| expiry > now)),
        "initial_credits_to_load_expiry_date",
        "must be a time in the future",
    );
    unless(
        wallet.alerts.is_none_or(|alerts| alerts.is_valid()),
        "alert_settings",
        "enabled alerts need thresholds in order of gravity, of one condition",
    );
    if let Some(auto) = wallet.auto_top_up {
        unless(
            auto.threshold.is_some(),
            "auto_topup.threshold",
            "is required",
        );
        unless(auto.amount.is_some(), "auto_topup.amount", "is required");
        unless(
            is_positive(auto.amount),
            "auto_topup.amount",
            "must be above zero",
        );
        unless(
            auto.invoicing.is_some(),
            "auto_topup.invoicing",
            "is required",
        );
        unless(
            auto.cooldown != Some(None),
            "auto_topup.cooldown",
            "must be a whole number of seconds, minutes, hours or days",
        );
    }
    problems
}

/// Which wallets of one customer exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Active ones of one currency and type: what the server does (section 2.1).
    CurrencyAndKind,
    /// Active ones of one currency: what its guide says.
    Currency,
}

/// Whether a wallet of the customer excludes the new one: `already_exists`, 409 (section 2.1).
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::engine::creation::{Uniqueness, conflicts};
/// use creditgate::model::wallet::{Kind, Status};
///
/// let usd = Currency::parse("usd")?;
/// let existing = [(usd, Kind::Postpaid, Status::Active)];
/// assert!(!conflicts(&existing, usd, Kind::Prepaid, Uniqueness::CurrencyAndKind));
/// assert!(conflicts(&existing, usd, Kind::Prepaid, Uniqueness::Currency), "as its guide says");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn conflicts(
    existing: &[(Currency, Kind, Status)],
    currency: Currency,
    kind: Kind,
    uniqueness: Uniqueness,
) -> bool {
    existing.iter().any(|(of_currency, of_kind, status)| {
        *status == Status::Active
            && *of_currency == currency
            && (uniqueness == Uniqueness::Currency || *of_kind == kind)
    })
}

/// How a wallet comes by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// After its type and currency, whatever the request says: what the server does (section 2.1).
    KindAndCurrency,
    /// As the request says, else "Prepaid Wallet": what its guide says.
    Given,
}

/// The name of a new wallet.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::engine::creation::{Naming, name};
/// use creditgate::model::wallet::Kind;
///
/// let dollars = Currency::parse("usd")?;
/// let name = |naming| name(Some("Launch"), Kind::Prepaid, dollars, naming);
/// assert_eq!(name(Naming::Given), "Launch");
/// assert_eq!(name(Naming::KindAndCurrency), "Prepaid Wallet - USD");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn name(given: Option<&str>, kind: Kind, currency: Currency, naming: Naming) -> String {
    let label = match kind {
        Kind::Prepaid => "Prepaid Wallet",
        Kind::Postpaid => "Postpaid Wallet",
    };
    match (naming, given) {
        (Naming::KindAndCurrency, _) => [label, " - ", currency.code()].concat(),
        (Naming::Given, Some(given)) => given.to_owned(),
        (Naming::Given, None) => label.to_owned(),
    }
}

/// A wallet that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// As named after its type and currency, which a request cannot change (section 2.1).
    pub name: String,
    /// Post-paid, or by default pre-paid.
    pub kind: Kind,
    /// As stored, with 5 decimal places (section 1.7).
    pub rates: Rates,
    /// What it may pay: usage alone where it is pre-paid, all where it is post-paid, whatever the request says.
    pub price_types: PriceTypes,
    /// With the initial credits, which arrive at once.
    pub balances: Balances,
    /// When the initial credits expire.
    pub expiry: Option<Timestamp>,
}

/// Makes a wallet from a request without [`problems`], with the defaults of section 2.1: post-paid only where asked
/// for, a rate of one, and for buying the rate of spending. The initial credits arrive at once, as a free grant
/// (flexprice 50).
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::creation::{NewWallet, create};
///
/// let wallet = NewWallet {
///     names_customer: true,
///     currency: None,
///     kind: None,
///     conversion_rate: Some(Decimal::parse("0.5")?),
///     top_up_rate: None,
///     initial_credits: Some(Decimal::from(10)),
///     initial_expiry: None,
///     alerts: None,
///     auto_top_up: None,
/// };
/// let created = create(&wallet, Currency::parse("usd")?)?;
/// assert_eq!(created.name, "Prepaid Wallet - USD");
/// assert_eq!(created.balances.balance, Decimal::from(5));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn create(wallet: &NewWallet, currency: Currency) -> Result<Created> {
    let kind = wallet.kind.flatten().unwrap_or(Kind::Prepaid);
    let conversion = wallet.conversion_rate.unwrap_or(Decimal::ONE);
    let rates = Rates {
        conversion: stored_rate(conversion),
        top_up: stored_rate(wallet.top_up_rate.unwrap_or(conversion)),
    };
    let credits = wallet.initial_credits.unwrap_or_default();
    let price_type = match kind {
        Kind::Prepaid => "USAGE",
        Kind::Postpaid => "ALL",
    };
    Ok(Created {
        name: name(None, kind, currency, Naming::KindAndCurrency),
        kind,
        rates,
        price_types: PriceTypes::of([price_type]),
        balances: after(Direction::Credit, rates, Decimal::ZERO, credits)?,
        expiry: wallet.initial_expiry.flatten(),
    })
}
