//! Top-ups of a Flexprice wallet: which are accepted, when their credits arrive, what comes on top
//! (flexprice, sections 2.2 and 3.11).

use crate::decimal::Decimal;
use crate::engine::bonus::{self, Slab};
use crate::error::Result;
use crate::time::Timestamp;

/// Why credits are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `FREE_CREDIT_GRANT`
    FreeGrant,
    /// `PURCHASED_CREDIT_INVOICED`
    Invoiced,
    /// `PURCHASED_CREDIT_DIRECT`
    Direct,
    /// `SUBSCRIPTION_CREDIT_GRANT`
    SubscriptionGrant,
    /// `CREDIT_NOTE`
    CreditNote,
    /// `INVOICE_VOID_REFUND`
    VoidRefund,
}

impl Reason {
    /// The reason of a name; `None` for one that a top-up may not give (section 2.2).
    ///
    /// ```
    /// use creditgate::engine::purchase::Reason;
    ///
    /// assert_eq!(Reason::named("PURCHASED_CREDIT_DIRECT"), Some(Reason::Direct));
    /// assert_eq!(Reason::named("PURCHASED_CREDIT_BONUS"), None, "made by the provider alone");
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "FREE_CREDIT_GRANT" => Self::FreeGrant,
            "PURCHASED_CREDIT_INVOICED" => Self::Invoiced,
            "PURCHASED_CREDIT_DIRECT" => Self::Direct,
            "SUBSCRIPTION_CREDIT_GRANT" => Self::SubscriptionGrant,
            "CREDIT_NOTE" => Self::CreditNote,
            "INVOICE_VOID_REFUND" => Self::VoidRefund,
            _ => return None,
        })
    }

    /// Whether the credits were bought, so that a bonus may come with them (flexprice 51).
    ///
    /// ```
    /// use creditgate::engine::purchase::Reason;
    ///
    /// assert!(Reason::Invoiced.is_purchase() && Reason::Direct.is_purchase());
    /// assert!(!Reason::CreditNote.is_purchase());
    /// ```
    pub fn is_purchase(self) -> bool {
        matches!(self, Self::Invoiced | Self::Direct)
    }

    /// Whether the top-up makes an invoice (flexprice 50).
    pub fn makes_invoice(self) -> bool {
        self == Self::Invoiced
    }
}

/// A top-up as asked for. Money and credits as in the request: credits above zero win where both are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Credits to add.
    pub credits: Option<Decimal>,
    /// Currency units to add, at the top-up rate.
    pub amount: Option<Decimal>,
    /// `None` for a name that is none.
    pub reason: Option<Reason>,
    /// When the credits expire.
    pub expiry: Option<Timestamp>,
    /// Lower is consumed first.
    pub priority: Option<i64>,
    /// Credits on top.
    pub bonus: Option<Decimal>,
    /// When those expire.
    pub bonus_expiry: Option<Timestamp>,
    /// Whether a payment page is asked for; it then needs a payment provider.
    pub checkout: Option<Checkout>,
}

/// A payment page for a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// Whether the request names a payment provider.
    pub names_provider: bool,
}

/// What is wrong with a top-up, as field and reason in words; none for a good one. Flexprice answers each with
/// `validation_error` (section 2.2).
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::purchase::{Reason, TopUp, problems};
/// use creditgate::time::Timestamp;
///
/// let top_up = TopUp {
///     credits: Some(Decimal::from(10)),
///     amount: None,
///     reason: Reason::named("PURCHASED_CREDIT"),
///     expiry: None,
///     priority: Some(0),
///     bonus: None,
///     bonus_expiry: None,
///     checkout: None,
/// };
/// let fields: Vec<_> = problems(&top_up, Timestamp(0)).into_iter().map(|(field, _)| field).collect();
/// assert_eq!(fields, ["transaction_reason"]);
/// ```
pub fn problems(top_up: &TopUp, now: Timestamp) -> Vec<(&'static str, &'static str)> {
    let mut problems = Vec::new();
    let mut unless = |holds: bool, field, why| {
        if !holds {
            problems.push((field, why));
        }
    };
    let is_positive = |value: Option<Decimal>| value.is_none_or(Decimal::is_positive);
    let is_future = |at: Option<Timestamp>| at.is_none_or(|at| at > now);
    let is_given = |value: Option<Decimal>| value.is_some_and(Decimal::is_positive);
    unless(
        is_given(top_up.credits) || is_given(top_up.amount),
        "credits_to_add",
        "must be above zero, or `amount`",
    );
    unless(
        top_up.credits.is_none_or(|credits| !credits.is_negative()),
        "credits_to_add",
        "must not be negative",
    );
    unless(
        top_up.reason.is_some(),
        "transaction_reason",
        "is not a reason for a top-up",
    );
    unless(
        is_future(top_up.expiry),
        "expiry_date_utc",
        "must be in the future",
    );
    unless(
        top_up.priority.is_none_or(|priority| priority >= 0),
        "priority",
        "must not be negative",
    );
    unless(
        is_positive(top_up.bonus),
        "bonus_credits_to_add",
        "must be above zero",
    );
    unless(
        is_future(top_up.bonus_expiry),
        "bonus_credits_expiry_date_utc",
        "must be in the future",
    );
    if let Some(checkout) = top_up.checkout {
        unless(
            top_up.reason == Some(Reason::Invoiced),
            "checkout",
            "needs the reason PURCHASED_CREDIT_INVOICED",
        );
        unless(
            checkout.names_provider,
            "checkout.payment_provider",
            "is required",
        );
    }
    problems
}

/// Whether a top-up's credits are there at once (flexprice 50): purchases by invoice wait for its payment, unless
/// the tenant completes them itself, and those by checkout in any case.
///
/// ```
/// use creditgate::engine::purchase::{Reason, arrives_at_once};
///
/// assert!(arrives_at_once(Reason::Direct, false, false));
/// assert!(!arrives_at_once(Reason::Invoiced, false, false));
/// assert!(arrives_at_once(Reason::Invoiced, true, false));
/// assert!(!arrives_at_once(Reason::Invoiced, true, true));
/// ```
pub fn arrives_at_once(reason: Reason, auto_complete: bool, is_checkout: bool) -> bool {
    !reason.makes_invoice() || (auto_complete && !is_checkout)
}

/// flexprice 51: the credits that come on top, in a transaction of their own: those that the request names, else
/// those of the slab that the credits reach. Only purchases have a bonus.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::bonus::{Bonus, Slab};
/// use creditgate::engine::purchase::{Reason, bonus};
///
/// let slab = Slab { threshold: Decimal::from(100), is_gte: true, bonus: Bonus::Percentage(Decimal::from(10)) };
/// let on = |reason, explicit| bonus(reason, Decimal::from(250), explicit, &[slab]);
/// assert_eq!(on(Reason::Direct, None)?, Some(Decimal::from(25)));
/// assert_eq!(on(Reason::Direct, Some(Decimal::ONE))?, Some(Decimal::ONE));
/// assert_eq!(on(Reason::FreeGrant, None)?, None);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn bonus(
    reason: Reason,
    credits: Decimal,
    explicit: Option<Decimal>,
    slabs: &[Slab],
) -> Result<Option<Decimal>> {
    if !reason.is_purchase() {
        return Ok(None);
    }
    if explicit.is_some() {
        return Ok(explicit);
    }
    let matching = bonus::matching(slabs, credits);
    let bonus = matching.map(|slab| slab.bonus.on(credits)).transpose()?;
    Ok(bonus.filter(|bonus| bonus.is_positive()))
}
