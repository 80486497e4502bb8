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

fn is_priority(priority: Decimal) -> bool {
    let (_, scale) = priority.parts();
    scale == 0 && priority >= Decimal::ONE && priority <= Decimal::from(50)
}

/// R-VAL: a change of a wallet.
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
    /// Absent, null, false, or text without a character.
    Blank,
    /// Text.
    Text(String),
    /// A number, or true.
    Scalar,
    /// A list or an object.
    Nested,
}

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
    /// Keys and values.
    pub metadata: Vec<(Metadatum, Metadatum)>,
    /// Further pairs that are good.
    pub good_pairs: usize,
}

/// R-VAL, R-CONV-6: a request for transactions.
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
        metadata(&request.metadata, request.good_pairs)
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
    let (Some(amount), Some(wallet)) = (amount, wallet) else {
        return Vec::new();
    };
    match amount.filter(|amount| is_in_range(*amount)) {
        None => vec!["invalid_voided_credits", "invalid_amount"],
        Some(amount) if amount.exceeds(wallet.credits_balance) => vec!["insufficient_credits"],
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

fn is_in_range(amount: RequestedCredits) -> bool {
    let most = Decimal::from_parts(MOST_CREDITS, 0);
    !amount.floored.is_negative() && most.is_ok_and(|most| !amount.exceeds(most))
}

/// One code at most: the last one found.
fn metadata(pairs: &[(Metadatum, Metadatum)], good_pairs: usize) -> Option<&'static str> {
    let too_many = pairs.len().saturating_add(good_pairs) > MOST_PAIRS;
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
    /// Whether it says if a target rule gives instead of buying, whatever it says.
    pub names_grants_target: bool,
}

/// R-VAL: whether a recurring rule is good.
pub fn is_recurring_rule(request: &RuleRequest) -> bool {
    let amounts = [request.threshold, request.target, request.paid];
    let (threshold, target) = (request.threshold.flatten(), request.target.flatten());
    let is_trigger = match request.trigger {
        Some(Trigger::Interval) => request
            .interval
            .as_ref()
            .is_some_and(|interval| RECURRING_INTERVALS.contains(&interval.as_str())),
        Some(Trigger::Threshold) => threshold.is_some(),
        None => false,
    };
    let is_method = match (request.method, request.trigger) {
        (Some(Method::Target), Some(Trigger::Threshold)) => target
            .zip(threshold)
            .is_some_and(|(target, threshold)| target.floored >= threshold.floored),
        (Some(Method::Target), _) => target.is_some(),
        (Some(Method::Fixed), _) => !request.names_grants_target,
        (None, _) => false,
    };
    is_trigger && is_method && !amounts.contains(&Some(None))
}
