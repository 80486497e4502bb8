//! What Lago refuses of a request, and with which codes (R-VAL, section 3.9).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::{RequestedCredits, lago_rounds_to_zero};
use crate::engine::recurring::{Method, Trigger};
use crate::model::wallet::Status;
use crate::profile::FEE_TYPES;

/// R-NEW-1: active wallets per customer, unless the organization says otherwise.
const MOST_WALLETS: i64 = 6;

/// 10^25 - 1: the most credits in one request.
const MOST_CREDITS: i128 = 9_999_999_999_999_999_999_999_999;

/// Pairs of metadata on one transaction.
const MOST_PAIRS: usize = 15;

const LONGEST_KEY: usize = 20;

const LONGEST_VALUE: usize = 100;

const RECURRING_INTERVALS: [&str; 5] = ["weekly", "monthly", "quarterly", "yearly", "semiannual"];

/// The fields at fault, each with its codes; none for a request that is good.
pub type Violations = Vec<(&'static str, Vec<&'static str>)>;

/// A request for a wallet, as the facts that decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRequest {
    /// Whether the customer exists.
    pub customer_found: bool,
    /// How many active wallets the customer has.
    pub active_wallets: i64,
    /// The organization's own limit; counts only where events target wallets.
    pub organization_max_wallets: Option<i64>,
    /// Whether events target wallets.
    pub events_targeting_wallets: bool,
    /// 1 to 50.
    pub priority: Option<Decimal>,
    /// What the wallet is limited to.
    pub fee_types: Vec<String>,
    /// At most one.
    pub recurring_rules: i64,
}

/// R-VAL, R-NEW-1: a request for a wallet.
///
/// ```
/// use creditgate::engine::validation::{WalletRequest, wallet};
///
/// let request = |active_wallets| WalletRequest {
///     customer_found: true,
///     active_wallets,
///     organization_max_wallets: None,
///     events_targeting_wallets: false,
///     priority: None,
///     fee_types: vec!["charge".to_owned()],
///     recurring_rules: 0,
/// };
/// assert!(wallet(&request(5)).is_empty());
/// assert_eq!(wallet(&request(6)), [("customer", vec!["wallet_limit_reached"])]);
/// ```
pub fn wallet(request: &WalletRequest) -> Violations {
    let mut violations = Violations::new();
    let most = request
        .organization_max_wallets
        .filter(|_| request.events_targeting_wallets)
        .unwrap_or(MOST_WALLETS);
    if !request.customer_found {
        violations.push(("customer", vec!["customer_not_found"]));
    } else if request.active_wallets >= most {
        violations.push(("customer", vec!["wallet_limit_reached"]));
    }
    if !request.priority.is_none_or(is_priority) {
        violations.push(("priority", vec!["value_is_invalid"]));
    }
    let is_known = |fee_type: &String| FEE_TYPES.contains(&fee_type.as_str());
    if !request.fee_types.iter().all(is_known) {
        violations.push(("applies_to", vec!["invalid_limitations"]));
    }
    if request.recurring_rules > 1 {
        let codes = vec!["invalid_number_of_recurring_rules"];
        violations.push(("recurring_transaction_rules", codes));
    }
    violations
}

pub(crate) fn is_priority(priority: Decimal) -> bool {
    let (_, scale) = priority.parts();
    scale == 0 && priority >= Decimal::ONE && priority <= Decimal::from(50)
}

/// R-VAL: a change of a wallet.
///
/// ```
/// use creditgate::engine::validation::wallet_update;
/// use creditgate::model::wallet::Status;
///
/// assert!(wallet_update(Status::Active).is_empty());
/// assert_eq!(wallet_update(Status::Inactive), [("wallet_id", vec!["wallet_is_terminated"])]);
/// ```
pub fn wallet_update(status: Status) -> Violations {
    match status {
        Status::Active => Violations::new(),
        Status::Inactive => vec![("wallet_id", vec!["wallet_is_terminated"])],
    }
}

/// The wallet that a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetWallet {
    /// Only an active one takes transactions.
    pub status: Status,
    /// Currency units per credit.
    pub rate: Decimal,
    /// Of its money.
    pub currency: Currency,
    /// What may be voided.
    pub credits_balance: Decimal,
    /// Whether it tracks what is left of each grant.
    pub traceable: bool,
}

/// An amount of a request, if it is a decimal written as text.
pub type Amount = Option<RequestedCredits>;

/// What is known of the transaction that a void aims at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidTarget {
    /// What is left of it; `None` where that is not tracked.
    pub remaining: Option<Decimal>,
}

/// A key or a value of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadatum {
    /// Absent, null, or text without a character.
    Blank,
    /// Text.
    Text(String),
    /// A number, true or false.
    Scalar,
    /// A list or an object.
    Nested,
}

/// Keys and values; `None` where they are no list.
pub type Metadata = Option<Vec<(Metadatum, Metadatum)>>;

/// A request for transactions of a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRequest {
    /// `None`: there is no such wallet.
    pub wallet: Option<TargetWallet>,
    /// To buy.
    pub paid: Option<Amount>,
    /// To give.
    pub granted: Option<Amount>,
    /// To take back.
    pub voided: Option<Amount>,
    /// The one transaction to take them from; `Some(None)`: the wallet has no such transaction.
    pub void_target: Option<Option<VoidTarget>>,
    /// Keys and values; `None` where it is no list.
    pub metadata: Metadata,
    /// Further pairs that are good.
    pub good_pairs: usize,
}

/// R-VAL, R-CONV-6: a request for transactions.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::RequestedCredits;
/// use creditgate::engine::validation::{TargetWallet, TransactionRequest, wallet_transaction};
/// use creditgate::model::wallet::Status;
///
/// let wallet = TargetWallet {
///     status: Status::Active,
///     rate: Decimal::ONE,
///     currency: Currency::parse("EUR")?,
///     credits_balance: Decimal::from(10),
///     traceable: true,
/// };
/// let request = TransactionRequest {
///     wallet: Some(wallet),
///     paid: Some(None),
///     granted: None,
///     voided: Some(Some(RequestedCredits::parse("10.01")?)),
///     void_target: None,
///     metadata: Some(Vec::new()),
///     good_pairs: 0,
/// };
/// let expected = [
///     ("paid_credits", vec!["invalid_paid_credits", "invalid_amount"]),
///     ("voided_credits", vec!["insufficient_credits"]),
/// ];
/// assert_eq!(wallet_transaction(&request), expected);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn wallet_transaction(request: &TransactionRequest) -> Violations {
    let mut violations = Violations::new();
    let mut add = |field, codes: Vec<&'static str>| {
        if !codes.is_empty() {
            violations.push((field, codes));
        }
    };
    let wallet = request.wallet.as_ref();
    add(
        "wallet_id",
        match wallet {
            None => vec!["wallet_not_found"],
            Some(wallet) if wallet.status == Status::Inactive => vec!["wallet_is_terminated"],
            Some(_) => Vec::new(),
        },
    );
    for (field, invalid, amount) in [
        ("paid_credits", "invalid_paid_credits", request.paid),
        (
            "granted_credits",
            "invalid_granted_credits",
            request.granted,
        ),
    ] {
        add(field, top_up(amount, invalid, wallet));
    }
    add("voided_credits", void(request.voided, wallet));
    add(
        "voided_transaction_id",
        match (wallet, request.void_target) {
            (Some(wallet), Some(target)) => targeted_void(wallet, target),
            _ => Vec::new(),
        },
    );
    add(
        "metadata",
        metadata(&request.metadata, request.good_pairs, MOST_PAIRS)
            .into_iter()
            .collect(),
    );
    violations
}

fn top_up(
    amount: Option<Amount>,
    invalid: &'static str,
    wallet: Option<&TargetWallet>,
) -> Vec<&'static str> {
    let Some(amount) = amount else {
        return Vec::new();
    };
    let Some(amount) = amount.filter(|amount| is_in_range(*amount)) else {
        return vec![invalid, "invalid_amount"];
    };
    // Money that does not fit is not zero.
    let is_worthless = |wallet: &TargetWallet| {
        lago_rounds_to_zero(amount.floored, wallet.rate, wallet.currency).unwrap_or(false)
    };
    if wallet.is_some_and(is_worthless) {
        return vec!["amount_rounds_to_zero"];
    }
    Vec::new()
}

fn void(amount: Option<Amount>, wallet: Option<&TargetWallet>) -> Vec<&'static str> {
    let Some(amount) = amount else {
        return Vec::new();
    };
    let exceeds = |amount: RequestedCredits| {
        wallet.is_some_and(|wallet| amount.exceeds(wallet.credits_balance))
    };
    match amount.filter(|amount| is_in_range(*amount)) {
        None => vec!["invalid_voided_credits", "invalid_amount"],
        Some(amount) if exceeds(amount) => vec!["insufficient_credits"],
        Some(_) => Vec::new(),
    }
}

fn targeted_void(wallet: &TargetWallet, target: Option<VoidTarget>) -> Vec<&'static str> {
    match target {
        _ if !wallet.traceable => vec!["wallet_not_traceable"],
        None => vec!["wallet_transaction_not_found"],
        Some(target) if !target.remaining.is_some_and(Decimal::is_positive) => {
            vec!["no_remaining_amount"]
        }
        Some(_) => Vec::new(),
    }
}

pub(crate) fn is_in_range(amount: RequestedCredits) -> bool {
    let most = Decimal::from_parts(MOST_CREDITS, 0);
    !amount.floored.is_negative() && most.is_ok_and(|most| !amount.exceeds(most))
}

/// One code at most: the last one found.
pub(crate) fn metadata(
    metadata: &Metadata,
    good_pairs: usize,
    most: usize,
) -> Option<&'static str> {
    let Some(pairs) = metadata else {
        return Some("invalid_type");
    };
    let too_many = pairs.len().saturating_add(good_pairs) > most;
    let of_pairs = pairs.iter().rev().find_map(|(key, value)| pair(key, value));
    of_pairs.or(too_many.then_some("too_many_keys"))
}

fn pair(key: &Metadatum, value: &Metadatum) -> Option<&'static str> {
    let is_longer = |datum: &Metadatum, most: usize| match datum {
        Metadatum::Text(text) => text.chars().count() > most,
        _ => false,
    };
    match (key, value) {
        (Metadatum::Blank, _) | (_, Metadatum::Blank) => Some("invalid_key_value_pair"),
        (_, Metadatum::Nested) => Some("nested_structure_not_allowed"),
        _ if is_longer(value, LONGEST_VALUE) => Some("value_too_long"),
        _ if is_longer(key, LONGEST_KEY) => Some("key_too_long"),
        _ => None,
    }
}

/// A recurring rule of a request. Amounts are `Some(None)` when they are not decimals written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRequest {
    /// `None` for an unknown one.
    pub trigger: Option<Trigger>,
    /// As given.
    pub interval: Option<String>,
    /// `None` for an unknown one.
    pub method: Option<Method>,
    /// May be negative.
    pub threshold: Option<Amount>,
    /// May be negative.
    pub target: Option<Amount>,
    /// To buy.
    pub paid: Option<Amount>,
    /// To give.
    pub granted: Option<Amount>,
    /// Whether it says if a target rule gives instead of buying, whatever it says.
    pub names_grants_target: bool,
}

/// R-VAL: the fields of a recurring rule that are at fault; none for a good one. Lago's code for the whole of it is
/// `invalid_recurring_rule`.
///
/// ```
/// use creditgate::engine::recurring::{Method, Trigger};
/// use creditgate::engine::validation::{RuleRequest, recurring_rule};
///
/// let rule = RuleRequest {
///     trigger: Some(Trigger::Interval),
///     interval: Some("daily".to_owned()),
///     method: Some(Method::Fixed),
///     threshold: None,
///     target: None,
///     paid: Some(None),
///     granted: None,
///     names_grants_target: false,
/// };
/// assert_eq!(recurring_rule(&rule), ["interval", "paid_credits"]);
/// ```
pub fn recurring_rule(request: &RuleRequest) -> Vec<&'static str> {
    let is_threshold = request.trigger == Some(Trigger::Threshold);
    let is_target = request.method == Some(Method::Target);
    let is_interval = |interval: &String| RECURRING_INTERVALS.contains(&interval.as_str());
    let is_reached = match (request.threshold.flatten(), request.target.flatten()) {
        (Some(threshold), Some(target)) => target.floored >= threshold.floored,
        _ => true,
    };
    let is_malformed = |amount: Option<Amount>| amount == Some(None);
    [
        ("trigger", request.trigger.is_none()),
        (
            "interval",
            request.trigger == Some(Trigger::Interval)
                && !request.interval.as_ref().is_some_and(is_interval),
        ),
        ("method", request.method.is_none()),
        (
            "threshold_credits",
            is_malformed(request.threshold) || (is_threshold && request.threshold.is_none()),
        ),
        (
            "target_ongoing_balance",
            is_malformed(request.target)
                || (is_target && request.target.is_none())
                || (is_target && is_threshold && !is_reached),
        ),
        (
            "grants_target_top_up",
            request.method == Some(Method::Fixed) && request.names_grants_target,
        ),
        ("paid_credits", is_malformed(request.paid)),
        ("granted_credits", is_malformed(request.granted)),
    ]
    .into_iter()
    .filter_map(|(field, is_at_fault)| is_at_fault.then_some(field))
    .collect()
}
